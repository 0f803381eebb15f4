//! Journeys: started and stopped by what happens, and carried on by time.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::answer;
use super::draft::{Draft, Plan, describe};
use crate::ids::{DealId, RunId, WorkId};
use crate::lead::Lead;
use crate::playbook::{Journey, Step, StepAction, Trigger};
use crate::run::{RUNS_MAX, Run};
use crate::schedule::{CountsFrom, due_at, later};
use crate::timeline::{Entry, Fact, What};
use crate::work::{Action, Class, Lane, Purpose, Work, WorkState};

/// How many steps one look may carry a lead on: more come with the next.
const STEPS_PER_LOOK_MAX: usize = 32;

/// How many announcements of one lead may wait for the bus. They leave the rest of its room to messages.
const ANNOUNCEMENTS_MAX: usize = 16;

/// Something happened that journeys may wait for. Stops come before starts, so that one event can end a journey
/// and begin the next.
pub fn trigger(draft: &mut Draft<'_>, trigger: Trigger, event: &str) {
    pull(draft, trigger, event, None);
}

/// The same of a deal: it stops what hangs on another deal not at all.
pub fn trigger_of_deal(draft: &mut Draft<'_>, trigger: Trigger, event: &str, deal: &DealId) {
    pull(draft, trigger, event, Some(deal));
}

fn pull(draft: &mut Draft<'_>, trigger: Trigger, event: &str, deal: Option<&DealId>) {
    announce(draft, trigger, event);
    stop_all(draft, trigger, deal);
    let playbook = draft.playbook();
    let kind = deal.and_then(|id| draft.lead.deal(id)).map(|deal| deal.kind.clone());
    let starts = |journey: &&Journey| {
        let of_deal = journey.deal_kind().is_none_or(|wanted| kind.as_ref() == Some(wanted));
        journey.starts.contains(&trigger) && of_deal
    };
    for journey in playbook.journeys.values().filter(starts) {
        if draft.lead.opt_out.is_none() {
            start(draft, journey, event, deal);
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

fn stop_all(draft: &mut Draft<'_>, trigger: Trigger, deal: Option<&DealId>) {
    let playbooks = draft.context.playbooks;
    let stopped: Vec<RunId> = draft
        .lead
        .runs
        .iter()
        .filter(|run| playbooks.journey(run).is_some_and(|journey| journey.stops.contains(&trigger)))
        .filter(|run| deal.is_none() || run.deal.is_none() || run.deal.as_ref() == deal)
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

fn start(draft: &mut Draft<'_>, journey: &Journey, event: &str, deal: Option<&DealId>) {
    let now = draft.now();
    let deal = deal.filter(|_| journey.deal_kind().is_some());
    let id = RunId::derive(draft.context.pepper, draft.lead.id, &journey.name, event);
    let of_journey = |run: &&Run| run.journey == journey.name && run.deal.as_ref() == deal;
    let mut earlier = draft.lead.runs.iter().filter(of_journey);
    let occupied = earlier.any(|run| {
        let again_too_soon =
            journey.not_again_within.is_some_and(|span| now.duration_since(run.started_at) < span);
        run.id == id || run.is_active() || again_too_soon
    });
    if occupied {
        return;
    }
    if journey.steps.is_empty() {
        return;
    }
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
    draft.lead.runs.push(Run {
        id,
        journey: journey.name.clone(),
        version: draft.playbook().version.clone(),
        started_at: now,
        deal: deal.cloned(),
        next: 0,
        next_at: Some(now),
        last_step_at: now,
    });
    let entry = Entry::new(now, What::JourneyStarted).with(Fact::Journey, &journey.name);
    draft.note(entry.with_some(Fact::Deal, deal));
    wait_for(draft, id, journey, 0, now);
}

/// The run waits for its step of this index, or for the first after it whose date the deal has; after the last it is
/// over.
fn wait_for(draft: &mut Draft<'_>, id: RunId, journey: &Journey, index: usize, last_step_at: Timestamp) {
    let Some(run) = draft.lead.runs.iter().find(|run| run.id == id).cloned() else { return };
    let zone = &draft.playbook().business.zone;
    let mut found = None;
    for (index, step) in journey.steps.iter().enumerate().skip(index) {
        match due_of(&draft.lead, &run, step, last_step_at, zone) {
            Some(due) => {
                found = Some((index, due));
                break;
            }
            None => no_date(draft, &run, step),
        }
    }
    if let Some(stored) = draft.lead.runs.iter_mut().find(|stored| stored.id == id) {
        stored.next = found.map_or(journey.steps.len(), |(index, _)| index);
        stored.next_at = found.map(|(_, due)| due);
        stored.last_step_at = last_step_at;
    }
    if found.is_none() {
        draft.note(Entry::new(draft.now(), What::JourneyEnded).with(Fact::Journey, &run.journey));
    }
}

fn due_of(
    lead: &Lead,
    run: &Run,
    step: &Step,
    last_step_at: Timestamp,
    zone: &TimeZone,
) -> Option<Timestamp> {
    let deal = run.deal.as_ref().and_then(|id| lead.deal(id));
    due_at(step, CountsFrom { started_at: run.started_at, last_step_at, deal }, zone)
}

fn no_date(draft: &mut Draft<'_>, run: &Run, step: &Step) {
    let date = step.delay.date().map_or("", |date| date.date.as_str());
    let entry = Entry::new(draft.now(), What::Skipped).with(Fact::Journey, &run.journey);
    let entry = entry.with_some(Fact::Message, step.action.message());
    draft.note(entry.with(Fact::Reason, format!("the deal has no {date}")));
}

/// Dates of a deal were moved: what hangs on them and has not left goes by the new ones. What was sent stays sent.
pub fn dates_moved(draft: &mut Draft<'_>, deal: &DealId) {
    let playbooks = draft.context.playbooks;
    let zone = &draft.playbook().business.zone;
    let runs: Vec<Run> =
        draft.lead.runs.iter().filter(|run| run.deal.as_ref() == Some(deal)).cloned().collect();
    for run in runs {
        let Some(journey) = playbooks.journey(&run) else { continue };
        for (index, step) in journey.steps.iter().enumerate().take(run.next) {
            if step.delay.date().is_some() {
                move_planned(draft, &run, index, step);
            }
        }
        let dated =
            run.is_active() && journey.steps.get(run.next).is_some_and(|step| step.delay.date().is_some());
        if !dated {
            continue;
        }
        match due_of(&draft.lead, &run, &journey.steps[run.next], run.last_step_at, zone) {
            Some(due) => {
                if let Some(stored) = draft.lead.runs.iter_mut().find(|stored| stored.id == run.id) {
                    stored.next_at = Some(due);
                }
            }
            None => wait_for(draft, run.id, journey, run.next, run.last_step_at),
        }
    }
}

/// A step that was taken and has not left, since quiet hours, a cap or its template held it.
fn move_planned(draft: &mut Draft<'_>, run: &Run, index: usize, step: &Step) {
    let id = WorkId::for_step(draft.context.pepper, run.id, index);
    let claimed = draft.lead.claim.as_ref().is_some_and(|claim| claim.work == id);
    let waits = |work: &&Work| {
        let untried = work.state == WorkState::Planned && work.tries == 0;
        (untried || work.is_waiting()) && !claimed
    };
    let Some(work) = draft.lead.work(id).filter(waits).cloned() else { return };
    let zone = &draft.playbook().business.zone;
    match due_of(&draft.lead, run, step, run.last_step_at, zone) {
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
            let at_once = step_due <= run.started_at && step.delay.date().is_none();
            let class = if at_once { Class::Conversation } else { Class::Bulk };
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
    wait_for(draft, run.id, journey, run.next + 1, step_due);
}

fn end(draft: &mut Draft<'_>, run: &Run, reason: &str) {
    if let Some(stored) = draft.lead.runs.iter_mut().find(|stored| stored.id == run.id) {
        stored.next_at = None;
    }
    let entry = Entry::new(draft.now(), What::JourneyStopped).with(Fact::Journey, &run.journey);
    draft.note(entry.with(Fact::Reason, reason));
}
