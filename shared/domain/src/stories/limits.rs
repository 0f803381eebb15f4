//! Bounds: of open work, of runs, of a day, and what is held after an outage.

use jiff::SignedDuration;

use super::events::{comments, form, lead_ad, missed_call, writes};
use super::tale::{Tale, done, lead_ad_read};
use crate::channel::Channel;
use crate::claim::Release;
use crate::ids::LeadId;
use crate::lead::RecentSend;
use crate::playbook::{Delay, Occasion, Trigger, Unit, Wait};
use crate::testing::at;
use crate::work::{Class, OPEN_WORK_MAX};

#[test]
fn more_than_64_open_items_are_skipped_and_said() {
    let mut tale = Tale::new();
    for number in 0..30 {
        tale.happens("2026-11-30T09:00", comments(&format!("c{number}"), |_| {}));
    }
    assert_eq!(tale.lead.work.len(), OPEN_WORK_MAX);
    assert_eq!(tale.told().matches("too much open work").count(), 30 * 3 - OPEN_WORK_MAX);
}

#[test]
fn what_is_held_lets_answers_go_and_hands_late_ones_to_a_person() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1")).lives_until("2026-12-01T00:00");
    tale.release = Release::Held;
    tale.look("2026-12-03T12:00")
        .happens("2026-12-03T12:00:01", missed_call("2"))
        .look("2026-12-03T12:00:02")
        .answers("2026-12-03T12:00:03", done())
        .happens("2026-12-03T14:00", missed_call("3"))
        .look("2026-12-03T14:20");
    tale.release = Release::Open;
    tale.look("2026-12-03T15:00").answers("2026-12-03T15:00:01", done());
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
    12-03 12:00:00 look
        wakes 12-03 10:00:00 for bulk
    12-03 12:00:01 call
        call-missed
        journey-started [missed-call]
        journey-ended [missed-call]
        wakes 12-03 10:00:00 for bulk
    12-03 12:00:02 look
        CALL 2 send-whatsapp: template missed_call
        wakes 12-03 12:00:32 for conversation
    12-03 12:00:03 answer to call 2
        sent [whatsapp] [message] [missed-call] [wamid.1]
        wakes 12-03 10:00:00 for bulk
    12-03 14:00:00 call
        call-missed
        journey-started [missed-call]
        journey-ended [missed-call]
        wakes 12-03 10:00:00 for bulk
    12-03 14:20:00 look
        parked [whatsapp] [message] [missed-call] [after the outage this answer is late: a person should give it]
        wakes 12-03 10:00:00 for bulk
    12-03 15:00:00 look
        CALL 3 send-whatsapp: template follow_up_1
        wakes 12-03 15:00:30 for bulk
    12-03 15:00:01 answer to call 3
        sent [whatsapp] [message] [follow-up-1] [wamid.1]
        wakes 12-10 10:00:00 for bulk
    ");
}

#[test]
fn an_event_that_waited_out_the_outage_in_the_inbox_is_late_too() {
    let mut tale = Tale::new();
    tale.release = Release::Held;
    let old = form("1")(at("2026-11-30T02:00"));
    tale.happens("2026-11-30T09:00", |_| old).look("2026-11-30T09:00:01");
    assert!(tale.lead.attention().is_some(), "{}", tale.told());
}

#[test]
fn a_lead_ad_is_read_however_late_since_reading_writes_to_nobody() {
    let mut tale = Tale::new();
    tale.release = Release::Held;
    tale.happens("2026-11-30T09:00", lead_ad())
        .look("2026-11-30T12:00")
        .answers("2026-11-30T12:00:01", lead_ad_read(super::events::fields()))
        .look("2026-11-30T12:00:02");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 lead-ad
        lead-ad-filled [5]
        wakes 11-30 09:00:00 for conversation
    11-30 12:00:00 look
        CALL 1 read-lead-ad
        wakes 11-30 12:00:30 for conversation
    11-30 12:00:01 answer to call 1
        captured [lead-ad]
        consent-given [lead-ad] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 12:00:01 for conversation
    11-30 12:00:02 look
        parked [whatsapp] [message] [welcome] [after the outage this answer is late: a person should give it]
        wakes 12-03 10:00:00 for bulk
    ");
}

#[test]
fn a_talkative_day_does_not_make_room_for_more_than_the_cap() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1")).lives_until("2026-12-03T09:00");
    for (class, count) in [(Class::Bulk, 2), (Class::Conversation, 20)] {
        for _ in 0..count {
            let send = RecentSend { at: at("2026-12-03T09:30"), channel: Channel::WhatsApp, class, id: None };
            let playbooks = crate::context::Playbooks::only(crate::testing::playbook().into());
            let pepper = crate::ids::Pepper::new([5; 32]);
            let context = crate::context::Context {
                now: at("2026-12-03T09:30"),
                seed: 0,
                playbooks: &playbooks,
                pepper: &pepper,
                public_url: None,
            };
            let mut draft = crate::decide::Draft::new(&tale.lead, &context);
            draft.remember_send(send);
            tale.lead = draft.finish().lead;
        }
    }
    tale.look("2026-12-03T10:00");
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
        moved [whatsapp] [message] [follow-up-1] [this person has had the day's messages] [R7] [until 12-04 08:00:00]
        wakes 12-04 08:00:00 for bulk
    ");
}

#[test]
fn a_run_whose_message_is_still_open_is_not_forgotten() {
    let mut tale = Tale::with(|playbook| {
        let journey = playbook.journeys.get_mut(&"missed-call".into()).unwrap();
        journey.not_again_within = None;
        journey.stops = vec![Occasion::any(Trigger::LeadReplied)];
    });
    for number in 0..25 {
        tale.happens("2026-11-30T09:00", missed_call(&number.to_string()));
    }
    let open = |tale: &Tale| tale.lead.work.len();
    assert!(open(&tale) > 0);
    tale.happens("2026-11-30T09:01", writes("w", "שלום"));
    assert_eq!(open(&tale), 0, "{}", tale.told());
    assert!(tale.told().contains("too many journeys"), "{}", tale.told());
}

#[test]
fn a_record_that_only_points_to_another_wakes_nobody() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"));
    assert!(tale.lead.wake().is_some());
    tale.lead.merged_into = Some(LeadId::new(2));
    assert_eq!(tale.lead.wake(), None);
}

#[test]
fn a_wait_beyond_all_time_does_not_break_the_step() {
    let mut tale = Tale::with(|playbook| {
        let journey = playbook.journeys.get_mut(&"new-lead".into()).unwrap();
        journey.steps[0].within = SignedDuration::MAX;
        journey.steps[1].delay = Delay::After(Wait { amount: u32::MAX, unit: Unit::Weeks });
        journey.steps[2].delay = Delay::ThenAfter(Wait { amount: u32::MAX, unit: Unit::Weeks });
        journey.steps[2].at = None;
    });
    tale.happens("2026-11-30T09:00", form("1")).lives_until("2030-01-01T00:00");
}
