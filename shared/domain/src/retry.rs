//! When a refused or failed call is tried again.

use jiff::{SignedDuration, Timestamp};

/// Seconds before each further try. The first come quickly, since most faults pass and somebody waits; all of them
/// together span two days, the length of a weekend's outage.
const SCHEDULE_SECONDS: [i64; 12] = [2, 5, 10, 20, 40, 80, 300, 1_800, 7_200, 21_600, 43_200, 86_400];

/// The moment of the next try after `tries` calls, or `None` when it is time to park the work. The jitter, up
/// to a fifth of the wait, keeps a crowd that failed together from coming back together.
pub fn next_try(tries: u32, now: Timestamp, seed: u64) -> Option<Timestamp> {
    let wait = *SCHEDULE_SECONDS.get(usize::try_from(tries).ok()?.saturating_sub(1))?;
    let jitter_millis = (scramble(seed ^ u64::from(tries)) % 1_000) as i64 * wait / 5;
    Some(now + SignedDuration::from_secs(wait) + SignedDuration::from_millis(jitter_millis))
}

/// A well mixed number from a seed (the finaliser of SplitMix64).
pub fn scramble(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_keep_within_a_fifth_and_end() {
        let now = Timestamp::UNIX_EPOCH;
        for (index, wait) in SCHEDULE_SECONDS.iter().enumerate() {
            for seed in 0..50 {
                let at = next_try(index as u32 + 1, now, seed).unwrap();
                let millis = at.duration_since(now).as_millis() as i64;
                assert!((wait * 1_000..wait * 1_200).contains(&millis), "try {index}: {millis} ms");
            }
        }
        assert_eq!(next_try(SCHEDULE_SECONDS.len() as u32 + 1, now, 0), None);
    }

    #[test]
    fn a_seed_decides() {
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(next_try(4, now, 1), next_try(4, now, 1));
        assert_ne!(next_try(4, now, 1), next_try(4, now, 2));
    }
}
