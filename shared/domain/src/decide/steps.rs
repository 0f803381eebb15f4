//! The steps of a run: waited for, taken when they are due, and moved with the dates on which they hang.

use jiff::Timestamp;

use super::answer;
use super::draft::{Draft, Plan, describe};
use super::follow;
use super::journeys;
use crate::ids::{DealId, MessageName, RunId, WorkId};
use crate::lot::{draw, lot};
use crate::playbook::{Happened, Journey, Quiet, Step, StepAction, TaskStep, Trigger};
use crate::run::Run;
use crate::schedule::{CountsFrom, due_at, later};
use crate::task::{self, Task};
use crate::timeline::{Entry, Fact, What};
use crate::work::{Action, Class, Purpose, Work, WorkState};

/// How many steps one look may carry a lead on: more come with the next.
const STEPS_PER_LOOK_MAX: usize = 32;

/// The run waits for its step of this index, or for the first after it that it has not taken and whose date the deal
/// has; after the last it is over.
pub fn wait_for(draft: &mut Draft<'_>, id: RunId, journey: &Journey, index: usize, last_step_at: Timestamp) {
    let Some(run) = draft.lead.runs.iter().find(|run| run.id == id).cloned() else { return };
    let run = Run { last_step_at, ..run };
    let mut index = index;
    let mut due = None;
    while let Some(step) = journey.steps.get(index) {
        // In another order than the one in which they had it.
        if run.taken.contains(&step.id.key()) && step.action.elsewhere().is_empty() {
            index = step.next;
            continue;
        }
        due = due_of(draft, &run, step);
        if due.is_some() {
            break;
        }
        no_date(draft, &run, step);
        index = step.next;
    }
    if let Some(stored) = draft.lead.runs.iter_mut().find(|stored| stored.id == id) {
        stored.next = index;
        stored.next_at = due;
        stored.last_step_at = last_step_at;
        if due.is_none() {
            stored.end();
        }
    }
    if due.is_none() {
        draft.note(Entry::new(draft.now(), What::JourneyEnded).with(Fact::Journey, &run.journey));
    }
}

fn due_of(draft: &Draft<'_>, run: &Run, step: &Step) -> Option<Timestamp> {
    let deal = run.deal.as_ref().and_then(|id| draft.lead.deal(id));
    let from = CountsFrom { started_at: run.started_at, last_step_at: run.last_step_at, deal };
    due_at(step, from, &draft.playbook().business.zone)
}

fn no_date(draft: &mut Draft<'_>, run: &Run, step: &Step) {
    let date = step.delay.date().map_or("", |date| date.date.as_str());
    skip(draft, run, step, &format!("the deal has no {date}"));
}

fn skip(draft: &mut Draft<'_>, run: &Run, step: &Step, reason: &str) {
    let entry = Entry::new(draft.now(), What::Skipped).with(Fact::Journey, &run.journey);
    let entry = entry.with(Fact::Step, &step.id).with_some(Fact::Message, step.action.message());
    draft.note(entry.with(Fact::Reason, reason));
}

/// Dates of a deal were moved: what hangs on them and has not left goes by the new ones. What was sent stays sent.
pub fn dates_moved(draft: &mut Draft<'_>, deal: &DealId) {
    let playbooks = draft.context.playbooks;
    let runs: Vec<Run> =
        draft.lead.runs.iter().filter(|run| run.deal.as_ref() == Some(deal)).cloned().collect();
    for run in runs {
        let Some(journey) = playbooks.journey(&run) else { continue };
        for step in journey.steps.iter().filter(|step| step.delay.date().is_some()) {
            move_planned(draft, &run, step);
        }
        let Some(step) = journey.steps.get(run.next) else { continue };
        if run.is_active() && step.delay.date().is_some() {
            wait_for(draft, run.id, journey, run.next, run.last_step_at);
        }
    }
}

/// A step that was taken and has not left, since quiet hours, a cap or its template held it.
fn move_planned(draft: &mut Draft<'_>, run: &Run, step: &Step) {
    let id = WorkId::for_step(draft.context.pepper, run.id, &step.id);
    let claimed = draft.lead.claim.as_ref().is_some_and(|claim| claim.work == id);
    let waits = |work: &&Work| {
        let untried = work.state == WorkState::Planned && work.tries == 0;
        (untried || work.is_waiting()) && !claimed
    };
    let Some(work) = draft.lead.work(id).filter(waits).cloned() else { return };
    match due_of(draft, run, step) {
        Some(due) if due != work.planned_at => {
            draft.change_work(id, |work| {
                work.due_at = due;
                work.planned_at = due;
                work.expires_at = Some(later(due, step.within));
            });
            let entry = describe(Entry::new(draft.now(), What::Moved), &work).with(Fact::Until, due);
            draft.note(entry.with(Fact::Reason, "the deal's date was moved"));
        }
        Some(_) => {}
        None => draft.skip(&work, "the deal does not have its date any more", None),
    }
}

/// Takes every step that is due, in the order in which they are due; of those that are due at one moment, first that of
/// the journey that began first.
pub fn advance(draft: &mut Draft<'_>) {
    task::escalate(draft);
    for _ in 0..STEPS_PER_LOOK_MAX {
        let now = draft.now();
        let due = |run: &&Run| run.next_at.is_some_and(|at| at <= now);
        let Some(run) = draft.lead.runs.iter().filter(due).min_by_key(|run| run.next_at).cloned() else {
            return;
        };
        take(draft, &run);
    }
}

fn take(draft: &mut Draft<'_>, run: &Run) {
    let playbooks = draft.context.playbooks;
    let journey = playbooks.journey(run);
    let Some((journey, step)) = journey.and_then(|journey| Some((journey, journey.steps.get(run.next)?)))
    else {
        gone(draft, run);
        return;
    };
    let due = run.next_at.unwrap_or(draft.now());
    let wanted = step
        .only_if
        .as_ref()
        .is_none_or(|only| only.holds(&draft.lead, journeys::circumstances(run, draft.context.now)));
    if !wanted {
        skip(draft, run, step, "it is not for this person: only-if does not hold");
    }
    if let Some(stored) = draft.lead.runs.iter_mut().find(|stored| stored.id == run.id) {
        stored.taken.insert(step.id.key());
    }
    let mut tagged = None;
    let next = match &step.action {
        StepAction::Send(message) => {
            if wanted {
                send(draft, run, step, message, due);
            }
            step.next
        }
        StepAction::Tag(tag) => {
            if wanted && draft.lead.tags.insert(tag.clone()) {
                let entry = Entry::new(draft.now(), What::TagAdded).with(Fact::Tag, tag);
                draft.note(entry.with(Fact::Journey, &run.journey));
                tagged = Some(tag);
            }
            step.next
        }
        StepAction::Untag(tag) => {
            if wanted && draft.lead.tags.remove(tag) {
                let entry = Entry::new(draft.now(), What::TagRemoved).with(Fact::Tag, tag);
                draft.note(entry.with(Fact::Journey, &run.journey));
            }
            step.next
        }
        StepAction::Task(task) => {
            if wanted {
                give(draft, run, step, task, due);
            }
            step.next
        }
        StepAction::Branch { condition, otherwise } => {
            match condition.holds(&draft.lead, journeys::circumstances(run, draft.context.now)) {
                true => step.next,
                false => *otherwise,
            }
        }
        StepAction::FollowGate { otherwise } => {
            if wanted && follow::asks(draft, run, step) {
                return;
            }
            *otherwise
        }
        StepAction::Await { otherwise, .. } => {
            let entry = Entry::new(draft.now(), What::WentOn).with(Fact::Journey, &run.journey);
            draft.note(entry.with(Fact::Step, &step.id).with(Fact::Reason, "nothing came in time"));
            *otherwise
        }
        StepAction::Split { ways } => {
            let matter = format!("{}/{}", run.journey, step.id);
            let way = ways.get(draw(lot(draft.lead.id, &matter), ways.iter().map(|way| way.share)));
            let entry = Entry::new(draft.now(), What::WentOn).with(Fact::Journey, &run.journey);
            draft.note(entry.with(Fact::Step, &step.id).with_some(Fact::Way, way.map(|way| &way.name)));
            way.map_or(step.next, |way| way.to)
        }
    };
    wait_for(draft, run.id, journey, next, due);
    if let Some(tag) = tagged {
        let event = format!("{}/{}", run.id, step.id);
        journeys::pull(draft, &Happened::new(Trigger::TagAdded, &event).of(Some(tag)));
    }
}

fn send(draft: &mut Draft<'_>, run: &Run, step: &Step, message: &MessageName, due: Timestamp) {
    let id = WorkId::for_step(draft.context.pepper, run.id, &step.id);
    // What answers an act of the person at once is what they wait for; what comes by the clock is not.
    let at_once = run.acted_at.is_some_and(|acted_at| due <= acted_at) && step.delay.date().is_none();
    let class = if at_once && step.quiet != Quiet::Keep { Class::Conversation } else { Class::Bulk };
    let entry = |draft: &Draft<'_>| {
        Entry::new(draft.now(), What::Skipped).with(Fact::Message, message).with(Fact::Work, id)
    };
    match draft.message(message).map(|message| draft.channel_for(message)) {
        Some(Some(channel)) => draft.plan(Plan {
            id,
            class,
            action: Action::Send { message: message.clone(), channel, purpose: Purpose::Playbook },
            run: Some(run.id),
            due_at: due,
            within: Some(step.within),
        }),
        Some(None) => {
            let entry = entry(draft).with(Fact::Reason, answer::unreachable(&draft.lead));
            draft.note(entry.with(Fact::Rule, "R27"));
        }
        None => draft.note(entry(draft).with(Fact::Reason, "the message is no longer in the playbook")),
    }
}

fn give(draft: &mut Draft<'_>, run: &Run, step: &Step, wanted: &TaskStep, due: Timestamp) {
    let due_at = later(due, wanted.due.duration());
    let escalates = wanted.escalate.as_ref().map(|(to, wait)| (to.clone(), later(due_at, wait.duration())));
    let id = WorkId::for_step(draft.context.pepper, run.id, &step.id);
    let (title, to) = (wanted.title.clone(), wanted.to.clone());
    task::give(draft, Task { id, title, to, due_at, escalates });
}

fn gone(draft: &mut Draft<'_>, run: &Run) {
    if let Some(stored) = draft.lead.runs.iter_mut().find(|stored| stored.id == run.id) {
        stored.end();
    }
    let entry = Entry::new(draft.now(), What::JourneyStopped).with(Fact::Journey, &run.journey);
    draft.note(entry.with(Fact::Reason, "its playbook no longer has this step"));
}
