//! Wires `followup-dispatcher` to Lambda.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use shared::lambda::invocation::counted;
use shared::lambda::start::start;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let world = start(&[]).await?.world;
    let world = &world;
    run(service_fn(async move |_tick: LambdaEvent<Value>| {
        counted(world, followup_dispatcher::handle(world)).await?;
        Ok::<_, Error>(())
    }))
    .await
}
