//! A lead's due work leaves for the platforms. The only function that holds tokens.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use shared::application::deliver::deliver;
use shared::application::ports::Platforms;
use shared::application::rescue::rescue_leads;
use shared::application::{WorkError, World};
use shared::application::{broadcasts, catch_up};
use shared::domain::hint::Hint;
use shared::lambda::batch::each_hint;

pub async fn handle(world: &World, platforms: &dyn Platforms, event: SqsEvent) -> SqsBatchResponse {
    each_hint(event, async |hint| {
        // A hint at an inbox is a responder's; nothing is lost by leaving it.
        let Hint::Lead { business, lead, .. } = hint else { return Ok(()) };
        let delivered = deliver(world, platforms, &business, lead).await?;
        if delivered.held {
            tracing::warn!(%business, %lead, "this table is not the released one: nothing leaves until `masa release`");
        }
        Ok(())
    })
    .await
}

/// The schedule's tick: what the queue has lost is worked off without it, broadcasts go on, and what webhooks have not
/// brought is read from the platforms.
pub async fn handle_tick(world: &World, platforms: &dyn Platforms) -> Result<usize, WorkError> {
    let rescued = rescue_leads(world, platforms).await?;
    if rescued > 0 {
        tracing::warn!(rescued, "the queue had lost hints; their leads were worked off without it");
    }
    broadcasts::go_on(world).await?;
    catch_up::go_on(world, platforms).await?;
    Ok(rescued)
}
