//! News of the account itself: templates, quality, restrictions. Somebody has to act on most of it.

use domain::event::EventKind;
use domain::event_key::Sameness;
use domain::identity::Identity;
use serde_json::Value;

use crate::split::Split;
use crate::split::change::Change;
use crate::split::lenient::{self, WORDS_CHARS_MAX};
use crate::split::place::Place;

/// Whether a change is about the account, and so routed by it and not by a number.
pub fn is_of_account(change: Change<'_>) -> bool {
    subject(change).is_some()
}

/// What the operator is told the news is about.
fn subject(change: Change<'_>) -> Option<&'static str> {
    Some(match change.field {
        "message_template_status_update" => "the status of a template",
        "message_template_quality_update" => "the quality of a template",
        "template_category_update" => "the category of a template",
        "phone_number_quality_update" => "the quality of a number",
        "phone_number_name_update" => "the name of a number",
        "account_update" => "the account",
        "account_alerts" => "an alert of the account",
        "account_review_update" => "the review of the account",
        "security" => "the security of a number",
        _ => return None,
    })
}

pub fn change(split: &mut Split, place: &Place<'_>, change: Change<'_>) {
    let value = change.value;
    if change.field == "message_template_status_update" {
        match value["event"].as_str() {
            Some("APPROVED" | "REINSTATED") => return approved(split, place, value),
            Some("PENDING" | "IN_APPEAL") => return split.ignore("template-status"),
            _ => {}
        }
    }
    let subject = subject(change).unwrap_or("the account");
    let words = ["message_template_name", "message_template_language", "event", "reason"];
    let words = words.into_iter().chain(["alert_type", "decision", "new_quality_score", "current_limit"]);
    let told: Vec<String> = words.filter_map(|name| lenient::text(&value[name], WORDS_CHARS_MAX)).collect();
    let reason = match told.is_empty() {
        true => format!("WhatsApp has news of {subject}"),
        false => format!("WhatsApp has news of {subject}: {}", told.join(", ")),
    };
    let notice = place.notice(&reason, place.entry_time(&Value::Null), change.whole);
    split.notices.push(notice);
}

/// A template may be sent from now on: whoever waits for it is woken.
fn approved(split: &mut Split, place: &Place<'_>, value: &Value) {
    let word = |name: &str| lenient::text(&value[name], WORDS_CHARS_MAX);
    let (Some(name), Some(language)) = (word("message_template_name"), word("message_template_language"))
    else {
        return split.ignore("template-status");
    };
    let what = format!("template-approved {name} {language}");
    let same =
        Sameness::Change { person: place.asset.as_str(), what: &what, at: place.entry_told(&Value::Null) };
    let author = Identity::Account(place.asset.clone());
    let kind = EventKind::TemplateApproved { name, language };
    split.events.push(place.event(author, place.entry_time(&Value::Null), kind, same));
}
