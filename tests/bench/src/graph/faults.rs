//! How the fake Graph API fails: by a seed, in a share of its calls.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::chance::Chance;
use crate::http_server::Reply;

/// The product waits ten seconds for an answer: later is never.
const LATE_FROM: Duration = Duration::from_millis(10_500);
const LATE_TO: Duration = Duration::from_secs(13);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The connection ends; nothing was done.
    DroppedBefore,
    /// It was done; the connection ends instead of an answer.
    DroppedAfter,
    /// It is done at once, and told too late.
    AnsweredLate,
    /// It is done when nobody waits for it any more.
    DoneLate,
    /// 500, code 2: nothing was done, which the answer does not tell.
    FailedBefore,
    /// 500, code 2, although it was done.
    FailedAfter,
    /// A rate limit: certainly not done.
    Refused { code: u32 },
}

impl Fault {
    pub fn name(self) -> &'static str {
        match self {
            Self::DroppedBefore => "dropped before it was done",
            Self::DroppedAfter => "dropped after it was done",
            Self::AnsweredLate => "done and answered late",
            Self::DoneLate => "done late",
            Self::FailedBefore => "500, not done",
            Self::FailedAfter => "500, done",
            Self::Refused { .. } => "refused by a rate limit",
        }
    }

    /// Whether the work is done, and done right away.
    pub fn does_it(self) -> bool {
        matches!(self, Self::DroppedAfter | Self::AnsweredLate | Self::FailedAfter)
    }

    pub fn reply(self) -> Reply {
        match self {
            Self::DroppedBefore | Self::DroppedAfter | Self::AnsweredLate | Self::DoneLate => Reply::Dropped,
            Self::FailedBefore | Self::FailedAfter => {
                Reply::Answer { status: 500, body: error(2, "Service temporarily unavailable") }
            }
            Self::Refused { code } => Reply::Answer { status: 400, body: error(code, "Too many calls") },
        }
    }
}

fn error(code: u32, message: &str) -> Value {
    json!({ "error": { "message": format!("(#{code}) {message}"), "type": "OAuthException", "code": code } })
}

pub struct Faults {
    percent: u64,
    chance: Chance,
    on: AtomicBool,
}

impl Faults {
    pub fn none() -> Self {
        Self::new(0, 0)
    }

    pub fn new(percent: u64, seed: u64) -> Self {
        Self { percent, chance: Chance::new(seed), on: AtomicBool::new(true) }
    }

    pub fn end(&self) {
        self.on.store(false, Ordering::Relaxed);
    }

    /// The fault of the next call, if it has one.
    pub fn draw(&self) -> Option<Fault> {
        if !self.on.load(Ordering::Relaxed) || !self.chance.percent(self.percent) {
            return None;
        }
        Some(match self.chance.below(10) {
            0 | 1 => Fault::DroppedBefore,
            2 | 3 => Fault::DroppedAfter,
            4 => Fault::AnsweredLate,
            5 => Fault::DoneLate,
            6 => Fault::FailedBefore,
            7 => Fault::FailedAfter,
            _ => Fault::Refused { code: [130_429, 613, 4][self.chance.below(3) as usize] },
        })
    }

    pub fn lateness(&self) -> Duration {
        self.chance.between(LATE_FROM, LATE_TO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_of_fault_comes_until_faults_end() {
        let faults = Faults::new(20, 1);
        let drawn: Vec<_> = (0..2_000).filter_map(|_| faults.draw()).collect();
        assert!((320..480).contains(&drawn.len()), "{}", drawn.len());
        let kinds: BTreeSet<_> = drawn.iter().map(|fault| fault.name()).collect();
        assert_eq!(kinds.len(), 7);
        faults.end();
        assert!((0..2_000).all(|_| faults.draw().is_none()));
        assert!((0..2_000).all(|_| Faults::none().draw().is_none()));
    }
}
