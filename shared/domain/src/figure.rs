//! What is counted of a business: read off what a decision has changed. Who counts it once the decision is committed
//! counts what happened, and once, however often its event is brought.

use jiff::SignedDuration;

use crate::lead::Lead;
use crate::timeline::{Entry, Fact, What};
use crate::work::Action;

/// One more of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// A person whom nobody knew became a lead.
    Lead,
    /// A person wrote to us.
    Reply,
    /// A platform took a message.
    MessageSent,
    /// A platform refused a message for good, at once or later.
    MessageFailed,
    /// The answer to a message was lost.
    MessageInDoubt,
    /// From the lead to the first message that a platform took.
    SpeedToLead(SignedDuration),
    /// Work waits for a person.
    Parked,
}

/// What a decision adds to the figures: `read` is the record on which it was made, `decided` the one that it makes.
pub fn figures(read: &Lead, decided: &Lead, timeline: &[Entry]) -> Vec<Figure> {
    let mut figures: Vec<Figure> = timeline.iter().filter_map(of_entry).collect();
    // Whose details came from another record that is theirs was counted with that one.
    if !is_somebody(read) && is_somebody(decided) && decided.absorbed.is_empty() {
        figures.push(Figure::Lead);
    }
    let first =
        timeline.iter().filter(|entry| of_entry(entry) == Some(Figure::MessageSent)).map(|sent| sent.at);
    if let Some(at) = first.min().filter(|_| read.recent_sends.is_empty()) {
        let waited = at.duration_since(decided.created_at).max(SignedDuration::ZERO);
        figures.push(Figure::SpeedToLead(waited));
    }
    figures
}

fn of_entry(entry: &Entry) -> Option<Figure> {
    // Public replies, likes and look-ups are no messages to a person.
    let writes = entry.fact(Fact::Message).is_some();
    match entry.what {
        What::Wrote => Some(Figure::Reply),
        What::Sent => writes.then_some(Figure::MessageSent),
        What::Settled => (writes && !is_failure(entry)).then_some(Figure::MessageSent),
        // A message that was given up later is named by the platform's id. What it settles says nothing more.
        What::Failed => (writes || entry.fact(Fact::PlatformId).is_some()).then_some(Figure::MessageFailed),
        What::InDoubt => writes.then_some(Figure::MessageInDoubt),
        What::Parked => Some(Figure::Parked),
        _ => None,
    }
}

fn is_failure(settled: &Entry) -> bool {
    settled.fact(Fact::Status) == Some("failed")
}

/// Whether the record is of a person who is known. Whose lead ad it is shows when its fields are read: it may be of
/// somebody who is a lead already.
fn is_somebody(lead: &Lead) -> bool {
    lead.version > 0
        && lead.merged_into.is_none()
        && !lead.work.iter().any(|work| matches!(work.action, Action::LookUpLeadAd { .. }))
}
