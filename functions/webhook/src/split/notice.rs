//! What only the operator can act on, with what arrived beside it.

use application::ports::Notice;
use domain::ids::{BusinessId, Pepper};
use jiff::Timestamp;
use serde_json::Value;

/// Enough for somebody to look into, and far from what an item of the table may hold.
const BODY_CHARS_MAX: usize = 60_000;

pub fn of(
    pepper: &Pepper,
    business: &BusinessId,
    reason: &str,
    entry_at: &str,
    at: Timestamp,
    item: &Value,
) -> Notice {
    let body = item.to_string();
    let hash = pepper.derive("notice", &[business.as_str(), reason, entry_at, &body]);
    Notice {
        business: business.clone(),
        key: format!("meta-{hash:032x}"),
        at,
        reason: reason.to_owned(),
        body: Some(body.chars().take(BODY_CHARS_MAX).collect()),
    }
}
