//! One event is decided: load, decide, commit, and again if somebody else was faster.

use domain::decide::decide;
use domain::erasure::{ErasedIdentity, Suppression};
use domain::event::Event;
use domain::identity::{Identity, IdentityKey};
use domain::ids::LeadId;
use domain::lead::Lead;
use domain::merge::proof_of;

use crate::commit::{Commit, CommitError, Conflict, ErasedName};
use crate::erase::drop_event;
use crate::held::{Held, hint_at};
use crate::ports::InboxRowId;
use crate::world::{ATTEMPTS_MAX, WorkError, World};

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// It changed this lead.
    Committed(Box<Lead>),
    /// It was decided before, or concerns nobody whom we know.
    Nothing(Option<LeadId>),
}

impl Decided {
    pub fn lead(&self) -> Option<LeadId> {
        match self {
            Self::Committed(lead) => Some(lead.id),
            Self::Nothing(lead) => *lead,
        }
    }
}

/// Decides an event and commits what it changes, together with the end of its inbox row if it has one. Then
/// hints at what the lead has to do.
pub async fn decide_event(
    world: &World,
    event: &Event,
    known: Option<LeadId>,
    row: Option<&InboxRowId>,
) -> Result<Decided, WorkError> {
    let mut known = known;
    let mut held = Held::default();
    for _ in 0..ATTEMPTS_MAX {
        let read = match known {
            Some(id) => world.living_lead(&event.business, id).await?,
            None => None,
        };
        // Of who was erased only what happened later begins anew; what names the record itself is of before.
        if let Some(erasing) = read.as_ref().and_then(|read| read.erasing.as_ref())
            && (matches!(event.author, Identity::Lead(_)) || erasing.covers(event.occurred_at))
        {
            drop_event(world, event, row).await?;
            return Ok(Decided::Nothing(None));
        }
        let (commit, committed) = match read.filter(|read| read.erasing.is_none()) {
            None if !event.kind.makes_a_lead() => {
                let commit = of_nobody(world, event, row);
                let committed = world.store.commit(&commit).await;
                (commit, committed)
            }
            read => {
                let read = read.unwrap_or_else(|| new_lead(world, event));
                let commit = decided_commit(world, event, &read, &held, row).await?;
                let committed = world.commit(&read, &commit).await;
                (commit, committed)
            }
        };
        match committed {
            Ok(()) => match commit.lead {
                Some(lead) => {
                    log(event, &lead, row);
                    hint_at(world, &commit.inbox_new).await;
                    world.hint(&lead).await;
                    return Ok(Decided::Committed(Box::new(lead)));
                }
                None => return Ok(Decided::Nothing(None)),
            },
            Err(CommitError::Conflict(Conflict::Version)) => {
                known = find_lead(world, event).await?.or(known);
                held = Held::default();
            }
            Err(CommitError::Conflict(Conflict::Identity(key))) => {
                let Some(lead) = &commit.lead else {
                    known = find_lead(world, event).await?;
                    continue;
                };
                if key == world.identity_key(&event.business, &event.author) {
                    // Somebody made this person a lead in between: theirs is the record.
                    known = find_lead(world, event).await?;
                    held.learn_if_ours(world, lead, key).await?;
                } else {
                    held.learn(world, lead, key).await?;
                }
                let names = std::iter::once(&event.author).chain(&event.also);
                let keys =
                    names.map(|identity| world.identity_key(&event.business, identity)).collect::<Vec<_>>();
                if held.is_erased(&keys, event.occurred_at) {
                    drop_event(world, event, row).await?;
                    return Ok(Decided::Nothing(None));
                }
            }
            Err(CommitError::Conflict(Conflict::Seen | Conflict::Once)) => {
                if let Some(row) = row {
                    world.store.delete_inbox(row).await?;
                }
                let lead = match known {
                    Some(lead) => Some(lead),
                    None => find_lead(world, event).await?,
                };
                return Ok(Decided::Nothing(lead));
            }
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(WorkError::Contended)
}

/// The one line that holds both the name of the inbox, which is all that `webhook` knows, and the lead.
fn log(event: &Event, lead: &Lead, row: Option<&InboxRowId>) {
    let (business, key, kind) = (&event.business, &event.key, event.kind.name());
    let inbox = row.map(|row| tracing::field::display(&row.at.identity));
    tracing::info!(%business, lead = %lead.id, inbox, event = %key, kind, "{kind} decided");
}

fn of_nobody(world: &World, event: &Event, row: Option<&InboxRowId>) -> Commit {
    let commit = Commit::of_nobody(event, row, world.clock.now());
    let Some(ended) = event.kind.ends() else { return commit };
    let identity = world.identity_key(&event.business, &ended);
    let erased = ErasedIdentity { at: event.occurred_at, suppression: Suppression::default() };
    Commit { erased: vec![ErasedName { identity, erased }], ..commit }
}

/// The lead whom the event's author is known as.
pub async fn find_lead(world: &World, event: &Event) -> Result<Option<LeadId>, WorkError> {
    if let Identity::Lead(lead) = &event.author {
        return Ok(Some(*lead));
    }
    for identity in std::iter::once(&event.author).chain(&event.also) {
        let inbox = world.store.inbox(&world.inbox_of(&event.business, identity), 0).await?;
        if inbox.lead.is_some() {
            return Ok(inbox.lead);
        }
    }
    Ok(None)
}

/// The same event on the same identity makes the same lead, so that a retry finds the row of the first try.
fn new_lead(world: &World, event: &Event) -> Lead {
    let identity = world.identity_key(&event.business, &event.author);
    let id = LeadId::derive(&world.pepper, &event.business, identity.as_str(), event.key.as_str());
    Lead::new(event.business.clone(), id, event.occurred_at.min(world.clock.now()))
}

async fn decided_commit(
    world: &World,
    event: &Event,
    read: &Lead,
    held: &Held,
    row: Option<&InboxRowId>,
) -> Result<Commit, WorkError> {
    let decidable = world.decidable(read).await?;
    let context = decidable.context(&world.pepper);
    let suppressed = held.suppress(read, &context);
    let mut decision = decide(&suppressed.lead, event, &context);
    decision.timeline.splice(0..0, suppressed.timeline);
    let told = held.leave_to_others(world, &mut decision, proof_of(event), decidable.now());
    let heard = world.rows_of(std::mem::take(&mut decision.told), decidable.now());
    let new = new_identities(world, read, &decision.lead);
    let once = decision.once.take().map(|identity| world.identity_key(&event.business, &identity));
    let mut commit = Commit::of(read, decision, new, decidable.now());
    commit.identities.retain(|key| Some(key) != once.as_ref());
    commit.once = once;
    commit.inbox_new = told;
    commit.inbox_new.extend(heard);
    held.repoint(&mut commit);
    commit.seen = Some(event.key.clone());
    commit.inbox_done = row.cloned();
    Ok(commit)
}

/// The keys of identities that the record did not have when it was read.
pub(crate) fn new_identities(world: &World, read: &Lead, decided: &Lead) -> Vec<IdentityKey> {
    let new =
        decided.identities.iter().filter(|identity| read.version == 0 || !read.identities.contains(identity));
    new.map(|identity| world.identity_key(&decided.business, identity)).collect()
}
