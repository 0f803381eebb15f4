//! WhatsApp's own switch for marketing messages (R14).

use domain::event::EventKind;
use domain::event_key::Sameness;
use serde_json::Value;

use super::person::Person;
use crate::split::place::Place;
use crate::split::{Split, lenient};

pub fn all(split: &mut Split, place: &Place<'_>, value: &Value) {
    let preferences = lenient::list(&value["user_preferences"]);
    if preferences.is_empty() {
        split.ignore("no-value");
    }
    preferences.iter().for_each(|preference| one(split, place, value, preference));
}

fn one(split: &mut Split, place: &Place<'_>, value: &Value, preference: &Value) {
    if !matches!(preference["category"].as_str(), None | Some("marketing_messages")) {
        return split.ignore("preference-other");
    }
    let kind = match preference["value"].as_str() {
        Some("stop") => EventKind::MarketingStopped,
        Some("resume") => EventKind::MarketingResumed,
        _ => return split.ignore("preference-other"),
    };
    let at = place.time(&preference["timestamp"]);
    let Some(person) = Person::named(value, preference) else {
        let reason = "somebody changed their WhatsApp preferences, and it is not told who";
        return split.notices.push(place.notice(reason, at, value));
    };
    let who = person.author().value();
    let same = Sameness::Change { person: &who, what: kind.name(), at: place.told(&preference["timestamp"]) };
    let mut event = place.event(person.author(), at, kind, same);
    event.also = person.others();
    split.events.push(event);
}
