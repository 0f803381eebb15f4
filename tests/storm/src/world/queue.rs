//! The queues: hints come out after their delay, or later, or twice, or never.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use jiff::SignedDuration;
use shared::adapters::sqs::QueueName;
use shared::application::ports::{QUEUE_DELAY_MAX, Queue, QueueError};
use shared::domain::hint::Hint;
use shared::domain::work::Class;

use super::timers::{MINUTE, Millis, SECOND, Timers};
use super::weather::{Fault, Weather};

/// After so many tries a message goes to the dead letters. Its work is in the table all the same.
const RECEIVES_MAX: u32 = 4;

#[derive(Clone, Debug)]
pub struct Message {
    pub hint: Hint,
    receives: u32,
}

pub struct StormQueue {
    timers: Arc<Timers>,
    weather: Arc<Weather>,
    waiting: Mutex<BTreeMap<(Millis, u64), Message>>,
}

impl StormQueue {
    pub fn new(timers: Arc<Timers>, weather: Arc<Weather>) -> Self {
        Self { timers, weather, waiting: Mutex::default() }
    }

    pub fn first(&self) -> Option<Millis> {
        self.lock().first_key_value().map(|((at, _), _)| *at)
    }

    /// A batch for one function: up to `size` messages of one queue that are due.
    pub fn take(&self, size: usize) -> Option<(QueueName, Vec<Message>)> {
        let now = self.timers.millis();
        let mut waiting = self.lock();
        let first = waiting.first_key_value().filter(|((at, _), _)| *at <= now)?.1;
        let name = QueueName::of(&first.hint);
        let due = waiting.iter().take_while(|((at, _), _)| *at <= now);
        let keys: Vec<_> =
            due.filter(|(_, message)| QueueName::of(&message.hint) == name).map(|(key, _)| *key).collect();
        let batch = keys.iter().take(size).filter_map(|key| waiting.remove(key));
        Some((name, batch.map(|message| Message { receives: message.receives + 1, ..message }).collect()))
    }

    /// The messages of a worker that died, or that it named, come again when they are visible again.
    pub fn put_back(&self, messages: impl IntoIterator<Item = Message>) {
        let at = self.timers.millis() + self.weather.draw(|chance| chance.between(MINUTE, 2 * MINUTE));
        for message in messages.into_iter().filter(|message| message.receives < RECEIVES_MAX) {
            self.insert(at, message);
        }
    }

    /// Another installation has queues of its own.
    pub fn clear(&self) {
        self.lock().clear();
    }

    fn insert(&self, at: Millis, message: Message) {
        let mut waiting = self.lock();
        // Among those of one moment chance decides, not the order in which they were sent.
        let number = self.weather.draw(|chance| chance.number());
        waiting.insert((at, number), message);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(Millis, u64), Message>> {
        self.waiting.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[async_trait]
impl Queue for StormQueue {
    async fn send(&self, hints: &[(Hint, SignedDuration)]) -> Result<(), QueueError> {
        if self.weather.has(Fault::QueueDropsAll) {
            self.weather.count(Fault::QueueDropsAll);
            return Ok(());
        }
        self.timers.pause(self.weather.draw(|chance| chance.between(0, 10))).await;
        let now = self.timers.millis();
        if self.weather.strikes(Fault::QueueRefused, now) {
            return Err(QueueError("refused".to_owned()));
        }
        for (hint, delay) in hints {
            if self.weather.strikes(Fault::QueueDropped, now) {
                continue;
            }
            // Delays are whole seconds, rounded up.
            let delay = (*delay).min(QUEUE_DELAY_MAX).as_millis() as Millis;
            let at = now + (delay + SECOND - 1) / SECOND * SECOND;
            let late = |weather: &Weather| match weather.strikes(Fault::QueueDelayed, now) {
                true => weather.draw(|chance| chance.between(SECOND, 20 * MINUTE)),
                false => 0,
            };
            self.insert(at + late(&self.weather), Message { hint: hint.clone(), receives: 0 });
            if self.weather.strikes(Fault::QueueDoubled, now) {
                let again = self.weather.draw(|chance| chance.between(0, 5 * MINUTE));
                self.insert(at + again, Message { hint: hint.clone(), receives: 0 });
            }
        }
        Ok(())
    }

    async fn depth(&self, class: Class) -> Result<u64, QueueError> {
        Ok(self.lock().values().filter(|message| message.hint.class() == class).count() as u64)
    }
}
