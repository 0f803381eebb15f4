//! The present moment and chance, of the machine. The only place that asks for either.

use std::hash::{BuildHasher, Hasher};

use application::ports::{Chance, Clock};
use jiff::Timestamp;

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Chance for jitter and for drawing a reply; nothing secret depends on it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    #[expect(
        clippy::disallowed_types,
        reason = "the one place that asks for chance: the standard hasher's keys"
    )]
    fn seed(&self) -> u64 {
        std::hash::RandomState::new().build_hasher().finish()
    }
}
