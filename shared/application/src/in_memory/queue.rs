//! A queue that keeps its hints until they are taken.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::hint::Hint;
use domain::work::Class;
use jiff::{SignedDuration, Timestamp};

use crate::ports::{Clock, QUEUE_DELAY_MAX, Queue, QueueError};

/// Hints by the moment at which they come out.
pub struct InMemoryQueue {
    clock: Arc<dyn Clock>,
    waiting: Mutex<BTreeSet<(Timestamp, u64, Hint)>>,
    /// Takes nothing and says so to nobody: what is left is the tick (invariant 11).
    drops_all: bool,
}

impl InMemoryQueue {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, waiting: Mutex::default(), drops_all: false }
    }

    /// A queue that loses every hint.
    pub fn lossy(clock: Arc<dyn Clock>) -> Self {
        Self { clock, waiting: Mutex::default(), drops_all: true }
    }

    /// The hints that are due, in order.
    pub fn take_due(&self) -> Vec<Hint> {
        let now = self.clock.now();
        let mut waiting = self.lock();
        let due: Vec<_> = waiting.iter().take_while(|(at, _, _)| *at <= now).cloned().collect();
        waiting.retain(|hint| !due.contains(hint));
        due.into_iter().map(|(_, _, hint)| hint).collect()
    }

    pub fn next_at(&self) -> Option<Timestamp> {
        self.lock().first().map(|(at, _, _)| *at)
    }

    /// Every hint that waits, for tests that look at what a queue carries.
    pub fn peek(&self) -> Vec<Hint> {
        self.lock().iter().map(|(_, _, hint)| hint.clone()).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeSet<(Timestamp, u64, Hint)>> {
        self.waiting.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[async_trait]
impl Queue for InMemoryQueue {
    async fn send(&self, hints: &[(Hint, SignedDuration)]) -> Result<(), QueueError> {
        if self.drops_all {
            return Ok(());
        }
        let now = self.clock.now();
        let mut waiting = self.lock();
        for (hint, delay) in hints {
            let number = waiting.last().map_or(0, |(_, number, _)| number + 1);
            waiting.insert((now + (*delay).min(QUEUE_DELAY_MAX), number, hint.clone()));
        }
        Ok(())
    }

    async fn depth(&self, class: Class) -> Result<u64, QueueError> {
        Ok(self.lock().iter().filter(|(_, _, hint)| hint.class() == class).count() as u64)
    }
}
