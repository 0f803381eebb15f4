//! The operator mended the cause: what was parked goes on.

use domain::context::Context;
use domain::decide::Decision;
use domain::hint::Hint;
use domain::ids::{BusinessId, LeadId};
use domain::lead::Lead;
use domain::redrive::redrive as redrive_lead;
use jiff::SignedDuration;

use crate::commit::{Commit, CommitError};
use crate::pace::mended;
use crate::ports::Attention;
use crate::world::{ATTEMPTS_MAX, WorkError, World};

/// How much one call sets going again.
pub(crate) const REDRIVE_MAX: usize = 1_000;

/// What was set going, and what only the operator can read and settle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Redriven {
    pub leads: usize,
    pub events: usize,
    pub notices: usize,
}

pub async fn redrive(world: &World, business: &BusinessId) -> Result<Redriven, WorkError> {
    let mut redriven = Redriven::default();
    if let Some(playbook) = world.playbooks.current(business, world.clock.now()).await? {
        let channels = &playbook.channels;
        let assets: Vec<_> = [&channels.page, &channels.instagram].into_iter().flatten().cloned().collect();
        mended(world, business, &assets).await?;
    }
    for attention in world.store.attention(business, REDRIVE_MAX).await? {
        match attention {
            Attention::Lead { lead, .. } => {
                if redrive_one(world, business, lead).await? {
                    redriven.leads += 1;
                }
            }
            Attention::InboxRow { row, .. } => {
                world.store.unpark_inbox(&row).await?;
                // A row whose key names nobody is read with the next that comes for its identity.
                if let Some(responder) = row.responder() {
                    let hint =
                        Hint::Inbox { business: row.at.business, identity: row.at.identity, responder };
                    world.send_hints(&[(hint, SignedDuration::ZERO)]).await;
                }
                redriven.events += 1;
            }
            Attention::Notice { .. } => redriven.notices += 1,
        }
    }
    Ok(redriven)
}

async fn redrive_one(world: &World, business: &BusinessId, id: LeadId) -> Result<bool, WorkError> {
    set_going(world, business, id, redrive_lead).await
}

/// Carries out what `decide` says of a lead, on its freshest record. Whether there was anything to do.
pub(crate) async fn set_going(
    world: &World,
    business: &BusinessId,
    id: LeadId,
    decide: impl Fn(&Lead, &Context<'_>) -> Option<Decision> + Send + Sync,
) -> Result<bool, WorkError> {
    let decide = |lead: &Lead, context: &Context<'_>| decide(lead, context).map(|it| (it, ())).ok_or(());
    Ok(carry_out(world, business, id, decide).await?.is_some_and(|done| done.is_ok()))
}

/// Carries out what `decide` says of a lead, on its freshest record. A refusal changes nothing; `None`: there is no such
/// lead.
pub(crate) async fn carry_out<T, R>(
    world: &World,
    business: &BusinessId,
    id: LeadId,
    decide: impl Fn(&Lead, &Context<'_>) -> Result<(Decision, T), R> + Send + Sync,
) -> Result<Option<Result<T, R>>, WorkError> {
    for _ in 0..ATTEMPTS_MAX {
        let Some(lead) = world.store.lead(business, id).await? else { return Ok(None) };
        let decidable = world.decidable(&lead).await?;
        let (decision, answer) = match decide(&lead, &decidable.context(&world.pepper)) {
            Ok(decided) => decided,
            Err(refusal) => return Ok(Some(Err(refusal))),
        };
        let commit = Commit::of(&lead, decision, Vec::new(), decidable.now());
        match world.store.commit(&commit).await {
            Ok(()) => {
                if let Some(lead) = &commit.lead {
                    world.hint(lead).await;
                }
                return Ok(Some(Ok(answer)));
            }
            Err(CommitError::Conflict(_)) => {}
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(WorkError::Contended)
}
