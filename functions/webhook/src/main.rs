//! Wires `webhook` to Lambda.

use std::sync::Arc;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::lambda::invocation::counted;
use shared::lambda::start::start;
use shared::secrets::names;
use webhook::Webhook;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let started = start(&[names::META_APP_SECRET]).await?;
    let webhook = Webhook { world: Arc::new(started.world), secrets: started.secrets };
    let webhook = &webhook;
    run(service_fn(async move |event: LambdaEvent<ApiGatewayV2httpRequest>| {
        Ok::<_, Error>(counted(&webhook.world, webhook::handle(webhook, event.payload)).await)
    }))
    .await
}
