//! Journeys: from the first contact to the last step.

use jiff::SignedDuration;
use jiff::civil::time;

use super::events::{event, fields, form, lead_ad, missed_call, phone, presses, writes, writes_on_instagram};
use super::tale::{Tale, lead_ad_read, throttled};
use crate::channel::Channel;
use crate::event::EventKind;
use crate::identity::Identity;
use crate::phone::PhoneNumber;
use crate::playbook::{
    CONSENT_PAYLOAD, Delay, Journey, Occasion, Step, StepAction, Trigger, Unit, Wait, in_order,
};

#[test]
fn a_lead_ad_is_read_welcomed_followed_up_on_civil_days_and_tagged() {
    let mut tale = Tale::new();
    // The change to summer time lies in between.
    tale.happens("2027-03-24T14:20", lead_ad())
        .look("2027-03-24T14:20:01")
        .answers("2027-03-24T14:20:02", lead_ad_read(fields()))
        .lives_until("2027-05-01T00:00");
    insta::assert_snapshot!(tale.told(), @"
    03-24 14:20:00 lead-ad
        lead-ad-filled [5]
        wakes 03-24 14:20:00 for conversation
    03-24 14:20:01 look
        CALL 1 read-lead-ad
        wakes 03-24 14:20:31 for conversation
    03-24 14:20:02 answer to call 1
        captured [lead-ad]
        consent-given [lead-ad] [אני מאשר]
        journey-started [new-lead]
        wakes 03-24 14:20:02 for conversation
    03-24 14:20:02 look
        CALL 2 send-whatsapp: template welcome
    03-24 14:20:02 answer to call 2
        sent [whatsapp] [message] [welcome] [wamid.1]
    03-27 10:00:00 look
        CALL 3 send-whatsapp: template follow_up_1
    03-27 10:00:00 answer to call 3
        sent [whatsapp] [message] [follow-up-1] [wamid.1]
    04-03 10:00:00 look
        CALL 4 send-whatsapp: template follow_up_2
    04-03 10:00:00 answer to call 4
        sent [whatsapp] [message] [follow-up-2] [wamid.1]
    04-10 10:00:00 look
        tag-added [new-lead] [mailing-list]
        journey-ended [new-lead]
        sleeps
    ");
}

#[test]
fn a_lead_that_answers_gets_no_follow_up() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .lives_until("2026-12-01T00:00")
        .happens("2026-12-01T12:00", writes("2", "מתי אפשר לדבר?"))
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
        wrote [whatsapp] [מתי אפשר לדבר?]
        journey-stopped [new-lead] [lead.replied]
        sleeps
        sleeps
    ");
}

#[test]
fn who_answers_while_a_follow_up_is_on_its_way_is_not_sent_it_again() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .lives_until("2026-12-03T09:59")
        .look("2026-12-03T10:00")
        .happens("2026-12-03T10:00:01", writes("2", "מתי אפשר לדבר?"))
        .answers("2026-12-03T10:00:02", throttled(None))
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
    12-03 10:00:00 look
        CALL 2 send-whatsapp: template follow_up_1
        wakes 12-03 10:00:30 for bulk
    12-03 10:00:01 message
        wrote [whatsapp] [מתי אפשר לדבר?]
        journey-stopped [new-lead] [lead.replied]
        wakes 12-03 10:00:30 for bulk
    12-03 10:00:02 answer to call 2
        skipped [whatsapp] [message] [follow-up-1] [called off, and not tried again: too many calls]
        sleeps
        sleeps
    ");
}

#[test]
fn three_missed_calls_within_the_hour_are_one_message_and_a_fourth_after_it_is_another() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", missed_call("1"))
        .lives_until("2026-11-30T09:01")
        .happens("2026-11-30T09:02", missed_call("2"))
        .happens("2026-11-30T09:59", missed_call("3"))
        .lives_until("2026-11-30T10:00")
        .happens("2026-11-30T10:00", missed_call("4"))
        .lives_until("2027-05-01T00:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 call
        call-missed
        journey-started [missed-call]
        journey-ended [missed-call]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template missed_call
    11-30 09:00:00 answer to call 1
        sent [whatsapp] [message] [missed-call] [wamid.1]
        sleeps
    11-30 09:02:00 call
        call-missed
        sleeps
    11-30 09:59:00 call
        call-missed
        sleeps
        sleeps
    11-30 10:00:00 call
        call-missed
        journey-started [missed-call]
        journey-ended [missed-call]
        wakes 11-30 10:00:00 for conversation
    11-30 10:00:00 look
        CALL 2 send-whatsapp: template missed_call
    11-30 10:00:00 answer to call 2
        sent [whatsapp] [message] [missed-call] [wamid.1]
        sleeps
    ");
}

fn with_consent_journey(playbook: &mut crate::playbook::Playbook) {
    let step = |message: &str, wait| Step::new(StepAction::Send(message.into()), Delay::After(wait), 0);
    let journey = Journey {
        name: "offers".into(),
        starts: vec![Occasion::any(Trigger::ConsentGiven)],
        stops: vec![Occasion::any(Trigger::LeadReplied)],
        steps: in_order([
            step("welcome", Wait::NONE),
            step("follow-up-1", Wait { amount: 2, unit: Unit::Days }),
        ]),
        ..Journey::default()
    };
    playbook.journeys.insert(journey);
}

#[test]
fn a_button_after_a_missed_call_gives_consent_and_begins_what_waits_for_it() {
    let mut tale = Tale::with(with_consent_journey);
    tale.happens("2026-11-30T09:00", missed_call("1"))
        .lives_until("2026-11-30T09:01")
        .happens("2026-11-30T09:05", presses("2", CONSENT_PAYLOAD))
        .lives_until("2027-05-01T00:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 call
        call-missed
        journey-started [missed-call]
        journey-ended [missed-call]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template missed_call
    11-30 09:00:00 answer to call 1
        sent [whatsapp] [message] [missed-call] [wamid.1]
        sleeps
    11-30 09:05:00 message
        wrote [whatsapp]
        consent-given [button] [אני רוצה לקבל הצעות]
        journey-started [offers]
        wakes 11-30 09:05:00 for conversation
    11-30 09:05:00 look
        CALL 2 send-whatsapp: free text: welcome
    11-30 09:05:00 answer to call 2
        sent [whatsapp] [message] [welcome] [wamid.1]
    12-02 09:05:00 look
        journey-ended [offers]
        CALL 3 send-whatsapp: template follow_up_1
    12-02 09:05:00 answer to call 3
        sent [whatsapp] [message] [follow-up-1] [wamid.1]
        sleeps
    ");
}

#[test]
fn two_journeys_at_once_share_a_day_s_cap_and_keep_their_order() {
    let mut tale = Tale::with(|playbook| {
        let ten = Some(time(10, 0, 0, 0));
        let step = |name: &str, amount| Step {
            at: ten,
            within: SignedDuration::from_hours(72),
            ..Step::new(StepAction::Send(name.into()), Delay::After(Wait { amount, unit: Unit::Days }), 0)
        };
        let journey = Journey {
            name: "second".into(),
            starts: vec![Occasion::any(Trigger::LeadCaptured)],
            steps: in_order([step("follow-up-2", 3), step("welcome", 3), step("follow-up-1", 4)]),
            ..Journey::default()
        };
        playbook.journeys.insert(journey);
    });
    tale.happens("2026-11-30T09:00", form("1")).lives_until("2026-12-06T00:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        journey-started [second]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template welcome
    11-30 09:00:00 answer to call 1
        sent [whatsapp] [message] [welcome] [wamid.1]
    12-03 10:00:00 look
        CALL 2 send-whatsapp: template follow_up_1
    12-03 10:00:00 answer to call 2
        sent [whatsapp] [message] [follow-up-1] [wamid.1]
    12-03 10:00:00 look
        CALL 3 send-whatsapp: template follow_up_2
    12-03 10:00:00 answer to call 3
        sent [whatsapp] [message] [follow-up-2] [wamid.1]
    12-03 10:00:00 look
        moved [whatsapp] [message] [welcome] [this person has had the day's messages] [R7] [until 12-04 08:00:00]
    12-04 08:00:00 look
        CALL 4 send-whatsapp: template welcome
    12-04 08:00:00 answer to call 4
        sent [whatsapp] [message] [welcome] [wamid.1]
    12-04 10:00:00 look
        journey-ended [second]
        CALL 5 send-whatsapp: template follow_up_1
    12-04 10:00:00 answer to call 5
        sent [whatsapp] [message] [follow-up-1] [wamid.1]
        wakes 12-10 10:00:00 for bulk
    ");
}

#[test]
fn a_landline_that_writes_from_a_mobile_is_answered_there() {
    let mut tale = Tale::with(|playbook| {
        playbook.journeys.get_mut(&"new-lead".into()).unwrap().starts =
            vec![Occasion::any(Trigger::LeadReplied)];
    });
    tale.lead.phone = Some(PhoneNumber::parse("03-123-4567").unwrap());
    tale.happens("2026-11-30T09:00", writes("1", "שלום")).lives_until("2026-12-01T00:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 message
        wrote [whatsapp] [שלום]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:00 look
        CALL 1 send-whatsapp: free text: welcome
    11-30 09:00:00 answer to call 1
        sent [whatsapp] [message] [welcome] [wamid.1]
        wakes 12-03 10:00:00 for bulk
    ");
}

#[test]
fn a_changed_number_is_the_one_that_is_written_to() {
    let new = PhoneNumber::parse("054-765-4321").unwrap();
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1")).happens(
        "2026-11-30T09:01",
        event(phone(), "2", EventKind::IdentityChanged { to: Identity::Phone(new.clone()) }),
    );
    assert_eq!(tale.lead.phone, Some(new));
}

#[test]
fn a_changed_whatsapp_id_is_the_one_that_is_written_to_in_whatever_order_the_changes_are_told() {
    let user = |id: &str| Identity::WhatsAppUser(format!("IL.{id}"));
    let reaction = EventKind::Reacted { channel: Channel::WhatsApp, asset: "106".into() };
    for told in [[("1", "3"), ("3", "2")], [("3", "2"), ("1", "3")]] {
        let mut tale = Tale::new();
        tale.happens("2026-11-30T09:00", event(user("1"), "first", reaction.clone()));
        for (from, to) in told {
            let changed = EventKind::IdentityChanged { to: user(to) };
            tale.happens("2026-11-30T09:01", event(user(from), to, changed));
        }
        // One from before that comes late brings the old name again.
        tale.happens("2026-11-30T09:02", event(user("1"), "second", reaction.clone()));
        assert_eq!(tale.lead.address(Channel::WhatsApp), Some(user("2")), "{told:?}");
    }
}

#[test]
fn steps_of_one_run_keep_their_order_over_two_channels() {
    let mut tale = Tale::with(|playbook| {
        let journey = playbook.journeys.get_mut(&"new-lead".into()).unwrap();
        journey.starts.push(Occasion::any(Trigger::LeadReplied));
        journey.stops.clear();
        journey.steps.truncate(2);
        journey.steps[1].delay = Delay::After(Wait { amount: 30, unit: Unit::Minutes });
        journey.steps[1].at = None;
    });
    tale.happens("2026-11-30T09:00", writes_on_instagram("1", "שלום"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", throttled(Some(SignedDuration::from_hours(1))))
        .happens("2026-11-30T09:10", form("2"))
        .lives_until("2026-11-30T09:31")
        .lives_until("2026-11-30T12:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 message
        wrote [instagram] [שלום]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:01 look
        CALL 1 send-instagram: welcome
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:02 answer to call 1
        retried [instagram] [message] [welcome] [too many calls] [until 11-30 10:00:02]
        wakes 11-30 09:30:00 for bulk
    11-30 09:10:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        wakes 11-30 09:30:00 for bulk
    11-30 09:30:00 look
        journey-ended [new-lead]
        wakes 11-30 10:00:02 for conversation
    11-30 10:00:02 look
        CALL 2 send-instagram: welcome דנה
    11-30 10:00:02 answer to call 2
        sent [instagram] [message] [welcome] [wamid.1]
    11-30 10:00:02 look
        CALL 3 send-whatsapp: template follow_up_1
    11-30 10:00:02 answer to call 3
        sent [whatsapp] [message] [follow-up-1] [wamid.1]
        sleeps
    ");
}

#[test]
fn a_step_of_an_open_night_waits_for_the_morning_and_what_answers_goes_at_once() {
    let mut tale = Tale::with(|playbook| {
        let journey = playbook.journeys.get_mut(&"new-lead".into()).unwrap();
        journey.steps.truncate(2);
        journey.steps[1].delay = Delay::After(Wait { amount: 2, unit: Unit::Hours });
        journey.steps[1].at = None;
    });
    tale.happens("2026-11-30T22:00", form("1")).lives_until("2026-12-02T00:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 22:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 22:00:00 for conversation
    11-30 22:00:00 look
        CALL 1 send-whatsapp: template welcome
    11-30 22:00:00 answer to call 1
        sent [whatsapp] [message] [welcome] [wamid.1]
    12-01 00:00:00 look
        journey-ended [new-lead]
        moved [whatsapp] [message] [follow-up-1] [quiet hours] [R6] [until 12-01 08:00:00]
    12-01 08:00:00 look
        CALL 2 send-whatsapp: template follow_up_1
    12-01 08:00:00 answer to call 2
        sent [whatsapp] [message] [follow-up-1] [wamid.1]
        sleeps
    ");
}
