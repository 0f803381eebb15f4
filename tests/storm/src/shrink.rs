//! A history that fails, made as short as it will go: acts and kinds of fault are left out while the same promise
//! is still broken.

use crate::people::plan::Plan;
use crate::run::{Played, play};
use crate::sim::Settings;
use crate::world::weather::Fault;

/// How many shorter histories are tried.
const PLAYS_MAX: usize = 400;

/// The shortest failing history that was found. `settings` gives those of each play.
pub fn shrink(plan: &Plan, rule: &str, settings: impl Fn() -> Settings) -> Plan {
    let mut plays = 0;
    let mut fails = |plan: &Plan| -> bool {
        plays += 1;
        plays <= PLAYS_MAX && breaks(&play(plan.clone(), settings()), rule)
    };
    let mut best = plan.clone();
    for fault in Fault::ALL {
        let mut fewer = best.clone();
        if fewer.rates.remove(fault).is_some() {
            forget(&mut fewer, *fault);
            if fails(&fewer) {
                best = fewer;
            }
        }
    }
    let mut size = best.acts.len().div_ceil(2);
    while size > 0 {
        let mut from = 0;
        while from < best.acts.len() {
            let mut fewer = best.clone();
            fewer.acts.drain(from..(from + size).min(best.acts.len()));
            if fails(&fewer) {
                best = fewer;
            } else {
                from += size;
            }
        }
        size /= 2;
    }
    best
}

fn breaks(played: &Played, rule: &str) -> bool {
    played.violations.iter().any(|violation| violation.rule == rule)
}

fn forget(plan: &mut Plan, fault: Fault) {
    match fault {
        Fault::TicksMissed => plan.ticks_missed = None,
        Fault::Restore => plan.restore = None,
        Fault::IndexLags => plan.index_lag = 0,
        _ => {}
    }
}
