//! Steps by the clock: where they count, how many a week takes, and what is looked at to plan one.

use super::events::form;
use super::tale::Tale;
use super::ways::{days, send, told_of_steps, with_steps};
use crate::playbook::{Delay, Journey, LOOKED_AT, Occasion, Step, StepZone, Trigger, Wait, in_order};

#[test]
fn a_step_counts_where_the_person_is_and_the_night_is_theirs() {
    let rome = |zone: &str| {
        let mut step = send("follow-up-1", Delay::After(days(1)), 2);
        step.at = Some(jiff::civil::time(20, 30, 0, 0));
        step.zone = Some(StepZone::Named(jiff::tz::TimeZone::get(zone).unwrap()));
        let mut tale = Tale::with(with_steps(vec![send("welcome", Delay::After(Wait::NONE), 1), step]));
        tale.happens("2026-11-30T09:00", form("1")).lives_until("2026-12-20T00:00");
        told_of_steps(&tale)
    };
    let told = ["Europe/Rome", "America/Los_Angeles", "Asia/Tokyo"].map(rome);
    insta::assert_snapshot!(told.join("\n---\n"), @"
    11-30 09:00:00 form
        journey-started [new-lead]
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template welcome
    12-01 21:30:00 look
        journey-ended [new-lead]
        CALL 2 send-whatsapp: template follow_up_1
    ---
    11-30 09:00:00 form
        journey-started [new-lead]
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template welcome
    12-01 06:30:00 look
        journey-ended [new-lead]
        CALL 2 send-whatsapp: template follow_up_1
    ---
    11-30 09:00:00 form
        journey-started [new-lead]
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template welcome
    12-01 13:30:00 look
        journey-ended [new-lead]
        CALL 2 send-whatsapp: template follow_up_1
    ");
}

#[test]
fn a_week_has_its_cap_too() {
    let mut tale = Tale::with(|playbook| {
        playbook.weekly_cap = Some(2);
        let journey = playbook.journeys.get_mut(&"new-lead".into()).unwrap();
        journey.stops.clear();
        let steps = (1..=4).map(|day| Step {
            within: days(9).duration(),
            ..send("follow-up-1", Delay::After(days(day)), 0)
        });
        journey.steps = in_order(steps);
    });
    tale.happens("2026-11-30T09:00", form("1")).lives_until("2026-12-30T00:00");
    insta::assert_snapshot!(told_of_steps(&tale), @"
    11-30 09:00:00 form
        journey-started [new-lead]
    12-01 09:00:00 look
        CALL 1 send-whatsapp: template follow_up_1
    12-02 09:00:00 look
        CALL 2 send-whatsapp: template follow_up_1
    12-03 09:00:00 look
        moved [whatsapp] [message] [follow-up-1] [this person has had the week's messages] [R7] [until 12-08 08:00:00]
    12-04 09:00:00 look
        journey-ended [new-lead]
    12-08 08:00:00 look
        CALL 3 send-whatsapp: template follow_up_1
    12-08 08:00:00 look
        moved [whatsapp] [message] [follow-up-1] [this person has had the week's messages] [R7] [until 12-09 08:00:00]
    12-09 08:00:00 look
        CALL 4 send-whatsapp: template follow_up_1
    ");
}

/// Fifty journeys, of which the person is on one.
#[test]
fn planning_the_next_step_looks_at_no_other_journey() {
    let mut tale = Tale::with(|playbook| {
        let model = playbook.journeys[&"new-lead".into()].clone();
        for number in 0..48 {
            playbook.journeys.insert(Journey {
                name: format!("other-{number}").as_str().into(),
                starts: vec![Occasion { trigger: Trigger::TagAdded, of: Some(format!("tag-{number}")) }],
                ..model.clone()
            });
        }
        assert_eq!(playbook.journeys.len(), 50);
    });
    tale.happens("2026-11-30T09:00", form("1")).lives_until("2026-12-02T00:00");
    LOOKED_AT.take();
    tale.look("2026-12-03T10:00");
    assert_eq!(tale.calls.len(), 2, "the first follow-up is claimed");
    let looked_at = LOOKED_AT.take();
    assert!(looked_at.iter().all(|name| name.as_str() == "new-lead"), "{looked_at:?}");
    // To take the step, and to ask whether it keeps quiet hours.
    assert_eq!(looked_at.len(), 2);
}
