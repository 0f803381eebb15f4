//! What other systems are told on the event bus: all that happened, and nothing else.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Violation;
use super::case::Case;
use crate::people::acts::{What, Who};
use crate::people::businesses::{BUSINESSES, announces};
use crate::world::log::{Call, Entry, Wanted};
use crate::world::timers::{MINUTE, Millis, SECOND, timestamp};

pub fn judge(case: &Case<'_>, found: &mut Vec<Violation>) {
    unasked(case, found);
    for business in 0..BUSINESSES {
        for what in announces(business) {
            counted(case, business, what, found);
        }
    }
}

/// Only what the playbook names, and nothing before it happened.
fn unasked(case: &Case<'_>, found: &mut Vec<Violation>) {
    for call in &case.history.calls {
        let Wanted::Announce { what, happened_at } = &call.wanted else { continue };
        if !announces(call.business).contains(&what.as_str()) {
            found.push(case.violates(
                "bus unasked",
                call.begun_at,
                format!("business {} told {what}", call.business),
            ));
        }
        if happened_at.as_millisecond() > timestamp(call.begun_at).as_millisecond() {
            found.push(case.violates("bus early", call.begun_at, format!("told {what} of {happened_at}")));
        }
    }
}

/// Each person to whom it happened was told of at least once, and nothing more often than it happened.
fn counted(case: &Case<'_>, business: usize, what: &str, found: &mut Vec<Violation>) {
    let of = |entry: &What| -> Option<Who> {
        match entry {
            What::Form { who, .. } | What::LeadAd { who, .. } if what == "lead.captured" => Some(*who),
            What::Call { who, missed: true, .. } if what == "call.missed" => Some(*who),
            _ => None,
        }
    };
    let entries = case.history.entries.iter().filter(|entry| entry.what.business() == business);
    let happened: usize = entries.clone().filter(|entry| of(&entry.what).is_some()).map(events_at_most).sum();
    let lost = |at| case.restored_at().is_some_and(|restored| at <= restored);
    let erased = |who| case.ever(business, who, |what| matches!(what, What::Erase { .. }));
    let people: BTreeSet<Who> = entries
        .filter(|entry| entry.acknowledged_at.is_some() && !lost(entry.at))
        .filter_map(|entry| of(&entry.what))
        .filter(|who| !erased(*who) && !case.is_mixed_up(business, *who))
        .collect();
    // By the moment and not by the work: what a restored table no longer knows, and a platform brings again, may become
    // another person's record, and is told of what happened then.
    let told = |accepted: bool| -> BTreeSet<Timestamp> {
        let moment = |call: &Call| match &call.wanted {
            Wanted::Announce { what: told, happened_at } if told == what && call.business == business => {
                Some(*happened_at)
            }
            _ => None,
        };
        let calls = case.history.calls.iter().filter(|call| call.accepted_at.is_some() == accepted);
        calls.filter_map(moment).collect()
    };
    let (taken, tried) = (told(true), told(false));
    if taken.len() > happened {
        let what = format!("{what} happened {happened} times and was told of {}", taken.len());
        found.push(case.violates("bus too often", case.ending.now, what));
    }
    // What the bus refused was parked, and waits for the operator.
    let parked = tried.difference(&taken).count();
    if taken.len() + parked < people.len() {
        let what = format!("{what} happened to {} people, and {} were told of", people.len(), taken.len());
        found.push(case.violates("bus not told", case.ending.now, what));
    }
}

/// A form and a call are known as the same by ten minutes and by the minute: what is sent again across the turn of one is
/// another event.
fn events_at_most(entry: &Entry) -> usize {
    let turns = |length: Millis| {
        let of = |at: Millis| timestamp(at).as_millisecond() / length;
        let last = entry.acknowledged_at.unwrap_or(Millis::MAX / 2);
        usize::from(of(entry.at) != of(last + SECOND))
    };
    match &entry.what {
        // Of two presses one may be acknowledged long after the other.
        What::Form { doubled: true, .. } => 2,
        What::Form { .. } => 1 + turns(10 * MINUTE),
        What::Call { .. } => 1 + turns(MINUTE),
        _ => 1,
    }
}
