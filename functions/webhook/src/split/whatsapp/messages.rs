//! What people write on WhatsApp, each message an event of its own.

use domain::channel::Channel;
use domain::event::{EventKind, Message};
use domain::event_key::Sameness;
use domain::identity::Identity;
use domain::ids::PlatformMessageId;
use domain::link::LinkCode;
use domain::phone::PhoneNumber;
use serde_json::Value;

use super::content::Content;
use super::person::Person;
use super::system;
use crate::split::place::Place;
use crate::split::{Split, lenient, referral};

pub fn one(split: &mut Split, place: &Place<'_>, value: &Value, message: &Value) {
    if !message.is_object() {
        return split.ignore("malformed");
    }
    if message["type"] == "system" {
        return system::one(split, place, message);
    }
    // A group's talk opens nobody's window and is not for one person's thread.
    if lenient::id(&message["group_id"]).is_some() {
        return split.ignore("group-message");
    }
    let at = place.time(&message["timestamp"]);
    let Some(mut person) = Person::sender(value, message) else {
        let reason = "a WhatsApp message came without its sender; nobody can be answered";
        return split.notices.push(place.notice(reason, at, value));
    };
    if let Some(phone) = shared_own_phone(message) {
        person.also(Identity::Phone(phone));
    }
    let kind =
        match message["type"].as_str() {
            Some("reaction") => reaction(place, message),
            Some("revoke") => original(message, "revoke")
                .map(|id| EventKind::MessageUnsent { channel: Channel::WhatsApp, id }),
            Some("edit") => original(message, "edit")
                .map(|id| EventKind::MessageEdited { channel: Channel::WhatsApp, id }),
            _ => Ok(EventKind::Messaged(said(place, &person, message))),
        };
    let kind = match kind {
        Ok(kind) => kind,
        Err(reason) => return split.ignore(reason),
    };
    // The link by which they came was filled in with it.
    if let EventKind::Messaged(Message { text: Some(text), .. }) = &kind
        && let Some(code) = LinkCode::find(text)
    {
        person.also(Identity::Link(code));
    }
    let (id, sender) = (lenient::id(&message["id"]), person.author().value());
    let whole = message.to_string();
    // Should what is done with a message come under the message's own id, it is still another event.
    let verb = if matches!(kind, EventKind::Messaged(_)) { "" } else { kind.name() };
    let same = match &id {
        Some(id) => Sameness::Message { id, verb },
        None => {
            Sameness::Postback { sender: &sender, at: place.told(&message["timestamp"]), payload: &whole }
        }
    };
    let mut event = place.event(person.author(), at, kind, same);
    event.also = person.others();
    split.events.push(event);
}

fn said(place: &Place<'_>, person: &Person<'_>, message: &Value) -> Message {
    let content = Content::of(message);
    Message {
        channel: Channel::WhatsApp,
        asset: place.asset.clone(),
        id: lenient::id(&message["id"]).map(PlatformMessageId::new),
        text: content.text,
        payload: content.payload,
        media: content.media,
        sender_name: person.name(),
        referral: referral::source(&message["referral"]),
    }
}

/// A reaction that is taken back has no emoji.
fn reaction(place: &Place<'_>, message: &Value) -> Result<EventKind, &'static str> {
    match message["reaction"]["emoji"].as_str() {
        Some(emoji) if !emoji.is_empty() => {
            Ok(EventKind::Reacted { channel: Channel::WhatsApp, asset: place.asset.clone() })
        }
        _ => Err("unreact"),
    }
}

fn original(message: &Value, verb: &str) -> Result<PlatformMessageId, &'static str> {
    let id = lenient::id(&message[verb]["original_message_id"]);
    id.map(PlatformMessageId::new).ok_or("message-without-id")
}

/// The number that a person shared because we asked for it. A contact that is sent unasked is somebody else's.
fn shared_own_phone(message: &Value) -> Option<PhoneNumber> {
    let asked = message["origin"].as_str().is_some_and(|origin| origin.starts_with("contact_request"));
    let [contact] = lenient::list(&message["contacts"]) else { return None };
    if !asked {
        return None;
    }
    let shared = lenient::list(&contact["phones"]).first()?;
    let of = |name: &str| lenient::id(&shared[name]);
    let phone = of("wa_id").and_then(|id| PhoneNumber::from_whatsapp_id(&id));
    phone.or_else(|| {
        let typed = of("phone")?;
        let international = PhoneNumber::from_whatsapp_id(&typed);
        international.or_else(|| PhoneNumber::parse(&typed).ok())
    })
}
