//! Messages and links that are spoken of must exist.

use domain::ids::MessageName;
use domain::playbook::{Button, StepAction};

use super::{Check, parts};
use crate::playbook::nearest::did_you_mean;

pub fn check(check: &mut Check<'_, '_, '_>) {
    let playbook = check.playbook;
    for journey in playbook.journeys.values() {
        for (index, step) in journey.steps.iter().enumerate() {
            let StepAction::Send(message) = &step.action else { continue };
            if let Some(hint) = unknown_message(check, message) {
                check.step_fault(journey, index, "send", format!("unknown message \"{message}\""), hint);
            }
        }
    }
    for answering in check.answers() {
        if let Some(message) = &answering.answer.private_reply {
            message_exists(check, message, &parts(&answering.at("private-reply")));
        }
        if let Some(reminder) = answering.gift.and_then(|gift| gift.remind.as_ref()) {
            let path = [answering.at("gives"), vec!["remind".to_owned(), "message".to_owned()]].concat();
            message_exists(check, &reminder.message, &parts(&path));
        }
        let Some(question) = &answering.answer.asks_phone else { continue };
        for (key, message) in [("thanks", &question.thanks), ("unclear", &question.unclear)] {
            if let Some(message) = message {
                let path = [answering.at("asks-phone"), vec![key.to_owned()]].concat();
                message_exists(check, message, &parts(&path));
            }
        }
    }
    for (name, campaign) in &playbook.tags {
        if let Some(message) = &campaign.message {
            message_exists(check, message, &["tags", name.as_str(), "message"]);
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
    if let Some(hint) = unknown_message(check, name) {
        check.fault(path, format!("unknown message \"{name}\""), hint);
    }
}

/// The cure for a name of which there is no message.
fn unknown_message(check: &Check<'_, '_, '_>, name: &MessageName) -> Option<String> {
    let messages = &check.playbook.messages;
    // An empty name is reported where it was read.
    if name.as_str().is_empty() || messages.contains_key(name) || check.report.is_full() {
        return None;
    }
    Some(did_you_mean(name.as_str(), messages.keys().map(MessageName::as_str)))
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
