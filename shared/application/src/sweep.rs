//! The minute tick: what is due soon or was forgotten is hinted at again.

use std::collections::{BTreeMap, VecDeque};

use domain::hint::Hint;
use domain::ids::BusinessId;
use domain::work::Class;
use jiff::{SignedDuration, Timestamp};

use crate::ports::{DueQuery, Heartbeat, StoreError, WAKE_SHARDS};
use crate::release::forget;
use crate::world::World;

/// The tick comes every minute; it looks this far ahead, and hints are delayed to their moment.
const LOOK_AHEAD: SignedDuration = SignedDuration::from_secs(120);
/// What became due this recently is on its way by the hint of its commit or of the sweep before.
const GRACE: SignedDuration = SignedDuration::from_secs(60);
/// A gap in the heartbeat longer than this means that hours of bulk are due at once.
pub(crate) const GAP_MAX: SignedDuration = SignedDuration::from_hours(6);
const PAGE: usize = 100;
/// How many hints one tick gives per class. The next tick goes on: a flood is paced, and a crowd waits its turn.
const HINTS_PER_TICK_MAX: usize = 2_000;
/// A queue as deep as this works already as fast as it can.
const DEPTH_MAX: u64 = 10_000;

/// What a sweep saw, for its metrics and its alarm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub hinted: usize,
    /// The age of the oldest due work: the product's pulse.
    pub oldest_due: Option<SignedDuration>,
    /// Bulk is held until the operator releases it.
    pub held: bool,
}

pub async fn sweep(world: &World) -> Result<Swept, StoreError> {
    sweep_since(world, Hinted::BySweepBefore).await
}

/// The first sweep on a queue that is new: whatever an earlier one held is gone with it.
pub async fn sweep_on_new_queue(world: &World) -> Result<Swept, StoreError> {
    sweep_since(world, Hinted::ByNobody).await
}

/// Who has told the queue of what is due already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hinted {
    ByNobody,
    BySweepBefore,
}

async fn sweep_since(world: &World, hinted: Hinted) -> Result<Swept, StoreError> {
    let now = world.clock.now();
    let before = world.store.heartbeat().await?;
    let gap = before.map(|heartbeat| now.duration_since(heartbeat.swept_at));
    let held_since = match before.and_then(|heartbeat| heartbeat.held_since) {
        Some(since) => Some(since),
        None => gap.filter(|gap| *gap > GAP_MAX).map(|_| now),
    };
    if held_since.is_some() && before.is_some_and(|heartbeat| heartbeat.held_since.is_none()) {
        tracing::warn!("nobody swept for over six hours: bulk is held until it is released");
        // The hold has to stand before anything of this sweep can leave.
        let swept_at = before.map_or(now, |heartbeat| heartbeat.swept_at);
        world.store.put_heartbeat(&Heartbeat { swept_at, held_since }).await?;
        forget(world);
    }
    let mut swept = Swept { held: held_since.is_some(), ..Swept::default() };
    for class in Class::ALL {
        if class == Class::Bulk && swept.held {
            continue;
        }
        let last_end = before.map(|heartbeat| heartbeat.swept_at).filter(|_| hinted == Hinted::BySweepBefore);
        sweep_class(world, class, last_end, now, &mut swept).await?;
    }
    // What the operator released while this sweep was under way stays released.
    let held_since = world.store.heartbeat().await?.map_or(held_since, |heartbeat| heartbeat.held_since);
    world.store.put_heartbeat(&Heartbeat { swept_at: now, held_since }).await?;
    world.figures.tick(swept.oldest_due.unwrap_or_default());
    Ok(swept)
}

/// Ticks up to `at` would have found nothing: whoever moves a clock by hand says so instead of ticking each
/// minute, or the jump would look like an outage.
pub async fn nothing_was_due(world: &World, at: Timestamp) -> Result<(), StoreError> {
    let held_since = world.store.heartbeat().await?.and_then(|heartbeat| heartbeat.held_since);
    world.store.put_heartbeat(&Heartbeat { swept_at: at, held_since }).await
}

async fn sweep_class(
    world: &World,
    class: Class,
    last_end: Option<Timestamp>,
    now: Timestamp,
    swept: &mut Swept,
) -> Result<(), StoreError> {
    let deep = world.queue.depth(class).await.unwrap_or(0) > DEPTH_MAX;
    let mut due: Vec<(Timestamp, Hint)> = Vec::new();
    // Each tick begins at another shard, so that a full one does not starve those behind it.
    let first = (now.as_second() / 60).rem_euclid(i64::from(WAKE_SHARDS)) as u32;
    for offset in 0..WAKE_SHARDS {
        let mut after: Option<String> = None;
        while due.len() < HINTS_PER_TICK_MAX {
            let shard = (first + offset) % WAKE_SHARDS;
            let query = DueQuery { class, shard, until: now + LOOK_AHEAD, limit: PAGE, after };
            let page = world.store.due(&query).await?;
            due.extend(page.due);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    let oldest = due.iter().map(|(at, _)| now.duration_since(*at)).max();
    swept.oldest_due = swept.oldest_due.max(oldest.filter(|age| age.is_positive()));
    let wanted = due.into_iter().filter(|(at, _)| {
        let overdue = now.duration_since(*at) > GRACE;
        if overdue { !deep } else { last_end.is_none_or(|end| *at > end) }
    });
    let hints = fair(wanted.map(|(at, hint)| (hint, at.duration_since(now).max(SignedDuration::ZERO))));
    for batch in hints.chunks(PAGE) {
        world.send_hints(batch).await;
    }
    swept.hinted += hints.len();
    Ok(())
}

/// One of each business in turn, so that a campaign of one does not delay the others.
fn fair(hints: impl Iterator<Item = (Hint, SignedDuration)>) -> Vec<(Hint, SignedDuration)> {
    let mut queues: BTreeMap<BusinessId, VecDeque<(Hint, SignedDuration)>> = BTreeMap::new();
    for (hint, delay) in hints {
        queues.entry(hint.business().clone()).or_default().push_back((hint, delay));
    }
    let mut mixed = Vec::new();
    while !queues.is_empty() {
        queues.retain(|_, queue| {
            mixed.extend(queue.pop_front());
            !queue.is_empty()
        });
    }
    mixed
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::LeadId;

    #[test]
    fn a_crowd_of_one_business_does_not_go_before_another() {
        let hint = |business: &str, id| {
            let hint = Hint::Lead { business: business.into(), lead: LeadId::new(id), class: Class::Bulk };
            (hint, SignedDuration::ZERO)
        };
        let crowd = (0..5).map(|id| hint("a", id)).chain([hint("b", 9)]);
        let order: Vec<String> = fair(crowd).iter().map(|(hint, _)| hint.business().to_string()).collect();
        assert_eq!(order, ["a", "b", "a", "a", "a", "a"]);
    }
}
