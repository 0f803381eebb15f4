//! When a step of a journey is due.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::playbook::{Delay, Step, Wait};

/// The moment at which a step is due, for a run that began at `started_at` and whose step before was due at
/// `last_step_at`. Never before the step before it.
pub fn due_at(step: &Step, started_at: Timestamp, last_step_at: Timestamp, zone: &TimeZone) -> Timestamp {
    let (base, wait) = match step.delay {
        Delay::After(wait) => (started_at, wait),
        Delay::ThenAfter(wait) => (last_step_at, wait),
    };
    let due = match step.at {
        None => later(base, wait.duration()),
        Some(time) => at_civil_time(base, wait, time, zone),
    };
    due.max(last_step_at)
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
    use crate::playbook::{StepAction, Unit};
    use jiff::civil::time;

    fn step(delay: Delay, at: Option<jiff::civil::Time>) -> Step {
        Step {
            action: StepAction::Send(MessageName::new("m")),
            delay,
            at,
            within: SignedDuration::from_hours(24),
            ignores_quiet_hours: false,
        }
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
            assert_eq!(
                due_at(&step(delay, at), start, start, &zone),
                due.parse().unwrap(),
                "{delay:?} {at:?}"
            );
        }
    }

    #[test]
    fn a_step_counts_from_the_one_before_if_it_says_so_and_never_precedes_it() {
        let zone = TimeZone::UTC;
        let start: Timestamp = "2026-11-30T09:00:00Z".parse().unwrap();
        let last: Timestamp = "2026-12-20T10:00:00Z".parse().unwrap();
        let then = Delay::ThenAfter(Wait { amount: 2, unit: Unit::Days });
        assert_eq!(due_at(&step(then, None), start, last, &zone), "2026-12-22T10:00:00Z".parse().unwrap());
        assert_eq!(due_at(&step(after(3, Unit::Days), None), start, last, &zone), last);
    }
}
