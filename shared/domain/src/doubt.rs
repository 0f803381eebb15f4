//! Doubt: a call was made, and its answer was lost.
//!
//! Evidence settles it: what the platform tells by itself, what it answers when it is asked, or what it says when
//! the same is done again. What stays silent is tried again only if someone waits for it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::call::DOUBT_LENGTH;
use crate::decide::{Draft, describe};
use crate::delivery::{Delivery, DeliveryStatus};
use crate::fallback;
use crate::ids::WorkId;
use crate::retry::next_try;
use crate::sent;
use crate::timeline::{Entry, Fact, What};
use crate::work::{Class, Evidence, Work, WorkState};

/// What is known about messages whose answer was lost: what the platforms told by themselves.
pub type Deliveries = BTreeMap<WorkId, Vec<Delivery>>;

/// How soon evidence is looked for the first time. Most of it comes within seconds.
const LOOK_AFTER: SignedDuration = SignedDuration::from_secs(15);

/// How often an answer that someone waits for is called for while no sign of it ever comes. It may be only the
/// sign that is lost, and the person would get it each time.
const SILENT_CALLS_MAX: u32 = 4;

/// A platform that asks for longer is asked again after this.
pub(crate) const WAIT_MAX: SignedDuration = SignedDuration::from_hours(24);

/// A call was made and its answer was lost.
pub(crate) fn enter(draft: &mut Draft<'_>, id: WorkId, since: Timestamp, reason: &str) {
    let Some(work) = draft.lead.work(id).cloned() else { return };
    let (now, seed) = (draft.now(), draft.context.seed);
    draft.note(describe(Entry::new(now, What::InDoubt), &work).with(Fact::Reason, reason));
    match work.action.evidence() {
        Evidence::Repeat if work.called_off => silence(draft, &work),
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

/// Takes up evidence that arrived, and ends doubt that stayed silent. Evidence may come after the silence: what
/// it proves is not sent again.
pub(crate) fn settle(draft: &mut Draft<'_>, deliveries: &Deliveries) {
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
                // Why it was given up is told by an event of its own, by which it may go on elsewhere.
                fallback::remember(draft, &work);
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

/// No evidence came. What someone waits for is tried again; the rest is not, and is shown as unknown.
pub(crate) fn silence(draft: &mut Draft<'_>, work: &Work) {
    let now = draft.now();
    let again = work.tries < SILENT_CALLS_MAX;
    match work.class {
        Class::Conversation if !work.action.may_be_repeated() => {
            unknown(draft, work, "its answer was lost, and nobody can tell; it is not said twice")
        }
        Class::Conversation if work.called_off => {
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

/// The platform was asked, and has nothing of it.
pub(crate) fn not_found(draft: &mut Draft<'_>, work: &Work) {
    match work.state {
        WorkState::InDoubt { until, .. } if draft.now() < until => look_at(draft, work, until),
        _ => silence(draft, work),
    }
}

/// The question itself failed. It is harmless, so it is asked until long after the doubt, each time after twice
/// as long.
pub(crate) fn look_again(draft: &mut Draft<'_>, work: &Work, wait: Option<SignedDuration>) {
    let patience = SignedDuration::from_hours(6);
    let WorkState::InDoubt { since, until } = work.state else { return };
    let now = draft.now();
    if now < until + patience {
        let pause = now.duration_since(since).max(LOOK_AFTER).max(wait.unwrap_or_default()).min(WAIT_MAX);
        draft.change_work(work.id, |work| work.due_at = now + pause);
    } else if work.called_off {
        silence(draft, work);
    } else {
        draft.park(work.id, "whether it arrived cannot be found out: the platform does not answer");
    }
}

fn look_at(draft: &mut Draft<'_>, work: &Work, at_the_latest: Timestamp) {
    let at = (draft.now() + LOOK_AFTER).min(at_the_latest);
    draft.change_work(work.id, |work| work.due_at = at);
}
