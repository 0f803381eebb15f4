//! What the store's work costs: calls and capacity units, by operation.

use std::collections::BTreeMap;
use std::sync::Mutex;

use aws_sdk_dynamodb::types::ConsumedCapacity;

/// Counts for a benchmark. A store without one asks DynamoDB for no figures.
#[derive(Debug, Default)]
pub struct Meter(Mutex<BTreeMap<&'static str, Used>>);

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Used {
    pub calls: u64,
    pub read_units: f64,
    pub write_units: f64,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Unit {
    Read,
    Write,
}

impl Meter {
    pub fn new() -> Self {
        Self::default()
    }

    /// What was used so far, by operation.
    pub fn snapshot(&self) -> BTreeMap<&'static str, Used> {
        self.lock().clone()
    }

    /// The sum of all operations.
    pub fn total(&self) -> Used {
        let sum = |sum: Used, used: &Used| Used {
            calls: sum.calls + used.calls,
            read_units: sum.read_units + used.read_units,
            write_units: sum.write_units + used.write_units,
        };
        self.lock().values().fold(Used::default(), sum)
    }

    pub(super) fn record<'a>(
        &self,
        what: &'static str,
        unit: Unit,
        consumed: impl IntoIterator<Item = &'a ConsumedCapacity>,
    ) {
        let units: f64 = consumed.into_iter().filter_map(ConsumedCapacity::capacity_units).sum();
        let mut all = self.lock();
        let used = all.entry(what).or_default();
        used.calls += 1;
        match unit {
            Unit::Read => used.read_units += units,
            Unit::Write => used.write_units += units,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, Used>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
