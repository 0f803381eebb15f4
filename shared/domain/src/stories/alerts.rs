//! People of the business hear by e-mail what leads do, and a chat is one mail.

use super::events::{event, form, phone, writes};
use super::tale::{Tale, done, lost, refused};
use crate::alert::{Alert, Alerts, EVERY_DEFAULT, WAIT_DEFAULT, talk};
use crate::call::{ButtonAction, Operation, Refusal};
use crate::channel::Channel;
use crate::email::EmailAddress;
use crate::event::{Call, CallKind, EventKind};
use crate::playbook::{Agent, Mailbox, Occasion, Playbook, Trigger};
use crate::testing::{at, mobile};
use crate::timeline::{Entry, Fact, What};

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn alerting(playbook: &mut Playbook) {
    playbook.channels.mailbox = Some(Mailbox {
        asset: "hello@neveh.example".into(),
        from: address("hello@neveh.example"),
        reply_to: None,
    });
    for (name, called) in [("noa", "נועה"), ("ron", "רון")] {
        let email = Some(address(&format!("{name}@neveh.example")));
        playbook.agents.insert(name.into(), Agent { name: called.into(), email });
    }
    let on = [Trigger::LeadReplied, Trigger::CallEnded, Trigger::LeadOptedOut].map(Occasion::any).into();
    playbook.alerts = Some(Alerts { to: "noa".into(), on, wait: WAIT_DEFAULT, every: EVERY_DEFAULT });
}

fn alerts(tale: &Tale) -> Vec<&Alert> {
    let operations = tale.calls.iter().map(|call| &call.operation);
    let alerts = operations.filter_map(|operation| match operation {
        Operation::SendAlert(alert) => Some(&**alert),
        _ => None,
    });
    alerts.collect()
}

#[test]
fn a_chat_is_one_mail_and_the_next_comes_when_it_may() {
    let mut tale = Tale::with(alerting);
    tale.happens("2026-11-30T09:00", form("1"))
        .lives_until("2026-11-30T09:01")
        .happens("2026-11-30T09:10:00", writes("m1", "כמה זה עולה?"))
        .happens("2026-11-30T09:10:30", writes("m2", "ומתי יש מקום?"))
        .happens("2026-11-30T09:11:00", writes("m3", "הסר"))
        .lives_until("2026-11-30T09:12:00")
        .happens("2026-11-30T09:13:00", writes("m4", "טעות"))
        .lives_until("2026-11-30T09:26:59");
    assert_eq!(alerts(&tale).len(), 1, "{}", tale.told());
    tale.lives_until("2026-11-30T09:27:00");
    let subjects: Vec<String> = alerts(&tale).iter().map(|alert| alert.mail().subject).collect();
    assert_eq!(subjects, ["תשובה חדשה ועוד: דנה לוי", "תשובה חדשה: דנה לוי"], "{}", tale.told());
    assert!(alerts(&tale).iter().all(|alert| alert.to == address("noa@neveh.example")));
}

#[test]
fn of_a_call_its_agent_hears_by_whatever_name() {
    for told in ["ron", "רון"] {
        let mut tale = Tale::with(alerting);
        let call = Call { kind: CallKind::Ended, phone: mobile(), agent: Some(told.into()) };
        tale.happens("2026-11-30T09:00", event(phone(), "1", EventKind::Called(call)))
            .lives_until("2026-11-30T10:00");
        let alert = alerts(&tale)[0];
        assert_eq!((&alert.to, alerts(&tale).len()), (&address("ron@neveh.example"), 1));
        let links: Vec<&str> = alert
            .links
            .iter()
            .filter_map(|link| match &link.action {
                ButtonAction::Url(url) => Some(url.as_str()),
                ButtonAction::Payload(_) => None,
            })
            .collect();
        assert_eq!(links, ["https://wa.me/972541234567", "tel:+972541234567"]);
        assert_eq!(alert.mail().subject, "שיחה שהסתיימה: \u{2066}+972541234567\u{2069}");
    }
}

/// Whoever of a team is told is told by themselves, and what is in doubt is told again.
#[test]
fn each_of_a_team_hears_and_a_lost_answer_is_asked_again() {
    let mut tale = Tale::with(|playbook| {
        alerting(playbook);
        playbook.teams.insert("sales".into(), vec!["noa".into(), "ron".into()]);
        playbook.alerts.as_mut().unwrap().to = "sales".into();
    });
    tale.happens("2026-11-30T09:10:00", writes("m1", "שלום"))
        .look("2026-11-30T09:12:00")
        .answers("2026-11-30T09:12:10", lost())
        .lives_until("2026-11-30T10:00:00");
    let told: Vec<&str> = alerts(&tale).iter().map(|alert| alert.to.as_str()).collect();
    let of = |name: &str| told.iter().filter(|to| to.starts_with(name)).count();
    assert_eq!((of("noa"), of("ron")), (2, 1), "{}", tale.told());
    assert!(tale.lead.work.is_empty());
}

#[test]
fn what_cannot_be_told_waits_for_the_operator_as_one_mail() {
    let mut tale = Tale::with(alerting);
    tale.happens("2026-11-30T09:10:00", writes("m1", "שלום"))
        .look("2026-11-30T09:12:00")
        .answers("2026-11-30T09:12:10", refused(Refusal::Account, "SES: MessageRejected"));
    for (number, moment) in ["2026-11-30T11:00", "2026-11-30T15:00"].into_iter().enumerate() {
        tale.happens(moment, writes(&format!("n{number}"), "?")).lives_until(moment);
    }
    assert_eq!(tale.lead.work.iter().filter(|work| work.is_parked()).count(), 1, "{}", tale.told());
    tale.is_redriven("2026-11-30T16:00").look("2026-11-30T16:00").answers("2026-11-30T16:00:01", done());
    assert!(tale.lead.work.is_empty(), "{}", tale.told());
}

#[test]
fn a_mail_shows_the_end_of_the_conversation_and_nothing_of_it_is_a_header() {
    let mut tale = Tale::with(alerting);
    tale.happens("2026-11-30T09:10:00", form("1"))
        .happens("2026-11-30T09:10:00", writes("m1", "שלום"))
        .lives_until("2026-11-30T09:30:00");
    let wrote = |minute: u32, text: &str| {
        Entry::new(at(&format!("2026-11-30T09:{minute:02}")), What::Wrote).with(Fact::Text, text)
    };
    let mut entries = vec![Entry::new(at("2026-11-30T08:00"), What::Captured)];
    entries.extend((0..9).map(|minute| wrote(minute, &format!("שורה {minute}"))));
    entries.push(Entry::new(at("2026-11-30T09:20"), What::Sent).with(Fact::Message, "welcome"));
    entries.push(wrote(21, "<b>שלום</b>\r\nBcc: all@example.com"));
    let mut alert = alerts(&tale)[0].clone();
    alert.talk = tale.in_context(at("2026-11-30T09:30"), |tale, context| {
        talk(&tale.lead, &context.playbooks.current, entries.iter())
    });
    let isolates = ['\u{2066}', '\u{2069}'];
    assert!(alert.mail().text.contains("\u{2066}+972541234567\u{2069}"), "the plus stands before the number");
    insta::assert_snapshot!(alert.mail().text.replace(isolates, ""), @"
    תשובה חדשה
    דנה לוי
    +972541234567

    ההודעות האחרונות:
    30.11 09:01 הלקוח/ה: שורה 1
    30.11 09:02 הלקוח/ה: שורה 2
    30.11 09:03 הלקוח/ה: שורה 3
    30.11 09:04 הלקוח/ה: שורה 4
    30.11 09:05 הלקוח/ה: שורה 5
    30.11 09:06 הלקוח/ה: שורה 6
    30.11 09:07 הלקוח/ה: שורה 7
    30.11 09:08 הלקוח/ה: שורה 8
    30.11 09:20 אנחנו: welcome דנה
    30.11 09:21 הלקוח/ה: <b>שלום</b> Bcc: all@example.com
    ");
}

/// Who says that they answered has read it. Journeys hear of it as of any answer.
#[test]
fn an_answer_that_the_agent_tells_of_stops_the_journey_and_is_no_news_to_them() {
    let mut tale = Tale::with(alerting);
    tale.happens("2026-11-30T09:00", form("1"))
        .lives_until("2026-11-30T09:30")
        .happens(
            "2026-11-30T10:00",
            event(phone(), "2", EventKind::ReplyTold { channel: Channel::Email, refuses: false }),
        )
        .lives_until("2026-12-30T10:00");
    assert!(alerts(&tale).is_empty(), "{}", tale.told());
    assert!(tale.lead.runs.iter().all(|run| !run.is_active()));
    assert_eq!(tale.calls.len(), 1, "the welcome, and no follow-up: {}", tale.told());
    assert_eq!(tale.lead.active_at, Some(at("2026-11-30T10:00")));
}

/// R3: who wrote it in an e-mail has refused on every channel.
#[test]
fn a_refusal_that_the_agent_tells_of_holds_everywhere() {
    let mut tale = Tale::with(alerting);
    let refused = EventKind::ReplyTold { channel: Channel::Email, refuses: true };
    tale.happens("2026-11-30T09:00", form("1"))
        .lives_until("2026-11-30T09:30")
        .happens("2026-11-30T10:00", event(phone(), "2", refused))
        .happens("2026-11-30T11:00", form("2"))
        .lives_until("2026-12-30T10:00");
    assert!(tale.lead.opt_out.is_some());
    let sent = tale.calls.iter().filter(|call| call.operation.name() == "send-whatsapp");
    assert_eq!(sent.count(), 1, "the welcome, before they refused: {}", tale.told());
}
