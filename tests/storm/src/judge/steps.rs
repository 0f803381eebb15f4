//! Invariants 6, 7 and 11, and the pinning of a run's version: each step by the clock leaves at its time, counted from a
//! start that there was, by the playbook on which the run began. Never before, and not when it is too late.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time};
use shared::domain::call::Refusal;

use super::Violation;
use super::case::Case;
use crate::people::acts::{What, Who, Words};
use crate::people::businesses::{NEWS, REMINDER, follow_ups, rules, zone};
use crate::people::plan::Line;
use crate::people::webhooks::lead_ad_id;
use crate::world::log::{Call, Entry, Told, Wanted};
use crate::world::timers::{DAY, HOUR, MINUTE, Millis, SECOND, timestamp};
use crate::world::weather::Fault;

/// From the claim to the call, and from one clock to the other.
const SLACK: Millis = 40 * SECOND;
/// After its moment a step that nothing holds up leaves within this.
const LEAVES_WITHIN: Millis = 10 * MINUTE;
const OFFER_AFTER: Millis = 2 * DAY;
const OFFER_WITHIN: Millis = 3 * DAY;

pub fn judge(case: &Case<'_>, found: &mut Vec<Violation>) {
    for call in &case.history.calls {
        let Wanted::Send { message, .. } = &call.wanted else { continue };
        let Some(who) = case.recipient(call).filter(|who| !case.is_mixed_up(call.business, *who)) else {
            continue;
        };
        if case.restored_at().is_some_and(|at| at <= call.begun_at) {
            continue;
        }
        if message == "offer" {
            offer(case, call, who, found);
        } else if let Some(index) = rules(call.business, 0).follow_ups.iter().position(|name| name == message)
        {
            follow_up(case, call, who, index, found);
        }
    }
}

/// Between its moment and the end of its time, by one of the starts that there were and a version of that time.
fn follow_up(case: &Case<'_>, call: &Call, who: Who, index: usize, found: &mut Vec<Violation>) {
    let business = call.business;
    let starts = case.entries_of(business, who).filter_map(|entry| started(case, entry, call));
    let fits = |(first, last): (Millis, Millis)| {
        case.followed(business, (first, last), call.begun_at).into_iter().any(|version| {
            let step = &follow_ups(business, version)[index];
            let earliest = moment(business, version, first, index);
            let latest =
                moment(business, version, last, index) + Millis::from(step.within_days) * DAY + SLACK;
            (earliest..=latest).contains(&call.begun_at)
        })
    };
    let starts: Vec<(Millis, Millis)> = starts.collect();
    if !starts.iter().copied().any(fits) {
        let what = format!("{:?} to person {who}, which no start of theirs asks for then", call.wanted);
        found.push(case.violates("6 a step out of its time", call.begun_at, what));
    }
}

/// From when to when a run that this entry begins may have begun, if it may have before the call.
fn started(case: &Case<'_>, entry: &Entry, call: &Call) -> Option<(Millis, Millis)> {
    let (first, last) = match &entry.what {
        What::Form { doubled: false, .. } => (entry.at, entry.acknowledged_at.map(|at| at + MINUTE)),
        // The second of the two is a form of its own if the ten minutes end between them.
        What::Form { .. } => (entry.at, case.holds_from(entry)),
        What::LeadAd { business, id, .. } => {
            let name = lead_ad_id(*business, *id);
            let mut reads = case.history.calls.iter().filter(|call| {
                matches!(&call.wanted, Wanted::ReadLeadAd { id } if *id == name) && call.accepted_at.is_some()
            });
            let first = reads.next()?;
            let last = reads.next_back().unwrap_or(first);
            // Whose record is another's takes the details by way of that one's inbox.
            let settled = match case.is_calm() {
                true => last.begun_at + case.settled_by(0) + MINUTE,
                false => case.plan.clears_at.max(last.begun_at) + HOUR,
            };
            (first.begun_at, Some(settled))
        }
        _ => return None,
    };
    let last = last.unwrap_or(Millis::MAX).min(call.begun_at);
    (first <= call.begun_at).then_some((first, last.max(first)))
}

fn offer(case: &Case<'_>, call: &Call, who: Who, found: &mut Vec<Violation>) {
    let mut agreed = case
        .entries_of(call.business, who)
        .filter(|entry| matches!(entry.what, What::Write { words: Words::Agreed, .. }));
    let fits = |entry: &Entry| {
        let last = case.holds_from(entry).map_or(call.begun_at, |at| at + OFFER_AFTER + OFFER_WITHIN + SLACK);
        (entry.at + OFFER_AFTER..=last).contains(&call.begun_at)
    };
    if !agreed.any(fits) {
        let what = format!("the offer to person {who}, who agreed to nothing two days before");
        found.push(case.violates("6 a step out of its time", call.begun_at, what));
    }
}

/// The civil moment of a step, whatever the night.
fn moment(business: usize, version: usize, started: Millis, index: usize) -> Millis {
    let step = &follow_ups(business, version)[index];
    let day = timestamp(started).to_zoned_datetime(zone()).date();
    let day = day.saturating_add(jiff::Span::new().days(i64::from(step.after_days)));
    on(day, step.at.parse().unwrap_or_default())
}

fn on(day: Date, time: Time) -> Millis {
    let zoned = day.to_datetime(time).to_zoned_datetime(zone());
    zoned.map_or(0, |zoned| zoned.timestamp().as_millisecond())
}

/// When a step of this moment may leave by the nights of a version. Nights here run over midnight and begin after noon.
fn after_the_night(business: usize, version: usize, moment: Millis) -> Millis {
    let civil = timestamp(moment).to_zoned_datetime(zone());
    match rules(business, version).night {
        Some((from, to)) if civil.time() >= from => {
            on(civil.date().saturating_add(jiff::Span::new().days(1)), to)
        }
        _ => moment,
    }
}

/// Who never answers gets every step by the clock, each in its time.
pub fn follow_ups_of(
    case: &Case<'_>,
    entry: &Entry,
    acknowledged: Millis,
    who: Who,
    found: &mut Vec<Violation>,
) {
    let business = entry.what.business();
    let quiet = |what: &What| {
        what.captures()
            || matches!(
                what,
                What::Call { .. } | What::Comment { .. } | What::Mention { .. } | What::Poison { .. }
            )
    };
    let silent = !case.ever(business, who, |what| !quiet(what));
    let agreed = case.consents(&entry.what);
    let restored = case.restored_at().is_some();
    if !silent || !agreed || case.line(who) != Line::Mobile || case.is_mixed_up(business, who) || restored {
        return;
    }
    // Who stopped marketing on the platform gets none of it any more (131050).
    let stopped = case.history.calls.iter().any(|call| {
        let opted_out = call.told == Some(Told::Refused(Refusal::OptedOut));
        opted_out && call.business == business && case.recipient(call) == Some(who)
    });
    // A claim that nobody came back from may have been a call, and what nobody waits for is not called for again.
    let doubtful = [Fault::StoreAnswerLost, Fault::StoreSlow, Fault::WorkerDies, Fault::TicksMissed];
    // Whose consent stands in a lead ad that could not be read at once agreed only later.
    let agreed_late = !case.is_calm()
        && case.entries_of(business, who).any(|entry| entry.what.captures() && !case.consents(&entry.what));
    if stopped || agreed_late || doubtful.into_iter().any(|fault| case.plan.has(fault)) {
        return;
    }
    // The fields of a lead ad are read a little later.
    let started = case.settled_by(acknowledged).min(case.ending.now);
    let pinned = case.versions_between(business, entry.at, started);
    for (index, name) in rules(business, 0).follow_ups.iter().enumerate() {
        let mut calls = case.calls_for(business, who, name).peekable();
        let first = calls.peek().copied();
        let latest = acknowledged + 13 * DAY;
        if latest > case.ending.now {
            return;
        }
        let attempted = first.is_some();
        let left = calls.any(|call| call.accepted_at.is_some());
        let missing = if case.is_calm() { !left } else { !attempted };
        // Who is not to be written to for days (131049) may be past a step's time when the one before it is through.
        let earlier =
            std::iter::once("welcome").chain(rules(business, 0).follow_ups[..=index].iter().copied());
        let refused = earlier.into_iter().any(|earlier| case.refused(business, who, earlier));
        if missing && !refused {
            let what = format!("person {who} never answered and got no {name} ({})", entry.what);
            found.push(case.violates("11 no follow-up", entry.at, what));
            return;
        }
        let Some(first) = first.filter(|_| case.is_calm()) else { continue };
        // The day's cap may have been used up by a broadcast, or by what the operator scheduled.
        let others = [NEWS, REMINDER].into_iter().flat_map(|other| case.calls_for(business, who, other));
        if others.into_iter().any(|call| (first.begun_at - 2 * DAY..first.begun_at).contains(&call.begun_at))
        {
            continue;
        }
        // By a newer version it may have been due already.
        if case.moves(business, entry.at, first.begun_at).next().is_some() {
            continue;
        }
        let on_time = |version: &usize| {
            let from = moment(business, *version, entry.at, index);
            let to = moment(business, *version, started, index);
            let nights: BTreeSet<usize> = case
                .versions(business, to)
                .into_iter()
                .chain(case.versions(business, first.begun_at))
                .collect();
            nights.into_iter().any(|night| {
                let due = after_the_night(business, night, from)..=after_the_night(business, night, to);
                *due.start() <= first.begun_at && first.begun_at <= due.end() + LEAVES_WITHIN
            })
        };
        if !pinned.iter().any(on_time) {
            let due: Vec<_> =
                pinned.iter().map(|version| timestamp(moment(business, *version, entry.at, index))).collect();
            let what = format!(
                "{name} of person {who} went at {} and was due at {due:?}",
                timestamp(first.begun_at)
            );
            found.push(case.violates("6 at the wrong time", first.begun_at, what));
        }
    }
}
