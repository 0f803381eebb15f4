//! Names that lead to another lead: left to it, and remembered as a sign that the two are one person.

use domain::context::Context;
use domain::decide::Decision;
use domain::erasure::{ErasedIdentity, suppress};
use domain::event::{Event, EventKind, Responder};
use domain::event_key::{EventKey, Sameness};
use domain::hint::Hint;
use domain::identity::{Identity, IdentityKey};
use domain::ids::LeadId;
use domain::lead::{Lead, Proof};
use domain::merge::{remember, rests_on_them, rests_on_us};
use domain::timeline::{Entry, Fact, What};
use jiff::{SignedDuration, Timestamp};

use crate::commit::{Commit, Repointed};
use crate::ports::{InboxId, InboxRow};
use crate::world::{WorkError, World};

/// What the attempts at one commit have learnt of names that lead elsewhere.
#[derive(Debug, Default)]
pub(crate) struct Held {
    /// Names of other people's leads, as far as we know.
    theirs: Vec<(IdentityKey, LeadId)>,
    /// Names that still lead to a record which this one has taken in.
    ours: Vec<Repointed>,
    /// Names whose person was erased.
    erased: Vec<(IdentityKey, ErasedIdentity)>,
    /// Names that stand for something of a person who is being erased.
    gone: Vec<IdentityKey>,
}

impl Held {
    /// Finds out whose a name is that refused a commit of this lead.
    pub async fn learn(&mut self, world: &World, lead: &Lead, key: IdentityKey) -> Result<(), WorkError> {
        if let Some(owner) = self.owner(world, lead, &key).await? {
            self.theirs.push((key, owner));
        }
        Ok(())
    }

    /// The same of the name by which the lead was found: it may be that of a record which was taken in.
    pub async fn learn_if_ours(
        &mut self,
        world: &World,
        lead: &Lead,
        key: IdentityKey,
    ) -> Result<(), WorkError> {
        self.owner(world, lead, &key).await.map(|_| ())
    }

    /// The other lead that has this name. `None` if it turns out to be ours, or nobody's any more.
    async fn owner(
        &mut self,
        world: &World,
        lead: &Lead,
        key: &IdentityKey,
    ) -> Result<Option<LeadId>, WorkError> {
        let at = InboxId { business: lead.business.clone(), identity: key.clone() };
        let inbox = world.store.inbox(&at, 0).await?;
        let Some(owner) = inbox.lead else {
            self.erased.extend(inbox.erased.map(|erased| (key.clone(), erased)));
            return Ok(None);
        };
        match world.living_lead(&lead.business, owner).await? {
            Some(living) if living.id == lead.id => {
                self.ours.push(Repointed { identity: key.clone(), from: owner });
                Ok(None)
            }
            Some(living) if living.erasing.is_none() => Ok(Some(living.id)),
            // What stood for a thing of theirs leads nowhere, and is nobody else's either.
            Some(_) | None => {
                self.gone.push(key.clone());
                Ok(None)
            }
        }
    }

    /// Whether one of these names was erased at or after a moment.
    pub fn is_erased(&self, keys: &[IdentityKey], occurred_at: Timestamp) -> bool {
        self.erased.iter().any(|(key, erased)| keys.contains(key) && erased.covers(occurred_at))
    }

    /// The record with what the persons of erased names had refused.
    pub fn suppress(&self, read: &Lead, context: &Context<'_>) -> Decision {
        let mut decision = Decision::of(read.clone());
        for (_, erased) in &self.erased {
            let next = suppress(&decision.lead, &erased.suppression, context);
            decision.lead = next.lead;
            decision.timeline.extend(next.timeline);
        }
        decision
    }

    /// Takes the names of others out of a decision and remembers them as signs. The timeline says so, and who has
    /// to know is told by the rows that come back.
    pub fn leave_to_others(
        &self,
        world: &World,
        decision: &mut Decision,
        proof: Proof,
        now: Timestamp,
    ) -> Vec<InboxRow> {
        let business = decision.lead.business.clone();
        let owner = |identity: &Identity| {
            let key = world.identity_key(&business, identity);
            self.theirs.iter().find(|(theirs, _)| *theirs == key).map(|(_, owner)| *owner)
        };
        let (theirs, ours) = std::mem::take(&mut decision.lead.identities)
            .into_iter()
            .partition(|identity| owner(identity).is_some());
        decision.lead.identities = ours;
        let gone = |identity: &Identity| self.gone.contains(&world.identity_key(&business, identity));
        decision.lead.identities.retain(|identity| !gone(identity));
        let theirs: std::collections::BTreeSet<Identity> = theirs;
        let mut told = Vec::new();
        for identity in theirs {
            let Some(owner) = owner(&identity) else { continue };
            let at = decision.timeline.last().map_or(decision.lead.created_at, |entry| entry.at);
            decision.timeline.push(
                Entry::new(at, What::IdentityHeld)
                    .with(Fact::Identity, identity.kind())
                    .with(Fact::Reason, "another lead is known by it; the two may be one person"),
            );
            if proof == Proof::Proven || rests_on_us(&identity) {
                decision.timeline.extend(remember(&mut decision.lead, owner, proof, now));
            }
            let waits =
                decision.lead.merges.iter().all(|merge| merge.with != owner || merge.proof != Proof::Proven);
            if proof != Proof::Proven && waits && rests_on_them(&decision.lead, &identity) {
                told.push(claim_on(world, &decision.lead, &identity, proof, now));
            }
        }
        told
    }

    /// What leads to a record that was merged into this one, or was erased, leads here from now on.
    pub fn repoint(&self, commit: &mut Commit) {
        let ours = self.ours.iter().filter(|ours| commit.identities.contains(&ours.identity));
        commit.repointed.extend(ours.cloned());
        commit.identities.retain(|key| self.ours.iter().all(|ours| ours.identity != *key));
        let erased = |key: &&IdentityKey| self.erased.iter().any(|(erased, _)| erased == *key);
        commit.revived = commit.identities.iter().filter(erased).cloned().collect();
        commit.identities.retain(|key| !erased(&key));
    }
}

/// The lead whose name was typed is told of it by way of its inbox.
fn claim_on(world: &World, by: &Lead, identity: &Identity, proof: Proof, now: Timestamp) -> InboxRow {
    let at = world.inbox_of(&by.business, identity);
    let id = format!("{}#{}", by.id, at.identity);
    let sameness = Sameness::Given { kind: "claimed", id: &id };
    let asked = by.phone_asked.as_ref().filter(|_| proof == Proof::Asserted);
    let event = Event {
        business: by.business.clone(),
        key: EventKey::of(&world.pepper, &by.business, Responder::LeadIntake, sameness),
        occurred_at: now,
        author: identity.clone(),
        also: Vec::new(),
        kind: EventKind::Claimed { by: by.id, asked: asked.map(|asked| asked.campaign.clone()) },
    };
    InboxRow { at, event, received_at: now }
}

/// Hints at the inboxes that a commit has put rows into.
pub(crate) async fn hint_at(world: &World, rows: &[InboxRow]) {
    let hints: Vec<(Hint, SignedDuration)> = rows
        .iter()
        .map(|row| {
            let (business, identity) = (row.at.business.clone(), row.at.identity.clone());
            let responder = row.event.kind.responder();
            (Hint::Inbox { business, identity, responder }, SignedDuration::ZERO)
        })
        .collect();
    if !hints.is_empty() {
        world.send_hints(&hints).await;
    }
}
