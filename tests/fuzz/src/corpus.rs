//! What the platforms and people really send: the files of `events/`, and the payload samples that may lie beside
//! a checkout. Those are not part of the project: where they are missing, the corpus says so and is smaller.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file of the project as text.
pub fn file(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub fn starter_playbook() -> String {
    file("infra/local/playbook.he.yaml")
}

pub fn second_playbook() -> String {
    file("events/playbooks/second.yaml")
}

/// Every delivery of Meta's that there is a sample of, as the JSON that was signed.
pub fn deliveries() -> &'static [Value] {
    static DELIVERIES: OnceLock<Vec<Value>> = OnceLock::new();
    DELIVERIES.get_or_init(|| {
        let mut deliveries: Vec<Value> =
            texts(&root().join("events/webhook")).iter().filter_map(|text| body(text)).collect();
        let beside = texts(&root().join("../shared/meta/payloads/inbound"));
        if beside.is_empty() {
            println!(
                "the payload samples are not beside this checkout: the corpus has only the files of events/"
            );
        }
        deliveries.extend(beside.iter().filter_map(|text| serde_json::from_str(text).ok()));
        deliveries.retain(|delivery| delivery["entry"].as_array().is_some_and(|entries| !entries.is_empty()));
        assert!(deliveries.len() >= 10, "the files of events/webhook are the least of the corpus");
        deliveries
    })
}

/// Names and texts of the corpus: what is put in the place of something else is often something that means a lot
/// there.
pub fn words() -> &'static [String] {
    static WORDS: OnceLock<Vec<String>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut words = BTreeSet::new();
        deliveries().iter().for_each(|delivery| collect(delivery, &mut words));
        words.into_iter().collect()
    })
}

fn collect(value: &Value, words: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(words.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
        Value::Object(map) => map.iter().for_each(|(name, value)| {
            words.insert(name.clone());
            collect(value, words);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The files of a folder in the order of their names; none where there is no such folder.
fn texts(folder: &Path) -> Vec<String> {
    let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}")))
        .collect()
}

/// The body of a request of API Gateway's, as JSON.
fn body(request: &str) -> Option<Value> {
    let request: Value = serde_json::from_str(request).ok()?;
    let body = request["body"].as_str()?;
    if request["isBase64Encoded"] == true {
        return serde_json::from_slice(&STANDARD.decode(body).ok()?).ok();
    }
    serde_json::from_str(body).ok()
}
