//! Plain values with short names.

use application::commit::Commit;
use application::ports::{InboxId, InboxRow};
use domain::channel::Channel;
use domain::delivery::{Delivery, DeliveryStatus};
use domain::event::{Event, EventKind, Responder};
use domain::event_key::{EventKey, Sameness};
use domain::identity::{Identity, IdentityKey};
use domain::ids::{BusinessId, LeadId, Pepper, WorkId};
use domain::lead::Lead;
use domain::timeline::{Entry, Fact, What};
use domain::work::{Action, Class, Purpose, Work, WorkState};
use jiff::Timestamp;

pub fn neveh() -> BusinessId {
    BusinessId::new("neveh")
}

pub fn pepper() -> Pepper {
    Pepper::new([7; 32])
}

/// A moment, by seconds from one in 2026.
pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_796_000_000 + second).expect("a moment of this century")
}

pub fn person(name: &str) -> Identity {
    Identity::Psid(name.to_owned())
}

pub fn identity(name: &str) -> IdentityKey {
    person(name).key(&pepper(), &neveh())
}

pub fn inbox_of(name: &str) -> InboxId {
    InboxId { business: neveh(), identity: identity(name) }
}

pub fn event_key(name: &str) -> EventKey {
    EventKey::of(&pepper(), &neveh(), Responder::Message, Sameness::Message { id: name, verb: "" })
}

/// An event of a person, at a second, named so that it can be told from others.
pub fn event(author: &str, name: &str, second: i64) -> Event {
    Event {
        business: neveh(),
        key: event_key(name),
        occurred_at: at(second),
        author: person(author),
        also: Vec::new(),
        kind: EventKind::Standby { channel: Channel::Messenger },
    }
}

pub fn row(author: &str, name: &str, second: i64) -> InboxRow {
    InboxRow { at: inbox_of(author), event: event(author, name, second), received_at: at(second + 1) }
}

pub fn lead(id: u128) -> Lead {
    Lead::new(neveh(), LeadId::new(id), at(0))
}

pub fn work(number: u32, class: Class, due_at: Timestamp) -> Work {
    Work {
        id: WorkId::new(u128::from(number) + 1),
        number,
        class,
        action: Action::Send {
            message: "welcome".into(),
            channel: Channel::WhatsApp,
            purpose: Purpose::Playbook,
        },
        run: None,
        due_at,
        planned_at: due_at,
        expires_at: None,
        state: WorkState::Planned,
        tries: 0,
        called_off: false,
        turn: None,
    }
}

pub fn parked(reason: &str) -> Work {
    Work { state: WorkState::Parked { reason: reason.to_owned() }, ..work(9, Class::Bulk, at(0)) }
}

/// A commit that only writes the record, as the next version of what was read.
pub fn commit_of(read: &Lead) -> Commit {
    let mut lead = read.clone();
    lead.version += 1;
    Commit {
        business: lead.business.clone(),
        read_version: read.version,
        lead: Some(lead),
        timeline: Vec::new(),
        identities: Vec::new(),
        once: None,
        seen: None,
        now: at(0),
        early_wake: None,
        inbox_done: None,
        inbox_new: Vec::new(),
        other: None,
        repointed: Vec::new(),
        revived: Vec::new(),
        erased: Vec::new(),
    }
}

/// A commit without a lead: an event that concerns nobody.
pub fn commit_of_nobody() -> Commit {
    Commit { lead: None, ..commit_of(&lead(0)) }
}

pub fn entry(second: i64, text: &str) -> Entry {
    Entry::new(at(second), What::Note).with(Fact::Text, text)
}

pub fn delivery(status: DeliveryStatus, second: i64) -> Delivery {
    Delivery { status, at: at(second), id: Some("wamid.1".into()) }
}
