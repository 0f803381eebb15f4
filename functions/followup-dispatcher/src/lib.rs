//! The minute tick: what is due soon, or was forgotten, is hinted at to the queues.

use shared::application::World;
use shared::application::sweep::{Swept, sweep};

/// One tick. What the schedule sends along does not matter: the table knows what is due.
pub async fn handle(world: &World) -> Result<Swept, shared::application::ports::StoreError> {
    let swept = sweep(world).await?;
    let oldest_due_seconds = swept.oldest_due.map_or(0, |age| age.as_secs());
    tracing::info!(hinted = swept.hinted, oldest_due_seconds, held = swept.held, "swept");
    Ok(swept)
}
