//! What leaves next for a lead: the claim on one piece of work, and the call that it allows.
//!
//! Nothing is called without a claim that is committed first, and while one stands nobody else calls for this
//! lead. A claim that ran out means that a call may have been made and its answer was lost.

use jiff::SignedDuration;

use crate::call::{CALL_TIMEOUT, CLAIM_LENGTH, Operation, PlatformCall};
use crate::compose::{self, Uncomposable};
use crate::context::Context;
use crate::decide::{Decision, Draft, advance, compare_segments};
use crate::doubt::{self, Deliveries};
use crate::fallback;
use crate::gates::{self, Gate};
use crate::lead::Lead;
use crate::work::{Claim, Class, Evidence, Intent, Work, WorkState};

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

/// Rules that close one channel and say nothing of the others.
const OF_A_CHANNEL: [&str; 5] = ["R10", "R12", "R17", "R27", "R28"];
const ANSWER_LATE_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// Looks at a lead at `context.now`. `None` when nothing has changed and nothing may leave.
pub fn claim(
    lead: &Lead,
    deliveries: &Deliveries,
    release: Release,
    context: &Context<'_>,
) -> Option<Claimed> {
    let ended = lead.merged_into.is_some() || lead.erasing.is_some();
    if ended || lead.claim.as_ref().is_some_and(|claim| context.now < claim.until) {
        return None;
    }
    let mut draft = Draft::new(lead, context);
    expire(&mut draft);
    advance(&mut draft);
    compare_segments(&mut draft, lead, &format!("look {}", lead.version));
    doubt::settle(&mut draft, deliveries);
    let call = pick(&mut draft, release);
    let decision = draft.finish();
    (call.is_some() || decision.lead != *lead).then_some(Claimed { decision, call })
}

/// A claim that ran out: whoever held it died between its commit and its finish.
pub(crate) fn expire(draft: &mut Draft<'_>) {
    let Some(claim) = draft.lead.claim.take() else { return };
    if claim.intent == Intent::LookForEvidence {
        if let Some(work) = draft.lead.work(claim.work).cloned() {
            doubt::look_again(draft, &work, None);
        }
        return;
    }
    // The call began when the claim was committed and cannot have lasted longer than its time-out.
    let lost_at = claim.started_at + CALL_TIMEOUT;
    doubt::enter(draft, claim.work, lost_at, "the worker did not come back");
}

/// Claims the most urgent work that may leave, if any. What may not is moved, skipped or parked on the way.
fn pick(draft: &mut Draft<'_>, release: Release) -> Option<PlatformCall> {
    // Each turn either claims or changes one piece of work, so this ends.
    for _ in 0..=2 * crate::work::OPEN_WORK_MAX {
        let work = next(draft, release)?;
        if work.is_in_doubt() {
            match compose::evidence_for(draft, &work) {
                Some(operation) => return Some(commit_to(draft, &work, Intent::LookForEvidence, operation)),
                None if compose::goes_as_a_card(draft, &work) => {
                    draft.park(work.id, "its answer was lost, and Instagram cannot be asked for a card")
                }
                None => doubt::silence(draft, &work),
            }
            continue;
        }
        let late = draft.now().duration_since(work.planned_at) > ANSWER_LATE_AFTER;
        if release == Release::Held && late && !work.action.is_silent() {
            draft.park(work.id, "after the outage this answer is late: a person should give it");
            continue;
        }
        match gates::check(&draft.lead, &work, draft.context) {
            Gate::Pass => match compose::operation_for(draft, &work) {
                Ok(operation) => return Some(commit_to(draft, &work, Intent::Act, operation)),
                Err(Uncomposable::Skip { reason, rule }) => {
                    if !fallback::go_on(draft, &work, &reason, rule) {
                        draft.skip(&work, &reason, Some(rule));
                    }
                }
                Err(Uncomposable::Park { reason }) => draft.park(work.id, &reason),
            },
            Gate::Skip { reason, rule } => {
                let rests = rule.is_none_or(|rule| !OF_A_CHANNEL.contains(&rule));
                if rests || !fallback::go_on(draft, &work, reason, rule.unwrap_or_default()) {
                    draft.skip(&work, reason, rule);
                }
            }
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

fn commit_to(draft: &mut Draft<'_>, work: &Work, intent: Intent, operation: Operation) -> PlatformCall {
    let now = draft.now();
    draft.lead.claims += 1;
    let number = draft.lead.claims;
    draft.lead.claim =
        Some(Claim { work: work.id, number, started_at: now, until: now + CLAIM_LENGTH, intent });
    if intent == Intent::Act {
        draft.change_work(work.id, |work| {
            work.tries += 1;
            // What it waited for is asked again by the call itself.
            work.state = WorkState::Planned;
        });
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
