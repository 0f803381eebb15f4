//! How many cases, and from which seed: the same ones on every machine.

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestRunner};

/// Any number will do, as long as it stays: a failure repeats.
const SEED: u64 = 20_261_130;
const SHRINKS_MAX: u32 = 2_000;

/// Tries a property on `usual` values of a strategy, or on as many as `MASA_FUZZ_CASES` says. A value that breaks
/// it is made as small as it gets and shown.
pub fn holds<S: Strategy>(usual: u32, strategy: S, property: impl Fn(S::Value)) {
    let config = Config {
        cases: asked_for().unwrap_or(usual),
        rng_seed: RngSeed::Fixed(SEED),
        failure_persistence: None,
        max_shrink_iters: SHRINKS_MAX,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&strategy, |value| {
        property(value);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads how long a run should take")]
fn asked_for() -> Option<u32> {
    let asked = std::env::var("MASA_FUZZ_CASES").ok()?;
    Some(asked.parse().unwrap_or_else(|_| panic!("MASA_FUZZ_CASES is a number of cases, not {asked:?}")))
}
