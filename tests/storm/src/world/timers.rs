//! The virtual clock, and whoever waits on it. Time stands still while anybody can go on.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use jiff::Timestamp;
use shared::application::ports::Clock;

/// A moment of the simulation, in milliseconds since 1970.
pub type Millis = i64;

pub const SECOND: Millis = 1_000;
pub const MINUTE: Millis = 60 * SECOND;
pub const HOUR: Millis = 60 * MINUTE;
pub const DAY: Millis = 24 * HOUR;

pub fn timestamp(at: Millis) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap_or(Timestamp::MAX)
}

#[derive(Debug)]
pub struct Timers(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    now: Millis,
    number: u64,
    waiting: BTreeMap<(Millis, u64), Waker>,
}

impl Timers {
    pub fn at(now: Millis) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Inner { now, number: 0, waiting: BTreeMap::new() })))
    }

    pub fn millis(&self) -> Millis {
        self.lock().now
    }

    /// A wait of so many milliseconds. Of none it is over at once, and nobody else gets a turn.
    pub fn pause(self: &Arc<Self>, millis: Millis) -> Pause {
        Pause { timers: Arc::clone(self), millis, until: None }
    }

    pub fn first(&self) -> Option<Millis> {
        self.lock().waiting.first_key_value().map(|((at, _), _)| *at)
    }

    /// Moves the clock, and wakes whoever waited for that.
    pub fn move_to(&self, to: Millis) {
        let woken = {
            let mut inner = self.lock();
            inner.now = inner.now.max(to);
            let later = inner.waiting.split_off(&(to + 1, 0));
            std::mem::replace(&mut inner.waiting, later)
        };
        woken.into_values().for_each(Waker::wake);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Clock for Timers {
    fn now(&self) -> Timestamp {
        timestamp(self.millis())
    }
}

pub struct Pause {
    timers: Arc<Timers>,
    millis: Millis,
    until: Option<Millis>,
}

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.millis == 0 {
            return Poll::Ready(());
        }
        let timers = Arc::clone(&self.timers);
        let mut inner = timers.lock();
        let until = self.until.unwrap_or(inner.now + self.millis);
        self.until = Some(until);
        if inner.now >= until {
            return Poll::Ready(());
        }
        inner.number += 1;
        let key = (until, inner.number);
        inner.waiting.insert(key, context.waker().clone());
        Poll::Pending
    }
}
