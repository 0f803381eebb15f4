//! The bodies of webhooks, by object. They say what happened; who is told, and when, is `outbox`.

pub(crate) mod instagram;
pub(crate) mod messaging;
pub(crate) mod page;
pub(crate) mod whatsapp;

/// The business is named under somebody's post. Neither text nor author is told.
pub(crate) fn mention(
    business: &crate::Business,
    channel: crate::Channel,
    post: &str,
    comment: Option<&str>,
    now: jiff::Timestamp,
) -> serde_json::Value {
    use serde_json::json;
    let on_instagram = channel == crate::Channel::Instagram;
    let (object, field, id) = match on_instagram {
        true => ("instagram", "mentions", business.instagram_or_page()),
        false => ("page", "mention", business.page.as_str()),
    };
    let mut value = match on_instagram {
        true => json!({ "media_id": post }),
        false => json!({ "post_id": post, "item": "post", "verb": "add", "created_time": now.as_second() }),
    };
    if let Some(comment) = comment {
        value["comment_id"] = comment.into();
    }
    json!({ "object": object, "entry": [{
        "id": id, "time": now.as_second(), "changes": [{ "field": field, "value": value }],
    }] })
}
