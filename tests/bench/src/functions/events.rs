//! What a function is given: the files of `events/`, with people and moments of this run.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::environment::APP_SECRET;
use crate::door::{Door, Visitor, full_name};
use crate::product::sign;
use crate::{Failure, bodies, clock};

/// A file of `events/`.
pub fn file(name: &str) -> Result<Value, Failure> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events").join(name);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

/// A comment of another person each.
pub fn comment(number: usize) -> Result<Value, Failure> {
    let (id, author) = (format!("88_{number:09}"), format!("72{number:014}"));
    let body = bodies::facebook_comment(&id, &author, "כמה עולה?", clock::today().as_second());
    delivery("webhook/facebook-comment.json", &body)
}

/// A WhatsApp message of another person each.
pub fn message(number: usize) -> Result<Value, Failure> {
    let from = Visitor { door: Door::Form, number: number as u32 }.phone();
    let id = format!("wamid.{number:09}");
    let body = bodies::whatsapp_text(&from, &id, "היי, אפשר פרטים?", clock::today().as_second());
    delivery("webhook/whatsapp-message.json", &body)
}

/// A form of another person each.
pub fn form(number: usize) -> Result<Value, Failure> {
    let phone = Visitor { door: Door::Form, number: number as u32 }.phone();
    let body =
        json!({ "name": full_name(&phone), "phone": format!("+{phone}"), "email": "dana@example.com" });
    let mut event = file("lead-intake/form.json")?;
    event["body"] = body.to_string().into();
    Ok(event)
}

/// A batch of one message.
pub fn of_queue(file_name: &str, message: String) -> Result<Value, Failure> {
    let mut event = file(file_name)?;
    event["Records"][0]["body"] = message.into();
    Ok(event)
}

fn delivery(file_name: &str, body: &Value) -> Result<Value, Failure> {
    let body = body.to_string();
    let mut event = file(file_name)?;
    let signature = hex::encode(sign(APP_SECRET, body.as_bytes()));
    event["headers"]["x-hub-signature-256"] = format!("sha256={signature}").into();
    event["body"] = body.into();
    Ok(event)
}

/// Whether an answer says that the event is done.
pub fn is_done(answer: &Value) -> bool {
    let status = answer["statusCode"].as_u64();
    let failures = answer["batchItemFailures"].as_array();
    status.is_none_or(|status| (200..300).contains(&status)) && failures.is_none_or(Vec::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_done_when_nothing_of_it_comes_again() {
        for done in [json!({ "statusCode": 202 }), json!({ "batchItemFailures": [] }), json!(0), Value::Null]
        {
            assert!(is_done(&done), "{done}");
        }
        let failed = json!({ "batchItemFailures": [{ "itemIdentifier": "1" }] });
        for failed in [json!({ "statusCode": 401 }), failed] {
            assert!(!is_done(&failed), "{failed}");
        }
    }

    #[test]
    fn a_delivery_is_signed_over_its_body() {
        let event = comment(7).unwrap();
        let body = event["body"].as_str().unwrap();
        let signature = format!("sha256={}", hex::encode(sign(APP_SECRET, body.as_bytes())));
        assert_eq!(event["headers"]["x-hub-signature-256"], signature);
        assert_ne!(body, file("webhook/facebook-comment.json").unwrap()["body"]);
    }
}
