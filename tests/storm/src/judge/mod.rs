//! The judge: holds the promises of the design against what entered and what the platforms received.
//!
//! It shares no code with the product's rules, and reads none of its reasons: a message that was "skipped" is as
//! missing as one that was lost, unless what entered, or what the platform answered, excuses it.

mod alerts;
mod announced;
mod broadcasts;
mod calls;
mod case;
mod doubles;
mod gates;
mod gifts;
mod late;
mod mails;
mod merges;
mod missing;
mod occasions;
mod pace;
mod rest;
mod steps;
mod trips;
mod unwanted;
mod words;

pub use case::{Case, Ending};
pub use gifts::Gifts;

use crate::world::timers::{Millis, timestamp};

/// A promise that was not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The promise, by its number in the design and a word.
    pub rule: &'static str,
    pub at: Millis,
    pub what: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {}: {}", self.rule, timestamp(self.at), self.what)
    }
}

pub fn judge(case: &Case<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    doubles::judge(case, &mut found);
    missing::judge(case, &mut found);
    calls::judge(case, &mut found);
    gates::judge(case, &mut found);
    gifts::judge(case, &mut found);
    late::judge(case, &mut found);
    unwanted::judge(case, &mut found);
    merges::judge(case, &mut found);
    occasions::judge(case, &mut found);
    pace::judge(case, &mut found);
    steps::judge(case, &mut found);
    trips::judge(case, &mut found);
    words::judge(case, &mut found);
    announced::judge(case, &mut found);
    alerts::judge(case, &mut found);
    broadcasts::judge(case, &mut found);
    mails::judge(case, &mut found);
    rest::judge(case, &mut found);
    found.sort_by(|a, b| (a.at, a.rule).cmp(&(b.at, b.rule)));
    found
}
