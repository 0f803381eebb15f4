//! The one place that gives each kind of event its key. Two deliveries of one event have one key, so the second
//! changes nothing.

use std::fmt;

use jiff::Timestamp;

use crate::event::Responder;
use crate::ids::{BusinessId, Pepper};

/// `<responder's letter>-<hash>`. Holds no personal data: a wamid, for one, has a phone number inside.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey(String);

/// What makes an event of each kind the same event.
#[derive(Clone, Copy)]
pub enum Sameness<'a> {
    /// The sender's `Idempotency-Key`, or an id of the call.
    Given {
        kind: &'a str,
        id: &'a str,
    },
    /// The same form and fields within ten minutes are one submission: people press twice.
    Form {
        form: &'a str,
        fields: &'a [(String, String)],
        at: Timestamp,
    },
    /// One minute of one number's calls of one kind.
    Call {
        phone: &'a str,
        kind: &'a str,
        at: Timestamp,
    },
    LeadAd {
        id: &'a str,
    },
    /// An edit has its time, since a comment may be edited again.
    Comment {
        id: &'a str,
        verb: &'a str,
        edited_at: Option<Timestamp>,
    },
    /// A message, or what was later done with it (`verb` is empty for the message itself).
    Message {
        id: &'a str,
        verb: &'a str,
    },
    /// Postbacks and referrals may come without an id.
    Postback {
        sender: &'a str,
        at: Timestamp,
        payload: &'a str,
    },
    Status {
        id: &'a str,
        status: &'a str,
    },
    /// The person, what changed, and when.
    Change {
        person: &'a str,
        what: &'a str,
        at: Timestamp,
    },
}

const FORM_BUCKET_SECONDS: i64 = 600;

impl EventKey {
    pub fn of(pepper: &Pepper, business: &BusinessId, responder: Responder, sameness: Sameness<'_>) -> Self {
        let mut parts: Vec<String> = vec![business.as_str().to_owned()];
        let mut add = |words: &[&str]| parts.extend(words.iter().map(|word| (*word).to_owned()));
        match sameness {
            Sameness::Given { kind, id } => add(&["given", kind, id]),
            Sameness::Form { form, fields, at } => {
                add(&["form", form, &(at.as_second() / FORM_BUCKET_SECONDS).to_string()]);
                fields.iter().for_each(|(name, value)| add(&[name, value]));
            }
            Sameness::Call { phone, kind, at } => {
                add(&["call", phone, kind, &(at.as_second() / 60).to_string()])
            }
            Sameness::LeadAd { id } => add(&["lead-ad", id]),
            Sameness::Comment { id, verb, edited_at } => {
                let edited_at = edited_at.map(|at| at.as_second().to_string()).unwrap_or_default();
                add(&["comment", id, verb, &edited_at]);
            }
            Sameness::Message { id, verb } => add(&["message", id, verb]),
            Sameness::Postback { sender, at, payload } => {
                add(&["postback", sender, &at.as_millisecond().to_string(), payload]);
            }
            Sameness::Status { id, status } => add(&["status", id, status]),
            Sameness::Change { person, what, at } => {
                add(&["change", person, what, &at.as_second().to_string()])
            }
        }
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        Self(format!("{}-{:032x}", responder.letter(), pepper.derive("event", &parts)))
    }

    /// Reads back what [`EventKey::of`] made.
    pub fn parse(text: &str) -> Option<Self> {
        let (letter, hash) = text.split_once('-')?;
        let letter = letter.chars().next().filter(|_| letter.len() == 1)?;
        Responder::from_letter(letter)?;
        (hash.len() == 32 && hash.bytes().all(|b| b.is_ascii_hexdigit())).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn responder(&self) -> Responder {
        self.0.chars().next().and_then(Responder::from_letter).unwrap_or(Responder::Message)
    }
}

impl fmt::Display for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(sameness: Sameness<'_>) -> EventKey {
        EventKey::of(&Pepper::new([3; 32]), &"neveh".into(), Responder::LeadIntake, sameness)
    }

    #[test]
    fn a_form_pressed_twice_is_one_event_and_another_answer_is_another() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let fields = [("name".to_owned(), "דנה".to_owned())];
        let other = [("name".to_owned(), "רון".to_owned())];
        let form = |fields, at| key(Sameness::Form { form: "contact", fields, at });
        let first = form(&fields, at("2026-11-30T09:00:01Z"));
        assert_eq!(first, form(&fields, at("2026-11-30T09:09:59Z")));
        assert_ne!(first, form(&fields, at("2026-11-30T09:10:00Z")));
        assert_ne!(first, form(&other, at("2026-11-30T09:00:01Z")));
    }

    #[test]
    fn a_key_is_read_back_and_names_its_responder() {
        let made = key(Sameness::LeadAd { id: "1" });
        let read = EventKey::parse(made.as_str()).unwrap();
        assert_eq!((read.responder(), &read), (Responder::LeadIntake, &made));
        assert_eq!(EventKey::parse("l-12"), None);
    }

    #[test]
    fn calls_of_one_minute_are_one_event_and_the_next_minute_s_is_another() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let call = |time| key(Sameness::Call { phone: "+972541234567", kind: "missed", at: at(time) });
        let first = call("2026-11-30T09:00:05Z");
        assert_eq!(first, call("2026-11-30T09:00:59Z"));
        assert_ne!(first, call("2026-11-30T09:01:00Z"));
        assert_ne!(first, call("2026-11-30T10:00:05Z"));
    }
}
