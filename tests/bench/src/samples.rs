//! The platforms' payload samples that lie beside a checkout, with their own ids and with ours.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Failure;
use crate::bodies::{ACCOUNT, INSTAGRAM, NUMBER, PAGE};

pub struct Sample {
    pub name: String,
    pub bytes: Vec<u8>,
    /// The same for our assets, dated now.
    pub ours: Value,
    /// Whether all of it is our own voice coming back.
    pub is_our_voice: bool,
}

pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/meta/payloads/inbound")
}

/// In the order of their names; none where the folder is missing.
pub fn read(folder: &Path, second: i64) -> Result<Vec<Sample>, Failure> {
    let Ok(files) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut paths = files.map(|file| Ok(file?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    paths.iter().map(|path| sample(path, second)).collect()
}

fn sample(path: &Path, second: i64) -> Result<Sample, Failure> {
    let bytes = std::fs::read(path)?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut ours: Value = serde_json::from_slice(&bytes)?;
    make_ours(&mut ours);
    date(&mut ours, second);
    Ok(Sample { name, bytes, is_our_voice: is_our_voice(&ours), ours })
}

/// Puts our assets where the sample names its own, wherever they stand.
fn make_ours(delivery: &mut Value) {
    let entry_id = match delivery["object"].as_str() {
        Some("page") => PAGE,
        Some("instagram") => INSTAGRAM,
        Some("whatsapp_business_account") => ACCOUNT,
        _ => return,
    };
    let entries = delivery["entry"].as_array_mut().into_iter().flatten();
    for entry in entries {
        let numbers: Vec<Value> = entry["changes"].as_array().into_iter().flatten().map(number).collect();
        for number in numbers.iter().filter(|number| !number.is_null()) {
            replace(entry, number, NUMBER);
        }
        let old = entry["id"].clone();
        // The dashboard's "0" stands for nothing else.
        if !old.is_null() && old != "0" {
            replace(entry, &old, entry_id);
        }
        entry["id"] = entry_id.into();
    }
}

fn number(change: &Value) -> Value {
    change["value"]["metadata"]["phone_number_id"].clone()
}

fn replace(value: &mut Value, old: &Value, new: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, old, new)),
        Value::Object(fields) => fields.values_mut().for_each(|field| replace(field, old, new)),
        leaf if text(leaf).is_some() && text(leaf) == text(old) => *leaf = new.into(),
        _ => {}
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Dates it now, in the units in which it is dated: what is old would be left to a person, and prove nothing.
fn date(value: &mut Value, second: i64) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| date(item, second)),
        Value::Object(fields) => {
            for (name, field) in fields {
                if !matches!(name.as_str(), "time" | "timestamp" | "created_time") {
                    date(field, second);
                    continue;
                }
                let was = text(field).and_then(|was| was.parse::<i64>().ok());
                let now = if was.is_some_and(|was| was > 100_000_000_000) { second * 1_000 } else { second };
                match (&*field, was) {
                    (Value::Number(_), Some(_)) => *field = now.into(),
                    (Value::String(_), Some(_)) => *field = now.to_string().into(),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// Echoes, and comments that the business wrote itself.
fn is_our_voice(delivery: &Value) -> bool {
    let entries = delivery["entry"].as_array().map(Vec::as_slice).unwrap_or_default();
    let of_entry = |entry: &Value| -> Vec<bool> {
        let list = |field: &str| entry[field].as_array().cloned().unwrap_or_default();
        let changes = list("changes").into_iter().map(|change| {
            let value = &change["value"];
            let authors = [&value["from"]["id"], &value["sender_id"]];
            authors.into_iter().any(|author| text(author).is_some() && text(author) == text(&entry["id"]))
                || !value["from"]["self_ig_scoped_id"].is_null()
                || change["field"] == "smb_message_echoes"
        });
        let messages = list("messaging").into_iter().chain(list("standby"));
        changes.chain(messages.map(|item| item["message"]["is_echo"] == true)).collect()
    };
    let voices: Vec<bool> = entries.iter().flat_map(of_entry).collect();
    !voices.is_empty() && voices.iter().all(|ours| *ours)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_sample_becomes_ours_wherever_it_names_its_page() {
        let mut delivery = json!({ "object": "page", "entry": [{
            "id": 77, "time": 1_457_764_198_246_i64,
            "messaging": [{
                "sender": { "id": "77" }, "recipient": { "id": "5" }, "timestamp": "1457764198",
                "message": { "mid": "m", "is_echo": true },
            }],
        }] });
        make_ours(&mut delivery);
        date(&mut delivery, 1_796_022_000);
        let entry = &delivery["entry"][0];
        assert_eq!((&entry["id"], &entry["messaging"][0]["sender"]["id"]), (&json!(PAGE), &json!(PAGE)));
        assert_eq!(entry["time"], 1_796_022_000_000_i64);
        assert_eq!(entry["messaging"][0]["timestamp"], "1796022000");
        assert!(is_our_voice(&delivery));
        assert!(!is_our_voice(
            &json!({ "entry": [{ "id": "1", "changes": [{ "value": { "from": { "id": "2" } } }] }] })
        ));
    }

    #[test]
    fn every_sample_is_read_where_the_folder_is() {
        let samples = read(&folder(), 1_796_022_000).unwrap();
        println!("{} samples lie beside this checkout", samples.len());
        let voices = samples.iter().filter(|sample| sample.is_our_voice).count();
        assert!(samples.is_empty() || voices >= 5, "{voices}");
    }
}
