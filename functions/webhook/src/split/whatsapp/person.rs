//! Who is on the other side. People may come without a number: then only a business-scoped id is told.

use domain::identity::Identity;
use serde_json::Value;

use crate::split::lenient::{self, WORDS_CHARS_MAX};

/// Every name under which the platform tells one person.
pub struct Person<'a> {
    identities: Vec<Identity>,
    contact: &'a Value,
}

impl<'a> Person<'a> {
    /// The sender of a message. `None` if nothing says who it is.
    pub fn sender(value: &'a Value, message: &Value) -> Option<Self> {
        let told = [&message["from"], &message["from_user_id"]].map(lenient::id);
        let alone = lenient::list(&value["messages"]).len() == 1;
        Self::of(told, lenient::list(&value["contacts"]), alone)
    }

    /// The person of an item that names them itself, as preferences do.
    pub fn named(value: &'a Value, item: &Value) -> Option<Self> {
        let told = [&item["wa_id"], &item["user_id"]].map(lenient::id);
        Self::of(told, lenient::list(&value["contacts"]), false)
    }

    /// `alone`: there is one item only, so that a single contact is its person whatever they are called.
    fn of(told: [Option<String>; 2], contacts: &'a [Value], alone: bool) -> Option<Self> {
        const NOBODY: &Value = &Value::Null;
        let nothing_told = told.iter().all(Option::is_none);
        let ids_of = |contact: &Value| [&contact["wa_id"], &contact["user_id"]].map(lenient::id);
        let is_theirs = |contact: &&Value| {
            ids_of(contact).iter().flatten().any(|id| told.iter().flatten().any(|told| told == id))
        };
        let contact = match contacts {
            [only] if alone || nothing_told => only,
            several => several.iter().find(is_theirs).unwrap_or(NOBODY),
        };
        let ids = told.iter().flatten().cloned().chain(ids_of(contact).into_iter().flatten());
        let mut identities: Vec<Identity> = Vec::new();
        for identity in ids.map(|id| Identity::from_whatsapp(&id)) {
            if !identities.contains(&identity) {
                identities.push(identity);
            }
        }
        // The number first: it is known in most places, and stays when a scoped id changes.
        identities.sort_by_key(|identity| match identity {
            Identity::Phone(_) => 0,
            Identity::WhatsAppUser(_) => 2,
            _ => 1,
        });
        (!identities.is_empty()).then_some(Self { identities, contact })
    }

    /// The name that the person gave themselves.
    pub fn name(&self) -> Option<String> {
        lenient::text(&self.contact["profile"]["name"], WORDS_CHARS_MAX)
    }

    /// They are known by this name, too.
    pub fn also(&mut self, name: Identity) {
        if !self.identities.contains(&name) {
            self.identities.push(name);
        }
    }

    pub fn author(&self) -> Identity {
        self.identities[0].clone()
    }

    pub fn others(&self) -> Vec<Identity> {
        self.identities[1..].to_vec()
    }
}
