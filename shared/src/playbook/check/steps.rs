//! Steps that come in their order, and at all.

use domain::playbook::{Delay, Journey, StepAction, Trigger};
use domain::schedule::due_at;
use jiff::SignedDuration;
use jiff::civil::{Time, date};

use super::Check;

pub fn check(check: &mut Check<'_, '_, '_>) {
    let playbook = check.playbook;
    for (name, journey) in &playbook.journeys {
        let steps = |index: usize, key: &str| {
            [String::from("journeys"), name.to_string(), "steps".into(), index.to_string(), key.into()]
        };
        for index in disordered(check, journey) {
            let path = steps(index, "after");
            let what = "this step is due before the one above it";
            let hint = "after counts from the journey's start: move the step up, or write then-after";
            check.fault(&path.each_ref().map(String::as_str), what, hint);
        }
        for (index, step) in journey.steps.iter().enumerate() {
            let Some(at) = step.at.filter(|_| !step.ignores_quiet_hours) else { continue };
            if matches!(step.action, StepAction::Tag(_)) {
                continue;
            }
            if let Some(wait) = wait_for_morning(playbook.quiet_hours.night, at)
                && wait > step.within
            {
                let path = steps(index, "at");
                let what =
                    "the quiet hours move this step to a time that is too late for it, so it never goes";
                let hint = "choose a time by day, a longer within, or quiet-hours: ignore";
                check.fault(&path.each_ref().map(String::as_str), what, hint);
            }
        }
        // Nobody who refused is taken on a journey.
        if let Some(index) = journey.starts.iter().position(|start| *start == Trigger::LeadOptedOut) {
            let path = ["journeys", name.as_str(), "starts", &index.to_string()];
            let hint = "confirm a refusal with opt-out: { confirm: … }; here it can stand in stops";
            check.fault(&path, "no journey starts for somebody who has refused messages", hint);
        }
    }
}

/// Steps that are due too early whenever in the day the journey starts.
fn disordered(check: &Check<'_, '_, '_>, journey: &Journey) -> Vec<usize> {
    let zone = &check.playbook.business.zone;
    // Any day will do that has no change of the clock near it.
    let Ok(midnight) = date(2026, 1, 12).to_zoned_datetime(zone.clone()) else { return Vec::new() };
    let dues = |hour: i64| {
        let start = midnight.timestamp() + SignedDuration::from_hours(hour);
        let mut last = start;
        let early = journey.steps.iter().map(|step| {
            let asked = match step.delay {
                Delay::After(_) => due_at(step, start, start, zone),
                Delay::ThenAfter(_) => due_at(step, start, last, zone),
            };
            let early = asked < last;
            last = last.max(asked);
            early
        });
        early.collect::<Vec<bool>>()
    };
    let days: Vec<Vec<bool>> = (0..24).map(dues).collect();
    (0..journey.steps.len()).filter(|index| days.iter().all(|early| early[*index])).collect()
}

/// How long a time of the night has to wait for the night's end.
fn wait_for_morning(night: Option<(Time, Time)>, at: Time) -> Option<SignedDuration> {
    let (from, to) = night?;
    let quiet = if from <= to { (from..to).contains(&at) } else { at >= from || at < to };
    let day = SignedDuration::from_hours(24);
    let wait = at.duration_until(to);
    quiet.then_some(if wait.is_negative() { wait + day } else { wait })
}
