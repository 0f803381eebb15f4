//! Journeys: started, stopped and carried on by what happens. What time does to them is in [`super::steps`].

use super::draft::{Draft, Plan};
use super::steps;
use jiff::Timestamp;

use crate::alert;
use crate::ids::{RunId, WorkId};
use crate::lead::Lead;
use crate::lot::lot;
use crate::playbook::{Circumstances, Happened, Journey, Occasion, StepAction, Trigger};
use crate::run::{RUNS_MAX, Run};
use crate::timeline::{Entry, Fact, What};
use crate::work::{Action, Class, Lane};

/// How many announcements of one lead may wait for the bus. They leave the rest of its room to messages.
const ANNOUNCEMENTS_MAX: usize = 16;

/// Something happened that journeys may wait for. Stops come before starts, so that one event can end a journey
/// and begin the next.
pub fn happened(draft: &mut Draft<'_>, happened: Happened<'_>) {
    pull(draft, &happened);
    steps::advance(draft);
}

/// The same, for who advances the lead's journeys afterwards.
pub(super) fn pull(draft: &mut Draft<'_>, happened: &Happened<'_>) {
    tell_others(draft, happened);
    reach_goals(draft, happened);
    stop_all(draft, happened);
    go_on(draft, happened);
    let playbook = draft.playbook();
    let kind = happened.deal.and_then(|id| draft.lead.deal(id)).map(|deal| deal.kind.clone());
    let starts = |journey: &&Journey| {
        let of_deal = journey.deal_kind().is_none_or(|wanted| kind.as_ref() == Some(wanted));
        is_one(&journey.starts, happened) && of_deal
    };
    for journey in playbook.journeys.values().filter(starts) {
        if draft.lead.opt_out.is_none() {
            start(draft, journey, happened);
        } else {
            let entry = Entry::new(draft.now(), What::Skipped).with(Fact::Journey, &journey.name);
            draft.note(entry.with(Fact::Reason, "the person has refused messages").with(Fact::Rule, "R3"));
        }
    }
}

fn is_one(occasions: &[Occasion], happened: &Happened<'_>) -> bool {
    occasions.iter().any(|occasion| occasion.is(happened))
}

/// Other systems and people of the business hear of it, as far as the playbook says so.
pub fn tell_others(draft: &mut Draft<'_>, happened: &Happened<'_>) {
    announce(draft, happened.trigger, happened.event);
    alert::about(draft, happened);
}

/// Plans to tell other systems, if the playbook says so. It leaves after what the person waits for.
fn announce(draft: &mut Draft<'_>, what: Trigger, event: &str) {
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

/// The runs that this can be about, active or not: those of another deal are not meant.
fn concerned(draft: &Draft<'_>, happened: &Happened<'_>) -> Vec<Run> {
    let meant =
        |run: &&Run| happened.deal.is_none() || run.deal.is_none() || run.deal.as_ref() == happened.deal;
    draft.lead.runs.iter().filter(meant).cloned().collect()
}

/// A goal is told of once, of those who are held out, too, and ends the run. What is a goal the current playbook says:
/// those who are through with the journey are counted by it as well.
fn reach_goals(draft: &mut Draft<'_>, happened: &Happened<'_>) {
    let playbook = draft.playbook();
    for run in concerned(draft, happened).into_iter().filter(|run| run.goal_at.is_none()) {
        let Some(journey) = playbook.journeys.get(&run.journey) else { continue };
        if !is_one(&journey.goals, happened) {
            continue;
        }
        let now = draft.now();
        if let Some(stored) = draft.lead.runs.iter_mut().find(|stored| stored.id == run.id) {
            stored.goal_at = Some(now);
        }
        let held_out = run.is_held_out.then_some("held-out");
        let entry = Entry::new(now, What::GoalReached).with(Fact::Journey, &run.journey);
        let entry = entry.with(Fact::Trigger, happened.trigger.as_str());
        draft.note(entry.with_some(Fact::Status, held_out).with_some(Fact::Deal, run.deal.as_ref()));
        stop(draft, run.id, "its goal was reached");
    }
}

fn stop_all(draft: &mut Draft<'_>, happened: &Happened<'_>) {
    let playbooks = draft.context.playbooks;
    let stopped: Vec<RunId> = concerned(draft, happened)
        .iter()
        .filter(|run| playbooks.journey(run).is_some_and(|journey| is_one(&journey.stops, happened)))
        .map(|run| run.id)
        .collect();
    for run in stopped {
        stop(draft, run, happened.trigger.as_str());
    }
}

/// Ends a run and what it had planned. What is on its way already is not tried again.
pub fn stop(draft: &mut Draft<'_>, id: RunId, reason: &str) {
    let now = draft.now();
    if let Some(run) = draft.lead.runs.iter_mut().find(|run| run.id == id && run.is_active()) {
        run.end();
        let entry = Entry::new(now, What::JourneyStopped).with(Fact::Journey, &run.journey);
        draft.note(entry.with(Fact::Reason, reason));
    }
    let dropped: Vec<_> = draft.lead.work.iter().filter(|work| work.run == Some(id)).cloned().collect();
    for work in dropped {
        draft.call_off(&work, reason, None);
    }
}

/// What a run waited for has come.
fn go_on(draft: &mut Draft<'_>, happened: &Happened<'_>) {
    let playbooks = draft.context.playbooks;
    for run in concerned(draft, happened).into_iter().filter(Run::is_active) {
        let Some(journey) = playbooks.journey(&run) else { continue };
        let Some(step) = journey.steps.get(run.next) else { continue };
        let StepAction::Await { occasions, .. } = &step.action else { continue };
        if !is_one(occasions, happened) {
            continue;
        }
        let now = draft.now();
        if let Some(stored) = draft.lead.runs.iter_mut().find(|stored| stored.id == run.id) {
            stored.taken.insert(step.id.key());
            stored.acted_at = happened.trigger.is_an_act().then_some(now).or(stored.acted_at);
        }
        let entry = Entry::new(now, What::WentOn).with(Fact::Journey, &run.journey);
        draft.note(entry.with(Fact::Step, &step.id).with(Fact::Trigger, happened.trigger.as_str()));
        steps::wait_for(draft, run.id, journey, step.next, now);
    }
}

fn start(draft: &mut Draft<'_>, journey: &Journey, happened: &Happened<'_>) {
    let now = draft.now();
    let deal = happened.deal.filter(|_| journey.deal_kind().is_some());
    let id = RunId::derive(draft.context.pepper, draft.lead.id, &journey.name, happened.event);
    let of_journey = |run: &&Run| run.journey == journey.name && run.deal.as_ref() == deal;
    let mut earlier = draft.lead.runs.iter().filter(of_journey);
    let occupied = earlier.any(|run| {
        let again_too_soon =
            journey.not_again_within.is_some_and(|span| now.duration_since(run.started_at) < span);
        run.id == id || run.is_active() || again_too_soon || run.is_held_out && run.goal_at.is_none()
    });
    if occupied || journey.steps.is_empty() || !make_room(draft, journey) {
        return;
    }
    let is_held_out = lot(draft.lead.id, journey.name.as_str()) % 100 < u64::from(journey.hold_out_percent);
    draft.lead.runs.push(Run {
        id,
        journey: journey.name.clone(),
        version: draft.playbook().version.clone(),
        started_at: now,
        deal: deal.cloned(),
        next: 0,
        next_at: (!is_held_out).then_some(now),
        last_step_at: now,
        taken: Default::default(),
        acted_at: happened.trigger.is_an_act().then_some(now),
        is_held_out,
        goal_at: None,
    });
    let what = if is_held_out { What::HeldOut } else { What::JourneyStarted };
    draft.note(Entry::new(now, what).with(Fact::Journey, &journey.name).with_some(Fact::Deal, deal));
    if !is_held_out {
        steps::wait_for(draft, id, journey, 0, now);
    }
}

fn make_room(draft: &mut Draft<'_>, journey: &Journey) -> bool {
    if draft.lead.runs.len() < RUNS_MAX {
        return true;
    }
    match draft.lead.runs.iter().position(|run| is_forgettable(draft, run)) {
        Some(oldest) => {
            draft.lead.runs.remove(oldest);
            true
        }
        None => {
            let entry = Entry::new(draft.now(), What::Skipped).with(Fact::Journey, &journey.name);
            draft.note(entry.with(Fact::Reason, "this lead is on too many journeys already"));
            false
        }
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

/// Who has entered or left a segment since `before`. What follows from it may lead into others, but not on and on.
pub fn compare_segments(draft: &mut Draft<'_>, before: &Lead, event: &str) {
    const ROUNDS_MAX: usize = 4;
    let segments = &draft.playbook().segments;
    if segments.is_empty() {
        return;
    }
    let mut before = before.clone();
    let always = Circumstances::always(draft.context.now);
    for _ in 0..ROUNDS_MAX {
        let changed: Vec<(&String, bool)> = segments
            .iter()
            .filter_map(|(name, segment)| {
                let is_in = segment.holds(&draft.lead, always);
                (is_in != segment.holds(&before, always)).then_some((name, is_in))
            })
            .collect();
        if changed.is_empty() {
            return;
        }
        before = draft.lead.clone();
        for (name, is_in) in changed {
            let trigger = if is_in { Trigger::SegmentEntered } else { Trigger::SegmentLeft };
            happened(draft, Happened::new(trigger, event).of(Some(name)));
        }
    }
}

/// Where a condition of this run is asked.
pub(super) fn circumstances(run: &Run, now: Timestamp) -> Circumstances<'_> {
    Circumstances { since: run.started_at, deal: run.deal.as_ref(), now }
}
