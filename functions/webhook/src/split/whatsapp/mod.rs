//! WhatsApp: messages, statuses, preferences, echoes of the owner's phone, and news of the account.

mod account;
mod content;
mod echoes;
mod flow;
mod messages;
mod person;
mod preferences;
mod statuses;
mod system;

use serde_json::Value;

use super::change::Change;
use super::place::Place;
use super::{Split, lenient};

pub use account::{change as of_account, is_of_account};

/// The number that a change came to.
pub fn number_of(change: Change<'_>) -> Option<String> {
    lenient::id(&change.value["metadata"]["phone_number_id"])
}

pub fn of_number(split: &mut Split, place: &Place<'_>, change: Change<'_>) {
    match change.field {
        "messages" => messages_and_statuses(split, place, change.value),
        "user_preferences" => preferences::all(split, place, change.value),
        "smb_message_echoes" => echoes::all(split, place, change.value),
        _ => split.ignore("unknown-field"),
    }
}

/// One value may hold messages, statuses, errors, or several of them.
fn messages_and_statuses(split: &mut Split, place: &Place<'_>, value: &Value) {
    let (messages, statuses) = (lenient::list(&value["messages"]), lenient::list(&value["statuses"]));
    let errors = lenient::list(&value["errors"]);
    if messages.is_empty() && statuses.is_empty() && errors.is_empty() {
        split.ignore("no-value");
    }
    messages.iter().for_each(|message| messages::one(split, place, value, message));
    statuses.iter().for_each(|status| statuses::one(split, place, status));
    for error in errors {
        let code = lenient::code(&error["code"]).unwrap_or_default();
        let reason = format!("WhatsApp reports the error {code} on the number {}", place.asset);
        let notice = place.notice(&reason, place.time(&error["timestamp"]), error);
        split.notices.push(notice);
    }
}
