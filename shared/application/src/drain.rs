//! The events of one identity are decided in order.

use domain::figure::Figure;

use crate::approved::wake_waiting;
use crate::decide_event::{decide_event, find_lead};
use crate::erase::drop_event;
use crate::grants::give;
use crate::ports::{InboxId, InboxRow};
use crate::world::{WorkError, World};

/// How many events one call decides. What is left is found by the next hint or tick.
const ROWS_PER_DRAIN_MAX: usize = 100;

/// What a drain did, for logs and metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drained {
    pub decided: usize,
    pub parked: usize,
}

/// Decides what waits in an identity's inbox, oldest first. An event that cannot be read is parked and does not
/// hold up its neighbours (invariant 4).
pub async fn drain(world: &World, at: &InboxId) -> Result<Drained, WorkError> {
    if at.identity.is_campaign() {
        return give(world, at).await;
    }
    let inbox = world.store.inbox(at, ROWS_PER_DRAIN_MAX).await?;
    let mut known = inbox.lead;
    let mut drained = Drained::default();
    for row in inbox.rows {
        match row {
            Ok(row) => {
                if inbox.erased.as_ref().is_some_and(|erased| erased.covers(row.event.occurred_at)) {
                    drop_event(world, &row.event, Some(&row.id())).await?;
                } else {
                    known = drain_row(world, &row, known).await?;
                }
                drained.decided += 1;
            }
            Err(unreadable) => {
                let (business, inbox, reason) = (&at.business, &at.identity, &unreadable.reason);
                tracing::error!(%business, %inbox, reason, "an event cannot be read and is parked");
                world.store.park_inbox(&unreadable.id, reason, world.clock.now()).await?;
                world.figures.count(business, Figure::Parked);
                drained.parked += 1;
            }
        }
    }
    Ok(drained)
}

async fn drain_row(
    world: &World,
    row: &InboxRow,
    known: Option<domain::ids::LeadId>,
) -> Result<Option<domain::ids::LeadId>, WorkError> {
    let known = match known {
        Some(lead) => Some(lead),
        None => find_lead(world, &row.event).await?,
    };
    wake_waiting(world, &row.event).await?;
    let decided = decide_event(world, &row.event, known, Some(&row.id())).await?;
    Ok(decided.lead().or(known))
}
