//! What leaves next for a lead: the claim on one piece of work, and the call that it allows.
//!
//! Nothing is called without a claim that is committed first, and while one stands nobody else calls for this
//! lead. A claim that ran out means that a call may have been made and its answer was lost.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use crate::call::{CALL_TIMEOUT, CLAIM_LENGTH, DOUBT_LENGTH, PlatformCall};
use crate::compose::{self, Uncomposable};
use crate::context::Context;
use crate::decide::{Decision, Draft, advance, describe};
use crate::delivery::{Delivery, DeliveryStatus};
use crate::finish::look_again;
use crate::gates::{self, Gate};
use crate::ids::WorkId;
use crate::lead::Lead;
use crate::retry::next_try;
use crate::sent;
use crate::timeline::{Entry, Fact, What};
use crate::work::{Claim, Class, Evidence, Intent, Lane, Work, WorkState};

/// What is known about messages whose answer was lost: what the platforms told by themselves.
pub type Deliveries = BTreeMap<WorkId, Vec<Delivery>>;

/// How an outage or a restore restrains what may leave (invariant 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    Open,
    /// Until the operator releases it, bulk waits, and an answer that is late goes to a person.
    Held,
}

/// The record with its claim, to be committed before the call is made. Without a call the commit only records
/// what has changed: a step that came due, work that was moved or skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    pub decision: Decision,
    pub call: Option<PlatformCall>,
}

const ANSWER_LATE_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// Looks at a lead at `context.now`. `None` when nothing has changed and nothing may leave.
pub fn claim(
    lead: &Lead,
    deliveries: &Deliveries,
    release: Release,
    context: &Context<'_>,
) -> Option<Claimed> {
    if lead.merged_into.is_some() || lead.claim.as_ref().is_some_and(|claim| context.now < claim.until) {
        return None;
    }
    let mut draft = Draft::new(lead, context);
    expire(&mut draft);
    advance(&mut draft);
    settle(&mut draft, deliveries);
    let call = pick(&mut draft, release);
    let decision = draft.finish();
    (call.is_some() || decision.lead != *lead).then_some(Claimed { decision, call })
}

/// A claim that ran out: whoever held it died between its commit and its finish.
fn expire(draft: &mut Draft<'_>) {
    let Some(claim) = draft.lead.claim.take() else { return };
    if claim.intent == Intent::LookForEvidence {
        if let Some(work) = draft.lead.work(claim.work).cloned() {
            look_again(draft, &work, None);
        }
        return;
    }
    // The call began when the claim was committed and cannot have lasted longer than its time-out.
    let lost_at = claim.started_at + CALL_TIMEOUT;
    enter_doubt(draft, claim.work, lost_at, "the worker did not come back");
}

/// A call was made and its answer was lost.
pub(crate) fn enter_doubt(draft: &mut Draft<'_>, id: WorkId, since: jiff::Timestamp, reason: &str) {
    let Some(work) = draft.lead.work(id).cloned() else { return };
    let (now, seed) = (draft.now(), draft.context.seed);
    draft.note(describe(Entry::new(now, What::InDoubt), &work).with(Fact::Reason, reason));
    match work.action.evidence() {
        Evidence::Repeat if work.is_called_off() => silence(draft, &work),
        Evidence::Repeat => match next_try(work.tries, now, seed) {
            Some(at) => draft.change_work(id, |work| work.due_at = at),
            None => draft.park(id, reason),
        },
        Evidence::Arrives | Evidence::LookUp => {
            let until = since + DOUBT_LENGTH;
            let look = (now + LOOK_AFTER).min(until).max(now);
            draft.change_work(id, |work| {
                work.state = WorkState::InDoubt { since, until };
                work.due_at = look;
            });
        }
    }
}

/// How soon evidence is looked for the first time. Most of it comes within seconds.
pub(crate) const LOOK_AFTER: SignedDuration = SignedDuration::from_secs(15);

/// Takes up evidence that arrived, and ends doubt that stayed silent. Evidence may come after the silence: what
/// it proves is not sent again.
fn settle(draft: &mut Draft<'_>, deliveries: &Deliveries) {
    let called: Vec<Work> = draft.lead.work.iter().filter(|work| work.tries > 0).cloned().collect();
    for work in called {
        let now = draft.now();
        let told = deliveries.get(&work.id).into_iter().flatten().max_by_key(|delivery| delivery.status);
        let WorkState::InDoubt { until, .. } = work.state else {
            if let Some(told) = told.filter(|told| told.status != DeliveryStatus::Failed) {
                sent::record(draft, &work, told.id.clone(), Some(told.status.as_str()));
            }
            continue;
        };
        match told {
            Some(delivery) if delivery.status == DeliveryStatus::Failed => {
                draft.remove_work(work.id);
                draft.note(describe(Entry::new(now, What::Settled), &work).with(Fact::Status, "failed"));
            }
            Some(delivery) => {
                sent::record(draft, &work, delivery.id.clone(), Some(delivery.status.as_str()));
            }
            None if work.action.evidence() == Evidence::LookUp => {}
            None if now >= until => silence(draft, &work),
            None if now >= work.due_at => draft.change_work(work.id, |work| work.due_at = until),
            None => {}
        }
    }
}

/// How often an answer that someone waits for is called for while no sign of it ever comes. It may be only the
/// sign that is lost, and the person would get it each time.
const SILENT_CALLS_MAX: u32 = 4;

/// No evidence came. What someone waits for is tried again; the rest is not, and is shown as unknown.
pub(crate) fn silence(draft: &mut Draft<'_>, work: &Work) {
    let now = draft.now();
    let again = work.tries < SILENT_CALLS_MAX;
    match work.class {
        Class::Conversation if work.is_called_off() => {
            unknown(draft, work, "its answer was lost, and it was called off")
        }
        Class::Conversation if again => {
            draft.change_work(work.id, |work| {
                work.state = WorkState::Planned;
                work.due_at = now;
            });
            let entry = describe(Entry::new(now, What::Retried), work);
            draft.note(entry.with(Fact::Reason, "its answer was lost, and no sign of it came"));
        }
        Class::Conversation => draft.park(work.id, "its answer is lost again and again"),
        Class::Bulk => unknown(draft, work, "its answer was lost; it is not sent twice"),
    }
}

fn unknown(draft: &mut Draft<'_>, work: &Work, reason: &str) {
    draft.remove_work(work.id);
    draft.note(describe(Entry::new(draft.now(), What::Unknown), work).with(Fact::Reason, reason));
}

/// Claims the most urgent work that may leave, if any. What may not is moved, skipped or parked on the way.
fn pick(draft: &mut Draft<'_>, release: Release) -> Option<PlatformCall> {
    // Each turn either claims or changes one piece of work, so this ends.
    for _ in 0..=2 * crate::work::OPEN_WORK_MAX {
        let work = next(draft, release)?;
        if work.is_in_doubt() {
            match compose::evidence_for(draft, &work) {
                Some(operation) => return Some(commit_to(draft, &work, Intent::LookForEvidence, operation)),
                None => silence(draft, &work),
            }
            continue;
        }
        let late = draft.now().duration_since(work.planned_at) > ANSWER_LATE_AFTER;
        // Reading a lead ad writes to nobody.
        if release == Release::Held && late && work.lane() != Lane::LookUp {
            draft.park(work.id, "after the outage this answer is late: a person should give it");
            continue;
        }
        match gates::check(&draft.lead, &work, draft.context) {
            Gate::Pass => match compose::operation_for(draft, &work) {
                Ok(operation) => return Some(commit_to(draft, &work, Intent::Act, operation)),
                Err(Uncomposable::Skip { reason, rule }) => draft.skip(&work, &reason, Some(rule)),
                Err(Uncomposable::Park { reason }) => draft.park(work.id, &reason),
            },
            Gate::Skip { reason, rule } => draft.skip(&work, reason, rule),
            Gate::Move { until, reason, rule } => draft.move_to(&work, until, reason, rule),
            Gate::Park { reason } => draft.park(work.id, &reason),
        }
    }
    None
}

/// The head that may go: due, not behind anything of its lane or run, conversation before bulk.
fn next(draft: &Draft<'_>, release: Release) -> Option<Work> {
    let now = draft.now();
    let lead = &draft.lead;
    lead.work
        .iter()
        .filter(|work| !work.is_parked() && work.due_at <= now)
        .filter(|work| !work.is_in_doubt() || work.action.evidence() == Evidence::LookUp)
        .filter(|work| release == Release::Open || work.class == Class::Conversation)
        .filter(|work| lead.blocked_by(work).is_none())
        .min_by_key(|work| (work.class, work.due_at, work.number))
        .cloned()
}

fn commit_to(
    draft: &mut Draft<'_>,
    work: &Work,
    intent: Intent,
    operation: crate::call::Operation,
) -> PlatformCall {
    let now = draft.now();
    draft.lead.claims += 1;
    let number = draft.lead.claims;
    draft.lead.claim =
        Some(Claim { work: work.id, number, started_at: now, until: now + CLAIM_LENGTH, intent });
    if intent == Intent::Act {
        draft.change_work(work.id, |work| work.tries += 1);
    }
    PlatformCall {
        business: draft.lead.business.clone(),
        lead: draft.lead.id,
        work: work.id,
        number,
        token: draft.playbook().channels.token.clone(),
        operation,
    }
}
