//! Who refuses is not written to.

use jiff::SignedDuration;

use super::events::{form, missed_call, presses, writes};
use super::tale::{Tale, lost, refused, throttled};
use crate::call::Refusal;
use crate::playbook::{CONSENT_PAYLOAD, OPT_OUT_PAYLOAD};
use crate::testing::at;

#[test]
fn a_word_of_refusal_is_confirmed_once_and_nothing_begins_again() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .lives_until("2026-12-01T00:00")
        .happens("2026-12-01T12:00", writes("2", "הסר"))
        .lives_until("2026-12-01T12:01")
        .happens("2026-12-01T12:02", writes("3", "די!"))
        .happens("2026-12-01T12:03", presses("4", OPT_OUT_PAYLOAD))
        .happens("2026-12-02T09:00", form("5"))
        .happens("2026-12-02T10:00", missed_call("6"))
        .lives_until("2027-05-01T00:00");
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
    12-01 12:00:00 message
        wrote [whatsapp] [הסר]
        opted-out [whatsapp]
        journey-stopped [new-lead] [lead.opted-out]
        wakes 12-01 12:00:00 for conversation
    12-01 12:00:00 look
        CALL 2 send-whatsapp: free text: goodbye דנה
    12-01 12:00:00 answer to call 2
        sent [whatsapp] [message] [goodbye] [wamid.1]
        sleeps
    12-01 12:02:00 message
        wrote [whatsapp] [די!]
        sleeps
    12-01 12:03:00 message
        wrote [whatsapp]
        sleeps
    12-02 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        skipped [new-lead] [the person has refused messages] [R3]
        sleeps
    12-02 10:00:00 call
        call-missed
        skipped [missed-call] [the person has refused messages] [R3]
        sleeps
        sleeps
    ");
}

#[test]
fn a_refusal_while_a_message_is_on_its_way_stops_its_next_try() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .happens("2026-11-30T09:00:02", writes("2", "הסר"))
        .answers("2026-11-30T09:00:03", throttled(None))
        .lives_until("2027-05-01T00:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-whatsapp: template welcome
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:02 message
        wrote [whatsapp] [הסר]
        opted-out [whatsapp]
        journey-stopped [new-lead] [lead.opted-out]
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:03 answer to call 1
        skipped [whatsapp] [message] [welcome] [called off, and not tried again: too many calls]
        wakes 11-30 09:00:02 for conversation
    11-30 09:00:03 look
        CALL 2 send-whatsapp: free text: goodbye דנה
    11-30 09:00:03 answer to call 2
        sent [whatsapp] [message] [goodbye] [wamid.1]
        sleeps
    ");
}

#[test]
fn a_refusal_while_a_message_is_in_doubt_lets_it_rest() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", lost())
        .happens("2026-11-30T09:00:10", writes("2", "הסר"))
        .lives_until("2027-05-01T00:00");
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
        in-doubt [whatsapp] [message] [welcome] [no answer in time]
        wakes 11-30 09:00:17 for conversation
    11-30 09:00:10 message
        wrote [whatsapp] [הסר]
        opted-out [whatsapp]
        journey-stopped [new-lead] [lead.opted-out]
        wakes 11-30 09:00:10 for conversation
    11-30 09:00:10 look
        CALL 2 send-whatsapp: free text: goodbye דנה
    11-30 09:00:10 answer to call 2
        sent [whatsapp] [message] [goodbye] [wamid.1]
    11-30 09:00:17 look
    11-30 09:01:02 look
        unknown [whatsapp] [message] [welcome] [its answer was lost, and it was called off]
        sleeps
    ");
}

#[test]
fn a_refusal_ends_what_is_parked() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", refused(Refusal::ConnectionBroken, "the token is not valid"))
        .happens("2026-11-30T09:05", writes("2", "הסר"))
        .lives_until("2026-11-30T09:06")
        .is_redriven("2026-11-30T10:00");
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
    11-30 09:05:00 message
        wrote [whatsapp] [הסר]
        opted-out [whatsapp]
        journey-stopped [new-lead] [lead.opted-out]
        skipped [whatsapp] [message] [welcome] [lead.opted-out]
        wakes 11-30 09:05:00 for conversation
    11-30 09:05:00 look
        CALL 2 send-whatsapp: free text: goodbye דנה
    11-30 09:05:00 answer to call 2
        sent [whatsapp] [message] [goodbye] [wamid.1]
        sleeps
    11-30 10:00:00 redrive
        nothing is parked
        sleeps
    ");
}

#[test]
fn consent_that_is_older_than_the_refusal_does_not_undo_it() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", missed_call("1"))
        .lives_until("2026-11-30T09:01")
        .happens("2026-11-30T09:05", writes("2", "הסר"))
        .lives_until("2026-11-30T09:06");
    let late = presses("3", CONSENT_PAYLOAD)(at("2026-11-30T09:04"));
    tale.happens("2026-11-30T09:07", |_| late);
    assert!(tale.lead.opt_out.is_some());
    assert!(!tale.lead.has_consent());
}

#[test]
fn consent_after_a_refusal_undoes_it_and_takes_back_a_confirmation_that_waits() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", writes("1", "הסר"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", throttled(Some(SignedDuration::from_mins(10))))
        .happens("2026-11-30T09:05", presses("2", CONSENT_PAYLOAD))
        .lives_until("2027-05-01T00:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 message
        wrote [whatsapp] [הסר]
        opted-out [whatsapp]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-whatsapp: free text: goodbye
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:02 answer to call 1
        retried [whatsapp] [message] [goodbye] [too many calls] [until 11-30 09:10:02]
        wakes 11-30 09:10:02 for conversation
    11-30 09:05:00 message
        wrote [whatsapp]
        consent-given [button] [אני רוצה לקבל הצעות]
        skipped [whatsapp] [message] [goodbye] [the person has changed their mind]
        sleeps
        sleeps
    ");
}

#[test]
fn a_welcome_in_doubt_is_not_repeated_to_who_wrote_in_between() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", lost())
        .happens("2026-11-30T09:00:10", writes("2", "תודה, קיבלתי"))
        .lives_until("2027-05-01T00:00");
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
        in-doubt [whatsapp] [message] [welcome] [no answer in time]
        wakes 11-30 09:00:17 for conversation
    11-30 09:00:10 message
        wrote [whatsapp] [תודה, קיבלתי]
        journey-stopped [new-lead] [lead.replied]
        wakes 11-30 09:00:17 for conversation
    11-30 09:00:17 look
    11-30 09:01:02 look
        unknown [whatsapp] [message] [welcome] [its answer was lost, and it was called off]
        sleeps
    ");
}

#[test]
fn a_parked_step_of_a_stopped_journey_is_over() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", refused(Refusal::ConnectionBroken, "the token is not valid"))
        .happens("2026-11-30T09:05", writes("2", "מתי אפשר לדבר?"))
        .is_redriven("2026-11-30T10:00");
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
    11-30 09:05:00 message
        wrote [whatsapp] [מתי אפשר לדבר?]
        journey-stopped [new-lead] [lead.replied]
        skipped [whatsapp] [message] [welcome] [lead.replied]
        sleeps
    11-30 10:00:00 redrive
        nothing is parked
        sleeps
    ");
}
