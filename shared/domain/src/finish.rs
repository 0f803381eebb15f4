//! What the answer of a platform means for the work that was called for.

use jiff::{SignedDuration, Timestamp};

use crate::call::{CallFailure, Outcome, Receipt, Refusal};
use crate::context::Context;
use crate::decide::{Decision, Draft, compare_segments, describe, follow_told, looked_up, mention_looked_up};
use crate::doubt::{self, WAIT_MAX};
use crate::fallback;
use crate::ids::WorkId;
use crate::lead::Lead;
use crate::lead_ad;
use crate::retry::{next_try, template_try};
use crate::schedule::later;
use crate::sent;
use crate::timeline::{Entry, Fact, What};
use crate::work::{Action, Class, Intent, Lane, Work, WorkState};

/// Not now for this person: a day, then two, then four (R15).
const NOT_NOW: SignedDuration = SignedDuration::from_hours(24);
/// How long work without a latest moment of its own waits for its template.
const TEMPLATE_WAIT_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Takes up the answer to the call with this number. `None` when it changes nothing: the claim ran out, another
/// took its place, and what became of the work is known already.
pub fn finish(
    lead: &Lead,
    work: WorkId,
    number: u64,
    outcome: &Outcome,
    context: &Context<'_>,
) -> Option<Decision> {
    let mut draft = Draft::new(lead, context);
    // By the work as well: after a merge the answer reaches another record, which counts its own claims.
    let stands = draft.lead.claim.as_ref().is_some_and(|claim| claim.number == number && claim.work == work);
    let open = draft.lead.work(work).cloned();
    if !stands {
        return late_answer(draft, open?, outcome);
    }
    let claim = draft.lead.claim.take()?;
    // The evidence came first, or the work was ended otherwise: the claim alone is given back.
    let Some(work) = open else { return Some(draft.finish()) };
    let reads = work.lane() == Lane::LookUp;
    match (claim.intent, outcome) {
        (Intent::Act, Outcome::Done(receipt)) if !reads => done(&mut draft, &work, receipt),
        (Intent::Act, Outcome::LeadAdRead(fields)) if matches!(work.action, Action::LookUpLeadAd { .. }) => {
            lead_ad::read(&mut draft, &work, fields);
        }
        (Intent::Act, Outcome::CommentRead(fields))
            if matches!(work.action, Action::LookUpComment { .. }) =>
        {
            looked_up(&mut draft, &work, fields);
        }
        (Intent::Act, Outcome::CommentRead(fields))
            if matches!(work.action, Action::LookUpMention { .. }) =>
        {
            mention_looked_up(&mut draft, &work, fields);
        }
        (Intent::Act, Outcome::FollowRead(follows)) if work.action == Action::LookUpFollow => {
            follow_told(&mut draft, &work, *follows);
        }
        (Intent::Act, Outcome::Failed(failure)) => failed(&mut draft, &work, failure, claim.until),
        (Intent::LookForEvidence, Outcome::Found(id)) => {
            sent::record(&mut draft, &work, Some(id.clone()), Some("found"));
        }
        (Intent::LookForEvidence, Outcome::NotFound) => doubt::not_found(&mut draft, &work),
        (Intent::LookForEvidence, Outcome::Failed(failure)) => {
            doubt::look_again(&mut draft, &work, asked_wait(failure))
        }
        // An answer of another kind than the question: the adapter is at fault, and the doubt stays.
        (
            Intent::Act,
            Outcome::Done(_)
            | Outcome::LeadAdRead(_)
            | Outcome::CommentRead(_)
            | Outcome::FollowRead(_)
            | Outcome::Listed(_)
            | Outcome::Found(_)
            | Outcome::NotFound,
        )
        | (
            Intent::LookForEvidence,
            Outcome::Done(_)
            | Outcome::LeadAdRead(_)
            | Outcome::CommentRead(_)
            | Outcome::FollowRead(_)
            | Outcome::Listed(_),
        ) => {
            draft.park(work.id, "the platform's answer does not fit the question");
        }
    }
    compare_segments(&mut draft, lead, &format!("answer {number}"));
    Some(draft.finish())
}

/// The fence: an answer that comes after its claim ran out decides nothing, except that a clear "done" is the
/// best evidence there is, even while the work is being done again: that answer then only gives its claim back.
fn late_answer(mut draft: Draft<'_>, work: Work, outcome: &Outcome) -> Option<Decision> {
    let id = match outcome {
        Outcome::Done(receipt) if work.lane() != Lane::LookUp => receipt.id.clone(),
        Outcome::Found(id) => Some(id.clone()),
        _ => return None,
    };
    sent::record(&mut draft, &work, id, Some("late answer"));
    Some(draft.finish())
}

fn done(draft: &mut Draft<'_>, work: &Work, receipt: &Receipt) {
    sent::record(draft, work, receipt.id.clone(), None);
    receipt.identities.iter().for_each(|identity| draft.know(identity));
}

fn failed(draft: &mut Draft<'_>, work: &Work, failure: &CallFailure, claimed_until: Timestamp) {
    match failure {
        // However late this is recorded: evidence is looked for from when the call was made.
        CallFailure::AnswerLost { reason } => {
            doubt::enter(draft, work.id, draft.now().min(claimed_until), reason);
        }
        CallFailure::TryAgain { wait, reason, .. } => try_again(draft, work, *wait, reason),
        // A like that the connection may not give holds up nothing else (C4).
        CallFailure::Refused { code, reason, .. }
            if matches!(work.action, Action::Like { .. }) && failure.lacks_permission() =>
        {
            fail(draft, work, *code, reason, "C4");
        }
        // Of this person it is not told, now or later.
        CallFailure::Refused { code, reason, why: Refusal::Recipient | Refusal::Request }
            if work.action == Action::LookUpFollow =>
        {
            fail(draft, work, *code, reason, "C13");
            follow_told(draft, work, None);
        }
        CallFailure::Refused { why, code, reason } => refused(draft, work, *why, *code, reason),
    }
}

fn try_again(draft: &mut Draft<'_>, work: &Work, wait: Option<SignedDuration>, reason: &str) {
    let now = draft.now();
    match next_try(work.tries, now, draft.context.seed) {
        _ if work.called_off => draft.let_rest(work, reason),
        Some(at) => {
            let at = wait.map_or(at, |wait| at.max(now + wait.min(WAIT_MAX)));
            draft.change_work(work.id, |work| work.due_at = at);
            let entry = describe(Entry::new(now, What::Retried), work).with(Fact::Until, at);
            draft.note(entry.with(Fact::Reason, reason));
        }
        None => draft.park(work.id, reason),
    }
}

fn refused(draft: &mut Draft<'_>, work: &Work, why: Refusal, code: Option<i64>, reason: &str) {
    let now = draft.now();
    match why {
        // Mended by the operator, then driven again: nothing of it is lost.
        Refusal::ConnectionBroken | Refusal::Account | Refusal::Request => draft.park(work.id, reason),
        Refusal::Template => wait_for_template(draft, work, code, reason),
        Refusal::Recipient if fallback::go_on(draft, work, reason, "R27") => {}
        Refusal::Recipient => fail(draft, work, code, reason, "R27"),
        Refusal::Window => {
            // The platform closes the window earlier than we thought: what has a template may still go by it.
            if let crate::work::Lane::Channel(channel) = work.lane()
                && draft.lead.windows.remove(&channel).is_some()
                && draft.message_of(work).is_some_and(|message| message.whatsapp_template.is_some())
            {
                try_again(draft, work, None, reason);
                return;
            }
            if !fallback::go_on(draft, work, reason, "R10") {
                fail(draft, work, code, reason, "R10");
            }
        }
        Refusal::OptedOut => {
            draft.lead.marketing_stopped_at.get_or_insert(now);
            draft.note(Entry::new(now, What::MarketingStopped).with(Fact::Rule, "R14"));
            fail(draft, work, code, reason, "R14");
        }
        Refusal::NotNow => {
            let days = 1_i32.checked_shl(work.tries.saturating_sub(1).min(5)).unwrap_or(1);
            let until = now + NOT_NOW * days;
            match work.expires_at {
                Some(expires_at) if until > expires_at => fail(draft, work, code, reason, "R15"),
                _ => draft.move_to(work, until, reason, "R15"),
            }
        }
        // An earlier call got through although its answer was lost.
        Refusal::AlreadyAnswered if work.tries > 1 => {
            sent::record(draft, work, None, Some("already answered"))
        }
        Refusal::AlreadyAnswered => fail(draft, work, code, reason, "R18"),
    }
}

/// Work whose template is not approved yet, or is paused, waits for it by itself for as long as its step may be late
/// (R13). Then what somebody waits for is the operator's to decide, and the rest is over.
fn wait_for_template(draft: &mut Draft<'_>, work: &Work, code: Option<i64>, reason: &str) {
    if work.called_off {
        return draft.let_rest(work, reason);
    }
    let template = draft.message_of(work).and_then(|message| message.whatsapp_template.clone());
    let reason = match template {
        Some(template) => format!("the template {} ({}): {reason}", template.name, template.language),
        None => reason.to_owned(),
    };
    let until = template_try(work.planned_at, draft.now(), draft.context.seed);
    let last = work.expires_at.unwrap_or_else(|| later(work.planned_at, TEMPLATE_WAIT_MAX));
    match work.class {
        _ if until <= last => {
            draft.move_to(work, until, &reason, "R13");
            draft.change_work(work.id, |work| work.state = WorkState::Waiting { reason });
        }
        Class::Conversation => draft.park(work.id, &reason),
        Class::Bulk => fail(draft, work, code, &reason, "R13"),
    }
}

fn fail(draft: &mut Draft<'_>, work: &Work, code: Option<i64>, reason: &str, rule: &str) {
    draft.remove_work(work.id);
    let entry = describe(Entry::new(draft.now(), What::Failed), work).with_some(Fact::Code, code);
    draft.note(entry.with(Fact::Reason, reason).with(Fact::Rule, rule));
}

fn asked_wait(failure: &CallFailure) -> Option<SignedDuration> {
    match failure {
        CallFailure::TryAgain { wait, .. } => *wait,
        CallFailure::AnswerLost { .. } | CallFailure::Refused { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::CLAIM_LENGTH;
    use crate::testing::{Story, at, follow_up};
    use crate::work::Claim;

    #[test]
    fn an_answer_leaves_the_claim_of_another_record_s_work_alone() {
        // The record that was called for is merged by now, and its answer is brought to the one that carries on.
        let now = at("2026-12-03T12:00");
        let (mut lead, work) = (crate::testing::lead(), follow_up(now));
        let claim = |number| Claim {
            work: work.id,
            number,
            started_at: now,
            until: now + CLAIM_LENGTH,
            intent: Intent::Act,
        };
        lead.claim = Some(claim(2));
        lead.work.push(work.clone());
        let answer = |of| {
            let done = Outcome::Done(Receipt::default());
            Story::new().with_context(now, |context| finish(&lead, of, 2, &done, context))
        };
        assert_eq!(answer(WorkId::new(77)), None);
        let finished = answer(work.id).unwrap();
        assert_eq!((finished.lead.claim, finished.lead.work.len()), (None, 0));
    }
}
