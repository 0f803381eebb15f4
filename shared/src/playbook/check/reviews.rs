//! A review is asked of everybody alike (R8): asking only those who liked it is what Google calls gating.
//!
//! A message asks for a review where it leads to one: by a link that is called `review`, or that opens a known place
//! for reviews.

use domain::playbook::{Button, Journey, Message, Occasion, StepAction, Trigger};

use super::Check;

/// Where reviews are written, as their addresses begin. Google's own short links are `g.page/r/…/review`.
const PLACES: [&str; 5] = [
    "g.page/r/",
    "search.google.com/local/writereview",
    "www.tripadvisor.",
    "www.facebook.com/pg/",
    "www.yelp.com/writeareview",
];
const NAME: &str = "review";
const HINT: &str = "ask everybody in the same words, whatever they answered, and offer nothing for it";

pub fn check(check: &mut Check<'_, '_, '_>) {
    let playbook = check.playbook;
    for journey in playbook.journeys.values() {
        let asks: Vec<bool> = journey
            .steps
            .iter()
            .map(|step| {
                let message = step.action.message().and_then(|name| playbook.messages.get(name));
                message.is_some_and(|message| asks_for_review(check, message))
            })
            .collect();
        if !asks.contains(&true) {
            continue;
        }
        for (index, step) in journey.steps.iter().enumerate() {
            let picks = match &step.action {
                StepAction::Branch { .. } => Some("if"),
                StepAction::FollowGate { .. } => Some("follow-gate"),
                StepAction::Await { occasions, .. } if leaves_answers_out(check, occasions) => {
                    Some("wait-for")
                }
                _ => None,
            };
            if let Some(key) = picks {
                let ways: Vec<bool> = step.ways_on().map(|way| comes_by(journey, way, &asks)).collect();
                if ways.contains(&true) && ways.contains(&false) {
                    let what = "only some of them are asked for a review (R8)";
                    check.step_fault(journey, index, key, what, HINT);
                }
            }
            if asks[index] && step.only_if.is_some() {
                let what = "only some of them are asked for a review (R8)";
                check.step_fault(journey, index, "only-if", what, HINT);
            }
        }
        // A journey that one answer starts asks nobody who gave another.
        if leaves_answers_out(check, &journey.starts)
            && let Some(index) = journey.starts.iter().position(|start| start.of.is_some())
        {
            let path = ["journeys", journey.name.as_str(), "starts", &index.to_string(), "lead.replied"];
            check.fault(&path, "only those who gave this answer are asked for a review (R8)", HINT);
        }
    }
}

fn asks_for_review(check: &Check<'_, '_, '_>, message: &Message) -> bool {
    let links = &check.playbook.business.links;
    let leads_there = |name: &str, url: &str| {
        let place = url.split_once("://").map_or(url, |(_, place)| place);
        name == NAME || PLACES.iter().any(|known| place.starts_with(known))
    };
    links.iter().filter(|(name, url)| leads_there(name, url)).any(|(name, _)| {
        let button = |button: &Button| matches!(button, Button::Link { link, .. } if link == name);
        let variable = format!("links.{name}");
        let says = message.in_all_words().any(|(_, worded)| worded.text.contains(&variable));
        says || message.buttons.iter().any(button)
    })
}

/// Whether one answer to a question is among these, and another one to the same question is not.
fn leaves_answers_out(check: &Check<'_, '_, '_>, occasions: &[Occasion]) -> bool {
    let is_meant = |payload: &str| {
        let of = |one: &Occasion| {
            one.trigger == Trigger::LeadReplied && one.of.as_deref().is_none_or(|of| of == payload)
        };
        occasions.iter().any(of)
    };
    check.playbook.messages.values().any(|message| {
        let answers: Vec<bool> = message
            .buttons
            .iter()
            .filter_map(|button| match button {
                Button::Reply { payload, .. } => Some(is_meant(payload)),
                _ => None,
            })
            .collect();
        answers.contains(&true) && answers.contains(&false)
    })
}

/// Whether a way that begins at `from` has such a step on it.
fn comes_by(journey: &Journey, from: usize, wanted: &[bool]) -> bool {
    let reached = |index: usize| journey.steps_between(from, index).is_some();
    wanted.iter().enumerate().any(|(index, wanted)| *wanted && reached(index))
}
