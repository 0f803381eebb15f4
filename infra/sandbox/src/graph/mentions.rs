//! Who names the business under somebody else's post: read and answered through the account that is named
//! (PLATFORM.md §3), on Facebook under the post itself.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Call, Refusal, reads};
use crate::world::{Mention, World};
use crate::{Channel, Sent};

/// `GET /{ig-id}?fields=mentioned_comment.comment_id(…){…}` or `mentioned_media.media_id(…){…}`; `None` for other
/// fields.
pub(super) fn read_through_account(
    world: &World,
    business: usize,
    account: &str,
    call: &Call,
) -> Option<Result<Value, Refusal>> {
    let fields = call.text("fields")?;
    let asked = |name: &str| {
        let (_, rest) = fields.split_once(name)?;
        rest.split_once(')').map(|(id, _)| id.to_owned())
    };
    let (name, id) = match asked("mentioned_comment.comment_id(") {
        Some(id) => ("mentioned_comment", id),
        None => ("mentioned_media", asked("mentioned_media.media_id(")?),
    };
    let of_comment = name == "mentioned_comment";
    let found = world.mentions.iter().find(|mention| {
        mention.business == business
            && if of_comment { mention.comment.as_deref() == Some(&id) } else { mention.post == id }
    });
    let Some(mention) = found else { return Some(Err(Refusal::unknown_object(&id))) };
    let text = if of_comment { "text" } else { "caption" };
    Some(Ok(json!({
        "id": account,
        name: {
            "id": id,
            text: mention.text,
            "timestamp": reads::time(mention.at),
            "username": world.people.get(mention.person).username,
            "media": { "id": mention.post },
        },
    })))
}

/// `GET /{post-id}` of somebody's post on Facebook that names the Page.
pub(super) fn read(world: &World, number: usize, call: &Call) -> Value {
    let mention = &world.mentions[number];
    call.select(json!({
        "id": mention.post,
        "message": mention.text,
        "created_time": reads::time(mention.at),
    }))
}

/// `POST /{ig-id}/mentions` with `media_id`, perhaps `comment_id`, and `message`.
pub(super) fn answer_through_account(
    world: &mut World,
    now: Timestamp,
    business: usize,
    call: &Call,
) -> Result<Value, Refusal> {
    let post = call.text("media_id").ok_or_else(|| Refusal::invalid("The parameter media_id is required"))?;
    let comment = call.text("comment_id");
    let is_it = |mention: &Mention| {
        mention.business == business && mention.post == post && mention.comment.as_deref() == comment
    };
    let number = world.mentions.iter().position(is_it).ok_or_else(|| Refusal::unknown_object(post))?;
    answer(world, now, number, call)
}

/// `POST /{post-id}/comments` under somebody's post on Facebook.
pub(super) fn answer(
    world: &mut World,
    now: Timestamp,
    number: usize,
    call: &Call,
) -> Result<Value, Refusal> {
    let text = call.text("message").ok_or_else(|| Refusal::invalid("The parameter message is required"))?;
    let mention = &world.mentions[number];
    let (business, channel) = (mention.business, mention.channel);
    let to = mention.comment.clone().unwrap_or_else(|| mention.post.clone());
    let id =
        format!("{}{:014}", if channel == Channel::Instagram { "178" } else { "9" }, world.numbers.next());
    world.note_sent(Sent {
        at: now,
        business: world.businesses[business].id.clone(),
        channel,
        to,
        kind: "mention-reply".to_owned(),
        body: text.to_owned(),
        id: id.clone(),
        template: None,
        buttons: Vec::new(),
    });
    Ok(json!({ "id": id }))
}

#[cfg(test)]
mod tests {
    use crate::stage::{ACCOUNT, Stage};
    use serde_json::json;

    #[test]
    fn a_caption_and_a_comment_that_name_the_account_are_read_and_answered_through_it() {
        // PLATFORM.md §3: mentioned_media, mentioned_comment, POST /{ig-id}/mentions.
        for (on, name, text) in [
            ("caption", "mentioned_media.media_id", "caption"),
            ("comment", "mentioned_comment.comment_id", "text"),
        ] {
            let stage = Stage::new();
            let id = stage.act(json!({"person": "דנה", "do": "tag", "on": on, "text": "עם @neveh"}));
            let heard = stage.webhooks().remove(0)["entry"][0]["changes"][0].clone();
            assert_eq!(heard["field"], "mentions");
            assert!(heard["value"].get("text").is_none(), "neither text nor author is told");
            let fields = format!("{name}({id}){{id,{text},username}}");
            let read = stage.get_query(ACCOUNT, &[("fields", &fields)]).body;
            assert_eq!(read[name.split('.').next().unwrap()][text], "עם @neveh");
            let mut body = json!({"media_id": heard["value"]["media_id"], "message": "תודה!"});
            if on == "comment" {
                body["comment_id"] = id.into();
            }
            assert_eq!(stage.post(&format!("{ACCOUNT}/mentions"), body).status, 200);
        }
    }

    #[test]
    fn a_post_on_facebook_that_names_the_page_is_answered_under_it() {
        let stage = Stage::new();
        let id = stage.act(json!({"person": "דנה", "do": "tag", "channel": "facebook", "text": "עם נווה"}));
        let heard = stage.webhooks().remove(0)["entry"][0]["changes"][0].clone();
        assert_eq!(
            (heard["field"].as_str(), heard["value"]["post_id"].as_str()),
            (Some("mention"), Some(id.as_str()))
        );
        assert_eq!(stage.get(&id).body["message"], "עם נווה");
        assert_eq!(stage.post(&format!("{id}/comments"), json!({"message": "תודה!"})).status, 200);
    }
}
