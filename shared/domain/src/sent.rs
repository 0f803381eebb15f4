//! What is written down once it is certain that something left.

use crate::decide::{Draft, describe};
use crate::ids::PlatformMessageId;
use crate::lead::RecentSend;
use crate::timeline::{Entry, Fact, What};
use crate::work::{Action, Lane, Work};

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
    let entry = describe(Entry::new(now, what), work).with_some(Fact::PlatformId, id.as_ref());
    draft.note(entry.with_some(Fact::Status, evidence));
    let writes = matches!(work.action, Action::Send { .. } | Action::PrivateReply { .. });
    if let (true, Lane::Channel(channel)) = (writes, work.lane()) {
        draft.remember_send(RecentSend { at: now, channel, class: work.class, id });
    }
}
