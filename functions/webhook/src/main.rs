//! Wires `webhook` to Lambda.

use std::sync::Arc;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::lambda::invocation::counted;
use shared::lambda::settings::required;
use shared::lambda::start;
use shared::secrets::SecretString;
use webhook::{Secrets, Webhook};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start::log_json();
    let world = Arc::new(start::world().await?);
    let current = required(start::env, "MASA_META_APP_SECRET")?;
    let previous = start::env("MASA_META_APP_SECRET_PREVIOUS").filter(|secret| !secret.is_empty());
    let secrets = Secrets {
        app_secrets: std::iter::once(current).chain(previous).map(SecretString::from).collect(),
        verify_token: required(start::env, "MASA_META_VERIFY_TOKEN").map(SecretString::from)?,
    };
    let webhook = Webhook { world, secrets };
    let webhook = &webhook;
    run(service_fn(async move |event: LambdaEvent<ApiGatewayV2httpRequest>| {
        Ok::<_, Error>(counted(&webhook.world, webhook::handle(webhook, event.payload)).await)
    }))
    .await
}
