//! What is written down once it is certain that something left.

use crate::consent::Consent;
use crate::decide::{Draft, describe};
use crate::fallback;
use crate::ids::PlatformMessageId;
use crate::lead::RecentSend;
use crate::timeline::{Entry, Fact, What};
use crate::work::{Action, Lane, Purpose, Work};

/// Ends the work as sent. `evidence` is set when the answer itself was lost and a sign of it came later.
pub(crate) fn record(
    draft: &mut Draft<'_>,
    work: &Work,
    id: Option<PlatformMessageId>,
    evidence: Option<&str>,
) {
    let now = draft.now();
    draft.remove_work(work.id);
    let what = if evidence.is_some() { What::Settled } else { What::Sent };
    let mut entry = describe(Entry::new(now, what), work).with_some(Fact::PlatformId, id.as_ref());
    if let Action::Send { purpose: Purpose::Broadcast { name }, .. } = &work.action {
        // The proof that it was wanted stands with it, whatever becomes of the consent later.
        let consent = draft.lead.consents.last();
        entry = entry.with(Fact::Broadcast, name).with_some(Fact::Source, consent.map(proof));
    }
    let variant = work.action.message().and_then(|name| draft.message(name)?.variant_for(draft.lead.id));
    draft.note(entry.with_some(Fact::Status, evidence).with_some(Fact::Way, variant));
    if matches!(work.action, Action::Alert { .. }) {
        draft.lead.alerted_at = Some(now);
    }
    fallback::remember(draft, work);
    let writes = matches!(work.action, Action::Send { .. } | Action::PrivateReply { .. });
    if let (true, Lane::Channel(channel)) = (writes, work.lane()) {
        draft.remember_send(RecentSend { at: now, channel, class: work.class, id });
    }
}

/// Which consent, and when it was given.
fn proof(consent: &Consent) -> String {
    format!("{}, {}", consent.source, consent.given_at)
}
