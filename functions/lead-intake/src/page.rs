//! The few pages that people see of this function.

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use aws_lambda_events::encodings::Body;
use http::header;
use shared::domain::ids::BusinessId;
use shared::lambda::http::with_header;

use crate::{LeadIntake, access};

/// A language, and the direction in which it is read.
pub type Reading = (&'static str, &'static str);

pub const HEBREW: Reading = ("he", "rtl");
pub const ENGLISH: Reading = ("en", "ltr");

/// What its people read a page in.
pub async fn in_language_of<W>(intake: &LeadIntake, business: &BusinessId, hebrew: W, english: W) -> W {
    match access::playbook(intake, business.as_str()).await {
        Ok(playbook) if playbook.business.language != "he" => english,
        _ => hebrew,
    }
}

/// `more` is markup; nothing in it or in `text` comes from outside.
pub fn of(status: i64, reading: Reading, text: &str, more: &str) -> ApiGatewayV2httpResponse {
    let (language, direction) = reading;
    let html = format!(
        "<!doctype html><html lang=\"{language}\" dir=\"{direction}\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
         <title>{text}</title><style>body{{font:18px/1.6 system-ui,sans-serif;max-width:30em;margin:15vh auto;padding:0 1em}}\
         button{{font:inherit;padding:.5em 1.2em}}</style><p>{text}</p>{more}</html>",
    );
    let mut response = ApiGatewayV2httpResponse::default();
    response.status_code = status;
    response.body = Some(Body::Text(html));
    let response = with_header(response, header::CONTENT_TYPE, "text/html; charset=utf-8");
    // The token stands in the address: it goes nowhere else.
    with_header(response, header::REFERRER_POLICY, "no-referrer")
}
