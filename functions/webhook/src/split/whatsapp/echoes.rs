//! The owner answered from the WhatsApp Business app on the phone.

use domain::channel::Channel;
use domain::event::EventKind;
use domain::event_key::Sameness;
use domain::identity::Identity;
use domain::ids::PlatformMessageId;
use serde_json::Value;

use super::content::Content;
use crate::split::place::Place;
use crate::split::{Split, lenient};

pub fn all(split: &mut Split, place: &Place<'_>, value: &Value) {
    let echoes = lenient::list(&value["message_echoes"]);
    if echoes.is_empty() {
        split.ignore("no-value");
    }
    echoes.iter().for_each(|echo| one(split, place, echo));
}

fn one(split: &mut Split, place: &Place<'_>, echo: &Value) {
    let to = lenient::id(&echo["to"]).or_else(|| lenient::id(&echo["to_user_id"]));
    let Some(to) = to else { return split.ignore("echo-to-nobody") };
    let at = place.time(&echo["timestamp"]);
    let id = lenient::id(&echo["id"]);
    let same = match &id {
        Some(id) => Sameness::Message { id, verb: "echo" },
        None => Sameness::Postback { sender: &to, at: place.told(&echo["timestamp"]), payload: "echo" },
    };
    let kind = EventKind::Echoed {
        channel: Channel::WhatsApp,
        id: id.clone().map(PlatformMessageId::new),
        text: Content::of(echo).text,
    };
    split.events.push(place.event(Identity::from_whatsapp(&to), at, kind, same));
}
