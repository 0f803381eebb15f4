//! Other systems are told on the event bus, after whatever the person waits for.

use super::events::{form, missed_call, writes};
use super::tale::{Tale, done, lost, refused, throttled};
use crate::call::Refusal;
use crate::playbook::Trigger;

fn announcing() -> Tale {
    Tale::with(|playbook| playbook.bus = vec![Trigger::LeadCaptured, Trigger::LeadReplied])
}

#[test]
fn an_announcement_leaves_after_the_welcome_and_is_repeated_until_the_bus_has_it() {
    let mut tale = announcing();
    tale.happens("2026-11-30T22:00", form("1"))
        .look("2026-11-30T22:00:01")
        .answers("2026-11-30T22:00:02", done());
    tale.look("2026-11-30T22:00:02").answers("2026-11-30T22:00:03", lost());
    tale.look("2026-11-30T22:00:10").answers("2026-11-30T22:00:11", throttled(None));
    tale.happens("2026-11-30T22:00:12", missed_call("1"))
        .happens("2026-11-30T22:00:13", writes("2", "מחיר?"));
    tale.look("2026-11-30T22:00:30").answers("2026-11-30T22:00:31", done());
    tale.lives_until("2026-11-30T22:05");
    insta::assert_snapshot!(tale.told(), @"
    11-30 22:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 22:00:00 for conversation
    11-30 22:00:01 look
        CALL 1 send-whatsapp: template welcome
        wakes 11-30 22:00:31 for conversation
    11-30 22:00:02 answer to call 1
        sent [whatsapp] [message] [welcome] [wamid.1]
        wakes 11-30 22:00:00 for bulk
    11-30 22:00:02 look
        CALL 2 announce: lead.captured []
        wakes 11-30 22:00:32 for bulk
    11-30 22:00:03 answer to call 2
        in-doubt [announcement] [no answer in time] [lead.captured]
        wakes 11-30 22:00:05 for bulk
    11-30 22:00:10 look
        CALL 3 announce: lead.captured []
        wakes 11-30 22:00:40 for bulk
    11-30 22:00:11 answer to call 3
        retried [announcement] [too many calls] [lead.captured] [until 11-30 22:00:16]
        wakes 11-30 22:00:16 for bulk
    11-30 22:00:12 call
        call-missed
        journey-started [missed-call]
        journey-ended [missed-call]
        wakes 11-30 22:00:12 for conversation
    11-30 22:00:13 message
        wrote [whatsapp] [מחיר?]
        journey-stopped [new-lead] [lead.replied]
        wakes 11-30 22:00:12 for conversation
    11-30 22:00:30 look
        CALL 4 send-whatsapp: free text: missed-call דנה
        wakes 11-30 22:01:00 for conversation
    11-30 22:00:31 answer to call 4
        sent [whatsapp] [message] [missed-call] [wamid.1]
        wakes 11-30 22:00:16 for bulk
    11-30 22:00:31 look
        CALL 5 announce: lead.captured []
    11-30 22:00:31 answer to call 5
        sent [announcement] [wamid.1] [lead.captured]
    11-30 22:00:31 look
        CALL 6 announce: lead.replied []
    11-30 22:00:31 answer to call 6
        sent [announcement] [wamid.1] [lead.replied]
        sleeps
    ");
}

#[test]
fn what_the_bus_refuses_for_good_is_parked_and_goes_on_when_it_is_driven_again() {
    let mut tale = announcing();
    tale.happens("2026-11-30T09:00", writes("1", "שלום")).look("2026-11-30T09:00:01");
    tale.answers("2026-11-30T09:00:02", refused(Refusal::ConnectionBroken, "no such bus"));
    tale.is_redriven("2026-12-20T09:00").lives_until("2026-12-20T09:01");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 message
        wrote [whatsapp] [שלום]
        wakes 11-30 09:00:00 for bulk
    11-30 09:00:01 look
        CALL 1 announce: lead.replied []
        wakes 11-30 09:00:31 for bulk
    11-30 09:00:02 answer to call 1
        parked [announcement] [no such bus] [lead.replied]
        sleeps
    12-20 09:00:00 redrive
        redriven [announcement] [lead.replied]
        wakes 12-20 09:00:00 for bulk
    12-20 09:00:00 look
        CALL 2 announce: lead.replied []
    12-20 09:00:00 answer to call 2
        sent [announcement] [wamid.1] [lead.replied]
        sleeps
    ");
}

#[test]
fn a_bus_that_takes_nothing_leaves_room_for_messages() {
    let mut tale = announcing();
    for minute in 0..20 {
        tale.happens(&format!("2026-11-30T09:{minute:02}"), writes(&format!("{minute}"), "שלום"));
    }
    assert_eq!(tale.lead.work.len(), 16);
    assert!(tale.told().contains("skipped [the event bus has not taken what came before] [lead.replied]"));
}
