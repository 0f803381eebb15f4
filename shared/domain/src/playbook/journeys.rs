//! The journeys of a playbook, by name.
//!
//! Planning a lead's next step asks for the journeys that the lead is in, and for no others: a test counts.

use std::collections::BTreeMap;
use std::ops::Index;

use super::journey::Journey;
use crate::ids::JourneyName;

#[derive(Clone, Debug, Default)]
pub struct Journeys(BTreeMap<JourneyName, Journey>);

impl Journeys {
    pub fn get(&self, name: &JourneyName) -> Option<&Journey> {
        looked_at(name);
        self.0.get(name)
    }

    pub fn get_mut(&mut self, name: &JourneyName) -> Option<&mut Journey> {
        self.0.get_mut(name)
    }

    pub fn insert(&mut self, journey: Journey) {
        self.0.insert(journey.name.clone(), journey);
    }

    pub fn values(&self) -> impl Iterator<Item = &Journey> {
        self.0.values().inspect(|journey| looked_at(&journey.name))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Journey> for Journeys {
    fn from_iter<I: IntoIterator<Item = Journey>>(journeys: I) -> Self {
        Self(journeys.into_iter().map(|journey| (journey.name.clone(), journey)).collect())
    }
}

impl Index<&JourneyName> for Journeys {
    type Output = Journey;

    fn index(&self, name: &JourneyName) -> &Journey {
        looked_at(name);
        &self.0[name]
    }
}

#[cfg(not(test))]
fn looked_at(_: &JourneyName) {}

#[cfg(test)]
fn looked_at(name: &JourneyName) {
    LOOKED_AT.with_borrow_mut(|looks| looks.push(name.clone()));
}

#[cfg(test)]
thread_local! {
    /// The journeys that this thread has looked at, each as often as it has.
    pub static LOOKED_AT: std::cell::RefCell<Vec<JourneyName>> = const { std::cell::RefCell::new(Vec::new()) };
}
