//! What every door asks first: the size, the business, and how soon a retry is worth it.

use std::sync::Arc;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use shared::application::WorkError;
use shared::application::ports::StoreError;
use shared::domain::ids::BusinessId;
use shared::domain::playbook::Playbook;
use shared::lambda::http::body_bytes;

use crate::LeadIntake;
use crate::reply;

const BODY_BYTES_MAX: usize = 256 * 1024;

pub fn body(request: &ApiGatewayV2httpRequest) -> Result<Vec<u8>, ApiGatewayV2httpResponse> {
    // Base64 makes four bytes of three; a body that is too large even so need not be decoded.
    if request.body.as_ref().is_some_and(|body| body.len() > BODY_BYTES_MAX * 3 / 2) {
        return Err(reply::too_large());
    }
    match body_bytes(request) {
        Some(bytes) if bytes.len() > BODY_BYTES_MAX => Err(reply::too_large()),
        Some(bytes) => Ok(bytes),
        None => Err(reply::unreadable("the body says that it is base64 and is not")),
    }
}

pub async fn playbook(
    intake: &LeadIntake,
    business: &str,
) -> Result<Arc<Playbook>, ApiGatewayV2httpResponse> {
    let now = intake.world.clock.now();
    match intake.world.playbooks.current(&BusinessId::new(business), now).await {
        Ok(Some(playbook)) => Ok(playbook),
        Ok(None) => Err(reply::unknown_business(business)),
        Err(error) => Err(store_failed(&error)),
    }
}

pub fn store_failed(error: &StoreError) -> ApiGatewayV2httpResponse {
    tracing::error!(%error, "a lead was not stored; the caller is asked to try again");
    reply::try_again()
}

pub fn work_failed(error: &WorkError) -> ApiGatewayV2httpResponse {
    tracing::error!(%error, "a lead was not stored; the caller is asked to try again");
    reply::try_again()
}
