//! Two records turn out to be one person: the older one goes on with everything, the younger one points to it.
//!
//! Nobody is written to twice, and nothing that was asked for is forgotten: open work moves with its id, its doubt
//! and its tries, so that evidence about it still counts.

mod pending;
mod person;
mod runs;
mod work;

pub(crate) use pending::{claimed, confirmed, number_wrote};
pub use pending::{forget, postpone, proof_of, remember, rests_on_them, rests_on_us};

use jiff::Timestamp;

use crate::claim::expire;
use crate::context::Context;
use crate::decide::{Decision, Draft, leave_in_peace, stop_marketing};
use crate::lead::{ABSORBED_MAX, Lead};
use crate::timeline::{Entry, Fact, What};

/// What comes of a merge that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merging {
    /// One of the two holds a claim until then: a call may be under way.
    Waits(Timestamp),
    /// The person has more records than one can take in.
    TooMany,
    Merged(Box<Merged>),
}

/// Both records as they are from now on, to be committed in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    pub winner: Decision,
    pub loser: Decision,
}

/// Merges two records. It does not matter which of them is named first.
pub fn merge(one: &Lead, other: &Lead, context: &Context<'_>) -> Merging {
    let claims = [one, other].into_iter().filter_map(|lead| lead.claim.as_ref());
    if let Some(until) = claims.map(|claim| claim.until).filter(|until| context.now < *until).max() {
        return Merging::Waits(until);
    }
    let age = |lead: &Lead| (lead.created_at, lead.id);
    let (older, younger) = if age(one) <= age(other) { (one, other) } else { (other, one) };
    if older.absorbed.len() + younger.absorbed.len() >= ABSORBED_MAX {
        return Merging::TooMany;
    }
    let mut winner = Draft::new(older, context);
    let mut loser = Draft::new(younger, context);
    expire(&mut winner);
    expire(&mut loser);
    winner.note(Entry::new(context.now, What::Absorbed).with(Fact::Lead, younger.id));
    loser.note(Entry::new(context.now, What::MergedInto).with(Fact::Lead, older.id));
    work::keep_one_confirmation(&mut winner, &mut loser);
    person::unite(&mut winner, &mut loser);
    runs::unite(&mut winner, &mut loser);
    work::take_over(&mut winner, &mut loser);
    if winner.lead.opt_out.is_some() {
        leave_in_peace(&mut winner);
    }
    if winner.lead.marketing_stopped_at.is_some() {
        stop_marketing(&mut winner);
    }
    loser.lead = Lead {
        version: younger.version,
        claims: younger.claims,
        // Names that found no room still lead to this record, and by it to the other.
        identities: std::mem::take(&mut loser.lead.identities),
        merged_into: Some(older.id),
        ..Lead::new(younger.business.clone(), younger.id, younger.created_at)
    };
    Merging::Merged(Box::new(Merged { winner: winner.finish(), loser: loser.finish() }))
}
