//! What every door asks first: the size, the business, and how soon a retry is worth it.

use std::sync::Arc;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use serde_json::{Map, Value};
use shared::application::WorkError;
use shared::domain::ids::{BusinessId, is_plain_id};
use shared::domain::playbook::Playbook;
use shared::lambda::http::{body_bytes, header};
use shared::secrets::{any_passes, is_secret, names, own};

use crate::LeadIntake;
use crate::reply::Rejection;

const BODY_BYTES_MAX: usize = 256 * 1024;

pub fn body(request: &ApiGatewayV2httpRequest) -> Result<Vec<u8>, Rejection> {
    // Base64 makes four bytes of three; a body that is too large even so need not be decoded.
    if request.body.as_ref().is_some_and(|body| body.len() > BODY_BYTES_MAX * 3 / 2) {
        return Err(Rejection::TooLarge);
    }
    match body_bytes(request) {
        Some(bytes) if bytes.len() > BODY_BYTES_MAX => Err(Rejection::TooLarge),
        Some(bytes) => Ok(bytes),
        None => Err(Rejection::Unreadable("the body says that it is base64 and is not")),
    }
}

pub async fn playbook(intake: &LeadIntake, business: &str) -> Result<Arc<Playbook>, Rejection> {
    // The address is a stranger's: no key of the table is made of what no business is called.
    if !is_plain_id(business) {
        return Err(Rejection::UnknownBusiness(business.to_owned()));
    }
    let now = intake.world.clock.now();
    match intake.world.playbooks.current(&BusinessId::new(business), now).await {
        Ok(Some(playbook)) => Ok(playbook),
        Ok(None) => Err(Rejection::UnknownBusiness(business.to_owned())),
        Err(error) => Err(failed(&error.into())),
    }
}

/// Whether a presented key opens this business: its own one, or the one that all share. Strangers make up businesses,
/// so it has to be one that there is.
pub async fn is_key(
    intake: &LeadIntake,
    business: &BusinessId,
    name: &str,
    presented: &str,
) -> Result<bool, Rejection> {
    let names = [&own(business, name), name];
    let is_key = any_passes(intake.secrets.as_ref(), &names, |secret| is_secret(presented, secret)).await;
    is_key.map_err(|error| {
        tracing::error!(%error, "a key could not be checked; the caller is asked to try again");
        Rejection::TryAgain
    })
}

/// What the business's own systems show: `Authorization: Bearer …`.
async fn check_api_key(
    intake: &LeadIntake,
    business: &BusinessId,
    request: &ApiGatewayV2httpRequest,
) -> Result<(), Rejection> {
    let presented = header(request, "authorization").and_then(|value| value.strip_prefix("Bearer "));
    match presented {
        Some(key) if is_key(intake, business, names::API_KEY, key.trim()).await? => Ok(()),
        _ => Err(Rejection::NoApiKey),
    }
}

/// What a business's own system sends with the API key: an object. `how` says what is expected.
pub async fn object(
    intake: &LeadIntake,
    request: &ApiGatewayV2httpRequest,
    business: &str,
    how: &'static str,
) -> Result<(Arc<Playbook>, Map<String, Value>), Rejection> {
    let body = body(request)?;
    let playbook = playbook(intake, business).await?;
    check_api_key(intake, &playbook.business.id, request).await?;
    match serde_json::from_slice(&body) {
        Ok(Value::Object(object)) => Ok((playbook, object)),
        _ => Err(Rejection::Unreadable(how)),
    }
}

/// Text, or a number written without quotes; empty counts as not sent.
pub fn text(object: &Map<String, Value>, field: &str) -> Option<String> {
    match object.get(field)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The store did not take it: the caller keeps it and sends it again.
pub fn failed(error: &WorkError) -> Rejection {
    tracing::error!(%error, "a lead was not stored; the caller is asked to try again");
    Rejection::TryAgain
}
