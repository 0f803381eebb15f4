//! Answers over HTTP. Errors are JSON with a code for machines and a sentence for people.

use aws_lambda_events::encodings::Body;
use aws_lambda_events::event::apigw::ApiGatewayV2httpResponse;
use http::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};
use shared::secrets::SecretsUnavailable;

pub fn json(status: u16, body: &Value) -> ApiGatewayV2httpResponse {
    with_body(status, "application/json", body.to_string())
}

pub fn text(status: u16, body: &str) -> ApiGatewayV2httpResponse {
    with_body(status, "text/plain; charset=utf-8", body.to_owned())
}

pub fn html(status: u16, page: &str) -> ApiGatewayV2httpResponse {
    with_body(status, "text/html; charset=utf-8", page.to_owned())
}

pub fn error(status: u16, code: &str, message: &str) -> ApiGatewayV2httpResponse {
    json(status, &json!({ "error": { "code": code, "message": message } }))
}

/// Nobody knows yet whether the request is Meta's.
pub fn without_secrets(error: &SecretsUnavailable) -> ApiGatewayV2httpResponse {
    tracing::error!(%error, "a request could not be checked; the sender is asked to try again");
    self::error(503, "not-checked", "the request could not be checked; send it again")
}

pub fn not_allowed(allowed: &'static str) -> ApiGatewayV2httpResponse {
    let mut response = error(405, "method-not-allowed", &format!("this address takes {allowed}"));
    response.headers.insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

fn with_body(status: u16, content_type: &'static str, body: String) -> ApiGatewayV2httpResponse {
    let mut response = ApiGatewayV2httpResponse::default();
    response.status_code = i64::from(status);
    response.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.body = Some(Body::Text(body));
    response
}
