//! What goes out when nobody has written to us within 24 hours (R10, R17).

use domain::channel::{Channel, WINDOW};
use domain::playbook::{Delay, Journey, Occasion, Step, StepAction, Trigger};
use jiff::SignedDuration;

use super::Check;

pub fn check(check: &mut Check<'_, '_, '_>) {
    for send in check.sends() {
        let channels: Vec<Channel> = check.channels(send.message).collect();
        let silence = silences(send.journey)[send.index];
        // An e-mail may go at any time.
        let by_email = channels.contains(&Channel::Email);
        if channels.is_empty() || by_email || silence == Some(SignedDuration::ZERO) {
            continue;
        }
        let name = &send.message.name;
        if !channels.contains(&Channel::WhatsApp) {
            if silence.is_none_or(|silence| silence >= WINDOW) {
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

/// How long a person may have been silent when each step goes out, at the most. `None` where nobody can say: they need not
/// have written at all.
fn silences(journey: &Journey) -> Vec<Option<SignedDuration>> {
    let first = in_a_chat(&journey.starts).then_some(SignedDuration::ZERO);
    let mut before: Vec<Option<Option<SignedDuration>>> = vec![None; journey.steps.len() + 1];
    before[0] = Some(first);
    let mut at_steps = Vec::new();
    for (index, step) in journey.steps.iter().enumerate() {
        let silence = before[index].unwrap_or_default();
        let when_due = silence.and_then(|silence| after(step, silence));
        at_steps.push(when_due);
        let mut lead_on = |next: usize, silence: Option<SignedDuration>| {
            let Some(known) = before.get_mut(next) else { return };
            *known = Some(match known {
                None => silence,
                Some(other) => other.zip(silence).map(|(one, other)| one.max(other)),
            });
        };
        match &step.action {
            StepAction::Await { occasions, otherwise } => {
                let came = if in_a_chat(occasions) { Some(SignedDuration::ZERO) } else { when_due };
                lead_on(step.next, came);
                lead_on(*otherwise, when_due);
            }
            StepAction::Send(_)
            | StepAction::Tag(_)
            | StepAction::Untag(_)
            | StepAction::Task(_)
            | StepAction::Branch { .. }
            | StepAction::FollowGate { .. }
            | StepAction::Split { .. } => step.ways_on().for_each(|next| lead_on(next, when_due)),
        }
    }
    at_steps
}

fn after(step: &Step, silence: SignedDuration) -> Option<SignedDuration> {
    // A time of day may be a day away, and a date any time.
    if step.at.is_some() {
        return None;
    }
    match &step.delay {
        Delay::After(wait) => Some(wait.duration().max(silence)),
        Delay::ThenAfter(wait) => Some(silence + wait.duration()),
        Delay::Before(..) | Delay::Since(..) => None,
    }
}

/// Only what the person did in a chat is among these.
fn in_a_chat(occasions: &[Occasion]) -> bool {
    let opens = |occasion: &Occasion| match occasion.trigger {
        Trigger::LeadReplied | Trigger::ConsentGiven | Trigger::LeadOptedOut | Trigger::PhoneConfirmed => {
            true
        }
        Trigger::LeadCaptured
        | Trigger::CallMissed
        | Trigger::CallEnded
        | Trigger::CommentMade
        | Trigger::PhoneGiven
        | Trigger::RaffleWon
        | Trigger::DealOpened
        | Trigger::DealWon
        | Trigger::DealLost
        | Trigger::BookingMade
        | Trigger::BookingMoved
        | Trigger::BookingCancelled
        | Trigger::LinkClicked
        | Trigger::TagAdded
        | Trigger::FieldChanged
        | Trigger::SegmentEntered
        | Trigger::SegmentLeft => false,
    };
    occasions.iter().all(opens)
}
