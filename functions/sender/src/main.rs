//! Wires `sender` to Lambda: behind its queues, and woken by the schedule.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use shared::adapters::outside::Outside;
use shared::application::World;
use shared::lambda::batch;
use shared::lambda::invocation::counted;
use shared::lambda::start::{Started, outside, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let Started { world, secrets, config } = start(&[]).await?;
    let platforms = outside(&config, secrets)?;
    let (world, platforms) = (&world, &platforms);
    run(service_fn(async move |event: LambdaEvent<Value>| {
        counted(world, handle(world, platforms, event.payload)).await
    }))
    .await
}

async fn handle(world: &World, platforms: &Outside, event: Value) -> Result<Value, Error> {
    match batch::of_queue(event)? {
        Some(batch) => Ok(serde_json::to_value(sender::handle(world, platforms, batch).await)?),
        None => Ok(Value::from(sender::handle_tick(world, platforms).await?)),
    }
}
