//! Wires `tag-responder` to Lambda: behind its queue, and woken by the schedule.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use shared::application::World;
use shared::lambda::batch;
use shared::lambda::invocation::counted;
use shared::lambda::start::start;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let world = start(&[]).await?.world;
    let world = &world;
    run(service_fn(async move |event: LambdaEvent<Value>| counted(world, handle(world, event.payload)).await))
        .await
}

async fn handle(world: &World, event: Value) -> Result<Value, Error> {
    match batch::of_queue(event)? {
        Some(batch) => Ok(serde_json::to_value(tag_responder::handle(world, batch).await)?),
        None => Ok(Value::from(tag_responder::handle_tick(world).await?)),
    }
}
