//! Mentions of the business are decided: a comment, a caption or a post that names it gets its answer. Story mentions
//! are messages, and `message-responder`'s.
//!
//! Takes hints at inboxes from its queue and drains them. What is decided leaves by `sender`.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use shared::application::drain::drain;
use shared::application::rescue::rescue_inboxes;
use shared::application::{WorkError, World};
use shared::domain::event::Responder;
use shared::lambda::batch::each_hint;
use shared::lambda::hint_text::inbox;

pub async fn handle(world: &World, event: SqsEvent) -> SqsBatchResponse {
    each_hint(event, async |hint| {
        // A hint at a lead is another function's; nothing is lost by leaving it.
        let Some(inbox) = inbox(hint) else { return Ok(()) };
        let drained = drain(world, &inbox).await?;
        tracing::debug!(business = %inbox.business, decided = drained.decided, parked = drained.parked, "mentions decided");
        Ok(())
    })
    .await
}

/// The schedule's tick: what the queue has lost is worked off without it.
pub async fn handle_tick(world: &World) -> Result<usize, WorkError> {
    let rescued = rescue_inboxes(world, Responder::Tag).await?;
    if rescued > 0 {
        tracing::warn!(rescued, "the queue had lost hints; their inboxes were drained without it");
    }
    Ok(rescued)
}
