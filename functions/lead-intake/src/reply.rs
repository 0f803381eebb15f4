//! What callers are told: that all is committed, or why not and what to change.

use std::collections::BTreeMap;

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use serde_json::json;
use shared::domain::ids::LeadId;
use shared::lambda::http::{error, reply};

/// Everything is committed.
pub fn accepted(lead: Option<LeadId>) -> ApiGatewayV2httpResponse {
    reply(202, &json!({ "lead": lead.map(|lead| lead.to_string()) }))
}

/// Why nothing was taken. Nothing is half done.
#[derive(Debug, PartialEq, Eq)]
pub enum Rejection {
    NoSuchRoute,
    WrongMethod,
    TooLarge,
    /// What was expected instead.
    Unreadable(&'static str),
    /// Each field's fault by its name.
    Invalid(BTreeMap<String, String>),
    NoFormKey,
    WrongFormKey,
    NoApiKey,
    /// A signature that is missing, old, or by another key.
    NotSigned,
    OriginNotAllowed,
    UnknownBusiness(String),
    /// The forms that there are.
    UnknownForm(Vec<String>),
    /// The store did not take it.
    TryAgain,
}

impl Rejection {
    pub fn reply(&self) -> ApiGatewayV2httpResponse {
        match self {
            Self::NoSuchRoute => error(
                404,
                "no-such-route",
                "there is nothing here; forms go to /forms/{business}/{form}, calls to /calls/{business}, appointments to /bookings/{business}, deals to /deals/{business}",
            ),
            Self::WrongMethod => error(405, "method-not-allowed", "this address takes POST"),
            Self::TooLarge => error(413, "too-large", "the body has more than 256 KiB; send less"),
            Self::Unreadable(message) => error(400, "unreadable-body", message),
            Self::Invalid(faults) => invalid(faults),
            Self::NoFormKey => error(
                401,
                "no-form-key",
                "send the form key as the header X-Form-Key, the field _key, or ?key= in the address",
            ),
            Self::WrongFormKey => {
                error(401, "wrong-form-key", "the form key is not the one of this installation")
            }
            Self::NoApiKey => {
                error(401, "no-api-key", "send the API key as the header Authorization: Bearer …")
            }
            Self::NotSigned => error(
                401,
                "not-signed",
                "the signature is missing, older than three minutes, or by another key than MASA_CALENDLY_KEY",
            ),
            Self::OriginNotAllowed => {
                error(403, "origin-not-allowed", "this site is not among the form's origins in the playbook")
            }
            Self::UnknownBusiness(business) => {
                let shown: String = business.chars().take(40).collect();
                let message =
                    format!("there is no business {shown:?} here; see `business.id` in its playbook");
                error(404, "unknown-business", &message)
            }
            Self::UnknownForm(known) => {
                let known = known.join(", ");
                let message = format!("the playbook has no such form under sources.forms; it has: {known}");
                error(404, "unknown-form", &message)
            }
            Self::TryAgain => {
                error(503, "try-again", "nothing was stored; send the same request again in a moment")
            }
        }
    }
}

fn invalid(faults: &BTreeMap<String, String>) -> ApiGatewayV2httpResponse {
    let message =
        faults.iter().map(|(field, fault)| format!("{field}: {fault}")).collect::<Vec<_>>().join("; ");
    reply(422, &json!({ "error": { "code": "invalid-fields", "message": message, "fields": faults } }))
}
