//! R15 and R16: nobody is called for before the platform wants it, and nobody gets too much at once.

use std::collections::BTreeMap;

use shared::domain::call::Refusal;
use shared::domain::channel::Channel;
use shared::domain::ids::{LeadId, WorkId};

use super::Violation;
use super::case::Case;
use crate::world::log::{Call, Told, Wanted};
use crate::world::timers::{DAY, Millis, SECOND};
use crate::world::weather::Fault;

/// A platform that asks for longer is asked again after this.
const WAIT_MAX: Millis = DAY;
/// Not now for this person is at most so many days.
const NOT_NOW_DAYS_MAX: Millis = 32;
/// Messages to one person on WhatsApp: five may come at once, and then one in six seconds.
const BURST: usize = 5;
const BURST_SPAN: Millis = 30 * SECOND;

pub fn judge(case: &Case<'_>, found: &mut Vec<Violation>) {
    before_its_time(case, found);
    at_once(case, found);
}

/// What the platform said of waiting holds for the work that was called for.
fn before_its_time(case: &Case<'_>, found: &mut Vec<Violation>) {
    // An answer that is recorded after its claim ran out says nothing any more.
    if case.plan.has(Fault::StoreSlow) || case.restored_at().is_some() {
        return;
    }
    let mut of_work: BTreeMap<(usize, WorkId), Vec<&Call>> = BTreeMap::new();
    for call in &case.history.calls {
        of_work.entry((call.business, call.work)).or_default().push(call);
    }
    for calls in of_work.values().filter(|calls| calls.len() > 1) {
        let mut refused = 0;
        for pair in calls.windows(2) {
            let (first, next) = (pair[0], pair[1]);
            let not_now = first.told == Some(Told::Refused(Refusal::NotNow));
            refused += u32::from(not_now);
            let redriven = |from| case.redriven(first.business, from, next.begun_at);
            let (rule, wait) = match first.told {
                Some(Told::Wait(Some(wait))) => ("R16 before the platform wants it", wait.min(WAIT_MAX)),
                Some(Told::Refused(Refusal::NotNow)) if redriven(calls[0].begun_at) => {
                    ("R15 not now, and yet", DAY)
                }
                Some(Told::Refused(Refusal::NotNow)) => {
                    ("R15 not now, and yet", DAY * (1 << (refused - 1)).min(NOT_NOW_DAYS_MAX))
                }
                _ => continue,
            };
            let Some(until) = first.ended_at.filter(|_| first.recorded).map(|ended| ended + wait) else {
                continue;
            };
            if next.begun_at < until && !redriven(first.begun_at) {
                let early = (until - next.begun_at) / SECOND;
                let what = format!("{:?} {early} s before the platform wants to be asked again", next.wanted);
                found.push(case.violates(rule, next.begun_at, what));
            }
        }
    }
}

/// What left and was recorded is counted at the next claim (R16).
fn at_once(case: &Case<'_>, found: &mut Vec<Violation>) {
    if case.restored_at().is_some() {
        return;
    }
    let mut sent: BTreeMap<(usize, LeadId), Vec<Millis>> = BTreeMap::new();
    for call in &case.history.calls {
        if !matches!(call.wanted, Wanted::Send { channel: Channel::WhatsApp, .. }) {
            continue;
        }
        let sent = sent.entry((call.business, call.lead)).or_default();
        let recent = sent.iter().filter(|at| call.begun_at - **at < BURST_SPAN).count();
        if recent >= BURST {
            let what = format!("{:?} after {recent} others within half a minute", call.wanted);
            found.push(case.violates("R16 too many at once", call.begun_at, what));
        }
        if call.told == Some(Told::Done) && call.recorded {
            sent.extend(call.ended_at);
        }
    }
}
