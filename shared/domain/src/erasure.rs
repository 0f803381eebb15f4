//! Erasure: nothing of the person stays, and what they have refused stays refused.
//!
//! The record becomes a tombstone that holds keyed hashes and moments only. What stands beside it is deleted in
//! pages; since platforms may go on telling of messages that left long ago, the tombstone looks again for weeks,
//! and then goes itself.

use jiff::{SignedDuration, Timestamp};

use crate::consent::OptOut;
use crate::context::Context;
use crate::decide::{Decision, Draft, leave_in_peace, stop_marketing};
use crate::identity::IdentityKey;
use crate::lead::Lead;

/// When a tombstone looks again for what platforms told since, counted from the erasure.
const LOOKS_AFTER_DAYS: [i64; 3] = [1, 8, 31];

/// What a person has refused. It outlives what is known of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suppression {
    pub opt_out: Option<OptOut>,
    pub marketing_stopped_at: Option<Timestamp>,
    pub email_stopped_at: Option<Timestamp>,
}

/// What is kept of a name that was erased, without end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasedIdentity {
    pub at: Timestamp,
    pub suppression: Suppression,
}

impl ErasedIdentity {
    /// Whether the erasure holds for what happened then. By milliseconds, as inboxes are sorted.
    pub fn covers(&self, occurred_at: Timestamp) -> bool {
        covers(self.at, occurred_at)
    }
}

fn covers(erased_at: Timestamp, occurred_at: Timestamp) -> bool {
    occurred_at.as_millisecond() <= erased_at.as_millisecond()
}

/// The state of a record that is being erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasing {
    pub at: Timestamp,
    /// When the next page is deleted, or is looked for what came late.
    pub next_at: Timestamp,
    /// How often all was found deleted.
    pub looks: u32,
    /// The inboxes that belonged to the person, by keyed hashes.
    pub inboxes: Vec<IdentityKey>,
    pub suppression: Suppression,
}

impl Erasing {
    pub fn covers(&self, occurred_at: Timestamp) -> bool {
        covers(self.at, occurred_at)
    }

    /// After a look that found nothing more. `None` when it was the last.
    pub fn after_look(&self) -> Option<Self> {
        let days = *LOOKS_AFTER_DAYS.get(usize::try_from(self.looks).ok()?)?;
        let next_at = self.at + SignedDuration::from_hours(24 * days);
        Some(Self { next_at, looks: self.looks + 1, ..self.clone() })
    }
}

pub fn suppression_of(lead: &Lead) -> Suppression {
    Suppression {
        opt_out: lead.opt_out.clone(),
        marketing_stopped_at: lead.marketing_stopped_at,
        email_stopped_at: lead.email_stopped_at,
    }
}

/// The record without the person. The number of the last claim stays: an answer under it finishes nothing.
pub fn tombstone(lead: &Lead, inboxes: Vec<IdentityKey>, suppression: Suppression, now: Timestamp) -> Lead {
    Lead {
        version: lead.version,
        claims: lead.claims,
        absorbed: lead.absorbed.clone(),
        erasing: Some(Erasing { at: now, next_at: now, looks: 0, inboxes, suppression }),
        ..Lead::new(lead.business.clone(), lead.id, now)
    }
}

/// A lead learns a name whose person was erased before: what they had refused holds for the lead.
pub fn suppress(lead: &Lead, suppression: &Suppression, context: &Context<'_>) -> Decision {
    let mut draft = Draft::new(lead, context);
    let (ours, theirs) = (draft.lead.opt_out.take(), suppression.opt_out.clone());
    draft.lead.opt_out = ours.into_iter().chain(theirs).max_by_key(|refusal| refusal.at);
    draft.lead.marketing_stopped_at = draft.lead.marketing_stopped_at.max(suppression.marketing_stopped_at);
    draft.lead.email_stopped_at = draft.lead.email_stopped_at.max(suppression.email_stopped_at);
    if let Some(refused_at) = draft.lead.opt_out.as_ref().map(|refusal| refusal.at) {
        draft.lead.consents.retain(|consent| consent.given_at > refused_at);
        leave_in_peace(&mut draft);
    }
    if draft.lead.marketing_stopped_at.is_some() {
        stop_marketing(&mut draft);
    }
    draft.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::Consent;
    use crate::decide::decide;
    use crate::stories::events::{comments, form, writes};
    use crate::testing::{Story, at, lead};
    use crate::timeline::What;

    fn refusal(moment: &str) -> Suppression {
        let opt_out = Some(OptOut { at: at(moment), by: "whatsapp".into() });
        let stopped_at = Some(at(moment));
        Suppression { opt_out, marketing_stopped_at: stopped_at, email_stopped_at: stopped_at }
    }

    #[test]
    fn a_tombstone_holds_nothing_of_the_person_and_wakes_at_once() {
        let story = Story::new();
        let now = at("2026-11-30T09:00");
        let full = story.with_context(now, |context| decide(&lead(), &form("1")(now), context)).lead;
        let stone = tombstone(&full, Vec::new(), Suppression::default(), now);
        let bare = Lead { erasing: stone.erasing.clone(), ..Lead::new("neveh".into(), full.id, now) };
        assert_eq!(stone, bare);
        assert_eq!(stone.wake().map(|wake| wake.at), Some(now));
    }

    #[test]
    fn it_looks_again_for_a_month_and_then_goes() {
        let now = at("2026-11-30T09:00");
        let stone = tombstone(&lead(), Vec::new(), Suppression::default(), now);
        let mut looks = Vec::new();
        let mut erasing = stone.erasing;
        while let Some(next) = erasing.and_then(|erasing| erasing.after_look()) {
            looks.push(next.next_at.duration_since(now).as_hours() / 24);
            erasing = Some(next);
        }
        assert_eq!(looks, [1, 8, 31]);
    }

    #[test]
    fn an_erasure_holds_for_its_own_millisecond_and_not_for_the_next() {
        let erased = ErasedIdentity { at: at("2026-11-30T09:00"), suppression: Suppression::default() };
        let millis = |millis| erased.at + SignedDuration::from_millis(millis);
        let held = [millis(-1), millis(0), millis(0) + SignedDuration::from_micros(9), millis(1)]
            .map(|at| erased.covers(at));
        assert_eq!(held, [true, true, true, false]);
    }

    #[test]
    fn what_was_refused_holds_for_whoever_has_the_name_now() {
        let story = Story::new();
        let now = at("2026-11-30T09:00");
        // A new lead starts with it: nothing is begun.
        let decided = story.with_context(now, |context| {
            let suppressed = suppress(&lead(), &refusal("2026-11-01T09:00"), context);
            decide(&suppressed.lead, &form("1")(now), context)
        });
        assert!(decided.lead.work.is_empty() && decided.lead.runs.is_empty());
        assert!(decided.lead.marketing_stopped_at.is_some() && decided.lead.email_stopped_at.is_some());
        // Of one who is known already, what was begun ends, and older consents are void.
        let known = story.with_context(now, |context| {
            let mut known = decide(&lead(), &form("1")(now), context).lead;
            known = decide(&known, &comments("c", |_| {})(now), context).lead;
            let consent =
                |moment: &str| Consent { text: moment.into(), given_at: at(moment), source: "form".into() };
            known.consents = vec![consent("2026-10-01T09:00"), consent("2026-11-20T09:00")];
            suppress(&known, &refusal("2026-11-01T09:00"), context)
        });
        assert!(known.lead.runs.iter().all(|run| !run.is_active()));
        assert!(known.lead.work.iter().all(|work| work.action.message().is_none()));
        assert_eq!(known.lead.consents.len(), 1);
        assert!(known.timeline.iter().any(|entry| entry.what == What::Skipped));
        // Nothing refused changes nothing.
        story.with_context(now, |context| {
            let known = decide(&lead(), &writes("1", "שלום")(now), context).lead;
            let same = suppress(&known, &Suppression::default(), context);
            assert_eq!((same.lead, same.timeline), (known, Vec::new()));
        });
    }
}
