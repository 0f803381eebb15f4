//! Webhook bodies as the platforms send them, for the assets of the two businesses of the tests.

use serde_json::{Value, json};

pub const PAGE: &str = "101010101010101";
pub const INSTAGRAM: &str = "17841400000000001";
pub const NUMBER: &str = "106106106106106";
const ACCOUNT: &str = "102102102102102";
const DISPLAY: &str = "97230000000";

fn page(change: &Value) -> Value {
    json!({ "object": "page", "entry": [{ "id": PAGE, "time": 1_796_022_000, "changes": [change] }] })
}

pub fn lead_ad(id: &str) -> Value {
    page(&json!({
        "field": "leadgen",
        "value": { "leadgen_id": id, "form_id": "600", "page_id": PAGE, "created_time": 1_796_022_000 },
    }))
}

pub fn comment(id: &str, author: &str, text: &str) -> Value {
    page(&json!({
        "field": "feed",
        "value": {
            "item": "comment", "verb": "add", "comment_id": id, "post_id": format!("{PAGE}_1"),
            "parent_id": format!("{PAGE}_1"), "from": { "id": author, "name": "מיכל ברק" },
            "created_time": 1_796_022_000, "message": text,
        },
    }))
}

pub fn comment_removed(id: &str) -> Value {
    page(&json!({
        "field": "feed",
        "value": { "item": "comment", "verb": "remove", "comment_id": id, "post_id": format!("{PAGE}_1") },
    }))
}

pub fn instagram_comment(id: &str, author: &str, text: &str) -> Value {
    json!({ "object": "instagram", "entry": [{ "id": INSTAGRAM, "time": 1_796_022_000, "changes": [{
        "field": "comments",
        "value": { "id": id, "from": { "id": author, "username": "omer.sg" }, "text": text, "media": { "id": "55" } },
    }] }] })
}

fn whatsapp(number: &str, account: &str, value: Value) -> Value {
    let mut value = value;
    value["messaging_product"] = "whatsapp".into();
    value["metadata"] = json!({ "display_phone_number": DISPLAY, "phone_number_id": number });
    json!({ "object": "whatsapp_business_account", "entry": [{ "id": account, "changes": [
        { "field": "messages", "value": value },
    ] }] })
}

pub fn whatsapp_text_to(number: &str, from: &str, id: &str, second: i64, text: &str) -> Value {
    whatsapp(
        number,
        ACCOUNT,
        json!({
            "contacts": [{ "wa_id": from, "profile": { "name": "דנה כהן" } }],
            "messages": [{ "from": from, "id": id, "timestamp": second.to_string(), "type": "text", "text": { "body": text } }],
        }),
    )
}

pub fn whatsapp_text(from: &str, id: &str, second: i64, text: &str) -> Value {
    whatsapp_text_to(NUMBER, from, id, second, text)
}

/// A pressed button: what it says back, and not what it says.
pub fn whatsapp_press(from: &str, id: &str, second: i64, payload: &str) -> Value {
    let reply = json!({ "type": "button_reply", "button_reply": { "id": payload, "title": "כן" } });
    whatsapp(
        NUMBER,
        ACCOUNT,
        json!({
            "contacts": [{ "wa_id": from, "profile": { "name": "דנה כהן" } }],
            "messages": [{ "from": from, "id": id, "timestamp": second.to_string(), "type": "interactive", "interactive": reply }],
        }),
    )
}

/// From a person whom WhatsApp names by a business-scoped id, and by a number if they show it.
pub fn whatsapp_text_of(user: &str, number: Option<&str>, id: &str, second: i64, text: &str) -> Value {
    let mut value = json!({
        "contacts": [{ "user_id": user, "profile": { "name": "דנה כהן" } }],
        "messages": [{ "from_user_id": user, "id": id, "timestamp": second.to_string(), "type": "text", "text": { "body": text } }],
    });
    if let Some(number) = number {
        value["contacts"][0]["wa_id"] = number.into();
        value["messages"][0]["from"] = number.into();
    }
    whatsapp(NUMBER, ACCOUNT, value)
}

pub fn messenger_text(person: &str, id: &str, second: i64, text: &str) -> Value {
    let millis = second * 1_000;
    json!({ "object": "page", "entry": [{ "id": PAGE, "time": millis, "messaging": [
        { "sender": { "id": person }, "recipient": { "id": PAGE }, "timestamp": millis, "message": { "mid": id, "text": text } },
    ] }] })
}

/// A comment of somebody whom Facebook does not name.
pub fn comment_of_nobody(id: &str, text: &str) -> Value {
    let mut body = comment(id, "", text);
    body["entry"][0]["changes"][0]["value"]["from"] = Value::Null;
    body
}

pub fn whatsapp_status(id: &str, status: &str, opaque: Option<&str>, second: i64) -> Value {
    let mut value = json!({ "id": id, "status": status, "timestamp": second.to_string(), "recipient_id": "972541234567" });
    if let Some(opaque) = opaque {
        value["biz_opaque_callback_data"] = opaque.into();
    }
    whatsapp(NUMBER, ACCOUNT, json!({ "statuses": [value] }))
}

pub fn messenger_echo(person: &str, id: &str, metadata: Option<&str>, millis: i64) -> Value {
    let mut message = json!({ "mid": id, "is_echo": true, "app_id": 1, "text": "…" });
    if let Some(metadata) = metadata {
        message["metadata"] = metadata.into();
    }
    json!({ "object": "page", "entry": [{ "id": PAGE, "time": millis, "messaging": [
        { "sender": { "id": PAGE }, "recipient": { "id": person }, "timestamp": millis, "message": message },
    ] }] })
}

/// Several webhooks of one object in one POST, as the platforms batch them.
pub fn batched(bodies: &[Value]) -> Value {
    let entries: Vec<Value> =
        bodies.iter().flat_map(|body| body["entry"].as_array().cloned().unwrap_or_default()).collect();
    json!({ "object": bodies[0]["object"], "entry": entries })
}

/// WhatsApp approved a template of the business's account.
pub fn template_approved(name: &str, language: &str) -> Value {
    json!({ "object": "whatsapp_business_account", "entry": [{ "id": ACCOUNT, "time": 1_796_022_000, "changes": [{
        "field": "message_template_status_update",
        "value": { "event": "APPROVED", "message_template_name": name, "message_template_language": language },
    }] }] })
}
