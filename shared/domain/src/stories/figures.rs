//! What lives of leads add to the figures.

use jiff::SignedDuration;

use super::events::{comments, fields, form, lead_ad, writes};
use super::tale::{Tale, lead_ad_read, lost, refused};
use crate::call::Refusal;
use crate::delivery::DeliveryStatus;
use crate::event::EventKind;
use crate::figure::Figure::{
    self, Lead, MessageFailed, MessageInDoubt, MessageSent, Parked, Reply, SpeedToLead,
};

fn after(seconds: i64) -> Figure {
    SpeedToLead(SignedDuration::from_secs(seconds))
}

#[test]
fn a_lead_is_one_and_hears_from_us_for_the_first_time_once() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1")).lives_until("2026-12-04T12:00");
    assert_eq!(tale.counted, [Lead, MessageSent, after(0), MessageSent]);
    tale.happens("2026-12-04T13:00", form("2")).happens("2026-12-04T14:00", writes("3", "שלום"));
    assert_eq!(tale.counted[4..], [Reply]);
}

#[test]
fn whose_lead_ad_it_is_shows_when_its_fields_are_read() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", lead_ad()).look("2026-11-30T09:00:01");
    assert_eq!(tale.counted, []);
    tale.answers("2026-11-30T09:00:02", lead_ad_read(fields())).lives_until("2026-11-30T09:10");
    assert_eq!(tale.counted, [Lead, MessageSent, after(2)]);
}

#[test]
fn a_lost_answer_is_in_doubt_and_then_sent() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:11", lost())
        .is_told("2026-11-30T09:00:12", DeliveryStatus::Sent)
        .is_told("2026-11-30T09:00:13", DeliveryStatus::Delivered)
        .look("2026-11-30T09:00:26");
    assert_eq!(tale.counted, [Lead, MessageInDoubt, MessageSent, after(26)]);
}

#[test]
fn what_failed_while_it_was_in_doubt_failed_once() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:11", lost());
    let work = tale.calls[0].work;
    let failed = EventKind::DeliveryFailed { id: "wamid.1".into(), work: Some(work), code: 131_026 };
    tale.happens("2026-11-30T09:00:12", super::events::event(super::events::phone(), "failed", failed));
    assert_eq!(tale.counted, [Lead, MessageInDoubt, MessageFailed]);
}

#[test]
fn what_a_platform_refuses_failed_or_waits_for_a_person() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", refused(Refusal::Account, "the account is restricted"))
        .is_redriven("2026-11-30T10:00")
        .look("2026-11-30T10:00:01")
        .answers("2026-11-30T10:00:02", refused(Refusal::Recipient, "nobody has this number"));
    assert_eq!(tale.counted, [Lead, Parked, MessageFailed]);
}

#[test]
fn only_the_private_answer_to_a_comment_is_a_message() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", comments("1", |_| {})).lives_until("2026-11-30T09:10");
    assert_eq!(tale.calls.len(), 3, "a reply, a like and a message");
    let messages = tale.counted.iter().filter(|figure| **figure == MessageSent);
    assert_eq!((tale.counted[0], messages.count(), tale.counted.len()), (Lead, 1, 3));
}
