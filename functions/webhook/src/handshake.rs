//! Meta's question when the URL is entered: whoever knows the verify token gets the challenge back.

use aws_lambda_events::event::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;

use crate::{Secrets, answer};

pub fn answer(secrets: &Secrets, request: &ApiGatewayV2httpRequest) -> ApiGatewayV2httpResponse {
    let query = Query::of(request);
    let expected = secrets.verify_token.expose_secret().as_bytes();
    let token = query.first("hub.verify_token").unwrap_or_default();
    // A token that was never set must not be known to everybody.
    let knows = !expected.is_empty() && bool::from(token.as_bytes().ct_eq(expected));
    match query.first("hub.challenge") {
        Some(challenge) if knows && query.first("hub.mode") == Some("subscribe") => {
            answer::text(200, challenge)
        }
        _ => {
            tracing::warn!("refused a handshake");
            answer::error(403, "bad-handshake", "the mode, the verify token or the challenge does not fit")
        }
    }
}

/// The parameters as they were sent: API Gateway's own map breaks values up at commas.
struct Query(Vec<(String, String)>);

impl Query {
    fn of(request: &ApiGatewayV2httpRequest) -> Self {
        let raw = request.raw_query_string.as_deref().unwrap_or_default();
        Self(serde_urlencoded::from_str(raw).unwrap_or_default())
    }

    fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}
