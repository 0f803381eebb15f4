//! Journeys: started and stopped by what happens, and carried on by time.

use super::answer;
use super::draft::{Draft, Plan};
use crate::ids::{RunId, WorkId};
use crate::playbook::{Journey, StepAction, Trigger};
use crate::run::{RUNS_MAX, Run};
use crate::schedule::due_at;
use crate::timeline::{Entry, Fact, What};
use crate::work::{Action, Class, Lane, Purpose};

/// How many steps one look may carry a lead on: more come with the next.
const STEPS_PER_LOOK_MAX: usize = 32;

/// How many announcements of one lead may wait for the bus. They leave the rest of its room to messages.
const ANNOUNCEMENTS_MAX: usize = 16;

/// Something happened that journeys may wait for. Stops come before starts, so that one event can end a journey
/// and begin the next.
pub fn trigger(draft: &mut Draft<'_>, trigger: Trigger, event: &str) {
    announce(draft, trigger, event);
    stop_all(draft, trigger);
    let playbook = draft.playbook();
    for journey in playbook.journeys.values().filter(|journey| journey.starts.contains(&trigger)) {
        if draft.lead.opt_out.is_none() {
            start(draft, journey, event);
        } else {
            let entry = Entry::new(draft.now(), What::Skipped).with(Fact::Journey, &journey.name);
            draft.note(entry.with(Fact::Reason, "the person has refused messages").with(Fact::Rule, "R3"));
        }
    }
    advance(draft);
}

/// Plans to tell other systems, if the playbook says so. It leaves after what the person waits for.
pub fn announce(draft: &mut Draft<'_>, what: Trigger, event: &str) {
    if !draft.playbook().bus.contains(&what) {
        return;
    }
    let waiting = draft.lead.work.iter().filter(|work| work.lane() == Lane::Bus).count();
    if waiting >= ANNOUNCEMENTS_MAX {
        let entry = Entry::new(draft.now(), What::Skipped).with(Fact::Trigger, what.as_str());
        draft.note(entry.with(Fact::Reason, "the event bus has not taken what came before"));
        return;
    }
    draft.plan(Plan {
        id: WorkId::for_event(
            draft.context.pepper,
            draft.lead.id,
            event,
            &format!("announce {}", what.as_str()),
        ),
        class: Class::Bulk,
        action: Action::Announce { what, happened_at: draft.occurred_at },
        run: None,
        due_at: draft.now(),
        within: None,
    });
}

fn stop_all(draft: &mut Draft<'_>, trigger: Trigger) {
    let playbooks = draft.context.playbooks;
    let stopped: Vec<RunId> = draft
        .lead
        .runs
        .iter()
        .filter(|run| playbooks.journey(run).is_some_and(|journey| journey.stops.contains(&trigger)))
        .map(|run| run.id)
        .collect();
    for run in stopped {
        stop(draft, run, trigger.as_str());
    }
}

/// Ends a run and what it had planned. What is on its way already is not tried again.
pub fn stop(draft: &mut Draft<'_>, id: RunId, reason: &str) {
    let now = draft.now();
    if let Some(run) = draft.lead.runs.iter_mut().find(|run| run.id == id && run.is_active()) {
        run.next_at = None;
        let entry = Entry::new(now, What::JourneyStopped).with(Fact::Journey, &run.journey);
        draft.note(entry.with(Fact::Reason, reason));
    }
    let dropped: Vec<_> = draft.lead.work.iter().filter(|work| work.run == Some(id)).cloned().collect();
    for work in dropped {
        draft.call_off(&work, reason, None);
    }
}

fn start(draft: &mut Draft<'_>, journey: &Journey, event: &str) {
    let now = draft.now();
    let id = RunId::derive(draft.context.pepper, draft.lead.id, &journey.name, event);
    let mut earlier = draft.lead.runs.iter().filter(|run| run.journey == journey.name);
    let occupied = earlier.any(|run| {
        let again_too_soon =
            journey.not_again_within.is_some_and(|span| now.duration_since(run.started_at) < span);
        run.id == id || run.is_active() || again_too_soon
    });
    if occupied {
        return;
    }
    let Some(first) = journey.steps.first() else { return };
    if draft.lead.runs.len() >= RUNS_MAX {
        match draft.lead.runs.iter().position(|run| is_forgettable(draft, run)) {
            Some(oldest) => drop(draft.lead.runs.remove(oldest)),
            None => {
                let entry = Entry::new(now, What::Skipped).with(Fact::Journey, &journey.name);
                draft.note(entry.with(Fact::Reason, "this lead is on too many journeys already"));
                return;
            }
        }
    }
    let next_at = due_at(first, now, now, &draft.playbook().business.zone);
    draft.lead.runs.push(Run {
        id,
        journey: journey.name.clone(),
        version: draft.playbook().version.clone(),
        started_at: now,
        next: 0,
        next_at: Some(next_at),
        last_step_at: now,
    });
    draft.note(Entry::new(now, What::JourneyStarted).with(Fact::Journey, &journey.name));
}

/// Whether nothing depends on a run any more: it has ended, all that it planned is over, and it keeps no other
/// from starting.
pub fn is_forgettable(draft: &Draft<'_>, run: &Run) -> bool {
    let waits = draft.lead.work.iter().any(|work| work.run == Some(run.id));
    let journey = draft.playbook().journeys.get(&run.journey);
    let keeps_others = journey
        .and_then(|journey| journey.not_again_within)
        .is_some_and(|span| draft.now().duration_since(run.started_at) < span);
    !run.is_active() && !waits && !keeps_others
}

/// Takes every step that is due, in the order in which they are due.
pub fn advance(draft: &mut Draft<'_>) {
    for _ in 0..STEPS_PER_LOOK_MAX {
        let now = draft.now();
        let due = |run: &&Run| run.next_at.is_some_and(|at| at <= now);
        let Some(run) = draft.lead.runs.iter().filter(due).min_by_key(|run| (run.next_at, run.id)).cloned()
        else {
            return;
        };
        take_step(draft, &run);
    }
}

fn take_step(draft: &mut Draft<'_>, run: &Run) {
    let now = draft.now();
    let playbooks = draft.context.playbooks;
    let journey = playbooks.journey(run);
    let Some((journey, step)) = journey.and_then(|journey| Some((journey, journey.steps.get(run.next)?)))
    else {
        end(draft, run, "its playbook no longer has this step");
        return;
    };
    let step_due = run.next_at.unwrap_or(now);
    match &step.action {
        StepAction::Send(message) => {
            let id = WorkId::for_step(draft.context.pepper, run.id, run.next);
            // The first message at once is what the person waits for; what comes by the clock is not.
            let class = if step_due <= run.started_at { Class::Conversation } else { Class::Bulk };
            match draft.message(message).map(|message| draft.channel_for(message)) {
                Some(Some(channel)) => draft.plan(Plan {
                    id,
                    class,
                    action: Action::Send { message: message.clone(), channel, purpose: Purpose::Playbook },
                    run: Some(run.id),
                    due_at: step_due,
                    within: Some(step.within),
                }),
                Some(None) => {
                    let entry =
                        Entry::new(now, What::Skipped).with(Fact::Message, message).with(Fact::Work, id);
                    draft.note(
                        entry.with(Fact::Reason, answer::unreachable(&draft.lead)).with(Fact::Rule, "R27"),
                    );
                }
                None => {
                    let entry =
                        Entry::new(now, What::Skipped).with(Fact::Message, message).with(Fact::Work, id);
                    draft.note(entry.with(Fact::Reason, "the message is no longer in the playbook"));
                }
            }
        }
        StepAction::Tag(tag) => {
            if draft.lead.tags.insert(tag.clone()) {
                draft.note(
                    Entry::new(now, What::TagAdded).with(Fact::Tag, tag).with(Fact::Journey, &run.journey),
                );
            }
        }
    }
    let zone = &draft.playbook().business.zone;
    let next = run.next + 1;
    let next_at = journey.steps.get(next).map(|step| due_at(step, run.started_at, step_due, zone));
    if let Some(stored) = draft.lead.runs.iter_mut().find(|stored| stored.id == run.id) {
        stored.next = next;
        stored.next_at = next_at;
        stored.last_step_at = step_due;
    }
    if next_at.is_none() {
        draft.note(Entry::new(now, What::JourneyEnded).with(Fact::Journey, &run.journey));
    }
}

fn end(draft: &mut Draft<'_>, run: &Run, reason: &str) {
    if let Some(stored) = draft.lead.runs.iter_mut().find(|stored| stored.id == run.id) {
        stored.next_at = None;
    }
    let entry = Entry::new(draft.now(), What::JourneyStopped).with(Fact::Journey, &run.journey);
    draft.note(entry.with(Fact::Reason, reason));
}
