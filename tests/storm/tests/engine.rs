//! The same storms with DynamoDB's adapter over the embedded engine, with the SDK's own retries and without.

use std::sync::Arc;

use contract::faults::{Fault, Faults};
use engine::{Engine, Retries};
use shared::adapters::dynamodb::{DynamoDbStore, ensure_table};
use shared::application::in_memory::SeededChance;
use storm::people::plan::Plan;
use storm::run::play;
use storm::sim::{Settings, Table};

/// Played in every test run. `MASA_STORM_ENGINE_SEEDS=300 cargo test --release -p storm --test engine` plays more.
const SEEDS: u64 = 2;

fn seeds() -> u64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "how many seeds a longer run plays is asked for from outside"
    )]
    let asked = std::env::var("MASA_STORM_ENGINE_SEEDS").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(SEEDS)
}

/// A table of its own for one seed. Now and then a request or an answer is lost below the SDK, too.
fn table(seed: u64, retries: Retries) -> Table {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let faults = Faults::default();
    let client = faults.client(&Engine::memory().unwrap(), retries);
    runtime.block_on(ensure_table(&client, "storm")).unwrap();
    if retries == Retries::Standard {
        let lost = (0..400).map(|number| match number % 40 {
            17 => Fault::AnswerLost,
            33 => Fault::RequestLost,
            _ => Fault::None,
        });
        // The first requests set the installation up.
        faults.next(std::iter::repeat_n(Fault::None, 60).chain(lost));
    }
    let store = DynamoDbStore::new(client, "storm", Arc::new(SeededChance::new(seed)));
    Table::Other(Arc::new(store), runtime)
}

#[test]
fn the_engine_keeps_every_promise_with_the_sdk_s_retries() {
    plays(Retries::Standard);
}

#[test]
fn the_engine_keeps_every_promise_without_retries() {
    plays(Retries::Disabled);
}

fn plays(retries: Retries) {
    for seed in 0..seeds() {
        let mut plan = Plan::of(seed + 1_000);
        // Backups and unreadable rows are made by hand in memory only.
        plan.restore = None;
        let settings = Settings { table: table(seed, retries), ..Settings::default() };
        assert_eq!(play(plan, settings).violations, [], "seed {seed}, {retries:?}");
    }
}
