//! One change of an entry: a field and its value.

use serde_json::Value;

#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    pub field: &'a str,
    pub value: &'a Value,
    /// All of it, for what is kept as it came.
    pub whole: &'a Value,
}

impl<'a> Change<'a> {
    pub fn of(whole: &'a Value) -> Self {
        Self { field: whole["field"].as_str().unwrap_or_default(), value: &whole["value"], whole }
    }
}
