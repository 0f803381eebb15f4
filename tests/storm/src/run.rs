//! One seed, played and judged.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::application::ports::{Store, StoreError};

use crate::judge::{Case, Ending, Violation, judge};
use crate::people::businesses::{self, BUSINESSES};
use crate::people::plan::{Directory, Kind, Plan};
use crate::sim::{Settings, Sim};
use crate::world::timers::{MINUTE, Millis};

/// What a storm came to.
pub struct Played {
    pub plan: Arc<Plan>,
    pub violations: Vec<Violation>,
    /// How often each event, fault, and step occurred.
    pub counts: BTreeMap<String, u64>,
    pub lines: Vec<(Millis, String)>,
    pub steps: u64,
    /// What differs between two storms that are not the same.
    pub fingerprint: u64,
}

pub fn play(plan: Plan, settings: Settings) -> Played {
    let plan = Arc::new(plan);
    let mut sim = Sim::new(Arc::clone(&plan), settings);
    let ended = sim.play();
    let ending = ending(&sim, &plan, ended);
    let history = sim.log.lock();
    let case = Case { plan: &plan, history: &history, ending, directory: Directory::of(&plan) };
    let violations = judge(&case);
    let mut counts = history.counts.clone();
    for (fault, times) in sim.weather.struck() {
        *counts.entry(fault.to_owned()).or_default() += times;
    }
    let mut fingerprint = sim.steps;
    for call in &history.calls {
        for part in [call.begun_at, call.ended_at.unwrap_or(0), call.number as i64] {
            fingerprint = fingerprint.wrapping_mul(0x0100_0000_01B3) ^ part as u64;
        }
    }
    Played {
        violations,
        counts,
        lines: history.lines.clone().unwrap_or_default(),
        steps: sim.steps,
        fingerprint,
        plan: Arc::clone(&plan),
    }
}

/// The plan of a seed; of one kind, if it is asked for.
pub fn plan_of(seed: u64, kind: Option<Kind>) -> Plan {
    match kind {
        Some(kind) => Plan::of_kind(seed, kind),
        None => Plan::of(seed),
    }
}

const LEADS_MAX: usize = 10_000;

fn ending(sim: &Sim, plan: &Plan, ended: bool) -> Ending {
    let store = sim.store.calm();
    let due_before = plan.end - 3 * MINUTE;
    let overdue = sim.store.wait(overdue(store.as_ref(), due_before));
    let overdue = overdue.unwrap_or_else(|error| panic!("a good day's store refused: {error}"));
    Ending { ended, overdue, undecided: sim.store.index().rows(), now: plan.end }
}

async fn overdue(
    store: &dyn Store,
    before: Millis,
) -> Result<Vec<(usize, shared::domain::ids::LeadId, Millis)>, StoreError> {
    let mut overdue = Vec::new();
    for number in 0..BUSINESSES {
        let business = businesses::id(number);
        for id in store.roster(&business, None, LEADS_MAX).await? {
            let wake = store.lead(&business, id).await?.and_then(|lead| lead.wake());
            if let Some(at) = wake.map(|wake| wake.at.as_millisecond()).filter(|at| *at < before) {
                overdue.push((number, id, at));
            }
        }
    }
    Ok(overdue)
}
