//! What an answer means for the operation that was asked for.

use domain::call::{CallFailure, Operation, Outcome, Receipt};
use domain::channel::Channel;
use domain::identity::Identity;
use domain::ids::PlatformMessageId;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::{comment, evidence, failures, json, lead_ad, listing, waits};

/// Reads a whole answer. An error is one by its body: HTTP's status alone is unreliable (PLATFORM.md §7).
pub fn outcome(operation: &Operation, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Outcome {
    let answer: Option<Value> = serde_json::from_slice(body).ok();
    let is_error = answer.as_ref().is_some_and(|answer| answer.get("error").is_some());
    if is_error || !status.is_success() {
        return Outcome::Failed(failures::failure(operation, status, headers, answer.as_ref()));
    }
    let read = answer.as_ref().and_then(|answer| read(operation, answer));
    if let Some(Outcome::Done(receipt)) = read {
        return Outcome::Done(Receipt { pause: waits::nearly_used_up(headers), ..receipt });
    }
    read.unwrap_or_else(|| {
        let reason = format!("Meta's answer cannot be read (HTTP status {})", status.as_u16());
        Outcome::Failed(failures::lost(operation, reason))
    })
}

fn read(operation: &Operation, answer: &Value) -> Option<Outcome> {
    match operation {
        Operation::SendWhatsApp { .. } => {
            let id = json::id(&answer["messages"][0]["id"])?;
            Some(done(Some(id), whatsapp_identities(&answer["contacts"][0])))
        }
        Operation::SendMessage { channel, .. } => {
            let (id, person) = (json::id(&answer["message_id"]), json::id(&answer["recipient_id"]));
            if id.is_none() && person.is_none() {
                return None;
            }
            Some(done(id, person.and_then(|person| scoped(*channel, person)).into_iter().collect()))
        }
        Operation::ReplyToComment { .. } | Operation::AnswerMention { .. } => {
            Some(done(Some(json::id(&answer["id"])?), Vec::new()))
        }
        Operation::Like { .. } | Operation::Hide { .. } => liked(answer),
        Operation::ReadFollow { .. } => {
            answer.is_object().then(|| Outcome::FollowRead(answer["is_user_follow_business"].as_bool()))
        }
        Operation::ReadMention { network, .. } => {
            comment::read_mention(*network, answer).map(Outcome::CommentRead)
        }
        Operation::ReadComment { network, .. } => comment::read(*network, answer).map(Outcome::CommentRead),
        Operation::ReadLeadAd { .. } => lead_ad::read(answer).map(Outcome::LeadAdRead),
        Operation::FindReply { .. } | Operation::FindMessage { .. } => evidence::outcome(operation, answer),
        Operation::List { network, asset, reading, .. } => {
            listing::read(*network, asset, reading, answer).map(Outcome::Listed)
        }
        Operation::SendEmail(_) | Operation::SendAlert(_) | Operation::Announce(_) => None,
    }
}

fn done(id: Option<String>, identities: Vec<Identity>) -> Outcome {
    Outcome::Done(Receipt { id: id.map(PlatformMessageId::new), identities, pause: None })
}

/// A number, a business-scoped id, or both (PLATFORM.md §1).
fn whatsapp_identities(contact: &Value) -> Vec<Identity> {
    let id = json::id(&contact["wa_id"]).map(|id| Identity::from_whatsapp(&id));
    let user = json::id(&contact["user_id"]).map(Identity::WhatsAppUser);
    let mut identities: Vec<Identity> = id.into_iter().chain(user).collect();
    identities.dedup();
    identities
}

fn scoped(channel: Channel, person: String) -> Option<Identity> {
    match channel {
        Channel::Messenger => Some(Identity::Psid(person)),
        Channel::Instagram => Some(Identity::Igsid(person)),
        // Meta tells nobody's address.
        Channel::Email => None,
        Channel::WhatsApp => None,
    }
}

/// `{"success": true}`, or a bare `true`.
fn liked(answer: &Value) -> Option<Outcome> {
    let success = answer.as_bool().or_else(|| answer["success"].as_bool())?;
    let refused =
        || CallFailure::TryAgain { wait: None, is_limit: false, reason: "Meta did not take it".to_owned() };
    Some(if success { done(None, Vec::new()) } else { Outcome::Failed(refused()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::call::{Recipient, WhatsAppContent, WhatsAppRecipient};
    use domain::channel::Network;
    use serde_json::json;

    fn whatsapp() -> Operation {
        Operation::SendWhatsApp {
            from: "106".into(),
            to: WhatsAppRecipient::Id("5678".into()),
            content: WhatsAppContent::Text { body: "שלום".into() },
            image: None,
        }
    }

    fn message(channel: Channel) -> Operation {
        Operation::SendMessage {
            channel,
            from: "101".into(),
            to: Recipient::Comment("1_2".into()),
            text: "שלום".into(),
            buttons: Vec::new(),
            image: None,
        }
    }

    fn like() -> Operation {
        Operation::Like { network: Network::Facebook, asset: "101".into(), comment: "1_2".into() }
    }

    fn reply() -> Operation {
        Operation::ReplyToComment {
            network: Network::Facebook, comment: "1_2".into(), text: "שלום".into()
        }
    }

    fn answer(operation: &Operation, body: &[u8]) -> Outcome {
        outcome(operation, StatusCode::OK, &HeaderMap::new(), body)
    }

    #[test]
    fn a_profile_says_whether_they_follow_or_does_not_say() {
        let read = Operation::ReadFollow { person: "600".into() };
        let cases = [
            (json!({"is_user_follow_business": true, "id": "600"}), Some(true)),
            (json!({"is_user_follow_business": false, "id": "600"}), Some(false)),
            (json!({"id": "600"}), None),
        ];
        for (body, follows) in cases {
            assert_eq!(answer(&read, body.to_string().as_bytes()), Outcome::FollowRead(follows), "{body}");
        }
        let unreadable = answer(&read, b"[]");
        assert!(matches!(unreadable, Outcome::Failed(CallFailure::TryAgain { .. })), "{unreadable:?}");
    }

    #[test]
    fn an_answer_gives_the_messages_id_and_the_persons_names() {
        let user = || Identity::WhatsAppUser("IL.13491208655302741918".into());
        let phone = Identity::from_whatsapp("972541234567");
        let cases = [
            (
                whatsapp(),
                json!({"messaging_product": "whatsapp",
                       "contacts": [{"input": "972541234567", "wa_id": "972541234567", "user_id": "IL.13491208655302741918"}],
                       "messages": [{"id": "wamid.9", "message_status": "accepted"}]}),
                Some("wamid.9"),
                vec![phone, user()],
            ),
            (
                whatsapp(),
                json!({"contacts": [{"user_id": "IL.13491208655302741918"}], "messages": [{"id": "wamid.9"}]}),
                Some("wamid.9"),
                vec![user()],
            ),
            (
                whatsapp(),
                json!({"contacts": [{"wa_id": "IL.13491208655302741918", "user_id": "IL.13491208655302741918"}],
                       "messages": [{"id": "wamid.9"}]}),
                Some("wamid.9"),
                vec![user()],
            ),
            (whatsapp(), json!({"messages": [{"id": "wamid.9"}]}), Some("wamid.9"), vec![]),
            (
                message(Channel::Messenger),
                json!({"recipient_id": 600, "message_id": "m_9"}),
                Some("m_9"),
                vec![Identity::Psid("600".into())],
            ),
            (
                message(Channel::Instagram),
                json!({"recipient_id": "600"}),
                None,
                vec![Identity::Igsid("600".into())],
            ),
            (reply(), json!({"id": "1_3"}), Some("1_3"), vec![]),
            (like(), json!({"success": true}), None, vec![]),
            (like(), json!(true), None, vec![]),
        ];
        for (operation, body, id, identities) in cases {
            let expected = Receipt { id: id.map(PlatformMessageId::new), identities, pause: None };
            assert_eq!(answer(&operation, body.to_string().as_bytes()), Outcome::Done(expected), "{body}");
        }
    }

    #[test]
    fn an_answer_that_cannot_be_read_leaves_a_message_in_doubt() {
        for body in [&b""[..], b"<html>", b"{", b"{}", b"[]", b"null", b"\xff\xfe", b"{\"success\":true}"] {
            for operation in [whatsapp(), message(Channel::Messenger), reply()] {
                let outcome = answer(&operation, body);
                let lost = matches!(outcome, Outcome::Failed(CallFailure::AnswerLost { .. }));
                assert!(lost, "{operation:?} {body:?}: {outcome:?}");
            }
        }
        let read = Operation::ReadLeadAd { id: "233".into() };
        for (operation, body) in [(like(), &b"{}"[..]), (like(), b"false"), (read, b"<html>")] {
            let outcome = answer(&operation, body);
            assert!(matches!(outcome, Outcome::Failed(CallFailure::TryAgain { .. })), "{outcome:?}");
        }
    }

    #[test]
    fn an_error_is_one_whatever_the_status_says() {
        let body = json!({"error": {"message": "x", "code": 190}}).to_string();
        let outcome = answer(&whatsapp(), body.as_bytes());
        assert!(
            matches!(outcome, Outcome::Failed(CallFailure::Refused { code: Some(190), .. })),
            "{outcome:?}"
        );
    }
}
