//! Where the steps of a journey stand in the file. Steps within steps are laid out one behind the other, in the order of
//! the file, as they are read.

use crate::playbook::tree::{Node, Value};

/// The path of each step, by its index.
pub fn of_steps(tree: &Node, journey: &str) -> Vec<Vec<String>> {
    let path = ["journeys", journey, "steps"].map(str::to_owned).to_vec();
    let mut found = Vec::new();
    if let Some(node) = tree.find(&["journeys", journey, "steps"]) {
        walk(node, &path, &mut found);
    }
    found
}

fn walk(list: &Node, path: &[String], found: &mut Vec<Vec<String>>) {
    let Value::List(items) = &list.value else { return };
    for (index, item) in items.iter().enumerate() {
        let at = |more: &[&str]| -> Vec<String> {
            let here = path.iter().cloned().chain([index.to_string()]);
            here.chain(more.iter().map(|part| (*part).to_owned())).collect()
        };
        found.push(at(&[]));
        for way in ["then", "else"] {
            if let Some(steps) = item.find(&[way]) {
                walk(steps, &at(&[way]), found);
            }
        }
        if let Some(Node { value: Value::List(ways), .. }) = item.find(&["split"]) {
            for (number, way) in ways.iter().enumerate() {
                if let Some(steps) = way.find(&["steps"]) {
                    walk(steps, &at(&["split", &number.to_string(), "steps"]), found);
                }
            }
        }
    }
}
