//! `POST /{page-or-ig-id}/messages`: the Send API of Messenger and Instagram. Private replies are in `private_replies`.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{Call, Content, Refusal, messaging_content, private_replies};
use crate::message::{Delivery, Message, Side};
use crate::place::Place;
use crate::world::World;
use crate::{Channel, Sent, payloads};

/// How long a business may write after the person did (PLATFORM.md §4).
const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// Sends through the Page, or through the account of `only`, which reaches nobody elsewhere.
pub(super) fn send(
    world: &mut World,
    now: Timestamp,
    business: usize,
    only: Option<Channel>,
    call: &Call,
) -> Result<Value, Refusal> {
    let elsewhere = |place: &Place| only.is_some_and(|only| only != place.channel);
    let recipient =
        call.object("recipient").ok_or_else(|| Refusal::invalid("The parameter recipient is required"))?;
    let message = call.object("message");
    match (id(&recipient, "id"), id(&recipient, "comment_id")) {
        (Some(user), None) => {
            let place = place(world, business, &user)?;
            if elsewhere(&place) {
                return Err(Refusal::no_such_user());
            }
            if call.text("sender_action").is_some() {
                return Ok(json!({ "recipient_id": user }));
            }
            let message = message.ok_or_else(|| Refusal::invalid("The parameter message is required"))?;
            let content = messaging_content::read(place.channel, &message)?;
            check_policy(world, now, place, call)?;
            Ok(deliver(world, now, place, &message, content, None))
        }
        (None, Some(comment)) => {
            let message = message.ok_or_else(|| Refusal::invalid("The parameter message is required"))?;
            let place = private_replies::check(world, now, business, &comment)?;
            if elsewhere(&place) {
                return Err(Refusal::private_reply_comment());
            }
            let content = messaging_content::read(place.channel, &message)?;
            private_replies::admit(world, now, place, &comment)?;
            private_replies::mark(world, &comment);
            Ok(deliver(world, now, place, &message, content, Some("private-reply")))
        }
        _ => Err(Refusal::invalid("The recipient is exactly one of id and comment_id")),
    }
}

/// Ids come as text, and from careless callers as numbers.
fn id(recipient: &Map<String, Value>, name: &str) -> Option<String> {
    match recipient.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn place(world: &World, business: usize, user: &str) -> Result<Place, Refusal> {
    let found = world.people.with_scoped_id(user).filter(|(_, owner, _)| *owner == business);
    let (person, business, channel) = found.ok_or_else(Refusal::no_such_user)?;
    Ok(Place { person, business, channel })
}

/// Who may be written to now, and by which right.
fn check_policy(world: &World, now: Timestamp, place: Place, call: &Call) -> Result<(), Refusal> {
    let by_tag = call.text("messaging_type") == Some("MESSAGE_TAG") || call.text("tag").is_some();
    match call.text("messaging_type") {
        None | Some("RESPONSE" | "UPDATE" | "MESSAGE_TAG") => {}
        Some("UTILITY") => return Err(Refusal::feature("utility messaging")),
        Some(_) => return Err(Refusal::invalid("Unknown messaging_type")),
    }
    if by_tag {
        return match call.text("tag") {
            Some("HUMAN_AGENT") => Err(Refusal::feature("Human Agent")),
            _ => Err(Refusal::invalid("Message tag is missing or no longer supported")),
        };
    }
    let thread = world.threads.get(place.thread());
    if thread.is_some_and(|thread| thread.blocked) {
        return Err(Refusal::unavailable());
    }
    if thread.is_some_and(|thread| thread.open(now, WINDOW)) {
        return Ok(());
    }
    Err(match place.channel {
        Channel::Instagram => Refusal::window_instagram(),
        Channel::Facebook | Channel::Messenger | Channel::Whatsapp | Channel::Email => {
            Refusal::window_messenger()
        }
    })
}

/// Puts the message on the phone, and sends its echo.
fn deliver(
    world: &mut World,
    now: Timestamp,
    place: Place,
    message: &Map<String, Value>,
    content: Content,
    kind: Option<&str>,
) -> Value {
    let id = world.message_id(place.channel);
    let user = world.id_on(place.person, place.business, place.channel);
    let kind = kind.map_or(content.kind, str::to_owned);
    let business = world.business(place.business);
    world.note_sent(Sent {
        at: now,
        business: business.id.clone(),
        channel: place.channel,
        to: user.clone(),
        kind: kind.clone(),
        body: content.body.clone(),
        id: id.clone(),
        template: None,
        buttons: content.buttons.iter().map(|button| button.title.clone()).collect(),
    });
    world.threads.get_mut(place.thread()).add(Message {
        id: id.clone(),
        at: now,
        from: Side::Business,
        kind,
        body: content.body,
        buttons: content.buttons,
        delivery: Some(Delivery::Delivered),
    });
    world.people.get_mut(place.person).active_at = now;
    world.notify(now, &payloads::messaging::echo(&business, place.channel, &user, now, &id, message));
    json!({ "recipient_id": user, "message_id": id })
}

#[cfg(test)]
mod tests {
    use crate::stage::{ACCOUNT, PAGE, Stage};
    use jiff::ToSpan;
    use serde_json::{Value, json};

    fn text(user: &str) -> Value {
        json!({"recipient": {"id": user}, "messaging_type": "RESPONSE", "message": {"text": "היי", "metadata": "send:1"}})
    }

    #[test]
    fn messenger_takes_messages_for_24_hours_after_the_person_wrote() {
        // PLATFORM.md §4 (window) and §7 (10 + 2018278).
        let stage = Stage::new();
        stage.act(json!({"person": "דנה", "do": "message", "channel": "messenger", "text": "שלום"}));
        let psid = stage.psid("דנה");
        let edge = format!("{PAGE}/messages");
        stage.wait(24.hours());
        assert_eq!(stage.post(&edge, text(&psid)).body["recipient_id"], json!(psid));
        stage.wait(1.second());
        let error = stage.post(&edge, text(&psid)).body["error"].clone();
        assert_eq!((&error["code"], &error["error_subcode"]), (&json!(10), &json!(2_018_278)));
        assert_eq!(stage.sandbox.sent().len(), 1);
    }

    #[test]
    fn instagram_has_its_own_window_and_is_reached_through_account_or_page() {
        // PLATFORM.md §3 (DM) and §7 (10 + 2534022).
        let stage = Stage::new();
        stage.act(json!({"person": "דנה", "do": "message", "channel": "instagram", "text": "שלום"}));
        let igsid = stage.igsid("דנה");
        for account in [ACCOUNT, PAGE] {
            assert_eq!(stage.post(&format!("{account}/messages"), text(&igsid)).status, 200);
        }
        stage.wait(25.hours());
        let error = stage.post(&format!("{ACCOUNT}/messages"), text(&igsid)).body["error"].clone();
        assert_eq!((&error["code"], &error["error_subcode"]), (&json!(10), &json!(2_534_022)));
    }

    #[test]
    fn only_messengers_echo_carries_the_metadata() {
        // PLATFORM.md §4: metadata comes back in message_echoes; not documented for Instagram.
        let stage = Stage::new();
        for channel in ["messenger", "instagram"] {
            stage.act(json!({"person": "דנה", "do": "message", "channel": channel, "text": "שלום"}));
        }
        stage.webhooks();
        let sent = stage.post(&format!("{PAGE}/messages"), text(&stage.psid("דנה")));
        stage.post(&format!("{ACCOUNT}/messages"), text(&stage.igsid("דנה")));
        let echoes = stage.webhooks();
        let messenger = &echoes[0]["entry"][0]["messaging"][0];
        assert_eq!(echoes[0]["object"], "page");
        assert_eq!(messenger["sender"]["id"], PAGE);
        assert_eq!(messenger["message"]["is_echo"], true);
        assert_eq!(messenger["message"]["mid"], sent.body["message_id"]);
        assert_eq!(messenger["message"]["metadata"], "send:1");
        assert_eq!(echoes[1]["object"], "instagram");
        assert_eq!(echoes[1]["entry"][0]["messaging"][0]["message"]["metadata"], json!(null));
    }

    #[test]
    fn dead_tags_and_unknown_or_blocking_people_are_refused() {
        // PLATFORM.md §4 (tags dead since 2026-04-27) and §7 (100 + 2018001, 551).
        let stage = Stage::new();
        stage.act(json!({"person": "דנה", "do": "message", "channel": "messenger", "text": "שלום"}));
        let psid = stage.psid("דנה");
        let edge = format!("{PAGE}/messages");
        let mut tagged = text(&psid);
        tagged["messaging_type"] = json!("MESSAGE_TAG");
        tagged["tag"] = json!("ACCOUNT_UPDATE");
        assert_eq!(stage.post(&edge, tagged).body["error"]["code"], 100);
        assert_eq!(stage.post(&edge, text("600")).body["error"]["error_subcode"], 2_018_001);
        let through_instagram = stage.post(&format!("{ACCOUNT}/messages"), text(&psid));
        assert_eq!(through_instagram.body["error"]["error_subcode"], 2_018_001);
        stage.act(json!({"person": "דנה", "do": "block", "channel": "messenger"}));
        assert_eq!(stage.post(&edge, text(&psid)).body["error"]["code"], 551);
    }
}
