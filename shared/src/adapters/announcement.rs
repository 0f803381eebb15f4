//! An announcement as other systems read it: schema version 1, which `events/bus` describes and shows.
//!
//! Whoever follows the bus may rely on every field that stands there. A new field keeps the version; a field that goes
//! or means something else makes a new one.

use domain::call::{Announcement, PlatformCall};
use serde_json::{Value, json};

/// What announcements of ours say of their origin.
pub const SOURCE: &str = "masa";

pub const SCHEMA_VERSION: u32 = 1;

/// The detail of the event. Ids, times and the playbook's own words: nothing of it is personal.
pub fn detail(call: &PlatformCall, announcement: &Announcement) -> Value {
    json!({
        "version": SCHEMA_VERSION,
        "id": call.work.to_string(),
        "type": announcement.what.as_str(),
        "business": call.business.as_str(),
        "lead": call.lead.to_string(),
        "happened_at": announcement.happened_at.to_string(),
        "source": announcement.source,
        "tags": announcement.tags,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::call::Operation;
    use domain::ids::{LeadId, WorkId};
    use domain::playbook::Trigger;

    use super::*;

    fn file(name: &str) -> Value {
        let path = format!("{}/../events/bus/{name}", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap()
    }

    fn sample(what: Trigger) -> Value {
        let announcement = Announcement {
            what,
            happened_at: "2026-11-30T07:00:00Z".parse().unwrap(),
            source: Some("form"),
            tags: vec!["mailing-list".to_owned()],
        };
        let call = PlatformCall {
            business: "neveh".into(),
            lead: LeadId::new(0x1234),
            work: WorkId::new(0x5678),
            number: 1,
            token: String::new(),
            operation: Operation::Announce(announcement.clone()),
        };
        detail(&call, &announcement)
    }

    fn keys(object: &Value) -> BTreeSet<&str> {
        object.as_object().unwrap().keys().map(String::as_str).collect()
    }

    #[test]
    fn an_announcement_is_the_one_that_is_shown() {
        assert_eq!(sample(Trigger::LeadCaptured), file("lead.captured.json")["detail"]);
        let shown = file("lead.captured.json");
        assert_eq!((&shown["source"], &shown["detail-type"]), (&json!(SOURCE), &json!("lead.captured")));
    }

    #[test]
    fn the_schema_names_what_is_written_and_every_type() {
        let schema = file("v1.schema.json");
        let written = sample(Trigger::LeadReplied);
        assert_eq!(keys(&schema["properties"]), keys(&written));
        let required = schema["required"].as_array().unwrap();
        assert_eq!(required.iter().filter_map(Value::as_str).collect::<BTreeSet<_>>(), keys(&written));
        let types = schema["properties"]["type"]["enum"].as_array().unwrap();
        let types: Vec<&str> = types.iter().filter_map(Value::as_str).collect();
        assert_eq!(types, Trigger::ALL.iter().map(|trigger| trigger.as_str()).collect::<Vec<_>>());
        assert_eq!(schema["properties"]["version"]["const"], json!(SCHEMA_VERSION));
    }
}
