//! Deliveries with parts torn out or replaced: nothing panics, and the neighbours still come out.

use domain::retry::scramble;
use serde_json::{Value, json};
use webhook::split::{Assets, Split, assets_named, split};

use crate::events;
use crate::stage::{SECONDS, now, pepper};
use crate::summary::split_of_ours;

const ROUNDS: u64 = 20_000;

/// A number from a seed, over and over.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = scramble(self.0);
        (self.0 % sides.max(1) as u64) as usize
    }
}

fn deliveries() -> Vec<Value> {
    events::all().values().filter_map(events::delivery).collect()
}

#[test]
fn a_torn_entry_never_costs_its_neighbours() {
    let deliveries = deliveries();
    for seed in 0..ROUNDS {
        let mut dice = Dice(seed);
        let whole = &deliveries[dice.throw(deliveries.len())];
        let expected = split_of_ours(whole);
        let mut torn = whole["entry"][0].clone();
        for _ in 0..=dice.throw(4) {
            tear(&mut torn, &mut dice);
        }
        let mut delivery = whole.clone();
        let entries = delivery["entry"].as_array_mut().unwrap();
        let at = dice.throw(entries.len() + 1);
        entries.insert(at, torn);
        let split = split_of_ours(&delivery);
        assert!(holds(&split, &expected), "seed {seed}: {delivery}");
    }
}

/// Meta sends again what it believes lost, for hours: of an item that says no moment the second is no other event.
#[test]
fn an_item_without_its_time_is_the_same_event_when_it_comes_again() {
    let later = now() + jiff::SignedDuration::from_hours(2);
    let keys = |delivery: &Value, now| {
        let assets: Assets =
            assets_named(delivery).into_iter().map(|asset| (asset, "neveh".into())).collect();
        let split = split(delivery, &assets, &pepper(), now);
        split.events.into_iter().map(|event| event.key).collect::<Vec<_>>()
    };
    for mut delivery in deliveries() {
        without_times(&mut delivery);
        assert_eq!(keys(&delivery, now()), keys(&delivery, later), "{delivery}");
        let entries = delivery["entry"].as_array_mut().unwrap();
        // Nonsense now, and a moment of the past in three days.
        entries.iter_mut().for_each(|entry| entry["time"] = (SECONDS + 2 * 86_400).into());
        assert_eq!(keys(&delivery, now()), keys(&delivery, now() + jiff::SignedDuration::from_hours(72)));
    }
}

fn without_times(value: &mut Value) {
    match value {
        Value::Object(map) => {
            // Ids go as well: whoever has one is known by it.
            ["time", "timestamp", "created_time", "mid"].iter().for_each(|name| drop(map.remove(*name)));
            if map.contains_key("from") && map.contains_key("type") {
                map.remove("id");
            }
            map.values_mut().for_each(without_times);
        }
        Value::Array(items) => items.iter_mut().for_each(without_times),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn a_torn_delivery_never_panics() {
    let deliveries = deliveries();
    for seed in 0..ROUNDS {
        let mut dice = Dice(seed ^ 0xDE11);
        let mut delivery = deliveries[dice.throw(deliveries.len())].clone();
        for _ in 0..=dice.throw(6) {
            tear(&mut delivery, &mut dice);
        }
        let split = split_of_ours(&delivery);
        let items = split.events.len() + split.deliveries.len() + split.notices.len();
        assert!(items == 0 || !assets_named(&delivery).is_empty(), "seed {seed}: {delivery}");
    }
}

fn holds(split: &Split, expected: &Split) -> bool {
    expected.events.iter().all(|event| split.events.contains(event))
        && expected.deliveries.iter().all(|told| split.deliveries.contains(told))
        && expected.notices.iter().all(|notice| split.notices.contains(notice))
}

/// Walks down to some node, and deletes or replaces it.
fn tear(value: &mut Value, dice: &mut Dice) {
    match value {
        Value::Object(map) if !map.is_empty() && dice.throw(8) > 0 => {
            let at = dice.throw(map.len());
            let name = map.keys().nth(at).unwrap().clone();
            match dice.throw(8) {
                0 => drop(map.remove(&name)),
                _ => tear(map.get_mut(&name).unwrap(), dice),
            }
        }
        Value::Array(list) if !list.is_empty() && dice.throw(8) > 0 => {
            let at = dice.throw(list.len());
            match dice.throw(8) {
                0 => drop(list.remove(at)),
                1 => list.push(list[at].clone()),
                _ => tear(&mut list[at], dice),
            }
        }
        _ => *value = junk(dice),
    }
}

fn junk(dice: &mut Dice) -> Value {
    let junk = [
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1.5e308),
        json!(""),
        json!("0"),
        json!("\u{0}\u{202E}"),
        json!("א".repeat(9_000)),
        json!("9".repeat(600)),
        json!([]),
        json!([[[]]]),
        json!({}),
        json!({"id": {"id": []}}),
        json!("masa:0:0"),
        json!("system"),
        json!("failed"),
    ];
    junk[dice.throw(junk.len())].clone()
}
