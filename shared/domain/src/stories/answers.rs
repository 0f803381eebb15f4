//! What the platforms say no with.

use jiff::SignedDuration;

use super::events::{form, writes};
use super::tale::{Tale, done, refused, throttled};
use crate::call::{Outcome, Refusal};
use crate::event::EventKind;
use crate::playbook::{Occasion, Trigger};

#[test]
fn a_throttled_call_waits_as_long_as_the_platform_asks() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", throttled(Some(SignedDuration::from_mins(7))))
        .lives_until("2026-11-30T10:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-whatsapp: template welcome
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:02 answer to call 1
        retried [whatsapp] [message] [welcome] [too many calls] [until 11-30 09:07:02]
        wakes 11-30 09:07:02 for conversation
    11-30 09:07:02 look
        CALL 2 send-whatsapp: template welcome
    11-30 09:07:02 answer to call 2
        sent [whatsapp] [message] [welcome] [wamid.1]
        wakes 12-03 10:00:00 for bulk
    ");
}

#[test]
fn a_wait_without_end_is_cut_to_a_day() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", throttled(Some(SignedDuration::MAX)));
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-whatsapp: template welcome
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:02 answer to call 1
        retried [whatsapp] [message] [welcome] [too many calls] [until 12-01 09:00:02]
        wakes 12-01 09:00:02 for conversation
    ");
}

#[test]
fn a_broken_token_parks_and_a_redrive_sets_it_going() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", refused(Refusal::ConnectionBroken, "the token is not valid"))
        .look("2026-11-30T09:01")
        .is_redriven("2026-12-01T12:00")
        .lives_until("2026-12-01T12:01")
        .is_redriven("2026-12-01T12:02");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-whatsapp: template welcome
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:02 answer to call 1
        parked [whatsapp] [message] [welcome] [the token is not valid]
        wakes 12-03 10:00:00 for bulk
    11-30 09:01:00 look
        nothing to do
        wakes 12-03 10:00:00 for bulk
    12-01 12:00:00 redrive
        redriven [whatsapp] [message] [welcome]
        wakes 12-01 12:00:00 for conversation
    12-01 12:00:00 look
        CALL 2 send-whatsapp: template welcome
    12-01 12:00:00 answer to call 2
        sent [whatsapp] [message] [welcome] [wamid.1]
        wakes 12-03 10:00:00 for bulk
    12-01 12:02:00 redrive
        nothing is parked
        wakes 12-03 10:00:00 for bulk
    ");
}

#[test]
fn a_window_that_the_platform_sees_closed_is_passed_by_a_template() {
    let mut tale = Tale::with(|playbook| {
        playbook.journeys.get_mut(&"new-lead".into()).unwrap().starts =
            vec![Occasion::any(Trigger::LeadReplied)];
    });
    tale.happens("2026-11-30T09:00", writes("1", "שלום"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", refused(Refusal::Window, "re-engagement message"))
        .lives_until("2026-11-30T10:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 message
        wrote [whatsapp] [שלום]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-whatsapp: free text: welcome
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:02 answer to call 1
        retried [whatsapp] [message] [welcome] [re-engagement message] [until 11-30 09:00:04]
        wakes 11-30 09:00:04 for conversation
    11-30 09:00:04 look
        CALL 2 send-whatsapp: template welcome
    11-30 09:00:04 answer to call 2
        sent [whatsapp] [message] [welcome] [wamid.1]
        wakes 12-03 10:00:00 for bulk
    ");
}

#[test]
fn not_now_for_this_person_is_a_day_and_then_two() {
    let mut tale = Tale::with(|playbook| {
        let journey = playbook.journeys.get_mut(&"new-lead".into()).unwrap();
        journey.steps[1].within = SignedDuration::from_hours(24 * 6);
    });
    let not_now = || refused(Refusal::NotNow, "not delivered to keep the ecosystem healthy");
    tale.happens("2026-11-30T09:00", form("1"))
        .lives_until("2026-12-03T09:00")
        .look("2026-12-03T10:00")
        .answers("2026-12-03T10:00:01", not_now())
        .look("2026-12-04T10:00:01")
        .answers("2026-12-04T10:00:02", not_now())
        .look("2026-12-06T10:00:02")
        .answers("2026-12-06T10:00:03", not_now());
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template welcome
    11-30 09:00:00 answer to call 1
        sent [whatsapp] [message] [welcome] [wamid.1]
        wakes 12-03 10:00:00 for bulk
    12-03 10:00:00 look
        CALL 2 send-whatsapp: template follow_up_1
        wakes 12-03 10:00:30 for bulk
    12-03 10:00:01 answer to call 2
        moved [whatsapp] [message] [follow-up-1] [not delivered to keep the ecosystem healthy] [R15] [until 12-04 10:00:01]
        wakes 12-04 10:00:01 for bulk
    12-04 10:00:01 look
        CALL 3 send-whatsapp: template follow_up_1
        wakes 12-04 10:00:31 for bulk
    12-04 10:00:02 answer to call 3
        moved [whatsapp] [message] [follow-up-1] [not delivered to keep the ecosystem healthy] [R15] [until 12-06 10:00:02]
        wakes 12-06 10:00:02 for bulk
    12-06 10:00:02 look
        CALL 4 send-whatsapp: template follow_up_1
        wakes 12-06 10:00:32 for bulk
    12-06 10:00:03 answer to call 4
        failed [whatsapp] [message] [follow-up-1] [not delivered to keep the ecosystem healthy] [R15]
        wakes 12-10 10:00:00 for bulk
    ");
}

#[test]
fn whoever_stopped_marketing_on_the_platform_gets_none_until_they_resume() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .lives_until("2026-12-03T09:00")
        .look("2026-12-03T10:00")
        .answers("2026-12-03T10:00:01", refused(Refusal::OptedOut, "the person stopped marketing"))
        .lives_until("2026-12-11T00:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template welcome
    11-30 09:00:00 answer to call 1
        sent [whatsapp] [message] [welcome] [wamid.1]
        wakes 12-03 10:00:00 for bulk
    12-03 10:00:00 look
        CALL 2 send-whatsapp: template follow_up_1
        wakes 12-03 10:00:30 for bulk
    12-03 10:00:01 answer to call 2
        marketing-stopped [R14]
        failed [whatsapp] [message] [follow-up-1] [the person stopped marketing] [R14]
        wakes 12-10 10:00:00 for bulk
    12-10 10:00:00 look
        skipped [whatsapp] [message] [follow-up-2] [the person stopped marketing on WhatsApp] [R14]
        wakes 12-17 10:00:00 for bulk
    ");
}

#[test]
fn a_resumption_older_than_the_stop_changes_nothing() {
    let mut tale = Tale::new();
    let stopped = super::events::event(super::events::phone(), "1", EventKind::MarketingStopped);
    let resumed = super::events::event(super::events::phone(), "2", EventKind::MarketingResumed);
    let resumed = resumed(crate::testing::at("2026-11-30T08:00"));
    tale.happens("2026-11-30T09:00", stopped).happens("2026-11-30T09:01", |_| resumed);
    assert!(tale.lead.marketing_stopped_at.is_some());
}

#[test]
fn an_answer_that_does_not_fit_its_question_is_parked_and_not_taken_for_done() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", super::events::lead_ad())
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", done());
    assert!(tale.lead.attention().is_some(), "{}", tale.told());
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", Outcome::LeadAdRead(super::events::fields()));
    assert!(tale.lead.attention().is_some(), "{}", tale.told());
}
