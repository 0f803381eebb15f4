//! The ports that a use case may use, and what they have in common.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use domain::context::{Context, Playbooks as LeadPlaybooks};
use domain::event::Event;
use domain::figure::figures;
use domain::hint::Hint;
use domain::identity::{Identity, IdentityKey};
use domain::ids::{BusinessId, LeadId, Pepper, PlaybookVersion};
use domain::lead::{ABSORBED_MAX, Lead};
use domain::run::Run;
use jiff::{SignedDuration, Timestamp};

use crate::commit::{Commit, CommitError};
use crate::ports::{
    Chance, Clock, Figures, InboxId, InboxRow, Playbooks, QUEUE_DELAY_MAX, Queue, Store, StoreError,
};
use crate::release::ReleaseCache;

/// Everything outside, as one function sees it.
pub struct World {
    pub store: Arc<dyn Store>,
    pub queue: Arc<dyn Queue>,
    pub playbooks: Arc<dyn Playbooks>,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    pub figures: Arc<dyn Figures>,
    pub pepper: Pepper,
    /// Where the installation's own pages are, without a slash at the end. Unknown to functions that send nothing.
    pub public_url: Option<String>,
    /// The table that this installation works on. It sends only if it is the released one.
    pub table: String,
    pub release: Mutex<ReleaseCache>,
}

/// Why a use case could not end. The caller tries again: whatever was committed stays.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the business {0} has no playbook; publish one")]
    NoPlaybook(BusinessId),
    /// Others kept committing in between.
    #[error("too many others work on this lead at the moment")]
    Contended,
}

/// How often a use case reads again after somebody else committed first.
pub(crate) const ATTEMPTS_MAX: usize = 12;

/// Playbooks that stay valid while a decision is made.
pub struct Decidable {
    pub(crate) playbooks: LeadPlaybooks,
    now: Timestamp,
    seed: u64,
    public_url: Option<String>,
}

impl Decidable {
    pub fn context<'a>(&'a self, pepper: &'a Pepper) -> Context<'a> {
        Context {
            now: self.now,
            seed: self.seed,
            playbooks: &self.playbooks,
            pepper,
            public_url: self.public_url.as_deref(),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.now
    }
}

impl World {
    pub fn identity_key(&self, business: &BusinessId, identity: &Identity) -> IdentityKey {
        identity.key(&self.pepper, business)
    }

    pub fn inbox_of(&self, business: &BusinessId, identity: &Identity) -> InboxId {
        InboxId { business: business.clone(), identity: self.identity_key(business, identity) }
    }

    /// Events for the inboxes of those whom they concern.
    pub(crate) fn rows_of(&self, events: Vec<Event>, received_at: Timestamp) -> Vec<InboxRow> {
        let at = |event: &Event| self.inbox_of(&event.business, &event.author);
        events.into_iter().map(|event| InboxRow { at: at(&event), event, received_at }).collect()
    }

    /// Commits what was decided on the record that was read, and counts it once it stands. An answer of the store
    /// that is lost counts nothing: what was written then is met as decided.
    pub(crate) async fn commit(&self, read: &Lead, commit: &Commit) -> Result<(), CommitError> {
        self.store.commit(commit).await?;
        if let Some(decided) = &commit.lead {
            for figure in figures(read, decided, &commit.timeline) {
                self.figures.count(&commit.business, figure);
            }
        }
        Ok(())
    }

    /// What a decision about this lead may know at this moment.
    pub(crate) async fn decidable(&self, lead: &Lead) -> Result<Decidable, WorkError> {
        self.decidable_with(lead, None).await
    }

    /// The same of a lead together with another one.
    pub(crate) async fn decidable_with(
        &self,
        lead: &Lead,
        other: Option<&Lead>,
    ) -> Result<Decidable, WorkError> {
        let now = self.clock.now();
        let current = self.playbooks.current(&lead.business, now).await?;
        let current = current.ok_or_else(|| WorkError::NoPlaybook(lead.business.clone()))?;
        let versions: BTreeSet<&PlaybookVersion> =
            std::iter::once(lead).chain(other).flat_map(versions_of).collect();
        let mut pinned = BTreeMap::new();
        for version in versions.into_iter().filter(|version| **version != current.version) {
            if let Some(playbook) = self.playbooks.version(&lead.business, version).await? {
                pinned.insert(version.clone(), playbook);
            }
        }
        let (playbooks, seed) = (LeadPlaybooks { current, pinned }, self.chance.seed());
        Ok(Decidable { playbooks, now, seed, public_url: self.public_url.clone() })
    }

    /// The record that carries on for this id: merged leads point to it.
    pub(crate) async fn living_lead(
        &self,
        business: &BusinessId,
        id: LeadId,
    ) -> Result<Option<Lead>, StoreError> {
        // A person has a bounded number of records, and one more for a lead ad that turned out to be theirs.
        let mut id = id;
        for _ in 0..ABSORBED_MAX + 2 {
            let lead = self.store.lead(business, id).await?;
            match lead.as_ref().and_then(|lead| lead.merged_into) {
                Some(winner) => id = winner,
                None => return Ok(lead),
            }
        }
        Ok(None)
    }

    /// Tells a worker about a lead that has something to do soon. Losing the hint costs a minute, not the work.
    pub(crate) async fn hint(&self, lead: &Lead) {
        let Some(wake) = lead.wake() else { return };
        let delay = wake.at.duration_since(self.clock.now()).max(SignedDuration::ZERO);
        if delay > QUEUE_DELAY_MAX {
            return;
        }
        let hint = Hint::Lead { business: lead.business.clone(), lead: lead.id, class: wake.class };
        self.send_hints(&[(hint, delay)]).await;
    }

    pub(crate) async fn send_hints(&self, hints: &[(Hint, SignedDuration)]) {
        if let Err(error) = self.queue.send(hints).await {
            tracing::warn!(%error, "hints were not queued; the next tick finds the work");
        }
    }
}

/// The playbooks by which a lead's runs began. A run that is over may still have messages that wait, and what ends it
/// ends those.
fn versions_of(lead: &Lead) -> Vec<&PlaybookVersion> {
    let waits = |run: &&Run| lead.work.iter().any(|work| work.run == Some(run.id));
    lead.runs.iter().filter(|run| run.is_active() || waits(run)).map(|run| &run.version).collect()
}
