//! Chance from a seed: the same seed gives the same faults and the same moments of the kills.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// SplitMix64 on a counter, so that tasks may share it.
pub struct Chance(AtomicU64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(scramble(seed)))
    }

    /// From 0 up to, without, `end`.
    pub fn below(&self, end: u64) -> u64 {
        scramble(self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed)) % end.max(1)
    }

    pub fn percent(&self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn between(&self, from: Duration, to: Duration) -> Duration {
        let span = to.saturating_sub(from).as_millis() as u64;
        from + Duration::from_millis(self.below(span + 1))
    }

    pub fn shuffle<T>(&self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

fn scramble(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_itself_and_shares_are_about_right() {
        let draw = |seed| (0..10_000).map(|_| seed_percent(seed)).collect::<Vec<_>>();
        fn seed_percent(chance: &Chance) -> bool {
            chance.percent(20)
        }
        let (one, same, other) = (Chance::new(1), Chance::new(1), Chance::new(2));
        let drawn = draw(&one);
        assert_eq!(drawn, draw(&same));
        assert_ne!(drawn, draw(&other));
        let hits = drawn.iter().filter(|hit| **hit).count();
        assert!((1_800..2_200).contains(&hits), "{hits}");
    }

    #[test]
    fn a_shuffle_loses_nobody() {
        let mut items: Vec<u32> = (0..100).collect();
        Chance::new(3).shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
