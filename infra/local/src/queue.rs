//! The queue of one process. It dies with the process, and nothing is lost by that: the tick finds the work.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use shared::adapters::sqs::QueueName;
use shared::application::ports::{Clock, Queue, QueueError};
use shared::domain::hint::Hint;
use shared::domain::work::Class;
use tokio::sync::Notify;

/// Hints that wait for a worker, and hints that wait for their moment.
pub struct LocalQueue {
    clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
    /// Wakes a worker.
    ready: Notify,
    /// Wakes whoever waits for the next moment.
    delayed: Notify,
    /// Wakes whoever waits until all is worked off.
    idle: Notify,
}

#[derive(Default)]
struct Inner {
    ready: [VecDeque<Hint>; QueueName::ALL.len()],
    /// What is in `ready` already needs no second hint.
    waiting: BTreeSet<Hint>,
    delayed: BTreeMap<Timestamp, Vec<Hint>>,
    /// What a worker has in hand. Other work that must end before the stack is idle counts here, too.
    in_hand: usize,
}

impl Inner {
    fn push(&mut self, hint: Hint) {
        if self.waiting.insert(hint.clone()) {
            self.ready[QueueName::of(&hint) as usize].push_back(hint);
        }
    }
}

impl LocalQueue {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            inner: Mutex::default(),
            ready: Notify::new(),
            delayed: Notify::new(),
            idle: Notify::new(),
        }
    }

    /// The next hint for a worker of these queues, in the order of urgency that they are named in. The worker
    /// says [`LocalQueue::done`] when it is worked off.
    pub async fn take(&self, queues: &[QueueName]) -> Hint {
        loop {
            let notified = self.ready.notified();
            if let Some(hint) = self.try_take(queues) {
                // Another worker may find more.
                self.ready.notify_one();
                return hint;
            }
            notified.await;
        }
    }

    fn try_take(&self, queues: &[QueueName]) -> Option<Hint> {
        let mut inner = self.lock();
        let hint = queues.iter().find_map(|queue| inner.ready[*queue as usize].pop_front())?;
        inner.waiting.remove(&hint);
        inner.in_hand += 1;
        Some(hint)
    }

    /// Something is under way that has to end before the stack is idle.
    pub fn begin(&self) {
        self.lock().in_hand += 1;
    }

    pub fn done(&self) {
        let mut inner = self.lock();
        inner.in_hand -= 1;
        drop(inner);
        self.idle.notify_waiters();
    }

    /// Waits until nothing is ready and nothing is in hand.
    pub async fn worked_off(&self) {
        loop {
            let mut notified = std::pin::pin!(self.idle.notified());
            notified.as_mut().enable();
            {
                let inner = self.lock();
                if inner.in_hand == 0 && inner.waiting.is_empty() {
                    return;
                }
            }
            notified.await;
        }
    }

    pub fn is_idle(&self) -> bool {
        let inner = self.lock();
        inner.in_hand == 0 && inner.waiting.is_empty()
    }

    /// Hands what is due to the workers.
    pub fn release_due(&self) {
        let now = self.clock.now();
        let mut inner = self.lock();
        let later = inner.delayed.split_off(&(now + SignedDuration::from_nanos(1)));
        let due = std::mem::replace(&mut inner.delayed, later);
        let any = !due.is_empty();
        due.into_values().flatten().for_each(|hint| inner.push(hint));
        drop(inner);
        if any {
            self.ready.notify_waiters();
            self.ready.notify_one();
        }
    }

    pub fn next_delayed(&self) -> Option<Timestamp> {
        self.lock().delayed.keys().next().copied()
    }

    /// Comes when the next delayed moment may have changed.
    pub async fn delayed_changed(&self) {
        self.delayed.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[async_trait]
impl Queue for LocalQueue {
    async fn send(&self, hints: &[(Hint, SignedDuration)]) -> Result<(), QueueError> {
        let now = self.clock.now();
        let mut inner = self.lock();
        for (hint, delay) in hints {
            if delay.is_positive() {
                let at_that_moment = inner.delayed.entry(now + *delay).or_default();
                if !at_that_moment.contains(hint) {
                    at_that_moment.push(hint.clone());
                }
            } else {
                inner.push(hint.clone());
            }
        }
        drop(inner);
        self.ready.notify_waiters();
        self.ready.notify_one();
        self.delayed.notify_one();
        Ok(())
    }

    async fn depth(&self, class: Class) -> Result<u64, QueueError> {
        let queue = if class == Class::Bulk { QueueName::Bulk } else { QueueName::Conversation };
        Ok(self.lock().ready[queue as usize].len() as u64)
    }
}
