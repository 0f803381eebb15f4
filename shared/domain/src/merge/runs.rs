//! Journeys of both records. In the same journey the further position stays, so that nobody gets a step twice.

use crate::decide::{Draft, is_forgettable, stop_run};
use crate::run::{RUNS_MAX, Run};

const BEHIND: &str = "the person is further on in this journey by another record";

pub fn unite(winner: &mut Draft<'_>, loser: &mut Draft<'_>) {
    for theirs in loser.lead.runs.clone() {
        for ours in winner.lead.runs.clone() {
            if ours.journey != theirs.journey || ours.deal != theirs.deal || !side_by_side(&ours, &theirs) {
                continue;
            }
            if position(winner, &ours) >= position(loser, &theirs) {
                stop_run(loser, theirs.id, BEHIND);
            } else {
                stop_run(winner, ours.id, BEHIND);
            }
        }
    }
    let theirs = std::mem::take(&mut loser.lead.runs);
    for run in theirs {
        if make_room(winner) {
            winner.lead.runs.push(run);
        } else {
            loser.lead.runs.push(run.clone());
            stop_run(loser, run.id, "this lead is on too many journeys already");
        }
    }
}

/// Whether one record would have known both as one run: they were under way at the same time. A run that ended
/// before the other began was another time.
fn side_by_side(one: &Run, other: &Run) -> bool {
    let during = |active: &Run, ended: &Run| active.is_active() && active.started_at <= ended.last_step_at;
    one.is_active() && other.is_active() || during(one, other) || during(other, one)
}

/// How far a run has come: the step that comes next, and whether the one before is out of the way.
fn position(draft: &Draft<'_>, run: &Run) -> (usize, bool) {
    let open = draft.lead.work.iter().any(|work| work.run == Some(run.id) && !work.called_off);
    (run.next, !open)
}

/// Whether one more finds room. What is over and keeps nothing from starting is forgotten first.
fn make_room(winner: &mut Draft<'_>) -> bool {
    if winner.lead.runs.len() < RUNS_MAX {
        return true;
    }
    let runs = &winner.lead.runs;
    let forgettable = runs.iter().position(|run| is_forgettable(winner, run));
    match forgettable.or_else(|| runs.iter().position(|run| !run.is_active())) {
        Some(oldest) => {
            winner.lead.runs.remove(oldest);
            true
        }
        None => false,
    }
}
