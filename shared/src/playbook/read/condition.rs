//! What has to hold of a lead: `{ tag: vip, has: email }`.

use domain::deal::Stage;
use domain::playbook::{Condition, Known};

use super::times;
use crate::playbook::fields::{Fields, scalar};
use crate::playbook::nearest::did_you_mean;
use crate::playbook::report::Report;
use crate::playbook::tree::{Node, Value};

pub const KEYS: [&str; 8] = ["tag", "field", "has", "replied", "active-within", "deal", "any", "not"];

pub fn condition(fields: &Fields<'_>, key: &str, report: &mut Report<'_>) -> Condition {
    fields.get(key).map_or(Condition::All(Vec::new()), |node| of(node, report))
}

/// Everything that a mapping says has to hold.
pub fn of(node: &Node, report: &mut Report<'_>) -> Condition {
    let fields = Fields::read(node, "a condition", &KEYS, report);
    let mut parts: Vec<Condition> = Vec::new();
    parts.extend(fields.texts("tag", report).into_iter().map(|(tag, _)| Condition::Tag(tag.to_owned())));
    for entry in fields.named("field", report) {
        let is = match &entry.value.value {
            Value::List(items) => items.iter().filter_map(|item| scalar(item, &entry.key, report)).collect(),
            _ => scalar(&entry.value, &entry.key, report).into_iter().collect::<Vec<_>>(),
        };
        let is = is.into_iter().map(str::to_owned).collect();
        parts.push(Condition::Field { name: entry.key.clone(), is });
    }
    for (word, place) in fields.texts("has", report) {
        match Known::parse(word) {
            Some(known) => parts.push(Condition::Knows(known)),
            None => {
                let hint = did_you_mean(word, Known::ALL.map(Known::as_str));
                report.fault(place, format!("a lead cannot have \"{word}\""), hint);
            }
        }
    }
    if fields.get("replied").is_some() {
        let replied = Condition::Replied;
        parts.push(match fields.switch("replied", report) {
            true => replied,
            false => Condition::Not(Box::new(replied)),
        });
    }
    if let Some(node) = fields.get("active-within") {
        let within = times::wait(node, "active-within", report);
        parts.extend(within.map(|within| Condition::Active(within.duration())));
    }
    if let Some(node) = fields.get("deal") {
        let word = scalar(node, "deal", report).unwrap_or_default();
        match Stage::parse(word) {
            Some(stage) => parts.push(Condition::Deal(stage)),
            None => {
                let hint = did_you_mean(word, Stage::ALL.map(Stage::as_str));
                report.fault(node.place, format!("a deal is never \"{word}\""), hint);
            }
        }
    }
    let any = fields.list("any", report);
    if !any.is_empty() {
        parts.push(Condition::Any(any.iter().map(|node| of(node, report)).collect()));
    }
    parts.extend(fields.get("not").map(|node| Condition::Not(Box::new(of(node, report)))));
    if parts.is_empty() {
        let hint = "say what has to hold: { tag: vip }, { has: email }, { replied: true }";
        report.fault(node.place, "this condition asks for nothing", hint);
    }
    match parts.len() {
        1 => parts.remove(0),
        _ => Condition::All(parts),
    }
}
