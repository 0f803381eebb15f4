//! A journey: what starts and stops it, and its steps.

use domain::playbook::{DealDate, Delay, Journey, Step, StepAction, Trigger, Wait};
use jiff::SignedDuration;

use super::times;
use crate::playbook::fields::{Fields, scalar};
use crate::playbook::nearest::did_you_mean;
use crate::playbook::report::Report;
use crate::playbook::tree::{Entry, Node, Value};

const KEYS: [&str; 4] = ["starts", "stops", "not-again-within", "steps"];
const STEP_KEYS: [&str; 9] =
    ["send", "tag", "after", "then-after", "before", "by", "at", "within", "quiet-hours"];
const WITHIN_DEFAULT: SignedDuration = SignedDuration::from_hours(24);
/// The record of a lead has room for 64 pieces of open work over all journeys.
const STEPS_MAX: usize = 60;

pub fn journey(entry: &Entry, report: &mut Report<'_>) -> Journey {
    let what = format!("the journey \"{}\"", entry.key);
    let fields = Fields::read(&entry.value, &what, &KEYS, report);
    let starts = triggers(&fields, "starts", report);
    if fields.is_empty("starts") {
        let hint = "say what begins it: starts: [lead.captured]";
        report.fault(entry.key_place, format!("{what} never starts"), hint);
    }
    let steps = fields.list("steps", report);
    if steps.is_empty() {
        let place = if fields.get("steps").is_some() { fields.key_place("steps") } else { entry.key_place };
        report.fault(place, format!("{what} has no steps"), "add at least one: steps: [{ send: welcome }]");
    }
    if let Some(surplus) = steps.get(STEPS_MAX) {
        let what = format!("{what} has more than {STEPS_MAX} steps");
        report.fault(surplus.place, what, "continue in a second journey");
    }
    Journey {
        name: entry.key.as_str().into(),
        starts,
        stops: triggers(&fields, "stops", report),
        not_again_within: fields
            .get("not-again-within")
            .and_then(|node| times::wait(node, "not-again-within", report))
            .map(Wait::duration),
        steps: steps
            .iter()
            .take(STEPS_MAX)
            .enumerate()
            .map(|(index, node)| step(index, node, report))
            .collect(),
    }
}

/// The triggers of a list, each by its word.
pub fn triggers(fields: &Fields<'_>, key: &str, report: &mut Report<'_>) -> Vec<Trigger> {
    let mut triggers = Vec::new();
    for (word, place) in fields.texts(key, report) {
        match Trigger::parse(word) {
            Some(trigger) => triggers.push(trigger),
            None => {
                let hint = did_you_mean(word, Trigger::ALL.iter().map(|trigger| trigger.as_str()));
                report.fault(place, format!("unknown trigger \"{word}\""), hint);
            }
        }
    }
    triggers
}

fn step(index: usize, node: &Node, report: &mut Report<'_>) -> Step {
    let fields = Fields::read(node, "a step", &STEP_KEYS, report);
    Step {
        action: action(&fields, report),
        delay: delay(index, &fields, report),
        at: fields.get("at").and_then(|node| times::time(node, "at", report)),
        within: within(&fields, report),
        ignores_quiet_hours: ignores_quiet_hours(&fields, report),
    }
}

fn action(fields: &Fields<'_>, report: &mut Report<'_>) -> StepAction {
    match (fields.get("send"), fields.get("tag")) {
        (Some(_), Some(tag)) => {
            report.fault(tag.place, "a step does one thing, and this one sends and tags", "write two steps");
            StepAction::Tag(String::new())
        }
        (Some(send), None) => StepAction::Send(scalar(send, "send", report).unwrap_or_default().into()),
        (None, Some(tag)) => StepAction::Tag(scalar(tag, "tag", report).unwrap_or_default().to_owned()),
        (None, None) => {
            let hint = "write send: and a message, or tag: and a word";
            report.fault(fields.place(), "the step does nothing", hint);
            StepAction::Tag(String::new())
        }
    }
}

/// Without a word about time, the first step goes at once and any other right after the one before it.
fn delay(index: usize, fields: &Fields<'_>, report: &mut Report<'_>) -> Delay {
    if let Some(delay) = dated(fields, report) {
        return delay;
    }
    match (fields.get("after"), fields.get("then-after")) {
        (Some(_), Some(then_after)) => {
            let hint = "after counts from the journey's start, then-after from the step before: keep one";
            report.fault(then_after.place, "a step has one delay, and this one has two", hint);
            Delay::After(Wait::NONE)
        }
        (Some(node), None) => Delay::After(times::wait(node, "after", report).unwrap_or(Wait::NONE)),
        (None, Some(node)) => Delay::ThenAfter(times::wait(node, "then-after", report).unwrap_or(Wait::NONE)),
        (None, None) if index == 0 => Delay::After(Wait::NONE),
        (None, None) => Delay::ThenAfter(Wait::NONE),
    }
}

/// `before: trip.departs_at, by: 7 days`, or `after: trip.returns_at, by: 3 hours`.
fn dated(fields: &Fields<'_>, report: &mut Report<'_>) -> Option<Delay> {
    let named = |key: &str| {
        fields.get(key).filter(|node| matches!(&node.value, Value::Scalar(text) if text.contains('.')))
    };
    let (before, after) = (fields.get("before"), named("after"));
    let node = before.or(after);
    let by = fields.get("by");
    let Some(node) = node else {
        if let Some(by) = by {
            let hint = "say what it is counted from: before: trip.departs_at, by: 7 days";
            report.fault(by.place, "by counts from a date, and none is named", hint);
        }
        return None;
    };
    for key in ["after", "then-after"] {
        if let Some(other) = fields.get(key).filter(|other| other.place != node.place) {
            let hint = "a step counts from one thing: keep before, after or then-after";
            report.fault(other.place, "a step has one delay, and this one has two", hint);
        }
    }
    let wait = by.and_then(|by| times::wait(by, "by", report)).unwrap_or(Wait::NONE);
    let text = scalar(node, "before", report).unwrap_or_default();
    let Some((kind, date)) = text.split_once('.') else {
        let hint = "name the deal and its date: before: trip.departs_at";
        report.fault(node.place, format!("\"{text}\" is no date of a deal"), hint);
        return Some(Delay::After(Wait::NONE));
    };
    let date = DealDate { kind: kind.into(), date: date.to_owned() };
    Some(if before.is_some() { Delay::Before(date, wait) } else { Delay::Since(date, wait) })
}

fn within(fields: &Fields<'_>, report: &mut Report<'_>) -> SignedDuration {
    let Some(node) = fields.get("within") else { return WITHIN_DEFAULT };
    match times::wait(node, "within", report).map(Wait::duration) {
        Some(SignedDuration::ZERO) => {
            let hint = "write how late the step may still go: within: 2 hours";
            report.fault(node.place, "a step that may not be late at all never goes", hint);
            WITHIN_DEFAULT
        }
        Some(within) => within,
        None => WITHIN_DEFAULT,
    }
}

fn ignores_quiet_hours(fields: &Fields<'_>, report: &mut Report<'_>) -> bool {
    let Some(node) = fields.get("quiet-hours") else { return false };
    match scalar(node, "quiet-hours", report) {
        Some("ignore") => true,
        Some("keep") | None => false,
        Some(other) => {
            let what = format!("a step cannot \"{other}\" the quiet hours");
            report.fault(node.place, what, did_you_mean(other, ["ignore", "keep"]));
            false
        }
    }
}
