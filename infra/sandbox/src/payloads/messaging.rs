//! Objects `page` and `instagram`, in `messaging`: what is said on Messenger and Instagram.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{Business, Channel};

/// The app that the echoes name.
pub(crate) const APP_ID: u64 = 108_108_108_108_108;

/// The person has written, tapped a quick reply, or mentioned the account in a story.
pub(crate) fn message(
    business: &Business,
    channel: Channel,
    person: &str,
    now: Timestamp,
    message: Value,
) -> Value {
    let account = account(business, channel);
    item(
        business,
        channel,
        now,
        json!({
            "sender": { "id": person },
            "recipient": { "id": account },
            "timestamp": now.as_millisecond(),
            "message": message,
        }),
    )
}

/// The person has pressed a button that stays.
pub(crate) fn postback(
    business: &Business,
    channel: Channel,
    person: &str,
    now: Timestamp,
    postback: Value,
) -> Value {
    let account = account(business, channel);
    item(
        business,
        channel,
        now,
        json!({
            "sender": { "id": person },
            "recipient": { "id": account },
            "timestamp": now.as_millisecond(),
            "postback": postback,
        }),
    )
}

/// What the business has sent comes back. Only Messenger's echo carries the metadata.
pub(crate) fn echo(
    business: &Business,
    channel: Channel,
    person: &str,
    now: Timestamp,
    id: &str,
    sent: &Map<String, Value>,
) -> Value {
    let mut message = json!({ "mid": id, "is_echo": true });
    for part in ["text", "attachments"] {
        if let Some(value) = sent.get(part) {
            message[part] = value.clone();
        }
    }
    if let Some(attachment) = sent.get("attachment") {
        message["attachments"] = json!([attachment]);
    }
    if channel == Channel::Messenger {
        message["app_id"] = json!(APP_ID);
        if let Some(metadata) = sent.get("metadata") {
            message["metadata"] = metadata.clone();
        }
    }
    let account = account(business, channel);
    item(
        business,
        channel,
        now,
        json!({
            "sender": { "id": account },
            "recipient": { "id": person },
            "timestamp": now.as_millisecond(),
            "message": message,
        }),
    )
}

fn account(business: &Business, channel: Channel) -> &str {
    match channel {
        Channel::Instagram => business.instagram_or_page(),
        Channel::Facebook | Channel::Messenger | Channel::Whatsapp | Channel::Email => &business.page,
    }
}

fn item(business: &Business, channel: Channel, now: Timestamp, item: Value) -> Value {
    json!({
        "object": if channel == Channel::Instagram { "instagram" } else { "page" },
        "entry": [{
            "id": account(business, channel),
            "time": now.as_millisecond(),
            "messaging": [item],
        }],
    })
}
