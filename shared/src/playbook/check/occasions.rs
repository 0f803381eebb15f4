//! What journeys wait for can happen, and conditions can hold: a step that can never run is a mistake.

use std::collections::BTreeSet;

use domain::playbook::{Button, Condition, Journey, Occasion, StepAction, Trigger};

use super::{Answering, Check};
use crate::playbook::nearest::did_you_mean;

pub fn check(check: &mut Check<'_, '_, '_>) {
    let playbook = check.playbook;
    for journey in playbook.journeys.values() {
        let name = journey.name.as_str();
        for (key, occasions) in
            [("starts", &journey.starts), ("stops", &journey.stops), ("goal", &journey.goals)]
        {
            for (index, occasion) in occasions.iter().enumerate() {
                if let Some((what, hint)) = never(check, occasion) {
                    let path = ["journeys", name, key, &index.to_string(), occasion.trigger.as_str()];
                    check.fault(&path, what, hint);
                }
            }
        }
        steps(check, journey);
    }
    for (index, occasion) in playbook.alerts.iter().flat_map(|alerts| &alerts.on).enumerate() {
        if let Some((what, hint)) = never(check, occasion) {
            check.fault(&["alerts", "on", &index.to_string(), occasion.trigger.as_str()], what, hint);
        }
    }
    for (name, segment) in &playbook.segments {
        if let Some((what, hint)) = unknown_tag(check, segment) {
            check.fault(&["segments", name, "tag"], what, hint);
        }
    }
}

fn steps(check: &mut Check<'_, '_, '_>, journey: &Journey) {
    for (index, step) in journey.steps.iter().enumerate() {
        if let StepAction::Await { occasions, .. } = &step.action {
            if occasions.is_empty() {
                let hint = "say what for: wait-for: [lead.replied]";
                check.step_fault(journey, index, "wait-for", "the step waits for nothing", hint);
            }
            for occasion in occasions {
                if let Some((what, hint)) = never(check, occasion) {
                    check.step_fault(journey, index, "wait-for", what, hint);
                }
            }
        }
        let branch = match &step.action {
            StepAction::Branch { condition, .. } => Some(("if", condition)),
            _ => None,
        };
        let only_if = step.only_if.as_ref().map(|condition| ("only-if", condition));
        for (key, condition) in branch.into_iter().chain(only_if) {
            if let Some((what, hint)) = unknown_tag(check, condition) {
                check.step_fault(journey, index, key, what, hint);
            }
        }
    }
}

type Fault = (String, String);

/// Why this cannot happen, if it cannot.
fn never(check: &Check<'_, '_, '_>, occasion: &Occasion) -> Option<Fault> {
    let of = occasion.of.as_deref()?;
    let playbook = check.playbook;
    let known: Vec<&str> = match occasion.trigger {
        // A lead ad's form is a number of Meta's.
        Trigger::LeadCaptured if of.bytes().all(|byte| byte.is_ascii_digit()) => return None,
        Trigger::LeadCaptured => playbook.sources.forms.keys().map(|form| form.as_str()).collect(),
        Trigger::LeadReplied => playbook
            .messages
            .values()
            .flat_map(|message| &message.buttons)
            .filter_map(|button| match button {
                Button::Reply { payload, .. } => Some(payload.as_str()),
                _ => None,
            })
            .collect(),
        Trigger::CommentMade => vec!["facebook", "instagram"],
        Trigger::PhoneGiven => asking(check),
        Trigger::RaffleWon => raffles(check),
        Trigger::DealOpened | Trigger::DealWon | Trigger::DealLost => {
            playbook.own_deals().map(|(kind, _)| kind.as_str()).collect()
        }
        Trigger::LinkClicked => playbook.business.tracked.iter().map(String::as_str).collect(),
        Trigger::TagAdded => tags(check).into_iter().collect(),
        Trigger::SegmentEntered | Trigger::SegmentLeft => {
            playbook.segments.keys().map(String::as_str).collect()
        }
        // Whatever a form asks.
        Trigger::FieldChanged => return None,
        // That these are told apart by nothing has been said when they were read.
        Trigger::LeadOptedOut
        | Trigger::ConsentGiven
        | Trigger::CallMissed
        | Trigger::CallEnded
        | Trigger::PhoneConfirmed
        | Trigger::BookingMade
        | Trigger::BookingMoved
        | Trigger::BookingCancelled => return None,
    };
    if known.contains(&of) {
        return None;
    }
    let by = occasion.trigger.told_apart_by().unwrap_or_default();
    let what =
        format!("{} never comes of \"{of}\": it is not {by} of this playbook", occasion.trigger.as_str());
    Some((what, did_you_mean(of, known)))
}

/// The campaigns that ask for a phone number.
fn asking<'a>(check: &Check<'a, '_, '_>) -> Vec<&'a str> {
    let asking = check.answers().into_iter().filter(|answering| answering.answer.asks_phone.is_some());
    asking.map(|answering| answering.campaign.name.as_str()).collect()
}

fn raffles<'a>(check: &Check<'a, '_, '_>) -> Vec<&'a str> {
    let gives = |answering: &Answering<'_>| answering.gift.is_some_and(|gift| gift.raffle_number);
    check
        .answers()
        .iter()
        .filter(|answering| gives(answering))
        .map(|answering| answering.campaign.name.as_str())
        .collect()
}

/// The tags that steps give.
fn tags<'a>(check: &Check<'a, '_, '_>) -> BTreeSet<&'a str> {
    let steps = check.playbook.journeys.values().flat_map(|journey| &journey.steps);
    let given = steps.filter_map(|step| match &step.action {
        StepAction::Tag(tag) => Some(tag.as_str()),
        _ => None,
    });
    given.collect()
}

fn unknown_tag(check: &Check<'_, '_, '_>, condition: &Condition) -> Option<Fault> {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().find_map(|part| unknown_tag(check, part))
        }
        Condition::Not(part) => unknown_tag(check, part),
        Condition::Tag(tag) => {
            let known = tags(check);
            let what = || format!("no step gives the tag \"{tag}\", so that nobody has it");
            (!known.contains(tag.as_str())).then(|| (what(), did_you_mean(tag, known)))
        }
        Condition::Field { .. }
        | Condition::Knows(_)
        | Condition::Replied
        | Condition::Active(_)
        | Condition::Deal(_) => None,
    }
}
