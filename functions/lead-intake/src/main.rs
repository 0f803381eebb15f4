//! Wires `lead-intake` to Lambda: behind the HTTP API and its queue, and woken by the schedule.

use std::sync::Arc;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use lead_intake::LeadIntake;
use serde_json::Value;
use shared::lambda::batch;
use shared::lambda::invocation::counted;
use shared::lambda::start::start;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let started = start(&[]).await?;
    let intake = LeadIntake { world: Arc::new(started.world), secrets: started.secrets };
    let intake = &intake;
    run(service_fn(async move |event: LambdaEvent<Value>| {
        counted(&intake.world, handle(intake, event.payload)).await
    }))
    .await
}

async fn handle(intake: &LeadIntake, event: Value) -> Result<Value, Error> {
    if event.get("requestContext").is_some() {
        let request: ApiGatewayV2httpRequest = serde_json::from_value(event)?;
        return Ok(serde_json::to_value(lead_intake::handle_http(intake, request).await)?);
    }
    match batch::of_queue(event)? {
        Some(batch) => Ok(serde_json::to_value(lead_intake::handle_sqs(&intake.world, batch).await)?),
        None => Ok(Value::from(lead_intake::handle_tick(&intake.world).await?)),
    }
}
