//! What callers are told, in their language's plain words and with what to change.

use std::collections::BTreeMap;

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use serde_json::json;
use shared::domain::ids::LeadId;
use shared::lambda::http::{error, reply};

/// Everything is committed.
pub fn accepted(lead: Option<LeadId>) -> ApiGatewayV2httpResponse {
    reply(202, &json!({ "lead": lead.map(|lead| lead.to_string()) }))
}

/// Each field's fault by its name.
pub fn invalid(faults: &BTreeMap<String, String>) -> ApiGatewayV2httpResponse {
    let message =
        faults.iter().map(|(field, fault)| format!("{field}: {fault}")).collect::<Vec<_>>().join("; ");
    reply(422, &json!({ "error": { "code": "invalid-fields", "message": message, "fields": faults } }))
}

pub fn unreadable(message: &str) -> ApiGatewayV2httpResponse {
    error(400, "unreadable-body", message)
}

pub fn too_large() -> ApiGatewayV2httpResponse {
    error(413, "too-large", "the body has more than 256 KiB; send less")
}

pub fn unknown_business(business: &str) -> ApiGatewayV2httpResponse {
    let known: String = business.chars().take(40).collect();
    error(
        404,
        "unknown-business",
        &format!("there is no business {known:?} here; see `business.id` in its playbook"),
    )
}

pub fn try_again() -> ApiGatewayV2httpResponse {
    error(503, "try-again", "nothing was stored; send the same request again in a moment")
}

pub fn wrong_method() -> ApiGatewayV2httpResponse {
    error(405, "method-not-allowed", "this address takes POST")
}

pub fn no_such_route() -> ApiGatewayV2httpResponse {
    error(
        404,
        "no-such-route",
        "there is nothing here; forms go to /forms/{business}/{form}, calls to /calls/{business}",
    )
}
