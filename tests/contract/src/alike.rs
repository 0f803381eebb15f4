//! Random histories, played on two stores: whatever can be read must be the same in both.

use std::collections::{BTreeMap, BTreeSet};

use application::commit::{Commit, CommitError, Conflict, ErasedName, OtherRecord, Repointed};
use application::ports::{InboxId, InboxRow, StoreError};
use domain::delivery::DeliveryStatus;
use domain::erasure::ErasedIdentity;
use domain::ids::{LeadId, WorkId};
use domain::lead::{Lead, Wake};
use domain::work::Class;
use jiff::{SignedDuration, Timestamp};

use crate::bench::Bench;
use crate::chance::Chance;
use crate::promises::dueness::hints;
use crate::samples::{
    at, delivery, entry, event_key, identity, inbox_of, lead, neveh, random_kind, random_lead, row,
    suppression,
};

const PEOPLE: [&str; 5] = ["dana", "ron", "noa", "avi", "lea"];
const EVENTS: [&str; 8] = ["e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7"];
const LEADS: usize = 4;

/// How often a history's commits went through, and what the others met.
pub type Met = BTreeMap<&'static str, usize>;

/// Plays one history of `steps` steps. What a seed gives is the same on every machine.
pub async fn play(one: &dyn Bench, other: &dyn Bench, seed: u64, steps: usize) -> Met {
    let mut chance = Chance::new(seed);
    let mut met = Met::new();
    for step in 0..steps {
        let action = random_action(one, &mut chance, step).await;
        let (mine, theirs) = (action.run(one).await, action.run(other).await);
        assert_eq!(mine, theirs, "seed {seed}, step {step}: {action:?}");
        if matches!(action, Action::Commit(_)) {
            *met.entry(word(&mine)).or_default() += 1;
        }
        if step % 8 == 7 || step + 1 == steps {
            same(one, other, &format!("seed {seed}, step {step}")).await;
        }
    }
    met
}

fn word(result: &Result<(), Conflict>) -> &'static str {
    match result {
        Ok(()) => "committed",
        Err(Conflict::Version) => "version",
        Err(Conflict::Once) => "once",
        Err(Conflict::Identity(_)) => "identity",
        Err(Conflict::Seen) => "seen",
    }
}

#[derive(Debug)]
enum Action {
    Commit(Box<Commit>),
    PutInbox(Vec<InboxRow>),
    DeleteInbox(InboxRow),
    ParkInbox(InboxRow),
    UnparkInbox(InboxRow),
    PutDelivery(LeadId, WorkId, DeliveryStatus, i64),
    EraseInbox(InboxId, Timestamp),
    EraseBeside(LeadId),
    DeleteLead(Box<Lead>),
}

impl Action {
    /// What it met, in words that two stores share.
    async fn run(&self, bench: &dyn Bench) -> Result<(), Conflict> {
        let store = bench.store();
        let done: Result<(), StoreError> = match self {
            Self::Commit(commit) => match store.commit(commit).await {
                Ok(()) => Ok(()),
                Err(CommitError::Conflict(conflict)) => return Err(conflict),
                Err(CommitError::Store(error)) => Err(error),
            },
            Self::PutInbox(rows) => store.put_inbox(rows).await,
            Self::DeleteInbox(row) => store.delete_inbox(&row.id()).await,
            Self::ParkInbox(row) => store.park_inbox(&row.id(), "stuck", at(9)).await,
            // All of it: how much a page holds is each store's own affair.
            Self::EraseInbox(at, up_to) => store.erase_inbox(at, *up_to, 1_000).await.map(|_| ()),
            Self::EraseBeside(lead) => store.erase_beside(&neveh(), *lead, 1_000).await.map(|_| ()),
            // As an erasure does: what stands beside the record goes before it.
            Self::DeleteLead(lead) => match store.erase_beside(&neveh(), lead.id, 1_000).await {
                Ok(_) => store.delete_lead(lead).await,
                Err(error) => Err(error),
            },
            Self::UnparkInbox(row) => store.unpark_inbox(&row.id()).await,
            Self::PutDelivery(lead, work, status, second) => {
                store.put_delivery(&neveh(), *lead, *work, &delivery(*status, *second)).await
            }
        };
        done.unwrap();
        Ok(())
    }
}

async fn random_action(bench: &dyn Bench, chance: &mut Chance, step: usize) -> Action {
    match chance.below(15) {
        0..6 => Action::Commit(Box::new(random_commit(bench, chance, step).await)),
        6 | 7 => Action::PutInbox(chance.some(4, random_row)),
        8 => Action::DeleteInbox(random_row(chance)),
        9 => Action::ParkInbox(random_row(chance)),
        10 => Action::UnparkInbox(random_row(chance)),
        12 => Action::EraseInbox(inbox_of(PEOPLE[chance.below(PEOPLE.len())]), at(chance.below(9) as i64)),
        13 => Action::EraseBeside(random_id(chance)),
        14 => match bench.store().lead(&neveh(), random_id(chance)).await.unwrap() {
            Some(mut lead) => {
                lead.version -= u64::from(chance.one_in(2));
                Action::DeleteLead(Box::new(lead))
            }
            None => Action::DeleteInbox(random_row(chance)),
        },
        _ => {
            let status = chance.pick(&[DeliveryStatus::Sent, DeliveryStatus::Read, DeliveryStatus::Failed]);
            let work = WorkId::new(chance.below(3) as u128);
            Action::PutDelivery(random_id(chance), work, status, chance.below(99) as i64)
        }
    }
}

fn random_id(chance: &mut Chance) -> LeadId {
    LeadId::new(u128::MAX / LEADS as u128 * chance.below(LEADS) as u128)
}

/// The same name is always the same row, whatever is in it.
fn random_row(chance: &mut Chance) -> InboxRow {
    let number = chance.below(EVENTS.len());
    let mut row = row(PEOPLE[number % PEOPLE.len()], EVENTS[number], number as i64);
    row.event.kind = random_kind(chance);
    row.received_at = at(chance.below(500) as i64);
    row
}

async fn random_commit(bench: &dyn Bench, chance: &mut Chance, step: usize) -> Commit {
    let id = random_id(chance);
    let stored = bench.store().lead(&neveh(), id).await.unwrap().map_or(0, |lead| lead.version);
    // Mostly what stands there, sometimes what stood there before.
    let read_version = if chance.one_in(6) { stored.saturating_sub(1) } else { stored };
    let mut new = random_lead(chance, &neveh(), id);
    new.version = read_version + 1;
    let person = |chance: &mut Chance| identity(PEOPLE[chance.below(PEOPLE.len())]);
    Commit {
        business: neveh(),
        lead: if chance.one_in(8) { None } else { Some(new) },
        read_version,
        timeline: chance.some(2, |chance| entry(chance.below(100) as i64, &chance.text())),
        identities: if chance.one_in(2) { chance.some(2, person) } else { Vec::new() },
        once: if chance.one_in(6) { Some(identity(chance.pick(&["c0", "c1", "c2"]))) } else { None },
        seen: if chance.one_in(3) { Some(event_key(chance.pick(&EVENTS))) } else { None },
        // The days pass, so that markers run out.
        now: at(0) + SignedDuration::from_hours(12 * step as i64),
        early_wake: if chance.one_in(4) {
            Some(Wake { class: chance.pick(&Class::ALL), at: at(chance.below(100) as i64) })
        } else {
            None
        },
        inbox_done: if chance.one_in(3) { Some(random_row(chance).id()) } else { None },
        inbox_new: if chance.one_in(4) { chance.some(2, random_row) } else { Vec::new() },
        other: if chance.one_in(5) { random_other(bench, chance, id).await } else { None },
        repointed: if chance.one_in(4) {
            chance.some(3, |chance| Repointed { identity: person(chance), from: random_id(chance) })
        } else {
            Vec::new()
        },
        revived: if chance.one_in(5) { chance.some(2, person) } else { Vec::new() },
        erased: if chance.one_in(6) {
            chance.some(2, |chance| {
                let erased = ErasedIdentity { at: moment(chance), suppression: suppression(chance) };
                ErasedName { identity: person(chance), erased }
            })
        } else {
            Vec::new()
        },
    }
}

fn moment(chance: &mut Chance) -> Timestamp {
    at(chance.below(500) as i64)
}

/// A second record, never the first.
async fn random_other(bench: &dyn Bench, chance: &mut Chance, first: LeadId) -> Option<OtherRecord> {
    let id = random_id(chance);
    if id == first {
        return None;
    }
    let stored = bench.store().lead(&neveh(), id).await.unwrap().map_or(0, |lead| lead.version);
    let read_version = if chance.one_in(6) { stored.saturating_sub(1) } else { stored };
    let mut new = random_lead(chance, &neveh(), id);
    new.version = read_version + 1;
    let timeline = chance.some(2, |chance| entry(chance.below(100) as i64, &chance.text()));
    Some(OtherRecord { lead: new, read_version, timeline })
}

async fn same(one: &dyn Bench, other: &dyn Bench, when: &str) {
    let (mine, theirs) = (one.store(), other.store());
    for number in 0..LEADS {
        let id = LeadId::new(u128::MAX / LEADS as u128 * number as u128);
        assert_eq!(
            mine.lead(&neveh(), id).await.unwrap(),
            theirs.lead(&neveh(), id).await.unwrap(),
            "{when}"
        );
        let timelines =
            (mine.timeline(&neveh(), id).await.unwrap(), theirs.timeline(&neveh(), id).await.unwrap());
        assert_eq!(timelines.0, timelines.1, "{when}");
        for work in 0..3 {
            let work = WorkId::new(work);
            let told = mine.deliveries(&neveh(), id, work).await.unwrap();
            assert_eq!(told, theirs.deliveries(&neveh(), id, work).await.unwrap(), "{when}");
        }
    }
    for name in PEOPLE.into_iter().chain(["c0", "c1", "c2"]) {
        for limit in [0, 1, 50] {
            let at = inbox_of(name);
            let inboxes = (mine.inbox(&at, limit).await.unwrap(), theirs.inbox(&at, limit).await.unwrap());
            assert_eq!(inboxes.0, inboxes.1, "{when}, {name}");
        }
    }
    for limit in [2, 50] {
        let seen = mine.attention(&neveh(), limit).await.unwrap();
        assert_eq!(seen, theirs.attention(&neveh(), limit).await.unwrap(), "{when}");
        for after in [None, Some(lead(1).id)] {
            let roster = mine.roster(&neveh(), after, limit).await.unwrap();
            assert_eq!(roster, theirs.roster(&neveh(), after, limit).await.unwrap(), "{when}");
        }
    }
    for class in Class::ALL {
        for until in [at(250), at(4_000)] {
            let due = (woken(one, class, until).await, woken(other, class, until).await);
            assert_eq!(due.0, due.1, "{when}");
        }
    }
}

/// The index keeps whole milliseconds, and may show a hint twice.
async fn woken(bench: &dyn Bench, class: Class, until: Timestamp) -> BTreeSet<(i64, domain::hint::Hint)> {
    let due = hints(bench, class, until, 100).await;
    due.into_iter().map(|(at, hint)| (at.as_millisecond(), hint)).collect()
}
