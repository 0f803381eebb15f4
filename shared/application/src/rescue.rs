//! Work that the queue has lost is done without it.
//!
//! The dispatcher's tick hints again at what is overdue, by the queue. If the queue loses that, too, the same
//! schedule wakes each function by itself, and it takes from the wake index what should have reached it long
//! ago (invariant 11).

use domain::claim::Release;
use domain::event::Responder;
use domain::hint::Hint;
use domain::work::Class;
use jiff::SignedDuration;

use crate::deliver::deliver;
use crate::drain::drain;
use crate::ports::{DueQuery, InboxId, Platforms, StoreError, WAKE_SHARDS};
use crate::release::{MaySend, may_send};
use crate::world::{WorkError, World};

/// Past the tick that hinted at it and the time to work it off: two ticks.
const LOST_AFTER: SignedDuration = SignedDuration::from_secs(120);
const RESCUES_PER_SHARD_MAX: usize = 25;

/// Drains inboxes whose hints were lost. How many.
pub async fn rescue_inboxes(world: &World, responder: Responder) -> Result<usize, WorkError> {
    let mut rescued = 0;
    for hint in lost(world, Class::Conversation).await? {
        match hint {
            Hint::Inbox { business, identity, responder: of } if of == responder => {
                drain(world, &InboxId { business, identity }).await?;
                rescued += 1;
            }
            Hint::Inbox { .. } | Hint::Lead { .. } => {}
        }
    }
    Ok(rescued)
}

/// Works leads off whose hints were lost. How many.
pub async fn rescue_leads(world: &World, platforms: &dyn Platforms) -> Result<usize, WorkError> {
    let classes: &[Class] = match may_send(world).await? {
        MaySend::Yes(Release::Open) => &Class::ALL,
        MaySend::Yes(Release::Held) => &[Class::Conversation],
        MaySend::No => return Ok(0),
    };
    let mut rescued = 0;
    for class in classes {
        for hint in lost(world, *class).await? {
            if let Hint::Lead { business, lead, .. } = hint {
                deliver(world, platforms, &business, lead).await?;
                rescued += 1;
            }
        }
    }
    Ok(rescued)
}

async fn lost(world: &World, class: Class) -> Result<Vec<Hint>, StoreError> {
    let until = world.clock.now() - LOST_AFTER;
    let mut lost = Vec::new();
    for shard in 0..WAKE_SHARDS {
        let query = DueQuery { class, shard, until, limit: RESCUES_PER_SHARD_MAX, after: None };
        lost.extend(world.store.due(&query).await?.due.into_iter().map(|(_, hint)| hint));
    }
    lost.dedup();
    Ok(lost)
}
