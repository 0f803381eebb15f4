//! Events come in: they are durable before anybody is told so.

use domain::event::Event;
use domain::hint::Hint;
use jiff::SignedDuration;

use crate::ports::{InboxRow, StoreError};
use crate::world::World;

/// Puts events into the inboxes of their authors. When this returns, none of them can be lost; only then a 2xx
/// may be given (invariant 1).
pub async fn accept(world: &World, events: Vec<Event>) -> Result<usize, StoreError> {
    let received_at = world.clock.now();
    let rows: Vec<InboxRow> = events
        .into_iter()
        .map(|event| InboxRow { at: world.inbox_of(&event.business, &event.author), event, received_at })
        .collect();
    if rows.is_empty() {
        return Ok(0);
    }
    world.store.put_inbox(&rows).await?;
    for row in &rows {
        let (business, inbox, event) = (&row.at.business, &row.at.identity, &row.event.key);
        tracing::info!(%business, %inbox, %event, kind = row.event.kind.name(), "an event is safe");
    }
    let mut hints: Vec<(Hint, SignedDuration)> = rows
        .iter()
        .map(|row| {
            let hint = Hint::Inbox {
                business: row.at.business.clone(),
                identity: row.at.identity.clone(),
                responder: row.event.kind.responder(),
            };
            (hint, SignedDuration::ZERO)
        })
        .collect();
    hints.sort();
    hints.dedup();
    world.send_hints(&hints).await;
    Ok(rows.len())
}
