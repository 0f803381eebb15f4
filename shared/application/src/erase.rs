//! A person is erased: their record becomes a tombstone and their names lead nowhere, in one transaction; the rest
//! is deleted in pages.

use domain::decide::Decision;
use domain::erasure::{ErasedIdentity, Suppression, suppression_of, tombstone};
use domain::event::Event;
use domain::identity::{Identity, IdentityKey};
use domain::ids::{BusinessId, LeadId};
use domain::lead::Lead;

use crate::commit::{Commit, CommitError, Conflict, ErasedName};
use crate::drain::drain;
use crate::ports::{InboxId, InboxRowId};
use crate::world::{ATTEMPTS_MAX, WorkError, World};

/// How many items one page deletes, and how many pages one worker.
const PAGE: usize = 100;
const PAGES_PER_LOOK_MAX: usize = 20;

/// What became of the wish to erase somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erased {
    /// From now on nothing of the person is used; pages of what is left go.
    Begun(LeadId),
    /// It was begun before.
    Already(LeadId),
    /// Nobody is known by that.
    Nobody,
}

/// Erases a lead, with every record that was merged into it.
pub async fn erase(world: &World, business: &BusinessId, lead: LeadId) -> Result<Erased, WorkError> {
    let Some(living) = world.living_lead(business, lead).await? else { return Ok(Erased::Nobody) };
    if living.erasing.is_some() {
        return Ok(Erased::Already(living.id));
    }
    let suppression = suppression_of(&living);
    let id = living.id;
    match erase_record(world, living, suppression).await? {
        Some(buried) => {
            // If this does not come to its end, the tombstone's next look does it.
            bury_absorbed(world, &buried).await?;
            world.hint(&buried).await;
            Ok(Erased::Begun(buried.id))
        }
        None => Ok(Erased::Already(id)),
    }
}

/// Erases whoever is known by this name. What waits in its inbox is theirs, too. Of a name that nobody has it is kept
/// that it was erased: what happened before and is told only later brings nobody back.
pub async fn erase_identity(
    world: &World,
    business: &BusinessId,
    identity: &Identity,
) -> Result<Erased, WorkError> {
    if let Identity::Lead(lead) = identity {
        return erase(world, business, *lead).await;
    }
    let at = world.inbox_of(business, identity);
    for _ in 0..ATTEMPTS_MAX {
        drain(world, &at).await?;
        let inbox = world.store.inbox(&at, 0).await?;
        if let Some(lead) = inbox.lead {
            return erase(world, business, lead).await;
        }
        let suppression = inbox.erased.map(|erased| erased.suppression).unwrap_or_default();
        let name = world.identity_key(business, identity);
        let commit = Commit::of_erased_name(business, name, suppression, world.clock.now());
        match world.store.commit(&commit).await {
            Ok(()) => return Ok(Erased::Nobody),
            // They became known in between.
            Err(CommitError::Conflict(_)) => {}
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(WorkError::Contended)
}

/// One record and the names that lead to it. `None` if somebody else was faster, or it is merged or gone by now.
async fn erase_record(
    world: &World,
    lead: Lead,
    suppression: Suppression,
) -> Result<Option<Lead>, WorkError> {
    let mut lead = lead;
    let mut suppression = suppression;
    let mut of_others: Vec<IdentityKey> = Vec::new();
    for _ in 0..ATTEMPTS_MAX {
        let commit = burial(world, &lead, &suppression, &of_others);
        match world.store.commit(&commit).await {
            Ok(()) => return Ok(commit.lead),
            Err(CommitError::Conflict(Conflict::Identity(key))) => of_others.push(key),
            Err(CommitError::Conflict(_)) => {
                let fresh = world.living_lead(&lead.business, lead.id).await?;
                let Some(fresh) = fresh.filter(|fresh| fresh.erasing.is_none()) else { return Ok(None) };
                // A refusal that came in between holds, too.
                suppression.opt_out = fresh.opt_out.clone().or(suppression.opt_out);
                suppression.marketing_stopped_at =
                    fresh.marketing_stopped_at.or(suppression.marketing_stopped_at);
                suppression.email_stopped_at = fresh.email_stopped_at.or(suppression.email_stopped_at);
                lead = fresh;
            }
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(WorkError::Contended)
}

fn burial(world: &World, lead: &Lead, suppression: &Suppression, of_others: &[IdentityKey]) -> Commit {
    let now = world.clock.now();
    let key = |identity: &Identity| world.identity_key(&lead.business, identity);
    let mut inboxes: Vec<IdentityKey> = lead.identities.iter().map(key).collect();
    inboxes.retain(|key| !of_others.contains(key));
    let erased = ErasedIdentity { at: now, suppression: suppression.clone() };
    let names =
        inboxes.iter().map(|identity| ErasedName { identity: identity.clone(), erased: erased.clone() });
    let names = names.collect();
    // What named the record itself waits there.
    inboxes.push(key(&Identity::Lead(lead.id)));
    let stone = tombstone(lead, inboxes, suppression.clone(), now);
    let mut commit = Commit::of(lead, Decision::of(stone), Vec::new(), now);
    commit.erased = names;
    commit
}

/// Records that were merged into the one that is erased are erased each like it, and sweep themselves.
async fn bury_absorbed(world: &World, stone: &Lead) -> Result<(), WorkError> {
    let Some(erasing) = &stone.erasing else { return Ok(()) };
    for absorbed in &stone.absorbed {
        let record = world.store.lead(&stone.business, *absorbed).await?;
        if let Some(record) = record.filter(|record| record.erasing.is_none())
            && let Some(buried) = erase_record(world, record, erasing.suppression.clone()).await?
        {
            world.hint(&buried).await;
        }
    }
    Ok(())
}

/// A worker looks at a tombstone: a few pages of what is left are deleted; when nothing is, the next look is set,
/// and after the last the tombstone goes.
pub(crate) async fn sweep_tombstone(world: &World, stone: &Lead) -> Result<(), WorkError> {
    let Some(erasing) = stone.erasing.as_ref().filter(|erasing| erasing.next_at <= world.clock.now()) else {
        return Ok(());
    };
    bury_absorbed(world, stone).await?;
    let mut pages = 0;
    for identity in &erasing.inboxes {
        let at = InboxId { business: stone.business.clone(), identity: identity.clone() };
        while world.store.erase_inbox(&at, erasing.at, PAGE).await? {
            pages += 1;
            if pages >= PAGES_PER_LOOK_MAX {
                world.hint(stone).await;
                return Ok(());
            }
        }
    }
    while world.store.erase_beside(&stone.business, stone.id, PAGE).await? {
        pages += 1;
        if pages >= PAGES_PER_LOOK_MAX {
            world.hint(stone).await;
            return Ok(());
        }
    }
    let Some(next) = erasing.after_look() else {
        return Ok(world.store.delete_lead(stone).await?);
    };
    let lead = Lead { erasing: Some(next), ..stone.clone() };
    let decision = Decision::of(lead);
    match world.store.commit(&Commit::of(stone, decision, Vec::new(), world.clock.now())).await {
        // Whoever was faster has set the next look.
        Ok(()) | Err(CommitError::Conflict(_)) => Ok(()),
        Err(CommitError::Store(error)) => Err(error.into()),
    }
}

/// An event from before the erasure ends with its marker alone. A record that was to hand its details over goes
/// with them.
pub(crate) async fn drop_event(
    world: &World,
    event: &Event,
    row: Option<&InboxRowId>,
) -> Result<(), WorkError> {
    for identity in &event.also {
        if let Identity::Lead(lead) = identity
            && let Some(record) = world.store.lead(&event.business, *lead).await?
            && record.erasing.is_none()
        {
            let suppression = suppression_of(&record);
            erase_record(world, record, suppression).await?;
        }
    }
    let commit = Commit::of_nobody(event, row, world.clock.now());
    match world.store.commit(&commit).await {
        Ok(()) => Ok(()),
        Err(CommitError::Conflict(_)) => match row {
            Some(row) => Ok(world.store.delete_inbox(row).await?),
            None => Ok(()),
        },
        Err(CommitError::Store(error)) => Err(error.into()),
    }
}
