//! Requests of an HTTP API as the functions read them, and their replies.

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::encodings::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use serde_json::{Value, json};

/// The exact bytes of a request's body. `None` when API Gateway says base64 and it is not.
pub fn body_bytes(request: &ApiGatewayV2httpRequest) -> Option<Vec<u8>> {
    let text = request.body.as_deref().unwrap_or_default();
    if request.is_base64_encoded { STANDARD.decode(text).ok() } else { Some(text.as_bytes().to_vec()) }
}

pub fn header<'a>(request: &'a ApiGatewayV2httpRequest, name: &str) -> Option<&'a str> {
    request.headers.get(name)?.to_str().ok()
}

pub fn method(request: &ApiGatewayV2httpRequest) -> &str {
    request.request_context.http.method.as_str()
}

/// The path without the stage, in its parts.
pub fn path(request: &ApiGatewayV2httpRequest) -> Vec<&str> {
    let path = request.raw_path.as_deref().unwrap_or("/");
    path.split('/').filter(|part| !part.is_empty()).collect()
}

pub fn reply(status: u16, body: &Value) -> ApiGatewayV2httpResponse {
    let mut response = ApiGatewayV2httpResponse::default();
    response.status_code = i64::from(status);
    response.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response.body = Some(Body::Text(body.to_string()));
    response
}

/// Every error has this shape. The message says what to change.
pub fn error(status: u16, code: &str, message: &str) -> ApiGatewayV2httpResponse {
    reply(status, &json!({ "error": { "code": code, "message": message } }))
}

pub fn with_header(
    mut response: ApiGatewayV2httpResponse,
    name: HeaderName,
    value: &str,
) -> ApiGatewayV2httpResponse {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers.insert(name, value);
    }
    response
}
