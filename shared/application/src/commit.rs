//! One conditional transaction: what a decision writes, all of it or nothing.

use domain::decide::Decision;
use domain::erasure::{ErasedIdentity, Suppression};
use domain::event::Event;
use domain::event_key::EventKey;
use domain::identity::IdentityKey;
use domain::ids::{BusinessId, LeadId};
use domain::lead::{Lead, Wake};
use domain::timeline::Entry;
use jiff::{SignedDuration, Timestamp};

use crate::ports::{InboxRow, InboxRowId, StoreError};

/// How long an event that was decided is known. Longer than any platform repeats a webhook.
pub const SEEN_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    pub business: BusinessId,
    /// The new record, with the version that it gets. `None` when an event changes no lead.
    pub lead: Option<Lead>,
    /// The version that was read; 0 for a lead that is new. The commit fails if another came in between.
    pub read_version: u64,
    pub timeline: Vec<Entry>,
    /// Identities that the lead has from now on. One that is another lead's fails the commit.
    pub identities: Vec<IdentityKey>,
    /// An identity that nobody may have had before, this lead included.
    pub once: Option<IdentityKey>,
    /// The event that is decided by this. The commit fails if it was decided before.
    pub seen: Option<EventKey>,
    pub now: Timestamp,
    /// What the wake index may go on showing instead of the record's own moment: an earlier one. A claim stands for
    /// a second or so, and moving the index there and back would cost more than the record.
    pub early_wake: Option<Wake>,
    /// The inbox row that ends with this.
    pub inbox_done: Option<InboxRowId>,
    /// Events for others that follow from this.
    pub inbox_new: Vec<InboxRow>,
    /// A second record that changes with this one.
    pub other: Option<OtherRecord>,
    /// Identities that lead to this lead from now on, and led to another until now.
    pub repointed: Vec<Repointed>,
    /// Identities that were erased, as the decision knows, and lead to this lead from now on. That they were erased
    /// is kept.
    pub revived: Vec<IdentityKey>,
    /// Identities that lead nowhere from now on; also of one that nobody had.
    pub erased: Vec<ErasedName>,
}

/// An identity of the commit's lead, or of nobody. One that is anybody else's fails
/// the commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasedName {
    pub identity: IdentityKey,
    pub erased: ErasedIdentity,
}

/// The record that is merged into the lead of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherRecord {
    pub lead: Lead,
    /// As of the lead itself.
    pub read_version: u64,
    pub timeline: Vec<Entry>,
}

/// An identity that may lead to `from`, to the commit's lead, or nowhere. One that is anybody else's fails the
/// commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repointed {
    pub identity: IdentityKey,
    pub from: LeadId,
}

/// What a commit does with a name of its lead. What may not be fails with [`Conflict::Identity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameWrite<'a> {
    /// Nobody had it, or the lead itself.
    Given,
    /// Nobody had it, the lead itself, or this record.
    Repointed(LeadId),
    /// It leads nowhere, or to the lead itself.
    Revived,
    /// It leads nowhere, or to the lead itself.
    Erased(&'a ErasedIdentity),
}

#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Nothing was written, and the reason is certain.
    #[error("the commit met {0:?}")]
    Conflict(Conflict),
    /// It may have been written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// Somebody else committed in between: read again.
    Version,
    /// The event was decided before.
    Seen,
    /// What may be known only once is known already.
    Once,
    /// The identity leads to another lead.
    Identity(IdentityKey),
}

impl Commit {
    /// The commit that carries out a decision on a record that was read.
    pub fn of(read: &Lead, decision: Decision, new_identities: Vec<IdentityKey>, now: Timestamp) -> Self {
        let mut lead = decision.lead;
        lead.version = read.version + 1;
        let without = Self::without_a_lead(lead.business.clone(), now);
        Self {
            read_version: read.version,
            timeline: decision.timeline,
            identities: new_identities,
            lead: Some(lead),
            ..without
        }
    }

    /// An event that changes no lead ends with its marker alone.
    pub fn of_nobody(event: &Event, row: Option<&InboxRowId>, now: Timestamp) -> Self {
        let seen = Some(event.key.clone());
        Self { seen, inbox_done: row.cloned(), ..Self::without_a_lead(event.business.clone(), now) }
    }

    /// A name that nobody has is erased all the same.
    pub fn of_erased_name(
        business: &BusinessId,
        name: IdentityKey,
        suppression: Suppression,
        now: Timestamp,
    ) -> Self {
        let erased = vec![ErasedName { identity: name, erased: ErasedIdentity { at: now, suppression } }];
        Self { erased, ..Self::without_a_lead(business.clone(), now) }
    }

    fn without_a_lead(business: BusinessId, now: Timestamp) -> Self {
        Self {
            business,
            lead: None,
            read_version: 0,
            timeline: Vec::new(),
            identities: Vec::new(),
            once: None,
            seen: None,
            now,
            early_wake: None,
            inbox_done: None,
            inbox_new: Vec::new(),
            other: None,
            repointed: Vec::new(),
            revived: Vec::new(),
            erased: Vec::new(),
        }
    }

    /// What becomes of each name that the commit writes, each once: a transaction refuses two writes of one item.
    /// Without a lead names can only be taken away.
    pub fn names(&self) -> Vec<(&IdentityKey, NameWrite<'_>)> {
        let given = self.identities.iter().map(|key| (key, NameWrite::Given));
        let repointed = self.repointed.iter().map(|name| (&name.identity, NameWrite::Repointed(name.from)));
        let revived = self.revived.iter().map(|key| (key, NameWrite::Revived));
        let leading = given.chain(repointed).chain(revived).filter(|_| self.lead.is_some());
        let erased = self.erased.iter().map(|name| (&name.identity, NameWrite::Erased(&name.erased)));
        let once = self.once.as_ref().filter(|_| self.lead.is_some());
        let mut different: Vec<(&IdentityKey, NameWrite<'_>)> = Vec::new();
        for (key, write) in leading.chain(erased) {
            if once != Some(key) && different.iter().all(|(other, _)| *other != key) {
                different.push((key, write));
            }
        }
        different
    }

    /// What the wake index shows of the lead from now on.
    pub fn indexed_wake(&self) -> Option<Wake> {
        self.early_wake.or_else(|| self.lead.as_ref()?.wake())
    }
}
