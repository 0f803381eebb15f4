//! The follow gate: whether somebody who has written follows the business (C13). Instagram tells it when it is asked, and
//! of nobody who has not written (PLATFORM.md §9).

use jiff::SignedDuration;

use super::draft::{Draft, Plan};
use super::steps;
use crate::channel::Channel;
use crate::ids::WorkId;
use crate::playbook::{Step, StepAction};
use crate::run::Run;
use crate::schedule::later;
use crate::timeline::{Entry, Fact, What};
use crate::work::{Action, Class, Work};

/// How long a run waits for the platform's word. Without it, it goes on as for those who do not follow.
pub const ANSWER_WITHIN: SignedDuration = SignedDuration::from_mins(10);

const UNTOLD: &str = "Instagram did not say whether they follow";

/// The run has come to the gate. True when it waits there for the platform's word.
pub fn asks(draft: &mut Draft<'_>, run: &Run, step: &Step) -> bool {
    let id = WorkId::for_step(draft.context.pepper, run.id, &step.id);
    let was_asked = run.taken.contains(&step.id.key());
    if was_asked {
        draft.remove_work(id);
        went(draft, run, step, UNTOLD);
        return false;
    }
    let has_written = draft.lead.windows.contains_key(&Channel::Instagram);
    if !has_written || draft.lead.address(Channel::Instagram).is_none() {
        went(draft, run, step, "Instagram tells who follows only of those who have written there");
        return false;
    }
    let now = draft.now();
    draft.plan(Plan {
        id,
        class: Class::Conversation,
        action: Action::LookUpFollow,
        run: Some(run.id),
        due_at: now,
        within: None,
    });
    if let Some(stored) = draft.lead.runs.iter_mut().find(|stored| stored.id == run.id) {
        // What comes behind the gate is as much an answer as the gate itself.
        stored.last_step_at = run.next_at.unwrap_or(now);
        stored.next_at = Some(later(now, ANSWER_WITHIN));
    }
    true
}

/// The platform's word, or `None` where it gives none. The run that waits for it goes on at once.
pub fn told(draft: &mut Draft<'_>, work: &Work, follows: Option<bool>) {
    draft.remove_work(work.id);
    let playbooks = draft.context.playbooks;
    let Some(run) = draft.lead.runs.iter().find(|run| Some(run.id) == work.run).cloned() else { return };
    let Some(journey) = playbooks.journey(&run).filter(|_| run.is_active()) else { return };
    let Some(step) = journey.steps.get(run.next) else { return };
    let StepAction::FollowGate { otherwise } = step.action else { return };
    if WorkId::for_step(draft.context.pepper, run.id, &step.id) != work.id {
        return;
    }
    let (next, reason) = match follows {
        Some(true) => (step.next, "they follow us"),
        Some(false) => (otherwise, "they do not follow us"),
        None => (otherwise, UNTOLD),
    };
    went(draft, &run, step, reason);
    steps::wait_for(draft, run.id, journey, next, run.last_step_at);
    steps::advance(draft);
}

fn went(draft: &mut Draft<'_>, run: &Run, step: &Step, reason: &str) {
    let entry = Entry::new(draft.now(), What::WentOn).with(Fact::Journey, &run.journey);
    draft.note(entry.with(Fact::Step, &step.id).with(Fact::Reason, reason));
}
