//! YAML as a tree in which everything has a place. The only file that knows the YAML library.
//!
//! Scalars stay as they were written, so that an id of seventeen digits keeps them all.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{DefaultMessageFormatter, MessageFormatter, Options, Spanned};

use super::report::Report;

/// A playbook of a hundred journeys is a tenth of this.
const TEXT_BYTES_MAX: usize = 1_000_000;
const DEPTH_MAX: usize = 16;
const NODES_MAX: usize = 20_000;
const ALIASES_MAX: usize = 1_000;
/// What aliases may add: enough for shared buttons, far too little for a bomb.
const REPLAYED_EVENTS_MAX: usize = 20_000;

/// Line and column from 1, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: u64,
    pub column: u64,
}

impl Place {
    pub const START: Self = Self { line: 1, column: 1 };
}

#[derive(Clone, Debug)]
pub struct Node {
    pub place: Place,
    pub value: Value,
}

#[derive(Clone, Debug)]
pub enum Value {
    Null,
    /// Text, number or boolean, as it was written.
    Scalar(String),
    List(Vec<Node>),
    /// In the order of the file. A key may stand twice; whoever reads it reports that.
    Map(Vec<Entry>),
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub key: String,
    pub key_place: Place,
    pub value: Node,
}

/// `None` where the text is no YAML, more of it than a playbook can be, or not `what` it should be; the report says why,
/// and how it begins.
pub fn parse(text: &str, what: &str, beginning: &str, report: &mut Report<'_>) -> Option<Node> {
    if text.len() > TEXT_BYTES_MAX {
        let what = format!("the file is larger than {} KB", TEXT_BYTES_MAX / 1_000);
        report.fault(Place::START, what, "move media and long texts out of the playbook, and link to them");
        return None;
    }
    match serde_saphyr::from_str_with_options::<Spanned<Raw>>(text, options()) {
        Ok(Spanned { value: Raw::Map(entries), referenced, defined }) => {
            Some(node(Spanned::new(Raw::Map(entries), referenced, defined), text))
        }
        Ok(Spanned { value, .. }) => {
            let fault = match value {
                Raw::Null => "the file is empty".to_owned(),
                _ => format!("this is no {}", what.trim_start_matches("a ")),
            };
            report.fault(Place::START, fault, beginning);
            None
        }
        Err(error) => {
            let place = error.location().map_or(Place::START, place);
            let (what, hint) = match plain(&error) {
                serde_saphyr::Error::Budget { .. }
                | serde_saphyr::Error::AliasReplayLimitExceeded { .. }
                | serde_saphyr::Error::AliasExpansionLimitExceeded { .. }
                | serde_saphyr::Error::AliasReplayStackDepthExceeded { .. } => (
                    "the file holds too much, is too deep, or repeats itself too often with aliases"
                        .to_owned(),
                    "take some out, and write it without aliases",
                ),
                other => (
                    format!("not readable as YAML: {}", DefaultMessageFormatter.format_message(other)),
                    "look for a missing quote, colon or bracket, and at the indentation here and just above",
                ),
            };
            report.fault(place, what, hint);
            None
        }
    }
}

/// The error itself, where the library tells in whose alias it happened.
fn plain(mut error: &serde_saphyr::Error) -> &serde_saphyr::Error {
    while let serde_saphyr::Error::AliasError { error: inner, .. } = error {
        error = inner;
    }
    error
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEPTH_MAX,
            max_nodes: NODES_MAX,
            max_events: 4 * NODES_MAX,
            max_aliases: ALIASES_MAX,
            max_anchors: ALIASES_MAX,
            max_documents: 1,
            max_total_scalar_bytes: 2 * TEXT_BYTES_MAX,
            max_recorded_anchor_events: NODES_MAX,
            max_recorded_anchor_bytes: 2 * TEXT_BYTES_MAX,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: REPLAYED_EVENTS_MAX,
            max_replay_stack_depth: DEPTH_MAX,
        },
        // Reported with all other faults, by whoever reads the mapping.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        // `on` is a word here, and `no` may be an answer.
        strict_booleans: true,
        with_snippet: false,
    }
}

impl Node {
    /// What stands at a path; list items are counted from 0.
    pub fn find(&self, path: &[&str]) -> Option<&Node> {
        let Some((first, rest)) = path.split_first() else { return Some(self) };
        match &self.value {
            Value::Map(entries) => entries.iter().find(|entry| entry.key == *first)?.value.find(rest),
            Value::List(items) => items.get(first.parse::<usize>().ok()?)?.find(rest),
            Value::Null | Value::Scalar(_) => None,
        }
    }

    /// Where a fault about a path is shown: at the scalar, or at the name of what holds more than one line. A
    /// path that does not exist is shown at the nearest thing that would hold it.
    pub fn place_of(&self, path: &[&str]) -> Place {
        let (mut node, mut place) = (self, self.place);
        for part in path {
            let (next, at) = match &node.value {
                Value::Map(entries) => match entries.iter().find(|entry| entry.key == *part) {
                    Some(Entry { value, key_place, .. }) => match value.value {
                        Value::Scalar(_) => (value, value.place),
                        _ => (value, *key_place),
                    },
                    None => return place,
                },
                Value::List(items) => match part.parse().ok().and_then(|index: usize| items.get(index)) {
                    Some(item) => (item, item.place),
                    None => return place,
                },
                Value::Null | Value::Scalar(_) => return place,
            };
            (node, place) = (next, at);
        }
        place
    }
}

/// What the library hands over, before places and the written form are put to it.
enum Raw {
    Null,
    Text(String),
    /// A number or boolean, whose written form is taken from the file.
    Plain(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

fn place(location: serde_saphyr::Location) -> Place {
    Place { line: location.line().max(1), column: location.column().max(1) }
}

fn node(raw: Spanned<Raw>, text: &str) -> Node {
    let written = || {
        let span = raw.defined.span();
        let start = usize::try_from(span.byte_offset()?).ok()?;
        let end = start.checked_add(usize::try_from(span.byte_len()?).ok()?)?;
        let written = text.get(start..end)?.trim();
        // A plain number has no spaces; anything else is not the scalar's own span.
        (!written.is_empty() && !written.contains(char::is_whitespace)).then(|| written.to_owned())
    };
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Text(text) => Value::Scalar(text),
        Raw::Plain(ref read) => Value::Scalar(written().unwrap_or_else(|| read.clone())),
        Raw::List(items) => Value::List(items.into_iter().map(|item| node(item, text)).collect()),
        Raw::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, value)| Entry {
                    key_place: place(key.referenced),
                    key: key.value,
                    value: node(value, text),
                })
                .collect(),
        ),
    };
    Node { place: place(raw.referenced), value }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyNode;

        impl<'de> Visitor<'de> for AnyNode {
            type Value = Raw;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a list or a mapping")
            }

            fn visit_unit<E>(self) -> Result<Raw, E> {
                Ok(Raw::Null)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
                Ok(Raw::Plain(value.to_string()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
                Ok(Raw::Plain(value.to_string()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
                Ok(Raw::Plain(value.to_string()))
            }

            fn visit_i128<E>(self, value: i128) -> Result<Raw, E> {
                Ok(Raw::Plain(value.to_string()))
            }

            fn visit_u128<E>(self, value: u128) -> Result<Raw, E> {
                Ok(Raw::Plain(value.to_string()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
                Ok(Raw::Plain(value.to_string()))
            }

            fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
                Ok(Raw::Text(value.to_owned()))
            }

            fn visit_string<E>(self, value: String) -> Result<Raw, E> {
                Ok(Raw::Text(value))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = access.next_element()? {
                    items.push(item);
                }
                Ok(Raw::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = access.next_entry()? {
                    entries.push(entry);
                }
                Ok(Raw::Map(entries))
            }
        }

        deserializer.deserialize_any(AnyNode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(text: &str, path: &[&str]) -> String {
        let mut report = Report::new("test.yaml");
        let tree = parse(text, "a playbook", "", &mut report).unwrap();
        match &tree.find(path).unwrap().value {
            Value::Scalar(text) => text.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let cases = [
            ("a: 17841400000000001", "17841400000000001"),
            ("a: \"17841400000000001\"", "17841400000000001"),
            ("a: 99999999999999999999999999", "99999999999999999999999999"),
            ("a: 007", "007"),
            ("a: 1_000", "1_000"),
            ("a: 1e3", "1e3"),
            ("a: 12.50", "12.50"),
            ("a: {b: 10:00}", "10:00"),
            ("a: no", "no"),
            ("a: True", "True"),
            ("a: שלום", "שלום"),
            ("x: &id 0102\na: *id", "0102"),
        ];
        for (text, expected) in cases {
            let path: &[&str] = if text.contains("{b") { &["a", "b"] } else { &["a"] };
            assert_eq!(scalar(text, path), expected, "{text}");
        }
    }

    #[test]
    fn everything_has_its_place() {
        let text = "שם: ערך\nlist:\n  - { key: value }\n  - second\nbig:\n  inner: |\n    text\n";
        let mut report = Report::new("test.yaml");
        let tree = parse(text, "a playbook", "", &mut report).unwrap();
        let cases: [(&[&str], (u64, u64)); 7] = [
            (&["שם"], (1, 5)),
            (&["list"], (2, 1)),
            (&["list", "0", "key"], (3, 12)),
            (&["list", "1"], (4, 5)),
            (&["list", "7"], (2, 1)),
            (&["big"], (5, 1)),
            // A block of text is shown at its first line.
            (&["big", "inner"], (7, 5)),
        ];
        for (path, (line, column)) in cases {
            assert_eq!(tree.place_of(path), Place { line, column }, "{path:?}");
        }
    }
}
