//! Object `instagram`, in `changes`: comments. Conversations are in `messaging`.

use serde_json::{Value, json};

use crate::Business;
use crate::comments::{Author, Comment};

/// A comment has been added: by a person, or by the account itself. It carries no time of its own.
pub(crate) fn comment_added(business: &Business, comment: &Comment, from_id: &str, username: &str) -> Value {
    let account = business.instagram_or_page();
    let mut from = json!({ "id": from_id, "username": username });
    if comment.author == Author::Business {
        from["self_ig_scoped_id"] = json!(format!("{account}0"));
    }
    let kind = if comment.live { "LIVE" } else { "FEED" };
    let mut value = json!({
        "id": comment.id,
        "from": from,
        "text": comment.text,
        "media": { "id": comment.on, "media_product_type": kind },
    });
    if let Some(parent) = &comment.parent {
        value["parent_id"] = json!(parent);
    }
    let field = if comment.live { "live_comments" } else { "comments" };
    json!({
        "object": "instagram",
        "entry": [{
            "id": account,
            "time": comment.at.as_second(),
            "changes": [{ "field": field, "value": value }],
        }],
    })
}
