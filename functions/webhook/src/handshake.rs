//! Meta's question when the URL is entered: whoever knows the verify token gets the challenge back.

use aws_lambda_events::event::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use shared::secrets::{Secrets, any_passes, is_secret, names};

use crate::answer;

pub async fn answer(secrets: &dyn Secrets, request: &ApiGatewayV2httpRequest) -> ApiGatewayV2httpResponse {
    let query = Query::of(request);
    let token = query.first("hub.verify_token").unwrap_or_default();
    let knows = any_passes(secrets, &[names::META_VERIFY_TOKEN], |secret| is_secret(token, secret)).await;
    let knows = match knows {
        Ok(knows) => knows,
        Err(error) => return answer::without_secrets(&error),
    };
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
