//! The functions together, on stores in memory and a clock that moves: the harness of whole journeys.

mod logs;
mod town;
mod trouble;
pub mod webhooks;

pub use logs::capture;
pub use town::{CALENDLY_KEY, NEVEH, Town, TownSettings, call_name, secrets};
pub use trouble::HangingPlatforms;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use serde_json::Value;

/// A file of `events/`.
pub fn event_file(name: &str) -> Value {
    let path = format!("{}/../../events/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("events/{name}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("events/{name}: {error}"))
}

/// A file of `events/` as the HTTP request that it is.
pub fn request_file(name: &str) -> ApiGatewayV2httpRequest {
    serde_json::from_value(event_file(name)).unwrap_or_else(|error| panic!("events/{name}: {error}"))
}

/// The status and the body of an answer.
pub fn answered(response: aws_lambda_events::apigw::ApiGatewayV2httpResponse) -> (i64, Value) {
    let body = match response.body {
        Some(aws_lambda_events::encodings::Body::Text(text)) => text,
        _ => String::new(),
    };
    (response.status_code, serde_json::from_str(&body).unwrap_or(Value::String(body)))
}
