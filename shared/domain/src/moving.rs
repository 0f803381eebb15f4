//! A newer version of a journey takes over the people who are on it.
//!
//! They go on behind the last step that they had: what was sent stays sent, and what was put in before it is not made up
//! for. Without such a move everybody finishes the journey on which they began.

use jiff::Timestamp;

use crate::context::Context;
use crate::decide::{Decision, Draft, wait_for};
use crate::ids::{JourneyName, StepId, WorkId};
use crate::lead::Lead;
use crate::playbook::{Journey, Step};
use crate::run::Run;
use crate::timeline::{Entry, Fact, What};

/// What changes for one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    pub decision: Decision,
    pub runs: Vec<MovedRun>,
}

/// The step that comes next, before and after. `None`: the journey is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedRun {
    pub before: Option<(StepId, Timestamp)>,
    pub after: Option<(StepId, Timestamp)>,
}

/// Moves the runs of a journey to the version that is current. `None` where none of this lead's is on another one, or the
/// current playbook does not have the journey.
pub fn move_runs(lead: &Lead, name: &JourneyName, context: &Context<'_>) -> Option<Moved> {
    let playbooks = context.playbooks;
    let journey = playbooks.current.journeys.get(name)?;
    let version = &playbooks.current.version;
    let behind = |run: &&Run| run.is_active() && run.journey == *name && run.version != *version;
    let runs: Vec<Run> = lead.runs.iter().filter(behind).cloned().collect();
    if runs.is_empty() {
        return None;
    }
    let mut draft = Draft::new(lead, context);
    let runs = runs
        .iter()
        .map(|run| {
            let before = next_of(run, playbooks.journey(run));
            move_run(&mut draft, run, journey);
            let moved = draft.lead.runs.iter().find(|moved| moved.id == run.id);
            MovedRun { before, after: moved.and_then(|moved| next_of(moved, Some(journey))) }
        })
        .collect();
    Some(Moved { decision: draft.finish(), runs })
}

fn next_of(run: &Run, journey: Option<&Journey>) -> Option<(StepId, Timestamp)> {
    Some((journey?.steps.get(run.next)?.id.clone(), run.next_at?))
}

fn move_run(draft: &mut Draft<'_>, run: &Run, journey: &Journey) {
    let old = draft.context.playbooks.journey(run);
    let place = place_in(journey, run, old);
    call_off_what_is_gone(draft, run, old, journey);
    let version = draft.playbook().version.clone();
    let entry = Entry::new(draft.now(), What::RunMoved).with(Fact::Journey, &run.journey);
    draft.note(entry.with(Fact::Version, &version));
    if let Some(stored) = draft.lead.runs.iter_mut().find(|stored| stored.id == run.id) {
        stored.version = version;
    }
    wait_for(draft, run.id, journey, place, run.last_step_at);
}

/// Where this person stands in another version of their journey: behind the last of its steps that they had, or where a
/// step stands that was still to come for them, if that is earlier.
fn place_in(journey: &Journey, run: &Run, old: Option<&Journey>) -> usize {
    let to_come = old.map(|old| ahead(old, run.next)).unwrap_or_default();
    let first_to_come = journey.steps.iter().position(|step| to_come.contains(&&step.id));
    let is_taken = |step: &Step| run.taken.contains(&step.id.key());
    let behind = match journey.steps.iter().rposition(is_taken) {
        None => 0,
        Some(last) => {
            // A branch that was just taken goes on where the step is that they wait for.
            let step = &journey.steps[last];
            let wanted = old.and_then(|old| old.steps.get(run.next)).and_then(|next| journey.step(&next.id));
            let far = |way: &usize| wanted.and_then(|(wanted, _)| journey.steps_between(*way, wanted));
            let nearest = step.ways_on().filter(|way| far(way).is_some()).min_by_key(far);
            nearest.unwrap_or(step.next)
        }
    };
    first_to_come.map_or(behind, |first| first.min(behind))
}

/// Every step that may still come for who waits for the one at `from`.
fn ahead(journey: &Journey, from: usize) -> Vec<&StepId> {
    let reached = |index: &usize| journey.steps_between(from, *index).is_some();
    (0..journey.steps.len()).filter(reached).map(|index| &journey.steps[index].id).collect()
}

/// What was taken, has not left, and is of a step that there is no more.
fn call_off_what_is_gone(draft: &mut Draft<'_>, run: &Run, old: Option<&Journey>, journey: &Journey) {
    let stays: Vec<WorkId> =
        journey.steps.iter().map(|step| WorkId::for_step(draft.context.pepper, run.id, &step.id)).collect();
    let of_old = old.into_iter().flat_map(|old| &old.steps);
    let gone: Vec<WorkId> = of_old
        .map(|step| WorkId::for_step(draft.context.pepper, run.id, &step.id))
        .filter(|id| !stays.contains(id))
        .collect();
    for work in gone.iter().filter_map(|id| draft.lead.work(*id)).cloned().collect::<Vec<_>>() {
        draft.call_off(&work, "the journey no longer has this step", None);
    }
}
