//! Whether what we may have sent is there: looked for among the replies and messages that Meta lists.
//!
//! "Not there" makes the work be done again, so it is said only of a list that is complete and readable.

use domain::call::{CallFailure, Operation, Outcome};
use domain::channel::Network;
use domain::ids::PlatformMessageId;
use jiff::Timestamp;
use serde_json::Value;

use super::buttons::is_text_with_links;
use super::json;
use super::requests::{MESSAGES_LISTED_MAX, REPLIES_LISTED_MAX};

/// The answer to a question for evidence; `None` where it cannot be read, or where nothing was asked.
pub fn outcome(operation: &Operation, answer: &Value) -> Option<Outcome> {
    match operation {
        Operation::FindReply { network, asset, text, .. } => reply(*network, asset.as_str(), text, answer),
        Operation::FindMessage { person, text, since, .. } => message(person, text, *since, answer),
        _ => None,
    }
}

fn reply(network: Network, asset: &str, text: &str, answer: &Value) -> Option<Outcome> {
    let replies = answer["data"].as_array()?;
    let field = match network {
        Network::Facebook => "message",
        Network::Instagram => "text",
    };
    let ours = |reply: &&Value| {
        let same = reply[field].as_str().is_some_and(|found| found.trim() == text.trim());
        let from = &reply["from"];
        // The business's own comments can come under an id of their own (PLATFORM.md §1).
        let is_self = !from["self_ig_scoped_id"].is_null();
        match json::id(&from["id"]) {
            // Whatever it says: the text may have been mended since, and one answer is enough.
            Some(id) => id == asset || is_self,
            None => same || is_self,
        }
    };
    if let Some(reply) = replies.iter().find(ours) {
        return found(reply);
    }
    let has_more = answer["paging"]["next"].is_string() && replies.len() >= REPLIES_LISTED_MAX;
    Some(if has_more {
        undecided("the comment has more replies than are looked through")
    } else {
        Outcome::NotFound
    })
}

fn message(person: &str, text: &str, since: Timestamp, answer: &Value) -> Option<Outcome> {
    let conversations = answer["data"].as_array()?;
    let mut has_more = false;
    for conversation in conversations {
        let messages = conversation["messages"]["data"].as_array()?;
        let mut all_are_recent = true;
        for message in messages {
            let is_recent = is_recent(message, since)?;
            all_are_recent &= is_recent;
            // In a conversation of two, what does not come from the person comes from us, under whatever id.
            let by_us = json::id(&message["from"]["id"]).is_some_and(|id| id != person);
            let same = message["message"].as_str().is_some_and(|found| is_text_with_links(found, text));
            if is_recent && by_us && same {
                return found(message);
            }
        }
        has_more |= all_are_recent && messages.len() >= MESSAGES_LISTED_MAX;
    }
    Some(if has_more {
        undecided("the conversation has more new messages than are looked through")
    } else {
        Outcome::NotFound
    })
}

/// Meta writes whole seconds, so the second of `since` counts as a whole.
fn is_recent(message: &Value, since: Timestamp) -> Option<bool> {
    let created: Timestamp = message["created_time"].as_str()?.parse().ok()?;
    Some(created.as_second() >= since.as_second())
}

fn found(item: &Value) -> Option<Outcome> {
    json::id(&item["id"]).map(|id| Outcome::Found(PlatformMessageId::new(id)))
}

fn undecided(what: &str) -> Outcome {
    let reason = format!("{what}, and ours is not among the first; look there by hand");
    Outcome::Failed(CallFailure::TryAgain { wait: None, is_limit: false, reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn seen(outcome: Option<Outcome>) -> &'static str {
        match outcome {
            None => "unreadable",
            Some(Outcome::Found(id)) if id.as_str() == "9" => "found",
            Some(Outcome::NotFound) => "not there",
            Some(Outcome::Failed(CallFailure::TryAgain { .. })) => "undecided",
            Some(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_reply_is_ours_by_its_author_and_where_none_is_told_by_its_text() {
        let ask = |network, answer: Value| {
            let text = "שלחנו בפרטי".to_owned();
            let find = Operation::FindReply { network, asset: "17".into(), comment: "1".into(), text };
            seen(outcome(&find, &answer))
        };
        let instagram = |reply: Value| ask(Network::Instagram, json!({"data": [{"id": "8"}, reply]}));
        let cases = [
            (
                json!({"id": "9", "text": " שלחנו בפרטי\n", "from": {"id": "17", "username": "neveh"}}),
                "found",
            ),
            (json!({"id": 9, "text": "שלחנו בפרטי"}), "found"),
            (
                json!({"id": "9", "text": "שלחנו בפרטי", "from": {"id": "5", "self_ig_scoped_id": "6"}}),
                "found",
            ),
            (json!({"id": "9", "text": "שלחנו בפרטי", "from": {"id": "5"}}), "not there"),
            // Mended in between.
            (json!({"id": "9", "text": "שלחנו", "from": {"id": "17"}}), "found"),
            (json!({"id": "9", "text": "שלחנו"}), "not there"),
            (json!({"text": "שלחנו בפרטי", "from": {"id": "17"}}), "unreadable"),
        ];
        for (reply, expected) in cases {
            assert_eq!(instagram(reply.clone()), expected, "{reply}");
        }
        let facebook = json!({"data": [{"id": "9", "message": "שלחנו בפרטי", "from": {"id": "17"}}]});
        assert_eq!(ask(Network::Facebook, facebook), "found");
        assert_eq!(ask(Network::Facebook, json!({"data": []})), "not there");
        assert_eq!(ask(Network::Facebook, json!({})), "unreadable");
        let other = json!({"id": "1", "message": "אחר"});
        let page = json!({"data": vec![other; 50], "paging": {"next": "https://example.com"}});
        assert_eq!(ask(Network::Facebook, page), "undecided");
    }

    #[test]
    fn a_message_is_ours_if_it_is_recent_and_not_from_the_person() {
        let ask = |messages: Value| {
            let since = "2026-12-01T10:00:00.7Z".parse().unwrap();
            let find = Operation::FindMessage {
                asset: "17841".into(),
                person: "600".into(),
                text: "קבעו שיחה".into(),
                since,
            };
            seen(outcome(&find, &json!({"data": [{"id": "t_1", "messages": {"data": messages}}]})))
        };
        let message = |time: &str, from: &str, text: &str| json!({"id": "9", "created_time": time, "from": {"id": from}, "message": text});
        let (just, before) = ("2026-12-01T10:00:00+0000", "2026-12-01T09:59:59+0000");
        let cases = [
            (message(just, "17841", "קבעו שיחה"), "found"),
            (message("2026-12-01T12:00:00+0200", "17841", "קבעו שיחה"), "found"),
            (message(just, "101", "קבעו שיחה\nלקביעה: https://example.com"), "found"),
            (message(before, "17841", "קבעו שיחה"), "not there"),
            (message(just, "600", "קבעו שיחה"), "not there"),
            (message(just, "17841", "קבעו שיחה?"), "not there"),
            (message("yesterday", "17841", "קבעו שיחה"), "unreadable"),
        ];
        for (message, expected) in cases {
            assert_eq!(ask(json!([message])), expected, "{message}");
        }
        assert_eq!(ask(json!([])), "not there");
        assert_eq!(ask(json!(null)), "unreadable");
        let other = message(just, "600", "היי");
        assert_eq!(ask(json!(vec![other.clone(); 20])), "undecided");
        let mut until_before = vec![other; 19];
        until_before.push(message(before, "600", "היי"));
        assert_eq!(ask(json!(until_before)), "not there");
    }

    #[test]
    fn without_a_conversation_there_is_no_message() {
        let find = Operation::FindMessage {
            asset: "17841".into(),
            person: "600".into(),
            text: "א".into(),
            since: Timestamp::UNIX_EPOCH,
        };
        assert_eq!(seen(outcome(&find, &json!({"data": []}))), "not there");
    }
}
