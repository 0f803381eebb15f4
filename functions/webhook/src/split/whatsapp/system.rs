//! A person's number or scoped id has changed.

use domain::event::EventKind;
use domain::event_key::Sameness;
use domain::identity::Identity;
use serde_json::Value;

use crate::split::place::Place;
use crate::split::{Split, lenient};

pub fn one(split: &mut Split, place: &Place<'_>, message: &Value) {
    let system = &message["system"];
    let by_scoped_id = system["type"] == "user_changed_user_id";
    let (new, old) = match system["type"].as_str() {
        Some("user_changed_number" | "customer_changed_number") => {
            let new = lenient::id(&system["wa_id"]).or_else(|| lenient::id(&system["new_wa_id"]));
            (new, lenient::id(&message["from"]).or_else(|| lenient::id(&system["customer"])))
        }
        Some("user_changed_user_id") => {
            let new = lenient::id(&system["user_id"]);
            (new, lenient::id(&message["from_user_id"]))
        }
        _ => return split.ignore("system-other"),
    };
    let at = place.time(&message["timestamp"]);
    let (old_in_body, new_in_body) = system["body"].as_str().and_then(changed_from_to).unzip();
    let new = new.or(new_in_body).map(|id| Identity::from_whatsapp(&id));
    // The sender may be told by the new id already: then the old one is in the text alone.
    let mut old = [old, old_in_body].into_iter().flatten().map(|id| Identity::from_whatsapp(&id));
    let sound = |id: &Identity| !by_scoped_id || matches!(id, Identity::WhatsAppUser(_));
    let new = new.filter(sound);
    let old = old.find(|old| Some(old) != new.as_ref() && sound(old));
    let (Some(old), Some(new)) = (old, new) else {
        let reason = "a WhatsApp user has another id now, and it is not told whose it was";
        return split.notices.push(place.notice(reason, at, message));
    };
    let (id, person) = (lenient::id(&message["id"]), old.value());
    let same = match &id {
        Some(id) => Sameness::Message { id, verb: "identity-changed" },
        None => Sameness::Change {
            person: &person,
            what: "identity-changed",
            at: place.told(&message["timestamp"]),
        },
    };
    split.events.push(place.event(old, at, EventKind::IdentityChanged { to: new }, same));
}

/// `… changed from X to Y`, as the text for people has it.
fn changed_from_to(body: &str) -> Option<(String, String)> {
    let (_, ids) = body.rsplit_once(" from ")?;
    let (old, new) = ids.split_once(" to ")?;
    let id = |text: &str| lenient::id(&Value::from(text.trim().trim_end_matches('.')));
    Some((id(old)?, id(new)?)).filter(|(old, new)| !old.contains(' ') && !new.contains(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_are_read_from_the_text() {
        let read = |body| changed_from_to(body);
        let pair = |old: &str, new: &str| Some((old.to_owned(), new.to_owned()));
        assert_eq!(read("User Dana from Haifa changed from IL.1 to IL.2"), pair("IL.1", "IL.2"));
        assert_eq!(read("changed from IL.1 to IL.2."), pair("IL.1", "IL.2"));
        assert_eq!(read("from IL.1 to IL.2"), None);
        assert_eq!(read("User Dana changed her id"), None);
        assert_eq!(read("Dana moved from Haifa to Tel Aviv"), None);
    }
}
