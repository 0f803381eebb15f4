//! When a step of a journey is due.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::deal::Deal;
use crate::playbook::{Delay, Step, StepZone, Wait};

/// What the steps of a run count from.
#[derive(Clone, Copy, Debug)]
pub struct CountsFrom<'a> {
    pub started_at: Timestamp,
    /// When the step before was due.
    pub last_step_at: Timestamp,
    pub deal: Option<&'a Deal>,
}

/// The moment at which a step is due. One that counts in spans is never due before the step before it; one that hangs
/// on a date is due when it is, and may be past. `None` where the deal does not have the date.
pub fn due_at(step: &Step, from: CountsFrom<'_>, zone: &TimeZone) -> Option<Timestamp> {
    let zone = &zone_of(step, from.deal, zone);
    let (base, wait) = match &step.delay {
        Delay::After(wait) => (from.started_at, *wait),
        Delay::ThenAfter(wait) => (from.last_step_at, *wait),
        Delay::Since(date, wait) => {
            let base = *from.deal?.dates.get(&date.date)?;
            return Some(match step.at {
                None => later(base, wait.duration()),
                Some(time) => at_civil_time(base, *wait, time, zone),
            });
        }
        Delay::Before(date, wait) => {
            let base = *from.deal?.dates.get(&date.date)?;
            return Some(before(base, *wait, step.at, zone));
        }
    };
    let due = match step.at {
        None => later(base, wait.duration()),
        Some(time) => at_civil_time(base, wait, time, zone),
    };
    Some(due.max(from.last_step_at))
}

/// The zone in which a step counts: its own, or the business's where it has none or the deal does not name one.
pub fn zone_of(step: &Step, deal: Option<&Deal>, zone: &TimeZone) -> TimeZone {
    let own = match &step.zone {
        None => None,
        Some(StepZone::Named(zone)) => Some(zone.clone()),
        Some(StepZone::OfDeal { fact, .. }) => {
            deal.and_then(|deal| TimeZone::get(deal.facts.get(fact)?.trim()).ok())
        }
    };
    own.unwrap_or_else(|| zone.clone())
}

/// `time` on the Nth civil day before `base`; with hours or minutes, the last such time that is not later.
fn before(base: Timestamp, wait: Wait, time: Option<jiff::civil::Time>, zone: &TimeZone) -> Timestamp {
    let earlier = base.checked_sub(wait.duration()).unwrap_or(Timestamp::MIN);
    let Some(time) = time else { return earlier };
    let on = |day: Date| {
        day.to_datetime(time).to_zoned_datetime(zone.clone()).map_or(earlier, |zoned| zoned.timestamp())
    };
    match wait.days() {
        Some(days) => {
            let day = base.to_zoned_datetime(zone.clone()).date();
            on(day.checked_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Date::MIN))
        }
        None => {
            let day = earlier.to_zoned_datetime(zone.clone()).date();
            let due = on(day);
            if due <= earlier { due } else { day.yesterday().map_or(due, on) }
        }
    }
}

/// As far as time goes, instead of a panic for a wait that is longer.
pub fn later(base: Timestamp, wait: SignedDuration) -> Timestamp {
    base.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// `time` on the Nth civil day after `base`; with hours or minutes, or on the day itself when it is past, the
/// first such time that is not earlier. A time that summer time leaves out is an hour later.
fn at_civil_time(base: Timestamp, wait: Wait, time: jiff::civil::Time, zone: &TimeZone) -> Timestamp {
    let (earliest, day) = match wait.days() {
        Some(days) => {
            let start = base.to_zoned_datetime(zone.clone()).date();
            (base, start.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(Date::MAX))
        }
        None => {
            let earliest = later(base, wait.duration());
            (earliest, earliest.to_zoned_datetime(zone.clone()).date())
        }
    };
    let on = |day: jiff::civil::Date| {
        day.to_datetime(time).to_zoned_datetime(zone.clone()).map_or(earliest, |zoned| zoned.timestamp())
    };
    let due = on(day);
    if due >= earliest { due } else { day.tomorrow().map_or(due, on) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::MessageName;
    use crate::playbook::{DealDate, StepAction, Unit};
    use jiff::civil::time;

    fn step(delay: Delay, at: Option<jiff::civil::Time>) -> Step {
        Step { at, ..Step::new(StepAction::Send(MessageName::new("m")), delay, 1) }
    }

    fn counts(started_at: Timestamp, last_step_at: Timestamp) -> CountsFrom<'static> {
        CountsFrom { started_at, last_step_at, deal: None }
    }

    fn after(amount: u32, unit: Unit) -> Delay {
        Delay::After(Wait { amount, unit })
    }

    #[test]
    fn a_step_is_due_as_the_marketer_reads_it() {
        let zone = TimeZone::get("Asia/Jerusalem").unwrap();
        let ten = Some(time(10, 0, 0, 0));
        let cases = [
            ("2026-11-30T09:00:00+02:00", after(3, Unit::Days), ten, "2026-12-03T10:00:00+02:00"),
            ("2026-11-30T23:59:00+02:00", after(3, Unit::Days), ten, "2026-12-03T10:00:00+02:00"),
            ("2026-11-30T09:00:00+02:00", after(3, Unit::Days), None, "2026-12-03T09:00:00+02:00"),
            ("2026-11-30T09:00:00+02:00", after(2, Unit::Hours), None, "2026-11-30T11:00:00+02:00"),
            ("2026-11-30T09:00:00+02:00", after(2, Unit::Hours), ten, "2026-12-01T10:00:00+02:00"),
            ("2026-11-30T11:00:00+02:00", after(0, Unit::Days), ten, "2026-12-01T10:00:00+02:00"),
            ("2026-11-30T09:00:00+02:00", after(1, Unit::Weeks), ten, "2026-12-07T10:00:00+02:00"),
            ("2026-11-30T08:00:00+02:00", after(2, Unit::Hours), ten, "2026-11-30T10:00:00+02:00"),
            ("2028-02-28T09:00:00+02:00", after(1, Unit::Days), ten, "2028-02-29T10:00:00+02:00"),
            // Over the change to winter time, whose day has 25 hours.
            ("2026-10-22T09:00:00+03:00", after(3, Unit::Days), ten, "2026-10-25T10:00:00+02:00"),
            ("2026-10-22T09:00:00+03:00", after(3, Unit::Days), None, "2026-10-25T08:00:00+02:00"),
            // 01:30 comes twice on the day of the change: the first is meant, and a wait that begins between the
            // two goes on to the next day.
            (
                "2026-10-24T09:00:00+03:00",
                after(1, Unit::Days),
                Some(time(1, 30, 0, 0)),
                "2026-10-25T01:30:00+03:00",
            ),
            (
                "2026-10-25T00:40:00+03:00",
                after(1, Unit::Hours),
                Some(time(1, 30, 0, 0)),
                "2026-10-26T01:30:00+02:00",
            ),
            // Over the change to summer time: the civil time stays, 24-hour days do not.
            ("2027-03-25T09:00:00+02:00", after(3, Unit::Days), ten, "2027-03-28T10:00:00+03:00"),
            ("2027-03-25T09:00:00+02:00", after(3, Unit::Days), None, "2027-03-28T10:00:00+03:00"),
            // 02:30 does not exist on the day of the change.
            (
                "2027-03-25T09:00:00+02:00",
                after(1, Unit::Days),
                Some(time(2, 30, 0, 0)),
                "2027-03-26T03:30:00+03:00",
            ),
        ];
        for (start, delay, at, due) in cases {
            let start: Timestamp = start.parse().unwrap();
            let step = step(delay, at);
            assert_eq!(due_at(&step, counts(start, start), &zone), Some(due.parse().unwrap()), "{step:?}");
        }
    }

    #[test]
    fn a_step_counts_from_the_one_before_if_it_says_so_and_never_precedes_it() {
        let zone = TimeZone::UTC;
        let start: Timestamp = "2026-11-30T09:00:00Z".parse().unwrap();
        let last: Timestamp = "2026-12-20T10:00:00Z".parse().unwrap();
        let then = Delay::ThenAfter(Wait { amount: 2, unit: Unit::Days });
        let due = |step: &Step| due_at(step, counts(start, last), &zone).unwrap();
        assert_eq!(due(&step(then, None)), "2026-12-22T10:00:00Z".parse().unwrap());
        assert_eq!(due(&step(after(3, Unit::Days), None)), last);
    }

    #[test]
    fn a_step_hangs_on_a_date_of_the_deal() {
        let zone = TimeZone::get("Asia/Jerusalem").unwrap();
        let flight: Timestamp = "2027-05-05T06:00:00+03:00".parse().unwrap();
        let dates = [("departs_at".to_owned(), flight)].into();
        let deal = Deal { dates, ..Deal::new("1".into(), "trip".into(), flight) };
        let date = |date: &str| DealDate { kind: "trip".into(), date: date.into() };
        let before = |amount, unit| Delay::Before(date("departs_at"), Wait { amount, unit });
        let since = |amount, unit| Delay::Since(date("departs_at"), Wait { amount, unit });
        let ten = Some(time(10, 0, 0, 0));
        let cases = [
            (before(7, Unit::Days), ten, Some("2027-04-28T10:00:00+03:00")),
            (before(7, Unit::Days), None, Some("2027-04-28T06:00:00+03:00")),
            (before(5, Unit::Hours), None, Some("2027-05-05T01:00:00+03:00")),
            (before(5, Unit::Hours), ten, Some("2027-05-04T10:00:00+03:00")),
            // Over the change to summer time: the civil time stays.
            (before(6, Unit::Weeks), ten, Some("2027-03-24T10:00:00+02:00")),
            (since(1, Unit::Days), ten, Some("2027-05-06T10:00:00+03:00")),
            (since(3, Unit::Hours), None, Some("2027-05-05T09:00:00+03:00")),
            (Delay::Since(date("returns_at"), Wait::NONE), None, None),
        ];
        for (delay, at, due) in cases {
            let step = step(delay, at);
            let from = CountsFrom { deal: Some(&deal), ..counts(flight, flight) };
            assert_eq!(due_at(&step, from, &zone), due.map(|due| due.parse().unwrap()), "{step:?}");
        }
    }
}
