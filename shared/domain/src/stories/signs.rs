//! What the platforms tell beside a person's words: reactions, referrals, echoes, receipts and switches.

use jiff::{SignedDuration, Timestamp};

use super::events::{comments, echo, event, form, missed_call, phone, presses, writes, writes_on_instagram};
use super::tale::{Tale, done, lost};
use crate::call::{Outcome, Receipt};
use crate::channel::Channel;
use crate::delivery::DeliveryStatus;
use crate::event::{Event, EventKind, Message};
use crate::ids::PlatformMessageId;
use crate::lead::RecentSend;
use crate::name::PersonName;
use crate::playbook::{CONSENT_PAYLOAD, Kind, Occasion, Trigger, Unit, Wait};
use crate::source::{Source, SourceKind};
use crate::testing::at;
use crate::work::Class;

fn reacts(id: &str) -> impl FnOnce(Timestamp) -> Event {
    event(phone(), id, EventKind::Reacted { channel: Channel::WhatsApp, asset: "106".into() })
}

fn follows_a_link(id: &str) -> impl FnOnce(Timestamp) -> Event {
    let source =
        Source { kind: SourceKind::Message, campaign: vec![("ref".to_owned(), "summer".to_owned())] };
    event(phone(), id, EventKind::Referred { channel: Channel::WhatsApp, asset: "106".into(), source })
}

fn writes_as(id: &str, name: &str, channel: Channel) -> impl FnOnce(Timestamp) -> Event {
    let message = Message {
        channel,
        asset: "106".into(),
        id: Some(id.into()),
        text: Some("שלום".into()),
        payload: None,
        media: None,
        sender_name: Some(name.to_owned()),
        referral: None,
    };
    event(phone(), id, EventKind::Messaged(message))
}

fn receipt(
    status: DeliveryStatus,
    ids: &[&str],
    up_to: Option<Timestamp>,
) -> impl FnOnce(Timestamp) -> Event {
    let ids = ids.iter().map(|id| PlatformMessageId::new(*id)).collect();
    event(phone(), "r", EventKind::Receipt { channel: Channel::Messenger, status, ids, up_to })
}

fn gave_up(work: Option<crate::ids::WorkId>, code: i64) -> impl FnOnce(Timestamp) -> Event {
    event(phone(), "f", EventKind::DeliveryFailed { id: "wamid.1".into(), work, code })
}

/// What the last event of a tale changed, in one line.
fn last_event(tale: &Tale) -> String {
    let lines = tale.told().lines().rev().take_while(|line| line.starts_with("    ")).map(str::trim);
    let mut lines: Vec<&str> = lines.collect();
    lines.reverse();
    lines.join("; ")
}

#[test]
fn a_reaction_is_an_answer_and_a_link_that_is_followed_is_none() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .lives_until("2026-11-30T09:01")
        .happens("2026-11-30T10:00", follows_a_link("2"))
        .happens("2026-11-30T11:00", reacts("3"));
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
    11-30 10:00:00 referral
        referred [whatsapp] [summer]
        wakes 12-03 10:00:00 for bulk
    11-30 11:00:00 reaction
        reacted [whatsapp]
        journey-stopped [new-lead] [lead.replied]
        sleeps
    ");
    assert_eq!(tale.lead.windows[&Channel::WhatsApp].opened_at, at("2026-11-30T11:00"));
    assert_eq!(tale.lead.last_source.unwrap().kind, SourceKind::Message);
}

#[test]
fn a_link_that_is_followed_opens_the_window_and_is_the_last_source() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1")).happens("2026-11-30T10:00", follows_a_link("2"));
    assert_eq!(tale.lead.windows[&Channel::WhatsApp].opened_at, at("2026-11-30T10:00"));
    assert_eq!(tale.lead.last_source.unwrap().campaign[0].1, "summer");
}

#[test]
fn a_message_names_a_stranger_and_renames_nobody() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", writes_as("1", "דנה לוי", Channel::WhatsApp))
        .happens("2026-11-30T09:01", writes_as("2", "Dana L.", Channel::Messenger))
        .happens("2026-11-30T09:02", writes_as("3", "dana_travels", Channel::Instagram));
    assert_eq!(tale.lead.name, PersonName::parse("דנה לוי"));
    assert_eq!(tale.lead.username.as_deref(), Some("dana_travels"));
}

#[test]
fn of_a_refusal_and_a_consent_in_one_second_the_later_word_counts() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", writes("1", "הסר"))
        .happens("2026-11-30T09:00", presses("2", CONSENT_PAYLOAD));
    assert!(tale.lead.opt_out.is_none() && tale.lead.has_consent());
}

#[test]
fn an_older_message_that_comes_late_does_not_shorten_the_window() {
    let mut tale = Tale::new();
    let older = writes("1", "שלום")(at("2026-11-30T08:00"));
    tale.happens("2026-11-30T09:00", writes("2", "שלום")).happens("2026-11-30T09:01", |_| older);
    assert_eq!(tale.lead.windows[&Channel::WhatsApp].opened_at, at("2026-11-30T09:00"));
}

#[test]
fn a_receipt_is_told_of_the_last_message_that_it_is_about() {
    let told = |receipt: fn(Timestamp) -> Event| {
        let mut tale = Tale::new();
        let sends =
            [("a", 10, Channel::Messenger), ("b", 20, Channel::Messenger), ("c", 5, Channel::WhatsApp)];
        for (id, minute, channel) in sends {
            let at = at("2026-11-30T09:00") + SignedDuration::from_mins(minute);
            tale.lead.recent_sends.push(RecentSend {
                at,
                channel,
                class: Class::Conversation,
                id: Some(id.into()),
            });
        }
        tale.happens("2026-11-30T10:00", receipt);
        last_event(&tale)
    };
    type Told = fn(Timestamp) -> Event;
    let cases: [(Told, &str); 8] = [
        (|now| receipt(DeliveryStatus::Delivered, &["a"], None)(now), "delivered [messenger] [a]; sleeps"),
        (|now| receipt(DeliveryStatus::Read, &["a", "b"], None)(now), "read [messenger] [b]; sleeps"),
        (|now| receipt(DeliveryStatus::Read, &["c"], None)(now), "sleeps"),
        (|now| receipt(DeliveryStatus::Read, &["unknown"], None)(now), "sleeps"),
        (
            |now| receipt(DeliveryStatus::Read, &[], Some(at("2026-11-30T09:20")))(now),
            "read [messenger] [b]; sleeps",
        ),
        (
            |now| receipt(DeliveryStatus::Read, &[], Some(at("2026-11-30T09:19:59")))(now),
            "read [messenger] [a]; sleeps",
        ),
        (|now| receipt(DeliveryStatus::Read, &[], Some(at("2026-11-30T09:09")))(now), "sleeps"),
        (|now| receipt(DeliveryStatus::Sent, &["a"], None)(now), "sleeps"),
    ];
    for (index, (receipt, expected)) in cases.into_iter().enumerate() {
        assert_eq!(told(receipt), expected, "case {index}");
    }
}

#[test]
fn what_the_platform_gives_up_settles_doubt_and_leaves_what_is_planned() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"));
    let work = Some(tale.lead.work[0].id);
    tale.happens("2026-11-30T09:00:01", gave_up(work, 131_026));
    assert_eq!(tale.lead.work.len(), 1);
    tale.look("2026-11-30T09:00:02")
        .answers("2026-11-30T09:00:03", lost())
        .happens("2026-11-30T09:00:04", gave_up(work, 131_026));
    insta::assert_snapshot!(last_event(&tale), @"
    failed [131026] [wamid.1]; settled [whatsapp] [message] [welcome] [failed]; wakes 12-03 10:00:00 for bulk
    ");
    assert_eq!(tale.lead.marketing_stopped_at, None);
}

/// Two marketing messages and a service message wait that nobody waits for, and an answer.
fn three_wait() -> Tale {
    let mut tale = Tale::with(|playbook| {
        let journey = playbook.journeys.get_mut(&"new-lead".into()).unwrap();
        for step in &mut journey.steps {
            step.delay = crate::playbook::Delay::After(Wait { amount: 1, unit: Unit::Days });
            step.at = None;
        }
        assert_eq!(playbook.messages[&"welcome".into()].kind, Kind::Service);
    });
    tale.happens("2026-11-30T09:00", form("1")).happens("2026-12-01T09:00", missed_call("2"));
    assert_eq!(tale.lead.work.len(), 4);
    tale
}

#[test]
fn the_platform_s_switch_takes_back_marketing_that_waits_and_nothing_else() {
    let mut tale = three_wait();
    let stopped = |id| event(phone(), id, EventKind::MarketingStopped);
    tale.happens("2026-12-01T09:00:01", stopped("3"));
    insta::assert_snapshot!(last_event(&tale), @"
    marketing-stopped [R14]; skipped [whatsapp] [message] [follow-up-1] [the person stopped marketing on the platform] [R14]; skipped [whatsapp] [message] [follow-up-2] [the person stopped marketing on the platform] [R14]; wakes 12-01 09:00:00 for conversation
    ");
    tale.happens("2026-12-01T09:00:02", stopped("4"));
    assert_eq!(tale.lead.marketing_stopped_at, Some(at("2026-12-01T09:00:02")));
    // From between the two, and told late.
    let resumed = |id| event(phone(), id, EventKind::MarketingResumed);
    tale.hears_late("2026-12-01T09:00:03", "2026-12-01T09:00:01", resumed("5"));
    assert_eq!(tale.lead.marketing_stopped_at, Some(at("2026-12-01T09:00:02")));
    tale.hears_late("2026-12-01T09:00:04", "2026-12-01T09:00:02", resumed("6"));
    assert_eq!(tale.lead.marketing_stopped_at, None);
}

#[test]
fn marketing_that_may_have_arrived_stays_in_doubt_when_the_person_stops_it() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", form("1"))
        .lives_until("2026-12-03T09:00")
        .look("2026-12-03T10:00")
        .answers("2026-12-03T10:00:01", lost())
        .happens("2026-12-03T10:00:02", event(phone(), "2", EventKind::MarketingStopped))
        .is_told("2026-12-03T10:00:03", DeliveryStatus::Delivered)
        .look("2026-12-03T10:00:16");
    assert_eq!(
        last_event(&tale),
        "settled [whatsapp] [message] [follow-up-1] [wamid.told] [delivered]; wakes 12-10 10:00:00 for bulk"
    );
}

#[test]
fn a_message_that_the_platform_says_was_refused_is_the_person_s_switch() {
    let mut tale = three_wait();
    tale.happens("2026-12-01T09:00:01", gave_up(None, 131_050));
    insta::assert_snapshot!(last_event(&tale), @"
    failed [131050] [wamid.1]; marketing-stopped [R14]; skipped [whatsapp] [message] [follow-up-1] [the person stopped marketing on the platform] [R14]; skipped [whatsapp] [message] [follow-up-2] [the person stopped marketing on the platform] [R14]; wakes 12-01 09:00:00 for conversation
    ");
}

/// Whether an echo is taken for a person.
fn is_a_person_on(channel: Channel, tale: &mut Tale, moment: &str) -> bool {
    tale.happens(moment, echo(channel, "other"));
    tale.lead.held.contains_key(&channel)
}

fn is_a_person(tale: &mut Tale, moment: &str) -> bool {
    is_a_person_on(Channel::WhatsApp, tale, moment)
}

#[test]
fn an_echo_is_a_person_s_unless_a_call_of_ours_may_have_made_it() {
    let mut planned = Tale::new();
    planned.happens("2026-11-30T09:00", form("1"));
    assert!(is_a_person(&mut planned, "2026-11-30T09:00:01"));

    let mut private_reply_planned = Tale::new();
    private_reply_planned.happens("2026-11-30T09:00", comments("c1", |_| {}));
    assert!(is_a_person_on(Channel::Messenger, &mut private_reply_planned, "2026-11-30T09:00:01"));

    let mut claimed = Tale::new();
    claimed.happens("2026-11-30T09:00", form("1")).look("2026-11-30T09:00:01");
    assert!(!is_a_person(&mut claimed, "2026-11-30T09:00:02"));

    let mut in_doubt = Tale::new();
    in_doubt
        .happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", lost());
    assert!(!is_a_person(&mut in_doubt, "2026-11-30T09:00:03"));

    let mut on_another_channel = Tale::with(|playbook| {
        let journey = playbook.journeys.get_mut(&"new-lead".into()).unwrap();
        journey.starts = vec![Occasion::any(Trigger::LeadReplied)];
    });
    on_another_channel
        .happens("2026-11-30T09:00", writes_on_instagram("1", "שלום"))
        .look("2026-11-30T09:00:01");
    assert!(is_a_person(&mut on_another_channel, "2026-11-30T09:00:02"));

    let mut sent = Tale::new();
    sent.happens("2026-11-30T09:00", form("1"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", done());
    assert!(is_a_person(&mut sent, "2026-11-30T09:00:03"));
}

#[test]
fn an_echo_within_a_minute_of_a_message_without_a_number_is_our_own() {
    let person = |channel, moment: &str| {
        let mut tale = Tale::new();
        tale.happens("2026-11-30T09:00", form("1"))
            .look("2026-11-30T09:00:01")
            .answers("2026-11-30T09:00:02", Outcome::Done(Receipt::default()));
        is_a_person_on(channel, &mut tale, moment)
    };
    assert_eq!(
        [
            person(Channel::WhatsApp, "2026-11-30T09:01:01"),
            person(Channel::WhatsApp, "2026-11-30T09:01:02"),
            person(Channel::Messenger, "2026-11-30T09:00:03"),
        ],
        [false, true, true]
    );
}

#[test]
fn another_app_that_holds_the_thread_is_not_disturbed() {
    let mut tale = Tale::new();
    let standby = event(phone(), "1", EventKind::Standby { channel: Channel::WhatsApp });
    tale.happens("2026-11-30T09:00", standby).happens("2026-11-30T09:01", form("2"));
    tale.lives_until("2026-11-30T23:00");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 standby
        standby [whatsapp] [R22]
        sleeps
    11-30 09:01:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:01:00 for conversation
    11-30 09:01:00 look
        moved [whatsapp] [message] [welcome] [a person or another app holds the conversation] [R22] [until 11-30 21:00:00]
    11-30 21:00:00 look
        CALL 1 send-whatsapp: template welcome
    11-30 21:00:00 answer to call 1
        sent [whatsapp] [message] [welcome] [wamid.1]
        wakes 12-03 10:00:00 for bulk
    ");
}

#[test]
fn a_press_from_between_two_refusals_that_is_told_late_takes_neither_back() {
    let mut tale = Tale::new();
    tale.happens("2026-11-30T09:00", writes("1", "הסר"))
        .happens("2026-11-30T10:00", writes("2", "הסר"))
        .hears_late("2026-11-30T10:01", "2026-11-30T09:30", presses("3", CONSENT_PAYLOAD));
    assert!(tale.lead.opt_out.is_some());
    tale.happens("2026-11-30T10:02", presses("4", CONSENT_PAYLOAD));
    assert!(tale.lead.opt_out.is_none());
}
