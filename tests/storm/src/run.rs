//! One seed, played and judged.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::application::ports::{Store, StoreError, TimelineRow};

use crate::judge::{Case, Ending, Gifts, Violation, judge};
use crate::people::businesses::{self, BUSINESSES, number_of};
use crate::people::plan::{Kind, Plan};
use crate::sim::{Settings, Sim};
use crate::world::timers::{MINUTE, Millis};
use shared::domain::erasure::Erasing;
use shared::domain::identity::Identity;
use shared::domain::ids::LeadId;
use shared::domain::lead::Lead;

/// What a storm came to.
pub struct Played {
    pub plan: Arc<Plan>,
    pub violations: Vec<Violation>,
    /// How often each event, fault, and step occurred.
    pub counts: BTreeMap<String, u64>,
    pub lines: Vec<(Millis, String)>,
    pub steps: u64,
    /// How many events entered: acts, and what the platforms told of what left.
    pub events: u64,
    /// What each lead came to, in words that do not depend on when.
    pub states: BTreeMap<String, String>,
    /// What differs between two storms that are not the same.
    pub fingerprint: u64,
}

pub fn play(plan: Plan, settings: Settings) -> Played {
    let plan = Arc::new(plan);
    let without_queue = settings.queue_drops_all;
    let mut sim = Sim::new(Arc::clone(&plan), settings);
    let ended = sim.play();
    let ending = ending(&sim, &plan, ended);
    let states = states(&sim);
    let history = sim.log.lock();
    let case = Case::new(&plan, &history, ending, without_queue);
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
        events: sim.events,
        states,
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
    let leads = sim.store.wait(all_leads(store.as_ref()));
    let leads = leads.unwrap_or_else(|error| panic!("a good day's store refused: {error}"));
    let numbers = leads.iter().flat_map(|lead| {
        let phones = lead.identities.iter().filter(|identity| matches!(identity, Identity::Phone(_)));
        phones.map(|phone| ((number_of(&lead.business), phone.value()), lead.id))
    });
    let numbers = numbers.collect();
    let overdue = leads.iter().filter_map(|lead| {
        let at = lead.wake()?.at.as_millisecond();
        (at < due_before).then_some((number_of(&lead.business), lead.id, at))
    });
    let overdue = overdue.collect();
    let kept = sim.store.wait(kept_of_the_erased(sim, store.as_ref(), due_before));
    let kept = kept.unwrap_or_else(|error| panic!("a good day's store refused: {error}"));
    let gifts = sim.store.wait(gifts(store.as_ref()));
    let gifts = gifts.unwrap_or_else(|error| panic!("a good day's store refused: {error}"));
    Ending { ended, overdue, undecided: sim.store.index().rows(), numbers, kept, gifts, now: plan.end }
}

/// What the campaigns gave.
async fn gifts(store: &dyn Store) -> Result<BTreeMap<usize, Gifts>, StoreError> {
    let mut gifts = BTreeMap::new();
    for number in (0..BUSINESSES).filter(|business| businesses::raffles(*business)) {
        let (business, name) = (businesses::id(number), "comments".into());
        let Some(state) = store.campaign(&business, &name).await? else { continue };
        let given = store.all_grants(&business, &name, None, LEADS_MAX).await?;
        let numbers = given.into_iter().filter_map(|(lead, grant)| Some((lead, grant.number?))).collect();
        gifts.insert(number, Gifts { last: state.numbers, numbers });
    }
    Ok(gifts)
}

/// Records of people who were erased that still say something of them.
async fn kept_of_the_erased(
    sim: &Sim,
    store: &dyn Store,
    due_before: Millis,
) -> Result<Vec<(usize, LeadId)>, StoreError> {
    let erased = sim.log.lock().erased.clone();
    let mut kept = Vec::new();
    for (number, id) in erased {
        let business = businesses::id(number);
        let told = store.timeline(&business, id).await?;
        let told = told.iter().any(|row| matches!(row, TimelineRow::Entry(_)));
        let known = store.lead(&business, id).await?.is_some_and(|lead| {
            let known = lead.phone.is_some() || lead.name.is_some() || !lead.fields.is_empty();
            let waits = |stone: &Erasing| stone.next_at.as_millisecond() >= due_before;
            known || !lead.identities.is_empty() || !lead.erasing.as_ref().is_some_and(waits)
        });
        if told || known {
            kept.push((number, id));
        }
    }
    Ok(kept)
}

fn states(sim: &Sim) -> BTreeMap<String, String> {
    let store = sim.store.calm();
    let leads = sim.store.wait(all_leads(store.as_ref()));
    let leads = leads.unwrap_or_else(|error| panic!("a good day's store refused: {error}"));
    let history = sim.log.lock();
    let state = |lead: &Lead| {
        let mut sent: Vec<String> = history
            .calls
            .iter()
            .filter(|call| call.lead == lead.id && call.accepted_at.is_some())
            .map(|call| format!("{:?}", call.wanted))
            .collect();
        sent.sort();
        let identities: Vec<String> = lead.identities.iter().map(|identity| identity.value()).collect();
        let consents: Vec<&str> = lead.consents.iter().map(|consent| consent.text.as_str()).collect();
        let runs: Vec<String> = lead
            .runs
            .iter()
            .map(|run| {
                format!("{} at {}, {}", run.journey, run.next, if run.is_active() { "on" } else { "over" })
            })
            .collect();
        let work: Vec<&str> = lead.work.iter().map(|work| work.action.name()).collect();
        format!(
            "{identities:?} {:?} {:?} {consents:?} refused {} stopped {} {:?} {runs:?} {work:?} {:?} {sent:?}",
            lead.name.as_ref().map(|name| name.full().to_owned()),
            lead.fields,
            lead.opt_out.is_some(),
            lead.marketing_stopped_at.is_some(),
            lead.tags,
            lead.merged_into,
        )
    };
    leads.iter().map(|lead| (format!("{} {}", lead.business, lead.id), state(lead))).collect()
}

async fn all_leads(store: &dyn Store) -> Result<Vec<Lead>, StoreError> {
    let mut leads = Vec::new();
    for number in 0..BUSINESSES {
        let business = businesses::id(number);
        for id in store.roster(&business, None, LEADS_MAX).await? {
            leads.extend(store.lead(&business, id).await?);
        }
    }
    Ok(leads)
}
