//! Object `page`, in `changes`: comments and lead ads. Conversations are in `messaging`.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::Business;
use crate::comments::Comment;

/// A comment has been added: by a person, or by the Page itself.
pub(crate) fn comment_added(business: &Business, comment: &Comment, from_id: &str, from_name: &str) -> Value {
    let parent = comment.parent.as_deref().unwrap_or(&comment.on);
    change(
        business,
        comment.at,
        "feed",
        json!({
            "item": "comment",
            "verb": "add",
            "comment_id": comment.id,
            "post_id": comment.on,
            "parent_id": parent,
            "from": { "id": from_id, "name": from_name },
            "created_time": comment.at.as_second(),
            "message": comment.text,
            "post": {
                "status_type": "added_photos",
                "is_published": true,
                "permalink_url": format!("https://www.facebook.com/{}", comment.on),
                "id": comment.on,
            },
        }),
    )
}

/// A comment is gone.
pub(crate) fn comment_removed(
    business: &Business,
    comment: &Comment,
    now: Timestamp,
    from_id: &str,
    from_name: &str,
) -> Value {
    change(
        business,
        now,
        "feed",
        json!({
            "item": "comment",
            "verb": "remove",
            "comment_id": comment.id,
            "post_id": comment.on,
            "parent_id": comment.parent.as_deref().unwrap_or(&comment.on),
            "from": { "id": from_id, "name": from_name },
        }),
    )
}

/// A lead ad's form has been sent; the answers are to be fetched.
pub(crate) fn lead(business: &Business, now: Timestamp, lead: &str, form: &str) -> Value {
    change(
        business,
        now,
        "leadgen",
        json!({
            "leadgen_id": lead,
            "form_id": form,
            "page_id": business.page,
            "created_time": now.as_second(),
        }),
    )
}

fn change(business: &Business, now: Timestamp, field: &str, value: Value) -> Value {
    json!({
        "object": "page",
        "entry": [{
            "id": business.page,
            "time": now.as_second(),
            "changes": [{ "field": field, "value": value }],
        }],
    })
}
