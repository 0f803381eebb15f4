//! News of the account itself: templates, quality, restrictions. Somebody has to act on most of it.

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
    let templates = change.field == "message_template_status_update";
    let calm = matches!(value["event"].as_str(), Some("APPROVED" | "PENDING" | "IN_APPEAL" | "REINSTATED"));
    if templates && calm {
        return split.ignore("template-status");
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
