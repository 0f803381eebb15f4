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

/// Approval takes minutes or a day, so the first looks come sooner.
const TEMPLATE_WAITS_SECONDS: std::ops::RangeInclusive<i64> = 900..=10_800;

/// When work that was first to leave at `planned_at` asks again whether its template is approved: after as long
/// again as it has waited, with the jitter of every retry.
pub fn template_try(planned_at: Timestamp, now: Timestamp, seed: u64) -> Timestamp {
    let waited = now.duration_since(planned_at).as_secs();
    let wait = waited.clamp(*TEMPLATE_WAITS_SECONDS.start(), *TEMPLATE_WAITS_SECONDS.end());
    let jitter_millis = (scramble(seed) % 1_000) as i64 * wait / 5;
    now + SignedDuration::from_secs(wait) + SignedDuration::from_millis(jitter_millis)
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
    fn a_template_is_waited_for_a_quarter_of_an_hour_at_first_and_three_hours_at_most() {
        let planned_at = Timestamp::UNIX_EPOCH;
        for (waited, wait) in [(-60, 900), (0, 900), (900, 900), (3_600, 3_600), (86_400, 10_800)] {
            for seed in 0..50 {
                let now = planned_at + SignedDuration::from_secs(waited);
                let millis = template_try(planned_at, now, seed).duration_since(now).as_millis() as i64;
                assert!((wait * 1_000..wait * 1_200).contains(&millis), "{waited} s: {millis} ms");
            }
        }
    }

    #[test]
    fn a_seed_decides() {
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(next_try(4, now, 1), next_try(4, now, 1));
        assert_ne!(next_try(4, now, 1), next_try(4, now, 2));
    }

    #[test]
    fn the_jitter_is_spread_over_a_fifth_of_each_wait() {
        let now = Timestamp::UNIX_EPOCH;
        for (index, wait) in SCHEDULE_SECONDS.iter().enumerate() {
            let permille = |seed| {
                let waited = next_try(index as u32 + 1, now, seed).unwrap().duration_since(now);
                waited.as_millis() as i64 / wait - 1_000
            };
            let spread: Vec<i64> = (0..200).map(permille).collect();
            let (least, most) = (spread.iter().min().unwrap(), spread.iter().max().unwrap());
            assert!(*least < 20 && *most > 180, "try {index}: {least} to {most} per mille");
        }
    }

    #[test]
    fn people_whose_calls_failed_together_come_back_at_different_moments() {
        for tries in 1..=SCHEDULE_SECONDS.len() as u32 {
            let moments = (0..16).map(|seed| next_try(tries, Timestamp::UNIX_EPOCH, seed).unwrap());
            let different: std::collections::BTreeSet<_> = moments.collect();
            assert!(different.len() > 14, "try {tries}: {}", different.len());
        }
    }

    #[test]
    fn a_seed_is_mixed_as_splitmix64_does() {
        assert_eq!(scramble(0), 0xE220_A839_7B1D_CDAF);
        assert_eq!(scramble(0x9E37_79B9_7F4A_7C15), 0x6E78_9E6A_A1B9_65F4);
        assert_eq!(scramble(0x3C6E_F372_FE94_F82A), 0x06C4_5D18_8009_454F);
    }
}
