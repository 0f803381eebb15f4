//! Answering comments in public, hiding them, and reading what stands below them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Call, Refusal, reads};
use crate::comments::{Author, Comment, Comments};
use crate::world::{Draft, World};
use crate::{Channel, Sent, limits};

/// The longest comment: Instagram's limit is known to be 2200, Facebook's 8000 (general knowledge, not in PLATFORM.md).
const INSTAGRAM_CHARACTERS_MAX: usize = 2200;
const FACEBOOK_CHARACTERS_MAX: usize = 8000;

/// `POST /{comment-id}/comments` on Facebook, `POST /{ig-comment-id}/replies` on Instagram.
pub(super) fn reply(
    world: &mut World,
    now: Timestamp,
    id: &str,
    edge: &str,
    call: &Call,
) -> Result<Value, Refusal> {
    let comment = on_edge(world, id, edge)?;
    let text = call.text("message").ok_or_else(|| Refusal::invalid("The parameter message is required"))?;
    let characters_max = match comment.channel {
        Channel::Instagram => INSTAGRAM_CHARACTERS_MAX,
        _ => FACEBOOK_CHARACTERS_MAX,
    };
    if text.chars().count() > characters_max {
        return Err(Refusal::invalid("The parameter message is too long"));
    }
    if comment.channel == Channel::Instagram && (comment.live || comment.hidden) {
        return Err(Refusal::invalid("Live and hidden comments cannot be answered in public"));
    }
    if world.comments.len() >= limits::COMMENTS_MAX {
        return Err(Refusal::rate(60));
    }
    let (business, channel) = (comment.business, comment.channel);
    let draft = Draft {
        business,
        channel,
        author: Author::Business,
        text: text.to_owned(),
        on: comment.on.clone(),
        parent: Some(Comments::top_of(comment)),
        at: now,
        live: false,
    };
    let answer = world.add_comment(draft);
    world.note_sent(Sent {
        at: now,
        business: world.businesses[business].id.clone(),
        channel,
        to: id.to_owned(),
        kind: "public-reply".to_owned(),
        body: text.to_owned(),
        id: answer.clone(),
        template: None,
        buttons: Vec::new(),
    });
    Ok(json!({ "id": answer }))
}

/// `POST /{ig-comment-id}?hide=true`, `POST /{comment-id}` with `is_hidden` on Facebook
pub(super) fn hide(world: &mut World, id: &str, call: &Call) -> Result<Value, Refusal> {
    let parameter = call.parameters.get("hide").or_else(|| call.parameters.get("is_hidden"));
    let hidden = match parameter {
        Some(Value::Bool(hidden)) => *hidden,
        Some(Value::String(text)) if text == "true" || text == "false" => text == "true",
        _ => return Err(Refusal::invalid("The parameter hide is required")),
    };
    let comment = world.comments.get_mut(id).ok_or_else(|| Refusal::unknown_object(id))?;
    comment.hidden = hidden;
    Ok(json!({ "success": true }))
}

/// `GET /{comment-id}/comments` and `GET /{ig-comment-id}/replies`
pub(super) fn list(world: &World, id: &str, edge: &str) -> Result<Value, Refusal> {
    let comment = on_edge(world, id, edge)?;
    let replies = world.comments.replies(comment).take(limits::LISTED_MAX);
    Ok(json!({ "data": replies.map(|reply| entry(world, reply)).collect::<Vec<_>>() }))
}

/// `GET /{comment-id}`
pub(super) fn read(world: &World, id: &str, call: &Call) -> Result<Value, Refusal> {
    let comment = world.comments.get(id).ok_or_else(|| Refusal::unknown_object(id))?;
    Ok(call.select(entry(world, comment)))
}

fn on_edge<'a>(world: &'a World, id: &str, edge: &str) -> Result<&'a Comment, Refusal> {
    let channel = if edge == "replies" { Channel::Instagram } else { Channel::Facebook };
    world
        .comments
        .get(id)
        .filter(|comment| comment.channel == channel)
        .ok_or_else(|| Refusal::unknown_object(id))
}

pub(super) fn entry(world: &World, comment: &Comment) -> Value {
    let (from, name) = world.author(comment);
    if comment.channel == Channel::Instagram {
        return json!({
            "id": comment.id,
            "from": { "id": from, "username": name },
            "username": name,
            "text": comment.text,
            "timestamp": reads::time(comment.at),
            "media": { "id": comment.on },
            "hidden": comment.hidden,
            "parent_id": comment.parent,
        });
    }
    json!({
        "id": comment.id,
        "from": { "id": from, "name": name },
        "message": comment.text,
        "message_tags": tags(&comment.text),
        "is_hidden": comment.hidden,
        "created_time": reads::time(comment.at),
        "parent": comment.parent.as_ref().map(|parent| json!({ "id": parent })),
    })
}

/// Whoever is named with an `@`: on this Facebook everybody so named is a person.
fn tags(text: &str) -> Value {
    let names = text.split_whitespace().filter_map(|word| word.strip_prefix('@'));
    names.map(|name| json!({ "id": name, "name": name, "type": "user" })).collect()
}

#[cfg(test)]
mod tests {
    use crate::stage::{ACCOUNT, PAGE, Stage};
    use serde_json::json;

    #[test]
    fn a_public_reply_comes_back_as_a_comment_of_the_page_itself() {
        // PLATFORM.md §1 (own comment: from.id is the page) and §2 (public reply).
        let stage = Stage::new();
        let comment = stage.act(json!({"person": "דנה", "do": "comment", "text": "מחיר?"}));
        let heard = stage.webhooks().remove(0);
        assert_eq!(heard["entry"][0]["changes"][0]["value"]["message"], "מחיר?");
        let answer = stage.post(&format!("{comment}/comments"), json!({"message": "שלחנו לך בפרטי"}));
        let own = stage.webhooks().remove(0)["entry"][0]["changes"][0]["value"].clone();
        assert_eq!(own["comment_id"], answer.body["id"]);
        assert_eq!(own["from"]["id"], PAGE);
        assert_eq!(own["parent_id"], json!(comment));
        let list = stage.get(&format!("{comment}/comments")).body;
        assert_eq!(list["data"][0]["message"], "שלחנו לך בפרטי");
        assert_eq!(list["data"][0]["from"]["id"], PAGE);
    }

    #[test]
    fn a_public_reply_on_instagram_takes_its_message_from_the_query() {
        // PLATFORM.md §3: POST /{ig-comment-id}/replies?message=
        let stage = Stage::new();
        let comment =
            stage.act(json!({"person": "דנה", "do": "comment", "channel": "instagram", "text": "וואו"}));
        stage.webhooks();
        let answer = stage.post_query(&format!("{comment}/replies"), &[("message", "תודה!")]);
        assert_eq!(answer.status, 200);
        let own = stage.webhooks().remove(0);
        assert_eq!(own["object"], "instagram");
        assert_eq!(own["entry"][0]["changes"][0]["value"]["from"]["id"], ACCOUNT);
        assert_eq!(stage.get(&format!("{comment}/replies")).body["data"][0]["text"], "תודה!");
    }

    #[test]
    fn live_and_hidden_comments_are_not_answered_in_public() {
        // PLATFORM.md §3: not on hidden, not on live comments.
        let stage = Stage::new();
        let live = stage.act(
            json!({"person": "דנה", "do": "comment", "channel": "instagram", "on": "live", "text": "שידור"}),
        );
        assert_eq!(stage.webhooks()[0]["entry"][0]["changes"][0]["field"], "live_comments");
        assert_eq!(
            stage.post(&format!("{live}/replies"), json!({"message": "היי"})).body["error"]["code"],
            100
        );
        let hidden =
            stage.act(json!({"person": "דנה", "do": "comment", "channel": "instagram", "text": "ספאם"}));
        assert_eq!(stage.post_query(&hidden, &[("hide", "true")]).status, 200);
        assert_eq!(
            stage.post(&format!("{hidden}/replies"), json!({"message": "היי"})).body["error"]["code"],
            100
        );
    }

    #[test]
    fn an_answer_to_an_answer_stands_below_the_top_comment() {
        // PLATFORM.md §2: a reply to a reply nests under the top comment.
        let stage = Stage::new();
        let top = stage.act(json!({"person": "דנה", "do": "comment", "text": "מחיר?"}));
        let below = stage.act(json!({"person": "נועה", "do": "comment", "on": top, "text": "גם אני"}));
        stage.post(&format!("{below}/comments"), json!({"message": "היי נועה"}));
        assert_eq!(stage.get(&format!("{top}/comments")).body["data"].as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn a_removed_comment_is_gone() {
        // PLATFORM.md §1: feed, verb remove.
        let stage = Stage::new();
        let comment = stage.act(json!({"person": "דנה", "do": "comment", "text": "מחיר?"}));
        stage.webhooks();
        stage.act(json!({"person": "דנה", "do": "remove-comment", "on": comment}));
        assert_eq!(stage.webhooks()[0]["entry"][0]["changes"][0]["value"]["verb"], "remove");
        assert_eq!(
            stage.post(&format!("{comment}/comments"), json!({"message": "היי"})).body["error"]["error_subcode"],
            33
        );
    }
}
