//! Webhook bodies in the platforms' documented shapes, for the assets of the starter playbook.

use serde_json::{Value, json};

pub const PAGE: &str = "101010101010101";
pub const INSTAGRAM: &str = "17841400000000001";
pub const NUMBER: &str = "106106106106106";
pub const ACCOUNT: &str = "102102102102102";
const DISPLAY: &str = "97230000000";

fn page(second: i64, change: Value) -> Value {
    json!({ "object": "page", "entry": [{ "id": PAGE, "time": second, "changes": [change] }] })
}

pub fn lead_ad(id: &str, second: i64) -> Value {
    let value = json!({ "leadgen_id": id, "form_id": "650", "page_id": PAGE, "created_time": second });
    page(second, json!({ "field": "leadgen", "value": value }))
}

pub fn facebook_comment(id: &str, author: &str, text: &str, second: i64) -> Value {
    let post = format!("{PAGE}_1");
    let value = json!({
        "item": "comment", "verb": "add", "comment_id": id, "post_id": post, "parent_id": post,
        "from": { "id": author, "name": "מיכל ברק" }, "created_time": second, "message": text,
    });
    page(second, json!({ "field": "feed", "value": value }))
}

pub fn instagram_comment(id: &str, author: &str, text: &str, second: i64) -> Value {
    let value = json!({ "id": id, "from": { "id": author, "username": "omer.sg" }, "text": text, "media": { "id": "55" } });
    let entry =
        json!({ "id": INSTAGRAM, "time": second, "changes": [{ "field": "comments", "value": value }] });
    json!({ "object": "instagram", "entry": [entry] })
}

pub fn whatsapp_text(from: &str, id: &str, text: &str, second: i64) -> Value {
    whatsapp(json!({
        "contacts": [{ "wa_id": from, "profile": { "name": "דנה" } }],
        "messages": [{
            "from": from, "id": id, "timestamp": second.to_string(), "type": "text", "text": { "body": text },
        }],
    }))
}

pub fn whatsapp_status(id: &str, to: &str, status: &str, opaque: &str, second: i64) -> Value {
    whatsapp(json!({ "statuses": [{
        "id": id, "status": status, "timestamp": second.to_string(), "recipient_id": to,
        "biz_opaque_callback_data": opaque,
    }] }))
}

fn whatsapp(mut value: Value) -> Value {
    value["messaging_product"] = "whatsapp".into();
    value["metadata"] = json!({ "display_phone_number": DISPLAY, "phone_number_id": NUMBER });
    let change = json!({ "field": "messages", "value": value });
    json!({ "object": "whatsapp_business_account", "entry": [{ "id": ACCOUNT, "changes": [change] }] })
}
