//! From an operation to its request. What a message is written as is in `whatsapp` and `messaging`.

use domain::call::Operation;
use domain::channel::Network;
use serde_json::json;

use super::request::Request;
use super::{listing, messaging, whatsapp};

/// How many replies to a comment are looked through for ours.
pub const REPLIES_LISTED_MAX: usize = 50;
/// How many messages of a conversation are looked through for ours, the latest first.
pub const MESSAGES_LISTED_MAX: usize = 20;

/// The request that does `operation`, if it is one of the Graph API's. `opaque` names the lead and the work to the
/// platform, where it can.
pub fn request(operation: &Operation, opaque: &str) -> Option<Request> {
    Some(match operation {
        Operation::SendWhatsApp { from, to, content, image } => {
            let body = whatsapp::body(to, content, image.as_deref(), opaque);
            Request::post(from.as_str(), "messages", body)
        }
        Operation::SendMessage { channel, from, to, text, buttons, image } => {
            let content = messaging::content(*channel, text, buttons, image.as_deref());
            let body = messaging::body(*channel, to, content, opaque);
            Request::post(from.as_str(), "messages", body)
        }
        Operation::ReplyToComment { network: Network::Facebook, comment, text } => {
            Request::post(comment.as_str(), "comments", json!({ "message": text }))
        }
        // Documented with the text as a query parameter only (PLATFORM.md §3).
        Operation::ReplyToComment { network: Network::Instagram, comment, text } => {
            let request = Request::post(comment.as_str(), "replies", json!({}));
            Request { query: vec![("message", text.clone())], ..request }
        }
        Operation::Like { network: Network::Facebook, comment, .. } => {
            Request::post(comment.as_str(), "likes", json!({}))
        }
        Operation::Like { network: Network::Instagram, asset, comment } => {
            Request::post(asset.as_str(), "likes", json!({ "comment_id": comment.as_str() }))
        }
        Operation::Hide { network: Network::Facebook, comment } => {
            Request::post(comment.as_str(), "", json!({ "is_hidden": true }))
        }
        // Documented as a query parameter (PLATFORM.md §3).
        Operation::Hide { network: Network::Instagram, comment } => {
            let request = Request::post(comment.as_str(), "", json!({}));
            Request { query: vec![("hide", "true".to_owned())], ..request }
        }
        Operation::ReadComment { network, comment } => {
            let fields = match network {
                Network::Facebook => "id,from,message,created_time,message_tags,is_hidden,parent{id}",
                Network::Instagram => "id,from,username,text,timestamp,media,parent_id,hidden",
            };
            Request::get(comment.as_str(), "", vec![("fields", fields.to_owned())])
        }
        Operation::ReadFollow { person } => {
            Request::get(person, "", vec![("fields", "is_user_follow_business".to_owned())])
        }
        Operation::ReadMention { network: Network::Facebook, post, comment, .. } => {
            let id =
                comment.as_ref().map(ToString::to_string).or_else(|| post.as_ref().map(ToString::to_string));
            Request::get(&id?, "", vec![("fields", "id,from,message,created_time".to_owned())])
        }
        // Who is named may read what names them, through their own account (PLATFORM.md §3).
        Operation::ReadMention { network: Network::Instagram, asset, post, comment } => {
            let fields = match (comment, post) {
                (Some(comment), _) => {
                    format!(
                        "mentioned_comment.comment_id({comment}){{id,text,timestamp,media{{id}},username}}"
                    )
                }
                (None, Some(post)) => {
                    format!("mentioned_media.media_id({post}){{id,caption,timestamp,username}}")
                }
                (None, None) => return None,
            };
            Request::get(asset.as_str(), "", vec![("fields", fields)])
        }
        Operation::AnswerMention { network: Network::Facebook, post, comment, text, .. } => {
            let below = comment.as_ref().map_or(post.as_str(), |comment| comment.as_str());
            Request::post(below, "comments", json!({ "message": text }))
        }
        Operation::AnswerMention { network: Network::Instagram, asset, post, comment, text } => {
            let mut body = json!({ "media_id": post.as_str(), "message": text });
            if let Some(comment) = comment {
                body["comment_id"] = comment.as_str().into();
            }
            Request::post(asset.as_str(), "mentions", body)
        }
        Operation::ReadLeadAd { id } => {
            let fields = "created_time,id,ad_id,form_id,field_data".to_owned();
            Request::get(id.as_str(), "", vec![("fields", fields)])
        }
        Operation::FindReply { network, comment, .. } => {
            let (edge, fields) = match network {
                Network::Facebook => ("comments", "id,from,message"),
                Network::Instagram => ("replies", "id,from,username,text"),
            };
            let limit = REPLIES_LISTED_MAX.to_string();
            Request::get(comment.as_str(), edge, vec![("fields", fields.to_owned()), ("limit", limit)])
        }
        Operation::FindMessage { asset, person, .. } => {
            let fields = format!("messages.limit({MESSAGES_LISTED_MAX}){{id,created_time,from,message}}");
            let query =
                vec![("platform", "instagram".to_owned()), ("user_id", person.clone()), ("fields", fields)];
            Request::get(asset.as_str(), "conversations", query)
        }
        Operation::List { network, asset, reading, since } => {
            listing::request(*network, asset, reading, *since)
        }
        Operation::SendEmail(_) | Operation::SendAlert(_) | Operation::Announce(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::call::{Recipient, WhatsAppContent, WhatsAppRecipient};
    use domain::channel::Channel;
    use jiff::Timestamp;
    use serde_json::Value;

    #[test]
    fn each_operation_is_one_request() {
        let text = || "שלחנו בפרטי".to_owned();
        let whatsapp = Operation::SendWhatsApp {
            from: "106".into(),
            to: WhatsAppRecipient::Id("5678".into()),
            content: WhatsAppContent::Text { body: text() },
            image: None,
        };
        let message = Operation::SendMessage {
            channel: Channel::Instagram,
            from: "17841".into(),
            to: Recipient::Person("600".into()),
            text: text(),
            buttons: Vec::new(),
            image: None,
        };
        let reply = |network| Operation::ReplyToComment { network, comment: "1_2".into(), text: text() };
        let like = |network| Operation::Like { network, asset: "17841".into(), comment: "1_2".into() };
        let find = |network| Operation::FindReply {
            network,
            asset: "17841".into(),
            comment: "1_2".into(),
            text: text(),
        };
        let find_message = Operation::FindMessage {
            asset: "17841".into(),
            person: "600".into(),
            text: text(),
            since: Timestamp::UNIX_EPOCH,
        };
        type Query<'a> = &'a [(&'a str, &'a str)];
        let cases: Vec<(Operation, &str, Query<'_>, Option<Value>)> = vec![
            (reply(Network::Facebook), "POST 1_2/comments", &[], Some(json!({"message": "שלחנו בפרטי"}))),
            (reply(Network::Instagram), "POST 1_2/replies", &[("message", "שלחנו בפרטי")], Some(json!({}))),
            (like(Network::Facebook), "POST 1_2/likes", &[], Some(json!({}))),
            (like(Network::Instagram), "POST 17841/likes", &[], Some(json!({"comment_id": "1_2"}))),
            (
                Operation::ReadLeadAd { id: "233".into() },
                "GET 233",
                &[("fields", "created_time,id,ad_id,form_id,field_data")],
                None,
            ),
            (
                Operation::ReadFollow { person: "600".into() },
                "GET 600",
                &[("fields", "is_user_follow_business")],
                None,
            ),
            (
                find(Network::Facebook),
                "GET 1_2/comments",
                &[("fields", "id,from,message"), ("limit", "50")],
                None,
            ),
            (
                find(Network::Instagram),
                "GET 1_2/replies",
                &[("fields", "id,from,username,text"), ("limit", "50")],
                None,
            ),
            (
                find_message,
                "GET 17841/conversations",
                &[
                    ("platform", "instagram"),
                    ("user_id", "600"),
                    ("fields", "messages.limit(20){id,created_time,from,message}"),
                ],
                None,
            ),
        ];
        for (operation, place, query, body) in cases {
            let built = request(&operation, "masa:1:2").unwrap();
            let built_query: Vec<_> =
                built.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!((format!("{built:?}").as_str(), built_query.as_slice()), (place, query));
            assert_eq!(built.body, body, "{place}");
        }
        let built = request(&whatsapp, "masa:1:2").unwrap();
        assert_eq!(format!("{built:?}"), "POST 106/messages");
        assert_eq!(built.body.unwrap()["biz_opaque_callback_data"], "masa:1:2");
        let built = request(&message, "masa:1:2").unwrap();
        assert_eq!(format!("{built:?}"), "POST 17841/messages");
        assert_eq!(built.body.unwrap()["message"]["text"], "שלחנו בפרטי");
    }
}
