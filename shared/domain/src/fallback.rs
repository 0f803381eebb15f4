//! The next channel for a message that cannot go by the one it was planned for. It is the same piece of work, so that it goes by one
//! of them only.

use crate::channel::Channel;
use crate::decide::{Draft, Plan, describe};
use crate::event::Event;
use crate::ids::WorkId;
use crate::lead::{FALLBACKS_MAX, Fallback};
use crate::playbook::Message;
use crate::timeline::{Entry, Fact, What};
use crate::work::{Action, Purpose, Work, WorkState};

/// Lets work go on by the next channel of its message's order on which the person can be reached. `false` where there is none.
pub(crate) fn go_on(draft: &mut Draft<'_>, work: &Work, reason: &str, rule: &str) -> bool {
    let Action::Send { message, channel, purpose } = &work.action else { return false };
    // A refusal is confirmed where it was said, and nowhere else (R3).
    let rests = work.called_off || *purpose == Purpose::OptOutConfirmation;
    let Some(message) = draft.message(message).filter(|_| !rests) else { return false };
    let Some(next) = next(draft, message, *channel) else { return false };
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

fn next(draft: &Draft<'_>, message: &Message, after: Channel) -> Option<Channel> {
    let mut behind = message.channels.iter().copied().skip_while(|known| *known != after).skip(1);
    behind.find(|channel| {
        draft.lead.address(*channel).is_some() && draft.playbook().channels.asset(*channel).is_some()
    })
}

/// Of what WhatsApp or SES has just taken: it may be given up later, and then it goes on by the next channel, if there is one.
pub(crate) fn remember(draft: &mut Draft<'_>, work: &Work) {
    let Action::Send { message, channel, purpose } = &work.action else { return };
    if !matches!(channel, Channel::WhatsApp | Channel::Email) {
        return;
    }
    let rests = work.called_off || *purpose == Purpose::OptOutConfirmation;
    let Some(message) = draft.message(message).filter(|_| !rests) else { return };
    if next(draft, message, *channel).is_none() {
        return;
    }
    let fallbacks = &mut draft.lead.fallbacks;
    fallbacks.push(Fallback { work: work.id, class: work.class, action: work.action.clone() });
    let surplus = fallbacks.len().saturating_sub(FALLBACKS_MAX);
    fallbacks.drain(..surplus);
}

/// Codes of a status by which WhatsApp gives a message up for good: there is no WhatsApp at the number, or the window was closed
/// after all (PLATFORM.md §7).
const GIVEN_UP: [(i64, &str); 2] = [(131_026, "R27"), (131_047, "R10")];

/// Why what was taken does not arrive after all.
pub(crate) struct GivenUp {
    reason: String,
    rule: &'static str,
}

impl GivenUp {
    /// `None` for a code that is no reason to go on by another channel.
    pub fn by_whatsapp(code: i64) -> Option<Self> {
        let (_, rule) = GIVEN_UP.iter().find(|(given_up, _)| *given_up == code)?;
        Some(Self { reason: format!("WhatsApp gave it up ({code})"), rule })
    }

    /// Nobody has the address.
    pub fn bounced() -> Self {
        Self { reason: "the e-mail bounced".to_owned(), rule: "R27" }
    }
}

/// It goes on by the next channel, once: what it was is forgotten with that. Without a reason to, it is forgotten only.
pub(crate) fn given_up(draft: &mut Draft<'_>, event: &Event, work: WorkId, why: Option<&GivenUp>) {
    settle(draft, work, why);
    let Some(index) = draft.lead.fallbacks.iter().position(|known| known.work == work) else { return };
    let known = draft.lead.fallbacks.remove(index);
    let Some(why) = why else { return };
    let Action::Send { message: name, channel, purpose } = known.action else { return };
    let Some(next) = draft.message(&name).and_then(|message| next(draft, message, channel)) else { return };
    let id = WorkId::for_event(draft.context.pepper, draft.lead.id, event.key.as_str(), name.as_str());
    let entry = Entry::new(draft.now(), What::Rerouted).with(Fact::Work, id).with(Fact::Message, &name);
    let entry = entry.with(Fact::Channel, channel.as_str()).with(Fact::Next, next.as_str());
    draft.note(entry.with(Fact::Reason, &why.reason).with(Fact::Rule, why.rule));
    draft.plan(Plan {
        id,
        class: known.class,
        action: Action::Send { message: name, channel: next, purpose },
        run: None,
        due_at: draft.now(),
        within: None,
    });
}

/// It did not arrive: what is in doubt about it is settled. What may not even have left goes on itself.
fn settle(draft: &mut Draft<'_>, work: WorkId, why: Option<&GivenUp>) {
    let Some(open) = draft.lead.work(work).filter(|work| work.is_in_doubt()).cloned() else { return };
    if !why.is_some_and(|why| go_on(draft, &open, &why.reason, why.rule)) {
        draft.remove_work(work);
        draft.note(describe(Entry::new(draft.now(), What::Settled), &open).with(Fact::Status, "failed"));
    }
}
