//! What the product's own record says of a lead: for the longest doubt, and for whoever looks into a failure.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// The longest time that a piece of work was in doubt, by the lead's timeline.
pub fn doubt_longest(lead: &Value) -> Option<SignedDuration> {
    let mut since: BTreeMap<&str, Timestamp> = BTreeMap::new();
    let mut longest = None;
    for entry in entries(lead) {
        let (Some(work), Some(at)) = (entry["facts"]["work"].as_str(), moment(&entry["at"])) else {
            continue;
        };
        match entry["what"].as_str() {
            Some("in-doubt") => {
                since.entry(work).or_insert(at);
            }
            // What the platform tells is evidence, and not yet the decision.
            Some("delivered" | "read") | None => {}
            Some(_) => {
                if let Some(since) = since.remove(work) {
                    longest = longest.max(Some(at.duration_since(since)));
                }
            }
        }
    }
    longest
}

pub fn count(lead: &Value, what: &str) -> usize {
    entries(lead).iter().filter(|entry| entry["what"] == what).count()
}

/// Whether nothing of this lead is due before `until`.
pub fn rests_until(lead: &Value, until: Timestamp) -> bool {
    moment(&lead["wake_at"]).is_none_or(|wake_at| wake_at > until)
}

/// A line for each entry.
pub fn render(lead: &Value) -> String {
    let line = |entry: &Value| {
        let (at, what) = (entry["at"].as_str().unwrap_or("?"), entry["what"].as_str().unwrap_or("?"));
        format!("    {at} {what} {}\n", entry["facts"])
    };
    let open: String =
        lead["work"].as_array().into_iter().flatten().map(|work| format!("    open: {work}\n")).collect();
    entries(lead).iter().map(line).collect::<String>() + &open
}

fn entries(lead: &Value) -> &[Value] {
    lead["timeline"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn moment(at: &Value) -> Option<Timestamp> {
    at.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn doubt_lasts_until_the_next_decision_about_the_same_work() {
        let entry = |at: &str, what: &str, work: &str| json!({ "at": format!("2026-12-01T10:{at}Z"), "what": what, "facts": { "work": work } });
        let lead = json!({ "timeline": [
            entry("00:00", "in-doubt", "a"),
            entry("00:05", "in-doubt", "b"),
            entry("00:07", "read", "a"),
            entry("00:09", "settled", "b"),
            entry("00:40", "settled", "a"),
            entry("00:50", "sent", "a"),
        ] });
        assert_eq!(doubt_longest(&lead), Some(SignedDuration::from_secs(40)));
        assert_eq!((count(&lead, "in-doubt"), count(&lead, "parked")), (2, 0));
        assert_eq!(doubt_longest(&json!({})), None);
    }
}
