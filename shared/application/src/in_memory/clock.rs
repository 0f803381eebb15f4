//! A clock that moves when told to, and chance from a seed.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::retry::scramble;
use jiff::{SignedDuration, Timestamp};

use crate::ports::{Chance, Clock};

/// Stands still unless it is moved.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves to a moment; a moment that is past changes nothing.
    pub fn move_to(&self, to: Timestamp) {
        let mut now = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *now = (*now).max(to);
    }

    pub fn advance(&self, by: SignedDuration) {
        let to = self.now() + by;
        self.move_to(to);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// The same numbers in the same order for the same seed.
#[derive(Debug)]
pub struct SeededChance(AtomicU64);

impl SeededChance {
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Chance for SeededChance {
    fn seed(&self) -> u64 {
        scramble(self.0.fetch_add(1, Ordering::Relaxed))
    }
}
