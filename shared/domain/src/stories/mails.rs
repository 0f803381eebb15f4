//! E-mail: the channel behind the others, and the one for whoever has no other.

use jiff::Timestamp;

use super::events::{event, form, phone};
use super::tale::{Tale, done, lost, refused};
use crate::call::{Operation, Refusal};
use crate::channel::Channel;
use crate::delivery::DeliveryStatus;
use crate::email::EmailAddress;
use crate::event::{EmailStop, Event, EventKind};
use crate::identity::Identity;
use crate::ids::WorkId;
use crate::mail::Mail;
use crate::playbook::{Attached, EmailForm, Mailbox, Playbook};
use crate::work::Work;

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

/// Every message may go by e-mail, too.
fn by_email_too(playbook: &mut Playbook) {
    playbook.channels.mailbox = Some(Mailbox {
        asset: "hello@neveh.example".into(),
        from: address("hello@neveh.example"),
        reply_to: None,
    });
    for message in playbook.messages.values_mut() {
        message.channels = vec![Channel::WhatsApp, Channel::Email];
        message.email = Some(EmailForm {
            subject: "נווה: {{ first_name | default('שלום') }}".into(),
            attachments: Vec::new(),
        });
    }
}

/// A form that gives a number and an address.
fn with_address(id: &str) -> impl FnOnce(Timestamp) -> Event {
    let form = form(id);
    move |at| {
        let mut event = form(at);
        event.also.push(Identity::Email(address("dana@example.com")));
        event
    }
}

fn stops(id: &str, why: EmailStop) -> impl FnOnce(Timestamp) -> Event {
    event(phone(), id, EventKind::EmailStopped { why, work: None })
}

fn mails(tale: &Tale) -> Vec<&Mail> {
    let operations = tale.calls.iter().map(|call| &call.operation);
    let mails = operations.filter_map(|operation| match operation {
        Operation::SendEmail(mail) => Some(&**mail),
        _ => None,
    });
    mails.collect()
}

#[test]
fn who_has_no_whatsapp_after_all_reads_it_in_an_email_and_once() {
    let mut tale = Tale::with(by_email_too);
    tale.happens("2026-11-30T09:00", with_address("1"))
        .look("2026-11-30T09:00")
        .answers("2026-11-30T09:00:01", refused(Refusal::Recipient, "not on WhatsApp"))
        .look("2026-11-30T09:00:01")
        .answers("2026-11-30T09:00:02", done())
        .look("2026-11-30T09:05");
    insta::assert_snapshot!(tale.told(), @"
    11-30 09:00:00 form
        captured [form contact]
        consent-given [form contact] [אני מאשר]
        journey-started [new-lead]
        wakes 11-30 09:00:00 for conversation
    11-30 09:00:00 look
        CALL 1 send-whatsapp: template welcome
        wakes 11-30 09:00:30 for conversation
    11-30 09:00:01 answer to call 1
        rerouted [whatsapp] [message] [welcome] [email] [not on WhatsApp] [R27]
        wakes 11-30 09:00:01 for conversation
    11-30 09:00:01 look
        CALL 2 send-email: נווה: דנה: welcome דנה
        wakes 11-30 09:00:31 for conversation
    11-30 09:00:02 answer to call 2
        sent [email] [message] [welcome] [wamid.1]
        wakes 12-03 10:00:00 for bulk
    11-30 09:05:00 look
        nothing to do
        wakes 12-03 10:00:00 for bulk
    ");
    let mail = mails(&tale)[0];
    assert_eq!(mail.to.as_str(), "dana@example.com");
    assert_eq!((mail.subject.as_str(), mail.from_name.as_str()), ("נווה: דנה", "נווה תיירות"));
    assert_eq!(tale.calls.len(), 2);
}

#[test]
fn who_stopped_emails_gets_none_whatever_stopped_them() {
    for why in EmailStop::ALL {
        let mut tale = Tale::with(by_email_too);
        tale.happens("2026-11-30T09:00", with_address("1"))
            .happens("2026-11-30T09:00", stops("2", why))
            .look("2026-11-30T09:00")
            .answers("2026-11-30T09:00:01", refused(Refusal::Recipient, "not on WhatsApp"))
            .look("2026-11-30T09:00:01")
            .look("2026-11-30T09:05");
        assert!(mails(&tale).is_empty(), "{}", tale.told());
        assert!(tale.told().contains("skipped [email]") && tale.told().contains("R28"), "{}", tale.told());
    }
}

#[test]
fn a_refusal_for_all_time_is_no_reason_to_write_elsewhere() {
    let mut tale = Tale::with(by_email_too);
    tale.happens("2026-11-30T09:00", with_address("1"))
        .look("2026-11-30T09:00")
        .answers("2026-11-30T09:00:01", refused(Refusal::OptedOut, "they stopped marketing"))
        .look("2026-11-30T09:00:01");
    assert!(mails(&tale).is_empty(), "{}", tale.told());
}

/// A status that comes after WhatsApp had taken the message.
fn failed(id: &str, work: WorkId, code: i64) -> impl FnOnce(Timestamp) -> Event {
    event(phone(), id, EventKind::DeliveryFailed { id: "wamid.1".into(), work: Some(work), code })
}

#[test]
fn what_whatsapp_takes_and_gives_up_later_goes_by_email_once() {
    let mut tale = Tale::with(by_email_too);
    tale.happens("2026-11-30T09:00", with_address("1")).lives_until("2026-11-30T09:01");
    let work = tale.calls[0].work;
    tale.happens("2026-11-30T09:02", failed("2", work, 131_026))
        .happens("2026-11-30T09:02", failed("3", work, 131_026))
        .lives_until("2026-11-30T09:10");
    let mails = mails(&tale);
    assert_eq!(mails.len(), 1, "{}", tale.told());
    assert_eq!(mails[0].to.as_str(), "dana@example.com");
    assert!(
        tale.told().contains("rerouted [whatsapp] [welcome] [email] [WhatsApp gave it up (131026)] [R27]"),
        "{}",
        tale.told()
    );
}

#[test]
fn what_is_held_back_or_was_refused_by_the_person_goes_nowhere_else() {
    // 131049: WhatsApp holds marketing back. 131050: they stopped it.
    for code in [131_049, 131_050] {
        let mut tale = Tale::with(by_email_too);
        tale.happens("2026-11-30T09:00", with_address("1")).lives_until("2026-11-30T09:01");
        let work = tale.calls[0].work;
        tale.happens("2026-11-30T09:02", failed("2", work, code)).lives_until("2026-11-30T09:10");
        assert!(mails(&tale).is_empty(), "{}", tale.told());
    }
    // And one who unsubscribed reads nothing either.
    let mut tale = Tale::with(by_email_too);
    tale.happens("2026-11-30T09:00", with_address("1")).lives_until("2026-11-30T09:01");
    let work = tale.calls[0].work;
    tale.happens("2026-11-30T09:02", stops("2", EmailStop::Unsubscribed))
        .happens("2026-11-30T09:02", failed("3", work, 131_026))
        .lives_until("2026-11-30T09:10");
    assert!(mails(&tale).is_empty(), "{}", tale.told());
}

#[test]
fn what_is_in_doubt_and_given_up_goes_by_email_too() {
    let mut tale = Tale::with(by_email_too);
    tale.happens("2026-11-30T09:00", with_address("1"))
        .look("2026-11-30T09:00")
        .answers("2026-11-30T09:00:10", lost());
    let work = tale.calls[0].work;
    tale.happens("2026-11-30T09:00:20", failed("2", work, 131_026)).lives_until("2026-11-30T09:10");
    assert_eq!((mails(&tale).len(), tale.calls.len()), (1, 2), "{}", tale.told());
}

/// E-mail first, and WhatsApp for whom it does not reach.
fn email_first(playbook: &mut Playbook) {
    by_email_too(playbook);
    for message in playbook.messages.values_mut() {
        message.channels = vec![Channel::Email, Channel::WhatsApp];
    }
}

fn bounces(id: &str, work: WorkId) -> impl FnOnce(Timestamp) -> Event {
    event(phone(), id, EventKind::EmailStopped { why: EmailStop::Bounced, work: Some(work) })
}

#[test]
fn what_bounces_after_it_was_taken_goes_on_by_the_next_channel_and_once() {
    let mut tale = Tale::with(email_first);
    tale.happens("2026-11-30T09:00", with_address("1"))
        .look("2026-11-30T09:00")
        .answers("2026-11-30T09:00:01", done());
    let work = tale.calls[0].work;
    tale.happens("2026-11-30T09:02:00", bounces("b", work))
        .happens("2026-11-30T09:02:01", bounces("b", work))
        .happens("2026-11-30T09:03:00", bounces("again", work))
        .lives_until("2026-11-30T10:00");
    let names: Vec<&str> = tale.calls.iter().map(|call| call.operation.name()).collect();
    assert_eq!(names, ["send-email", "send-whatsapp"], "{}", tale.told());
    assert!(tale.lead.email_stopped_at.is_some());
}

/// A bounce that comes while nobody knows whether the mail left: it did, and goes on as well.
#[test]
fn a_bounce_in_doubt_goes_on_by_the_next_channel_whichever_is_heard_first() {
    for told_first in [false, true] {
        let mut tale = Tale::with(email_first);
        tale.happens("2026-11-30T09:00", with_address("1"))
            .look("2026-11-30T09:00")
            .answers("2026-11-30T09:00:05", lost());
        let work = tale.calls[0].work;
        if told_first {
            tale.is_told("2026-11-30T09:00:20", DeliveryStatus::Failed).look("2026-11-30T09:00:20");
        }
        tale.happens("2026-11-30T09:01", bounces("b", work)).lives_until("2026-11-30T10:00");
        let names: Vec<&str> = tale.calls.iter().map(|call| call.operation.name()).collect();
        assert_eq!(names, ["send-email", "send-whatsapp"], "{told_first}: {}", tale.told());
    }
}

fn with_a_file(url: &'static str) -> impl FnOnce(&mut Playbook) {
    move |playbook| {
        email_first(playbook);
        for message in playbook.messages.values_mut() {
            let name = "{{ first_name | default('') }}/כרטיס.pdf".into();
            let attachments = vec![Attached { name, url: url.into() }];
            message.email.as_mut().unwrap().attachments = attachments;
        }
    }
}

#[test]
fn a_file_goes_along_waits_for_its_address_or_stays_away() {
    let attached = |url: &'static str| {
        let mut tale = Tale::with(with_a_file(url));
        tale.happens("2026-11-30T09:00", with_address("1")).look("2026-11-30T09:00");
        let parked = tale.lead.work.iter().any(Work::is_parked);
        let urls = |mail: &Mail| mail.attachments.iter().map(|one| one.url.clone()).collect::<Vec<_>>();
        let names = |mail: &Mail| mail.attachments.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
        let mails = mails(&tale);
        (parked, mails.first().map(|mail| urls(mail)), mails.first().map(|mail| names(mail)))
    };
    let address = "https://tickets.example/7.pdf";
    let there = Some(vec![address.to_owned()]);
    assert_eq!(attached(address), (false, there, Some(vec!["דנה-כרטיס.pdf".to_owned()])));
    assert_eq!(attached("{{ fields.ticket | default('') }}"), (false, Some(vec![]), Some(vec![])));
    // What they are to have in it is not there yet, or is no address: the operator hears of it, and nothing leaves without.
    for waits in ["{{ fields.ticket }}", "{{ business.name }}", "http://tickets.example/7.pdf"] {
        assert_eq!(attached(waits), (true, None, None), "{waits}");
    }
}
