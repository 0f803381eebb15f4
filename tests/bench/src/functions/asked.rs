//! What a request to AWS asks for, in the words of the table: `GetItem asset`, `Query inbox`.

use std::collections::BTreeMap;

use serde_json::Value;

/// The operation, and the kind of the rows that it is about.
pub fn name(operation: &str, body: &Value) -> String {
    if let Some(index) = body["IndexName"].as_str() {
        return format!("{operation} {index}");
    }
    if let Some(items) = body["TransactItems"].as_array() {
        return format!("{operation} of {}", items.len());
    }
    let put = &body["RequestItems"]
        .as_object()
        .and_then(|tables| tables.values().next())
        .map_or(Value::Null, |requests| requests[0]["PutRequest"]["Item"].clone());
    let values = body["ExpressionAttributeValues"].as_object().into_iter().flat_map(|values| values.values());
    let keys = [&body["Key"]["pk"], &body["Item"]["pk"], &put["pk"]].into_iter().chain(values);
    match keys.filter_map(|key| key["S"].as_str()).find_map(kind) {
        Some(kind) => format!("{operation} {kind}"),
        None => operation.to_owned(),
    }
}

/// What a partition key is of. The letters are the table's; ids stand between them.
fn kind(pk: &str) -> Option<&'static str> {
    let letters: Vec<&str> = pk.split('#').step_by(2).filter(|part| part.len() == 1).collect();
    match letters.as_slice() {
        ["A"] => Some("asset"),
        ["B"] => Some("playbook"),
        ["B", "I"] => Some("inbox"),
        ["B", "L"] => Some("lead"),
        ["B", "E"] => Some("marker"),
        ["B", "O"] => Some("notice"),
        ["M"] => Some("heartbeat"),
        ["R"] => Some("release"),
        _ => None,
    }
}

/// Each once, in the order of the first, with how often.
pub fn counted(asked: &[String]) -> String {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (place, name) in asked.iter().enumerate() {
        counts.entry(name).or_insert((place, 0)).1 += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, (place, _))| *place);
    let words = counts.into_iter().map(|(name, (_, count))| match count {
        1 => name.to_owned(),
        _ => format!("{count} × {name}"),
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { "–".to_owned() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_request_is_named_after_its_rows() {
        let item = |pk: &str| json!({ "pk": { "S": pk }, "sk": { "S": "x" } });
        let lead = "B#neveh#L#0123456789abcdef0123456789abcdef";
        let cases = [
            ("GetItem", json!({ "Key": item("A#101") }), "GetItem asset"),
            ("GetItem", json!({ "Key": item("B#neveh") }), "GetItem playbook"),
            ("PutItem", json!({ "Item": item(lead) }), "PutItem lead"),
            (
                "Query",
                json!({ "ExpressionAttributeValues": { ":pk": { "S": "B#neveh#I#psid#0f" } } }),
                "Query inbox",
            ),
            ("Query", json!({ "IndexName": "wake" }), "Query wake"),
            ("TransactWriteItems", json!({ "TransactItems": [1, 2] }), "TransactWriteItems of 2"),
            (
                "BatchWriteItem",
                json!({ "RequestItems": { "masa": [{ "PutRequest": { "Item": item("B#neveh#I#psid#0f") } }] } }),
                "BatchWriteItem inbox",
            ),
            ("SendMessageBatch", json!({ "QueueUrl": "x" }), "SendMessageBatch"),
        ];
        for (operation, body, expected) in cases {
            assert_eq!(name(operation, &body), expected);
        }
    }

    #[test]
    fn what_came_twice_is_told_once() {
        let asked = ["b", "a", "b"].map(str::to_owned);
        assert_eq!(counted(&asked), "2 × b, a");
        assert_eq!(counted(&[]), "–");
    }
}
