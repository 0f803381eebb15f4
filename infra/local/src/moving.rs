//! A manual clock moves from one due moment to the next, and at each everything is worked off.

use axum::Router;
use jiff::{SignedDuration, Timestamp};
use shared::application::ports::{Clock, DueQuery, StoreError, WAKE_SHARDS};
use shared::application::sweep::nothing_was_due;
use shared::application::{WorkError, broadcasts};
use shared::domain::work::Class;

use crate::clock::LocalClock;
use crate::functions::Functions;
use crate::sandbox_link::WebhookPump;

/// The tick before a moment, of a clock that had been running.
const TICK: SignedDuration = SignedDuration::from_mins(1);
const PAGE: usize = 20;

pub struct Mover<'s> {
    pub clock: &'s LocalClock,
    pub functions: &'s Functions,
    pub pump: Option<&'s WebhookPump>,
    pub door: &'s Router,
}

#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    #[error("the clock of this run is the machine's; start with --clock manual to move it")]
    NotManual,
    #[error("the clock stands at {now} and does not go back")]
    Backwards { now: Timestamp },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Work(#[from] WorkError),
    #[error("the clock's file cannot be written: {0}")]
    File(#[from] std::io::Error),
}

impl Mover<'_> {
    /// Moves to `to` through every due moment, and returns when all of it has been worked.
    pub async fn move_to(&self, to: Timestamp) -> Result<Timestamp, MoveError> {
        if !self.clock.is_manual() {
            return Err(MoveError::NotManual);
        }
        if to < self.clock.now() {
            return Err(MoveError::Backwards { now: self.clock.now() });
        }
        self.work_off().await;
        loop {
            let now = self.clock.now();
            let next = self.next_moment(now, to).await?.unwrap_or(to);
            nothing_was_due(&self.functions.world, now.max(next - TICK)).await?;
            self.clock.move_to(next)?;
            // The queue of this process loses nothing while the process lives, so nothing needs rescue.
            self.functions.sweep().await;
            self.functions.go_on().await;
            self.work_off().await;
            if next >= to {
                return Ok(self.clock.now());
            }
        }
    }

    /// Works off whatever is due at the moment at which the clock stands.
    pub async fn work_off(&self) {
        let queue = &self.functions.queue;
        loop {
            queue.release_due();
            if let Some(pump) = self.pump {
                pump.deliver(self.door).await;
            }
            queue.worked_off().await;
            let now = self.clock.now();
            let more_hints = queue.next_delayed().is_some_and(|at| at <= now);
            let webhook_at = self.pump.and_then(|pump| pump.sandbox.next_webhook_at());
            let more_webhooks = webhook_at.is_some_and(|at| at <= now);
            if !more_hints && !more_webhooks && queue.is_idle() {
                return;
            }
        }
    }

    /// The next moment after `now`, up to `until`, at which anything is due.
    async fn next_moment(&self, now: Timestamp, until: Timestamp) -> Result<Option<Timestamp>, MoveError> {
        let is_ahead = |at: &Timestamp| *at > now && *at <= until;
        let delayed = self.functions.queue.next_delayed();
        let webhook = self.pump.and_then(|pump| pump.sandbox.next_webhook_at());
        let broadcast = broadcasts::next_walk(&self.functions.world, TICK).await?;
        let mut next = delayed.into_iter().chain(webhook).chain(broadcast).filter(is_ahead).min();
        for class in Class::ALL {
            for shard in 0..WAKE_SHARDS {
                let mut after = None;
                loop {
                    // What is later than what was found already is not asked for.
                    let until = next.unwrap_or(until);
                    let query = DueQuery { class, shard, until, limit: PAGE, after };
                    let page = self.functions.world.store.due(&query).await?;
                    let first = page.due.iter().map(|(at, _)| *at).find(is_ahead);
                    next = first.into_iter().chain(next).min();
                    after = page.next;
                    if first.is_some() || after.is_none() {
                        break;
                    }
                }
            }
        }
        Ok(next)
    }
}
