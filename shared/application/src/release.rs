//! Whether this installation may send, and whether bulk is held.
//!
//! A restored copy of the table brings back work that was sent long ago; an outage leaves hours of it due at
//! once. Both wait for the operator (invariant 7).

use domain::claim::Release;
use jiff::{SignedDuration, Timestamp};

use crate::ports::{Heartbeat, StoreError};
use crate::sweep::GAP_MAX;
use crate::world::World;

/// How long the answer of the store is believed. Reading it before every call would cost a read each.
const BELIEVED_FOR: SignedDuration = SignedDuration::from_secs(10);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaySend {
    Yes(Release),
    /// The data is a copy: another table is the one that sends.
    No,
}

/// The last answer and when it was read.
#[derive(Debug, Default)]
pub struct ReleaseCache(Option<(Timestamp, MaySend)>);

pub async fn may_send(world: &World) -> Result<MaySend, StoreError> {
    let now = world.clock.now();
    if let Some((read_at, answer)) = cached(world)
        && now >= read_at
        && now.duration_since(read_at) < BELIEVED_FOR
    {
        return Ok(answer);
    }
    let released = world.store.released_table().await?;
    let answer = if released.as_deref() == Some(world.table.as_str()) {
        // After a gap the first sweep notes the hold; what a queue kept through the gap may be faster than it.
        let holds = |heartbeat: Heartbeat| {
            heartbeat.held_since.is_some() || now.duration_since(heartbeat.swept_at) > GAP_MAX
        };
        let held = world.store.heartbeat().await?.is_some_and(holds);
        MaySend::Yes(if held { Release::Held } else { Release::Open })
    } else {
        MaySend::No
    };
    remember(world, Some((now, answer)));
    Ok(answer)
}

/// Makes this table the one that sends, and lets go what was held.
pub async fn release(world: &World) -> Result<(), StoreError> {
    world.store.release_table(&world.table).await?;
    if let Some(heartbeat) = world.store.heartbeat().await? {
        world.store.put_heartbeat(&Heartbeat { held_since: None, ..heartbeat }).await?;
    }
    remember(world, None);
    Ok(())
}

pub(crate) fn forget(world: &World) {
    remember(world, None);
}

fn cached(world: &World) -> Option<(Timestamp, MaySend)> {
    world.release.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).0
}

fn remember(world: &World, answer: Option<(Timestamp, MaySend)>) {
    world.release.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).0 = answer;
}
