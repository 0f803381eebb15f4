//! When a step is due: what it counts from, in which zone, and how late it may go.

use domain::playbook::{DealDate, Delay, StepZone, WITHIN_DEFAULT, Wait};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::business::zone_hint;
use super::times;
use crate::playbook::fields::{Fields, scalar};
use crate::playbook::report::Report;
use crate::playbook::tree::Value;

/// Without a word about time, the first step goes at once and any other right after the one before it.
pub fn delay(index: usize, deed: &str, fields: &Fields<'_>, report: &mut Report<'_>) -> Delay {
    if deed == "wait-for" {
        return up_to(fields, report);
    }
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

/// `wait-for: [lead.replied], up-to: 2 days`: without an end it might wait for ever.
fn up_to(fields: &Fields<'_>, report: &mut Report<'_>) -> Delay {
    for key in ["after", "then-after", "before", "by", "at"] {
        if fields.get(key).is_some() {
            let hint = "a wait begins when the step before is over, and ends by up-to: 2 days";
            report.fault(fields.key_place(key), format!("a step with \"wait-for\" has no \"{key}\""), hint);
        }
    }
    let wait = match fields.get("up-to") {
        Some(node) => times::wait(node, "up-to", report),
        None => {
            let hint = "say how long it may take: up-to: 2 days";
            report.fault(fields.key_place("wait-for"), "the step might wait for ever", hint);
            None
        }
    };
    Delay::ThenAfter(wait.unwrap_or(Wait::NONE))
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

/// `zone: trip.zone` for what the deal knows, or `zone: Europe/Rome`.
pub fn zone(fields: &Fields<'_>, report: &mut Report<'_>) -> Option<StepZone> {
    let node = fields.get("zone")?;
    let text = scalar(node, "zone", report)?;
    if let Some((kind, fact)) = text.split_once('.') {
        return Some(StepZone::OfDeal { kind: kind.into(), fact: fact.to_owned() });
    }
    match TimeZone::get(text) {
        Ok(zone) => Some(StepZone::Named(zone)),
        Err(_) => {
            report.fault(node.place, format!("unknown time zone \"{text}\""), zone_hint(text));
            None
        }
    }
}

pub fn within(fields: &Fields<'_>, report: &mut Report<'_>) -> SignedDuration {
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
