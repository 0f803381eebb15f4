//! What goes out when nobody has written to us within 24 hours (R10, R17).

use domain::channel::Channel;
use domain::playbook::{Delay, Trigger, Wait};
use jiff::SignedDuration;

use super::{Check, Sending};

pub fn check(check: &mut Check<'_, '_, '_>) {
    for send in check.sends() {
        let channels: Vec<Channel> = check.channels(send.message).collect();
        if channels.is_empty() || answers_at_once(&send) {
            continue;
        }
        let name = &send.message.name;
        if !channels.contains(&Channel::WhatsApp) {
            if !may_fall_into_the_window(&send) {
                let what = format!(
                    "\"{name}\" cannot go then: Messenger and Instagram take nothing \
                     24 hours after the person's last message (R17)"
                );
                let hint = "let the message go by whatsapp with an approved template, too";
                send.fault(check, "send", what, hint);
            }
        } else if send.message.whatsapp_template.is_none() {
            let what = format!(
                "\"{name}\" needs a whatsapp-template here: 24 hours after the person's last message \
                 WhatsApp takes nothing else (R10)"
            );
            let hint = "add to the message: whatsapp-template: { name: …, params: […] }";
            send.fault(check, "send", what, hint);
        }
    }
}

/// The first step at once, of a journey that only what the person did in a chat can start.
fn answers_at_once(send: &Sending<'_>) -> bool {
    send.index == 0 && is_none(&send.step.delay) && send.step.at.is_none() && starts_in_a_chat(send)
}

fn starts_in_a_chat(send: &Sending<'_>) -> bool {
    let opens = |trigger: &Trigger| match trigger {
        Trigger::LeadReplied | Trigger::ConsentGiven | Trigger::LeadOptedOut => true,
        Trigger::LeadCaptured
        | Trigger::CallMissed
        | Trigger::CallEnded
        | Trigger::CommentMade
        | Trigger::DealOpened
        | Trigger::DealWon
        | Trigger::DealLost => false,
    };
    send.journey.starts.iter().all(opens)
}

fn is_none(delay: &Delay) -> bool {
    match delay {
        Delay::After(wait) | Delay::ThenAfter(wait) => wait.duration() == Wait::NONE.duration(),
        Delay::Before(..) | Delay::Since(..) => false,
    }
}

fn may_fall_into_the_window(send: &Sending<'_>) -> bool {
    let steps = &send.journey.steps[..=send.index];
    let waited = steps.iter().fold(SignedDuration::ZERO, |waited, step| match &step.delay {
        Delay::After(wait) => wait.duration().max(waited),
        Delay::ThenAfter(wait) => waited + wait.duration(),
        // A date may be any time away.
        Delay::Before(..) | Delay::Since(..) => domain::channel::WINDOW,
    });
    starts_in_a_chat(send) && waited < domain::channel::WINDOW
}
