//! When a step is due, for every instant, wait and zone.

use fuzz::holds;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::select;
use shared::domain::ids::MessageName;
use shared::domain::playbook::{Delay, Step, StepAction, Unit, Wait};
use shared::domain::schedule::{CountsFrom, due_at};

/// Ordinary ones, and those with half hours, double summer time, a skipped day, and none at all.
const ZONES: [&str; 10] = [
    "Asia/Jerusalem",
    "UTC",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Europe/Dublin",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "Pacific/Kiritimati",
];

/// Any instant; most of them of these years, many near a change of the clocks in Israel.
fn instant() -> impl Strategy<Value = Timestamp> {
    let any_second = (Timestamp::MIN.as_second()..=Timestamp::MAX.as_second(), 0_i32..1_000_000_000);
    let spring = "2027-03-26T00:00:00Z".parse::<Timestamp>().unwrap_or_default().as_second();
    let autumn = "2026-10-24T23:00:00Z".parse::<Timestamp>().unwrap_or_default().as_second();
    let near = prop_oneof![Just(spring), Just(autumn)];
    prop_oneof![
        2 => any_second.prop_filter_map("in range", |(second, nano)| Timestamp::new(second, nano).ok()),
        4 => (1_577_836_800_i64..2_208_988_800).prop_filter_map("in range", |second| Timestamp::from_second(second).ok()),
        4 => (near, -200_000_i64..200_000).prop_filter_map("in range", |(at, off)| Timestamp::from_second(at + off).ok()),
        1 => select(&[Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH][..]),
    ]
}

fn wait() -> impl Strategy<Value = Wait> {
    let amount = prop_oneof![4 => 0_u32..400, 1 => any::<u32>(), 1 => Just(u32::MAX)];
    let unit = select(&[Unit::Minutes, Unit::Hours, Unit::Days, Unit::Weeks][..]);
    (amount, unit).prop_map(|(amount, unit)| Wait { amount, unit })
}

fn sends(delay: Delay) -> Step {
    Step::new(StepAction::Send(MessageName::new("m")), delay, 1)
}

fn step() -> impl Strategy<Value = Step> {
    let delay = (wait(), any::<bool>())
        .prop_map(|(wait, then)| if then { Delay::ThenAfter(wait) } else { Delay::After(wait) });
    let time =
        (0_i8..24, 0_i8..60).prop_filter_map("a time", |(hour, minute)| Time::new(hour, minute, 0, 0).ok());
    (delay, proptest::option::of(time)).prop_map(|(delay, at)| Step { at, ..sends(delay) })
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn due_of(step: &Step, started_at: Timestamp, last_step_at: Timestamp, name: &str) -> Timestamp {
    let from = CountsFrom { started_at, last_step_at, deal: None };
    due_at(step, from, &zone(name)).unwrap_or_else(|| panic!("it hangs on no date: {step:?}"))
}

#[test]
fn a_step_is_never_due_before_the_one_before_it() {
    let strategy = (step(), instant(), instant(), select(&ZONES[..]));
    holds(1_500, strategy, |(step, started_at, last_step_at, name)| {
        let due = due_of(&step, started_at, last_step_at, name);
        assert!(due >= last_step_at, "{due}");
        assert_eq!(due, due_of(&step, started_at, last_step_at, name));
    });
}

#[test]
fn a_step_with_a_time_of_day_is_due_at_that_time_or_where_the_clocks_leave_it_out_soon_after() {
    let years = 1_577_836_800_i64..2_208_988_800;
    let started = years.prop_filter_map("in range", |second| Timestamp::from_second(second).ok());
    let short = (0_u32..400, select(&[Unit::Minutes, Unit::Hours, Unit::Days][..]));
    let time =
        (0_i8..24, 0_i8..60).prop_filter_map("a time", |(hour, minute)| Time::new(hour, minute, 0, 0).ok());
    holds(1_500, (started, short, time, select(&ZONES[..])), |(started_at, (amount, unit), time, name)| {
        let wait = Wait { amount, unit };
        let step = Step { at: Some(time), ..sends(Delay::After(wait)) };
        let due = due_of(&step, started_at, started_at, name);
        let shown = due.to_zoned_datetime(zone(name));
        let late = shown.time().duration_since(time);
        assert!(late == SignedDuration::ZERO || late.abs() <= SignedDuration::from_hours(1), "{shown}");
        if wait.days().is_none() {
            assert!(due >= started_at + wait.duration(), "{shown}");
        }
        // Not later than the day after the one that was meant; a day may have 25 hours, or be left out.
        assert!(
            due.duration_since(started_at) <= wait.duration() + SignedDuration::from_hours(50),
            "{shown}"
        );
    });
}
