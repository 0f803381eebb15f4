//! Both stores keep the same through random histories.

use contract::alike::play;
use contract::bench::{InMemory, OnDynamoDb};

const SEEDS: u64 = 24;
const STEPS: usize = 96;

#[tokio::test]
async fn two_stores_tell_the_same_after_any_history() {
    for seed in 0..SEEDS {
        play(&InMemory::default(), &OnDynamoDb::new().await, seed, STEPS).await;
    }
}
