//! Meta's one URL: the handshake, the signature, the split into events, and the answer.
//!
//! A 200 to a delivery means that everything in it is durable; anything else asks Meta to send it again. What
//! an event means is left to the responders: here nothing is decided, looked up at Meta, or sent.

mod answer;
mod body;
mod deletion;
mod handshake;
mod signature;
pub mod split;
mod take_in;

use std::sync::Arc;

use application::World;
use aws_lambda_events::event::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use http::Method;
use shared::secrets::{Secrets, SecretsUnavailable, any_passes, names};

use crate::body::BadBody;
use crate::signature::Signature;

/// What the function works with.
pub struct Webhook {
    pub world: Arc<World>,
    /// What Meta and we both know.
    pub secrets: Arc<dyn Secrets>,
}

/// What Meta may have signed with.
const APP_SECRETS: [&str; 2] = [names::META_APP_SECRET, names::META_APP_SECRET_PREVIOUS];

pub async fn handle(webhook: &Webhook, request: ApiGatewayV2httpRequest) -> ApiGatewayV2httpResponse {
    let http = &request.request_context.http;
    let path = request.raw_path.as_deref().or(http.path.as_deref()).unwrap_or_default();
    let is_code = path.strip_prefix(deletion::PATH).is_some_and(|rest| rest.starts_with('/'));
    match (&http.method, if is_code { "/meta/data-deletion/{code}" } else { path }) {
        (&Method::GET, "/meta/webhook") => handshake::answer(webhook.secrets.as_ref(), &request).await,
        (&Method::POST, "/meta/webhook") => delivery(webhook, &request).await,
        (&Method::GET, "/healthz") => answer::json(200, &serde_json::json!({ "status": "ok" })),
        (&Method::POST, "/meta/data-deletion") => deletion::requested(webhook, &request).await,
        (&Method::GET, "/meta/data-deletion/{code}") => deletion::status(path),
        (_, "/meta/webhook") => answer::not_allowed("GET, POST"),
        (_, "/meta/data-deletion") => answer::not_allowed("POST"),
        (_, "/healthz" | "/meta/data-deletion/{code}") => answer::not_allowed("GET"),
        _ => answer::error(404, "not-found", "there is nothing at this address"),
    }
}

async fn delivery(webhook: &Webhook, request: &ApiGatewayV2httpRequest) -> ApiGatewayV2httpResponse {
    let bytes = match body::bytes(request) {
        Ok(bytes) => bytes,
        Err(BadBody::TooLarge) => {
            return answer::error(413, "too-large", "a delivery has at most 4 MiB");
        }
        Err(BadBody::NotBase64) => {
            return answer::error(400, "not-base64", "the body is marked as base64 and is not");
        }
    };
    let header = request.headers.get("x-hub-signature-256").and_then(|value| value.to_str().ok());
    match is_signed(webhook, header, &bytes).await {
        Ok(true) => {}
        Ok(false) => {
            tracing::warn!("refused a delivery without a valid signature");
            return answer::error(401, "bad-signature", "the signature is missing or does not fit the body");
        }
        Err(error) => return answer::without_secrets(&error),
    }
    // From here on the sender is Meta: what cannot be used is taken and counted, so that it is not sent again.
    let Some(value) = body::json_object(&bytes) else {
        tracing::warn!(bytes = bytes.len(), "refused a signed delivery that is no JSON object");
        return answer::error(400, "not-json", "the body is not a JSON object");
    };
    match take_in::take_in(&webhook.world, &value).await {
        Ok(taken) => answer::json(200, &taken.to_json()),
        Err(error) => {
            tracing::error!(%error, "a delivery could not be stored; Meta sends it again");
            answer::error(503, "not-stored", "the delivery could not be stored; send it again")
        }
    }
}

async fn is_signed(webhook: &Webhook, header: Option<&str>, body: &[u8]) -> Result<bool, SecretsUnavailable> {
    let Some(signature) = Signature::read(header) else { return Ok(false) };
    any_passes(webhook.secrets.as_ref(), &APP_SECRETS, |secret| signature.is_by(secret, body)).await
}
