//! Both stores keep the same through random histories.

use contract::alike::{Met, play};
use contract::bench::{InMemory, OnDynamoDb};

const SEEDS: u64 = 12;
const STEPS: usize = 96;

#[tokio::test]
async fn two_stores_tell_the_same_after_any_history() {
    let mut all = Met::new();
    for seed in 0..SEEDS {
        for (word, times) in play(&InMemory::default(), &OnDynamoDb::new().await, seed, STEPS).await {
            *all.entry(word).or_default() += times;
        }
    }
    // The histories are worth something only while they meet everything.
    for word in ["committed", "version", "once", "identity", "seen"] {
        assert!(all.get(word).is_some_and(|times| *times >= 10), "{word}: {all:?}");
    }
    println!("{all:?}");
}
