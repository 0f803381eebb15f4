//! What starts, stops and carries on a journey: `call.missed`, or `{ tag.added: vip }`.

use domain::playbook::{Occasion, Trigger};

use crate::playbook::fields::{Fields, scalar};
use crate::playbook::nearest::did_you_mean;
use crate::playbook::report::Report;
use crate::playbook::tree::{Node, Place, Value};

pub fn occasions(fields: &Fields<'_>, key: &str, report: &mut Report<'_>) -> Vec<Occasion> {
    let Some(node) = fields.get(key) else { return Vec::new() };
    match &node.value {
        Value::List(_) => {
            fields.list(key, report).iter().filter_map(|item| occasion(item, key, report)).collect()
        }
        _ => occasion(node, key, report).into_iter().collect(),
    }
}

/// The triggers of a list that tells nothing apart: what the bus is told of.
pub fn triggers(fields: &Fields<'_>, key: &str, report: &mut Report<'_>) -> Vec<Trigger> {
    let texts = fields.texts(key, report);
    texts.into_iter().filter_map(|(word, place)| trigger(word, place, report)).collect()
}

fn occasion(node: &Node, key: &str, report: &mut Report<'_>) -> Option<Occasion> {
    let Value::Map(entries) = &node.value else {
        let word = scalar(node, key, report)?;
        return trigger(word, node.place, report).map(Occasion::any);
    };
    let [entry] = entries.as_slice() else {
        let hint = "write each as an item of its own: [call.missed, { tag.added: vip }]";
        report.fault(node.place, "this names more than one thing, or none", hint);
        return None;
    };
    let trigger = trigger(&entry.key, entry.key_place, report)?;
    let of = scalar(&entry.value, &entry.key, report)?;
    if trigger.told_apart_by().is_none() {
        let what = format!("\"{}\" is the same each time, and not of \"{of}\"", entry.key);
        report.fault(entry.value.place, what, format!("write {} by itself", entry.key));
    }
    Some(Occasion { trigger, of: Some(of.to_owned()) })
}

/// What people look for and no program may have (C13, PLATFORM.md §9).
const NEW_FOLLOWER: &str = "follower.new";

fn trigger(word: &str, place: Place, report: &mut Report<'_>) -> Option<Trigger> {
    let trigger = Trigger::parse(word);
    if word == NEW_FOLLOWER {
        let hint =
            "welcome whoever first writes, comments or names the business: lead.replied, comment.made, tags";
        report.fault(
            place,
            "no platform tells of a new follower, and none lets a stranger be written to first",
            hint,
        );
    } else if trigger.is_none() {
        let hint = did_you_mean(word, Trigger::ALL.iter().map(|trigger| trigger.as_str()));
        report.fault(place, format!("unknown trigger \"{word}\""), hint);
    }
    trigger
}
