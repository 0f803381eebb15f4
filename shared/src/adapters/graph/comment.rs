//! What Meta tells of a comment when it is asked.

use domain::call::CommentFields;
use domain::channel::Network;
use domain::identity::Identity;
use domain::ids::PostId;
use domain::said::Said;
use jiff::Timestamp;
use jiff::fmt::strtime;
use serde_json::Value;

use super::json;

const TEXT_CHARACTERS_MAX: usize = 8_000;

/// Reads the answer to `GET /{comment-id}`; `None` where it is none of a comment.
pub fn read(network: Network, answer: &Value) -> Option<CommentFields> {
    json::id(&answer["id"])?;
    let text = |field: &Value| field.as_str().map(|text| text.chars().take(TEXT_CHARACTERS_MAX).collect());
    let author = json::id(&answer["from"]["id"]);
    Some(match network {
        Network::Facebook => CommentFields {
            written_at: time(&answer["created_time"]),
            text: text(&answer["message"]),
            post: None,
            author: author.map(Identity::Psid),
            author_name: text(&answer["from"]["name"]),
            friends: Some(tagged(&answer["message_tags"])),
            is_reply: Some(answer["parent"].is_object()),
            is_hidden: answer["is_hidden"].as_bool().unwrap_or_default(),
        },
        Network::Instagram => CommentFields {
            written_at: time(&answer["timestamp"]),
            text: text(&answer["text"]),
            post: json::id(&answer["media"]["id"]).map(PostId::new),
            author: author.map(Identity::Igsid),
            author_name: text(&answer["from"]["username"]).or_else(|| text(&answer["username"])),
            friends: answer["text"].as_str().map(|text| Said::new(text).names().len() as u32),
            is_reply: Some(json::id(&answer["parent_id"]).is_some()),
            is_hidden: answer["hidden"].as_bool().unwrap_or_default(),
        },
    })
}

/// Reads what names the business: a comment or a caption, on Instagram below the account that was asked.
pub fn read_mention(network: Network, answer: &Value) -> Option<CommentFields> {
    match network {
        Network::Facebook => read(network, answer),
        Network::Instagram => {
            let comment = &answer["mentioned_comment"];
            if comment.is_object() {
                return read(network, comment);
            }
            let media = &answer["mentioned_media"];
            let fields = read(network, media)?;
            let text = media["caption"].as_str().map(|text| text.chars().take(TEXT_CHARACTERS_MAX).collect());
            Some(CommentFields { text, post: json::id(&media["id"]).map(PostId::new), ..fields })
        }
    }
}

/// People only: a Page that is tagged is no friend.
fn tagged(tags: &Value) -> u32 {
    let tags = tags.as_array().map(Vec::as_slice).unwrap_or_default();
    tags.iter().filter(|tag| tag["type"] == "user").count() as u32
}

/// Meta writes the offset without its colon.
pub(super) fn time(value: &Value) -> Option<Timestamp> {
    let text = value.as_str()?;
    text.parse().ok().or_else(|| strtime::parse("%Y-%m-%dT%H:%M:%S%z", text).ok()?.to_timestamp().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_mention_is_read_below_the_account_that_was_asked() {
        let comment =
            json!({"mentioned_comment": {"id": "17", "text": "@neveh", "media": {"id": "18"}}, "id": "1"});
        let read_one = read_mention(Network::Instagram, &comment).unwrap();
        assert_eq!((read_one.text.as_deref(), read_one.post), (Some("@neveh"), Some("18".into())));
        let caption = json!({"mentioned_media": {"id": "18", "caption": "עם @neveh", "username": "dana"}});
        let read_one = read_mention(Network::Instagram, &caption).unwrap();
        assert_eq!(
            (read_one.text.as_deref(), read_one.author_name.as_deref()),
            (Some("עם @neveh"), Some("dana"))
        );
        assert!(read_mention(Network::Instagram, &json!({"id": "1"})).is_none());
    }

    #[test]
    fn a_comment_tells_its_time_its_author_and_whom_it_names() {
        let facebook = json!({
            "id": "1_2", "message": "נועה בואי", "created_time": "2026-12-01T19:59:00+0000",
            "from": {"id": "9", "name": "דנה לוי"},
            "message_tags": [{"id": "7", "type": "user"}, {"id": "101", "type": "page"}],
        });
        let read_one = read(Network::Facebook, &facebook).unwrap();
        assert_eq!(read_one.written_at, Some("2026-12-01T19:59:00Z".parse().unwrap()));
        assert_eq!((read_one.friends, read_one.is_reply), (Some(1), Some(false)));
        assert_eq!(read_one.author, Some(Identity::Psid("9".into())));
        let instagram = json!({
            "id": "17", "text": "@noa @dan בואו", "timestamp": "2026-12-01T19:59:00+0000", "username": "dana_l",
            "media": {"id": "18"}, "parent_id": "16", "hidden": true,
        });
        let read_one = read(Network::Instagram, &instagram).unwrap();
        assert_eq!((read_one.post, read_one.friends), (Some("18".into()), Some(2)));
        assert_eq!((read_one.author, read_one.author_name.as_deref()), (None, Some("dana_l")));
        assert!(read_one.is_hidden && read_one.is_reply == Some(true));
        assert!(read(Network::Facebook, &json!({"success": true})).is_none());
    }
}
