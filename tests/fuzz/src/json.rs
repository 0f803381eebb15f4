//! JSON out of nothing, and JSON of the corpus with parts torn out, replaced and doubled.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Number, Value};

use crate::{corpus, now, text};

/// A name or a text of the corpus.
pub fn word() -> impl Strategy<Value = String> {
    select(corpus::words())
}

/// A value without parts.
pub fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number().prop_map(Value::from),
        number().prop_map(|number| Value::from(number.to_string())),
        any::<f64>().prop_filter_map("finite", Number::from_f64).prop_map(Value::Number),
        text::odd().prop_map(Value::from),
        word().prop_map(Value::from),
        Just(Value::Array(Vec::new())),
        Just(Value::Object(Map::new())),
    ]
}

/// Ids, codes, and moments in seconds and milliseconds, sound ones and others.
fn number() -> impl Strategy<Value = i64> {
    let seconds = now().as_second();
    prop_oneof![
        any::<i64>(),
        -3_i64..300,
        select(&[i64::MIN, i64::MAX, 0, -1, 100_000_000_000, 99_999_999_999, 253_402_300_800][..]),
        (-100_000_i64..100_000).prop_map(move |off| seconds + off),
        (-100_000_000_i64..100_000_000).prop_map(move |off| seconds * 1_000 + off),
        select(&[131_026_i64, 131_047, 131_049, 131_050][..]),
    ]
}

/// A tree of the corpus's names.
pub fn tree() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::Array),
            vec((word(), inner), 0..6).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// One change of a tree at one of its nodes.
#[derive(Clone, Debug)]
pub struct Tear {
    at: Index,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Replace(Value),
    /// With another node of the same tree.
    Copy(Index),
    RemoveFrom(Index),
    DoubleIn(Index),
    Put(String, Value),
    InArray,
    InObject(String),
    /// A number becomes its digits, and digits a number.
    OtherSpelling,
    Deeper(usize),
}

pub fn tears() -> impl Strategy<Value = Vec<Tear>> {
    vec((any::<Index>(), what()).prop_map(|(at, what)| Tear { at, what }), 1..8)
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        6 => leaf().prop_map(What::Replace),
        1 => tree().prop_map(What::Replace),
        3 => any::<Index>().prop_map(What::Copy),
        3 => any::<Index>().prop_map(What::RemoveFrom),
        2 => any::<Index>().prop_map(What::DoubleIn),
        2 => (word(), leaf()).prop_map(|(name, value)| What::Put(name, value)),
        1 => Just(What::InArray),
        1 => word().prop_map(What::InObject),
        2 => Just(What::OtherSpelling),
        1 => (1_usize..30).prop_map(What::Deeper),
    ]
}

/// Torn in place, each tear after the other.
pub fn torn(mut value: Value, tears: &[Tear]) -> Value {
    for tear in tears {
        let nodes = count(&value);
        let copied = match &tear.what {
            What::Copy(of) => nth(&mut value, &mut of.index(nodes)).cloned(),
            _ => None,
        };
        if let Some(node) = nth(&mut value, &mut tear.at.index(nodes)) {
            apply(node, &tear.what, copied);
        }
    }
    value
}

fn apply(node: &mut Value, what: &What, copied: Option<Value>) {
    match what {
        What::Replace(value) => *node = value.clone(),
        What::Copy(_) => *node = copied.unwrap_or_default(),
        What::RemoveFrom(which) => match node {
            Value::Array(items) if !items.is_empty() => drop(items.remove(which.index(items.len()))),
            Value::Object(map) if !map.is_empty() => {
                let name = map.keys().nth(which.index(map.len())).cloned().unwrap_or_default();
                drop(map.remove(&name));
            }
            other => *other = Value::Null,
        },
        What::DoubleIn(which) => {
            if let Value::Array(items) = node
                && !items.is_empty()
            {
                items.push(items[which.index(items.len())].clone());
            }
        }
        What::Put(name, value) => match node {
            Value::Object(map) => drop(map.insert(name.clone(), value.clone())),
            Value::Array(items) => items.push(value.clone()),
            other => *other = value.clone(),
        },
        What::InArray => *node = Value::Array(vec![node.take()]),
        What::InObject(name) => *node = Value::Object([(name.clone(), node.take())].into_iter().collect()),
        What::OtherSpelling => match node {
            Value::Number(number) => *node = Value::from(number.to_string()),
            Value::String(text) => *node = text.parse::<i64>().map_or(Value::Bool(true), Value::from),
            other => *other = Value::from(other.to_string()),
        },
        What::Deeper(levels) => {
            for _ in 0..*levels {
                *node = Value::Array(vec![node.take()]);
            }
        }
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum::<usize>(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// The node at a place, parents before their parts.
fn nth<'v>(value: &'v mut Value, left: &mut usize) -> Option<&'v mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, left)),
        Value::Object(map) => map.values_mut().find_map(|item| nth(item, left)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}
