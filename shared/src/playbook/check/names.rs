//! Messages and links that are spoken of must exist.

use domain::ids::MessageName;
use domain::playbook::{Button, StepAction};

use super::Check;
use crate::playbook::nearest::did_you_mean;

pub fn check(check: &mut Check<'_, '_, '_>) {
    let playbook = check.playbook;
    for (name, journey) in &playbook.journeys {
        for (index, step) in journey.steps.iter().enumerate() {
            if let StepAction::Send(message) = &step.action {
                let path = ["journeys", name.as_str(), "steps", &index.to_string(), "send"];
                message_exists(check, message, &path);
            }
        }
    }
    for (name, campaign) in &playbook.campaigns {
        if let Some(message) = &campaign.private_reply {
            message_exists(check, message, &["campaigns", name.as_str(), "private-reply"]);
        }
    }
    if let Some(message) = &playbook.opt_out_confirmation {
        message_exists(check, message, &["opt-out", "confirm"]);
    }
    for (name, message) in &playbook.messages {
        for (index, button) in message.buttons.iter().enumerate() {
            let index = index.to_string();
            let path = ["messages", name.as_str(), "buttons", &index];
            match button {
                Button::Link { link, .. } if !link.is_empty() => {
                    link_exists(check, link, &[&path[..], &["to"]].concat());
                }
                Button::Book { .. } => link_exists(check, "booking", &[&path[..], &["book"]].concat()),
                _ => {}
            }
        }
        if message.whatsapp_template.as_ref().is_some_and(|template| template.booking_button) {
            link_exists(
                check,
                "booking",
                &["messages", name.as_str(), "whatsapp-template", "booking-button"],
            );
        }
    }
}

fn message_exists(check: &mut Check<'_, '_, '_>, name: &MessageName, path: &[&str]) {
    let messages = &check.playbook.messages;
    // An empty name is reported where it was read.
    if name.as_str().is_empty() || messages.contains_key(name) || check.report.is_full() {
        return;
    }
    let hint = did_you_mean(name.as_str(), messages.keys().map(MessageName::as_str));
    check.fault(path, format!("unknown message \"{name}\""), hint);
}

fn link_exists(check: &mut Check<'_, '_, '_>, name: &str, path: &[&str]) {
    let links = &check.playbook.business.links;
    if links.contains_key(name) || check.report.is_full() {
        return;
    }
    let hint = match name {
        "booking" => "add the calendar's address: links: { booking: \"https://…\" }".to_owned(),
        _ => did_you_mean(name, links.keys().map(String::as_str)),
    };
    check.fault(path, format!("unknown link \"{name}\""), hint);
}
