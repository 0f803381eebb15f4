//! Mappings and scalars of the tree, read with care: what is odd is reported, and reading goes on.
//!
//! Where a value is unusable the reader gives a harmless one. It never leaves this module: one fault refuses
//! the whole playbook.

use super::nearest::did_you_mean;
use super::report::Report;
use super::tree::{Entry, Node, Place, Value};

/// A mapping whose keys are known beforehand.
pub struct Fields<'a> {
    /// What the mapping is, for messages: `a message`.
    what: String,
    place: Place,
    entries: &'a [Entry],
}

impl<'a> Fields<'a> {
    /// Reports unknown and repeated keys at once, and keys without a value as if they were not there.
    pub fn read(node: &'a Node, what: &str, known: &[&str], report: &mut Report<'_>) -> Self {
        let entries = entries(node, what, report);
        for entry in entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let hint = did_you_mean(&entry.key, known.iter().copied());
            report.fault(entry.key_place, format!("{what} has no \"{}\"", entry.key), hint);
        }
        Self { what: what.to_owned(), place: node.place, entries }
    }

    pub fn place(&self) -> Place {
        self.place
    }

    pub fn get(&self, key: &str) -> Option<&'a Node> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        (!matches!(entry.value.value, Value::Null)).then_some(&entry.value)
    }

    /// Nothing stands under the key, or an empty list.
    pub fn is_empty(&self, key: &str) -> bool {
        self.get(key).is_none_or(|node| matches!(&node.value, Value::List(items) if items.is_empty()))
    }

    /// Where the key stands, or the mapping that lacks it.
    pub fn key_place(&self, key: &str) -> Place {
        self.entries.iter().find(|entry| entry.key == key).map_or(self.place, |entry| entry.key_place)
    }

    /// The text under a key that has to be there.
    pub fn required(&self, key: &str, hint: &str, report: &mut Report<'_>) -> String {
        match self.get(key) {
            Some(node) => scalar(node, key, report).unwrap_or_default().to_owned(),
            None => {
                report.fault(self.key_place(key), format!("{} needs \"{key}\"", self.what), hint);
                String::new()
            }
        }
    }

    pub fn optional(&self, key: &str, report: &mut Report<'_>) -> Option<&'a str> {
        scalar(self.get(key)?, key, report)
    }

    /// The one whose word stands under a key.
    pub fn one_of<T: Copy, const N: usize>(
        &self,
        key: &str,
        all: [T; N],
        word: fn(T) -> &'static str,
        report: &mut Report<'_>,
    ) -> Option<T> {
        let node = self.get(key)?;
        let written = scalar(node, key, report)?;
        let found = all.into_iter().find(|one| word(*one) == written);
        if found.is_none() {
            let hint = did_you_mean(written, all.map(word));
            report.fault(node.place, format!("unknown {key} \"{written}\""), hint);
        }
        found
    }

    /// `true` or `false`; not there is `false`.
    pub fn switch(&self, key: &str, report: &mut Report<'_>) -> bool {
        let Some(node) = self.get(key) else { return false };
        match scalar(node, key, report) {
            Some("true") => true,
            Some("false") | None => false,
            Some(other) => {
                report.fault(node.place, format!("\"{key}\" cannot be \"{other}\""), "write true or false");
                false
            }
        }
    }

    /// A list of texts, or one text by itself, each with its place.
    pub fn texts(&self, key: &str, report: &mut Report<'_>) -> Vec<(&'a str, Place)> {
        let Some(node) = self.get(key) else { return Vec::new() };
        match &node.value {
            Value::List(items) => bounded(items, key, report)
                .iter()
                .filter_map(|item| scalar(item, key, report).map(|text| (text, item.place)))
                .collect(),
            _ => scalar(node, key, report).map(|text| (text, node.place)).into_iter().collect(),
        }
    }

    pub fn list(&self, key: &str, report: &mut Report<'_>) -> &'a [Node] {
        let Some(node) = self.get(key) else { return &[] };
        match &node.value {
            Value::List(items) => bounded(items, key, report),
            _ => {
                report.fault(node.place, format!("\"{key}\" is a list"), "start each item with a dash: - …");
                &[]
            }
        }
    }

    /// The mapping under a key, by names that the marketer chose.
    pub fn named(&self, key: &str, report: &mut Report<'_>) -> Vec<&'a Entry> {
        let Some(node) = self.get(key) else { return Vec::new() };
        let entries = entries(node, &format!("\"{key}\""), report);
        let mut named: Vec<&Entry> = Vec::new();
        for entry in entries {
            let name = entry.key.trim();
            if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name != entry.key {
                let hint = format!("a name is 1 to {NAME_CHARS_MAX} characters without spaces around it");
                report.fault(entry.key_place, format!("\"{}\" is no name", entry.key), hint);
            }
            if !named.iter().any(|known| known.key == entry.key) {
                named.push(entry);
            }
        }
        named
    }
}

const NAME_CHARS_MAX: usize = 60;
/// Of one mapping or list.
const ITEMS_MAX: usize = 500;

fn bounded<'a>(items: &'a [Node], what: &str, report: &mut Report<'_>) -> &'a [Node] {
    let Some(surplus) = items.get(ITEMS_MAX) else { return items };
    report.fault(surplus.place, format!("\"{what}\" has more than {ITEMS_MAX} items"), "take some out");
    &items[..ITEMS_MAX]
}

/// The entries of a mapping; one that stands twice is reported.
fn entries<'a>(node: &'a Node, what: &str, report: &mut Report<'_>) -> &'a [Entry] {
    let entries = match &node.value {
        Value::Map(entries) => entries.as_slice(),
        Value::Null => &[],
        Value::Scalar(_) | Value::List(_) => {
            report.fault(node.place, format!("{what} is a mapping"), "write it as lines of key: value");
            &[]
        }
    };
    let entries = match entries.get(ITEMS_MAX) {
        Some(surplus) => {
            let what = format!("{what} has more than {ITEMS_MAX} entries");
            report.fault(surplus.key_place, what, "make two businesses of it, or take some out");
            &entries[..ITEMS_MAX]
        }
        None => entries,
    };
    for (index, entry) in entries.iter().enumerate() {
        if entries[..index].iter().any(|earlier| earlier.key == entry.key) {
            let what = format!("\"{}\" stands here for the second time", entry.key);
            report.fault(entry.key_place, what, "keep one of the two, or give this one another name");
        }
    }
    entries
}

/// A text, number or boolean, as it was written. Empty is a fault.
pub fn scalar<'a>(node: &'a Node, what: &str, report: &mut Report<'_>) -> Option<&'a str> {
    match &node.value {
        Value::Scalar(text) if text.trim().is_empty() => {
            report.fault(node.place, format!("\"{what}\" is empty"), "write a text, or leave the key out");
            None
        }
        Value::Scalar(text) => Some(text),
        Value::Null => {
            report.fault(node.place, format!("\"{what}\" is empty"), "write a text, or leave the key out");
            None
        }
        Value::List(_) | Value::Map(_) => {
            let hint = "text with a colon, a brace or a bracket in it stands in quotes: \"…\"";
            report.fault(node.place, format!("\"{what}\" is a text"), hint);
            None
        }
    }
}
