//! Steps that come in their order, and at all.

use domain::deal::BOOKING;
use domain::playbook::{Delay, Journey, Occasion, Quiet, Step, StepAction, StepZone, Trigger};
use domain::schedule::{CountsFrom, due_at};
use jiff::civil::{Time, date};
use jiff::{SignedDuration, Timestamp};

use super::Check;
use crate::playbook::nearest::did_you_mean;

pub fn check(check: &mut Check<'_, '_, '_>) {
    let playbook = check.playbook;
    for journey in playbook.journeys.values() {
        for index in disordered(check, journey) {
            let what = "this step is due before the one above it";
            let hint = "after counts from the journey's start: move the step up, or write then-after";
            check.step_fault(journey, index, "after", what, hint);
        }
        for (index, step) in journey.steps.iter().enumerate() {
            zone_exists(check, journey, index, step);
            let Some(at) = step.at.filter(|_| step.quiet != Quiet::Ignore) else { continue };
            let sends = step.action.message().is_some();
            if sends && nights_are_too_long(&playbook.quiet_hours.nights, at, step.within) {
                let what =
                    "the quiet hours move this step to a time that is too late for it, so it never goes";
                let hint = "choose a time by day, a longer within, or quiet-hours: ignore";
                check.step_fault(journey, index, "at", what, hint);
            }
        }
        dates_exist(check, journey);
        // Nobody who refused is taken on a journey.
        if let Some(index) = journey.starts.iter().position(|start| start.trigger == Trigger::LeadOptedOut) {
            let path = ["journeys", journey.name.as_str(), "starts", &index.to_string()];
            let hint = "confirm a refusal with opt-out: { confirm: … }; here it can stand in stops";
            check.fault(&path, "no journey starts for somebody who has refused messages", hint);
        }
    }
}

/// The fact that names a step's zone is one of the deal's.
fn zone_exists(check: &mut Check<'_, '_, '_>, journey: &Journey, index: usize, step: &Step) {
    let Some(StepZone::OfDeal { kind, fact }) = &step.zone else { return };
    let deals = &check.playbook.deals;
    if deals.get(kind).is_some_and(|names| names.facts.contains(fact)) {
        return;
    }
    let known: Vec<String> = deals
        .iter()
        .flat_map(|(kind, names)| names.facts.iter().map(move |fact| format!("{kind}.{fact}")))
        .collect();
    let written = format!("{kind}.{fact}");
    let hint = did_you_mean(&written, known.iter().map(String::as_str));
    check.step_fault(journey, index, "zone", format!("unknown fact \"{written}\""), hint);
}

/// Dates that steps hang on are of one kind of deal, which the playbook has, and which starts the journey.
fn dates_exist(check: &mut Check<'_, '_, '_>, journey: &Journey) {
    let Some(kind) = journey.deal_kind() else { return };
    let playbook = check.playbook;
    for (index, step) in journey.steps.iter().enumerate() {
        let Some(date) = step.delay.date() else { continue };
        let key = if matches!(step.delay, Delay::Before(..)) { "before" } else { "after" };
        let written = format!("{}.{}", date.kind, date.date);
        let known = playbook
            .deals
            .iter()
            .flat_map(|(kind, names)| names.dates.iter().map(move |date| format!("{kind}.{date}")));
        let known: Vec<String> = known.collect();
        if !known.contains(&written) {
            let hint = match playbook.own_deals().next().is_none() && date.kind.as_str() != BOOKING {
                true => "say what a deal has: deals: { trip: { dates: [departs_at] } }".to_owned(),
                false => did_you_mean(&written, known.iter().map(String::as_str)),
            };
            check.step_fault(journey, index, key, format!("unknown date \"{written}\""), hint);
        } else if date.kind != *kind {
            let what = format!("this journey hangs on dates of {kind} already");
            check.step_fault(journey, index, key, what, "write a journey for each kind of deal");
        }
    }
    let is_booking = kind.as_str() == BOOKING;
    let of_a_deal = |start: &Occasion| match start.trigger {
        Trigger::BookingMade | Trigger::BookingMoved | Trigger::BookingCancelled => is_booking,
        Trigger::DealOpened | Trigger::DealWon | Trigger::DealLost => !is_booking,
        _ => false,
    };
    if let Some(index) = journey.starts.iter().position(|start| !of_a_deal(start)) {
        let path = ["journeys", journey.name.as_str(), "starts", &index.to_string()];
        let what = "its steps hang on a deal's dates, and this start brings no deal";
        let hint = match is_booking {
            true => "start it by booking.made or booking.moved",
            false => "start it by deal.opened, deal.won or deal.lost",
        };
        check.fault(&path, what, hint);
    }
}

/// Steps that are due too early whenever in the day the journey starts, and whichever way leads to them.
fn disordered(check: &Check<'_, '_, '_>, journey: &Journey) -> Vec<usize> {
    let zone = &check.playbook.business.zone;
    // Any day will do that has no change of the clock near it.
    let Ok(midnight) = date(2026, 1, 12).to_zoned_datetime(zone.clone()) else { return Vec::new() };
    let early_at = |hour: i64| {
        let start = midnight.timestamp() + SignedDuration::from_hours(hour);
        // The earliest moment at which the step before may be over, by the step that follows it.
        let mut before = vec![None; journey.steps.len() + 1];
        before[0] = Some(start);
        let early = journey.steps.iter().enumerate().map(|(index, step)| {
            let last = before[index].unwrap_or(start);
            let from = |last_step_at| CountsFrom { started_at: start, last_step_at, deal: None };
            let asked = match step.delay {
                Delay::After(_) => due_at(step, from(start), zone),
                Delay::ThenAfter(_) => due_at(step, from(last), zone),
                // When a date comes, nobody knows beforehand.
                Delay::Before(..) | Delay::Since(..) => None,
            };
            let asked = asked.unwrap_or(last);
            let over = match step.action {
                // What is waited for may come at once.
                StepAction::Await { .. } => last,
                _ => last.max(asked),
            };
            for next in step.ways_on() {
                if let Some(known) = before.get_mut(next) {
                    *known = Some(known.map_or(over, |known: Timestamp| known.min(over)));
                }
            }
            asked < last
        });
        early.collect::<Vec<bool>>()
    };
    let days: Vec<Vec<bool>> = (0..24).map(early_at).collect();
    (0..journey.steps.len()).filter(|index| days.iter().all(|early| early[*index])).collect()
}

/// Whether on every day of the week the night holds a step for too long.
fn nights_are_too_long(nights: &[Option<(Time, Time)>], at: Time, within: SignedDuration) -> bool {
    nights.iter().all(|night| wait_for_morning(*night, at).is_some_and(|wait| wait > within))
}

/// How long a time of the night has to wait for the night's end.
fn wait_for_morning(night: Option<(Time, Time)>, at: Time) -> Option<SignedDuration> {
    let (from, to) = night?;
    let quiet = if from <= to { (from..to).contains(&at) } else { at >= from || at < to };
    let day = SignedDuration::from_hours(24);
    let wait = at.duration_until(to);
    quiet.then_some(if wait.is_negative() { wait + day } else { wait })
}
