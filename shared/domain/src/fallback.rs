//! The next channel for a message that cannot go by the one it was planned for. It is the same piece of work, so that it goes by one
//! of them only.

use crate::channel::Channel;
use crate::decide::{Draft, describe};
use crate::timeline::{Entry, Fact, What};
use crate::work::{Action, Purpose, Work, WorkState};

/// Lets work go on by the next channel of its message's order on which the person can be reached. `false` where there is none.
pub(crate) fn go_on(draft: &mut Draft<'_>, work: &Work, reason: &str, rule: &str) -> bool {
    let Action::Send { message, channel, purpose } = &work.action else { return false };
    // A refusal is confirmed where it was said, and nowhere else (R3).
    let rests = work.called_off || *purpose == Purpose::OptOutConfirmation;
    let Some(message) = draft.message(message).filter(|_| !rests) else { return false };
    let behind = message.channels.iter().copied().skip_while(|known| known != channel).skip(1);
    let reaches = |channel: &Channel| {
        draft.lead.address(*channel).is_some() && draft.playbook().channels.asset(*channel).is_some()
    };
    let Some(next) = behind.into_iter().find(reaches) else { return false };
    let now = draft.now();
    draft.change_work(work.id, |work| {
        if let Action::Send { channel, .. } = &mut work.action {
            *channel = next;
        }
        work.state = WorkState::Planned;
        work.tries = 0;
        work.due_at = now;
    });
    let entry = describe(Entry::new(now, What::Rerouted), work).with(Fact::Next, next.as_str());
    draft.note(entry.with(Fact::Reason, reason).with(Fact::Rule, rule));
    true
}
