//! Whoever has something to do is somebody.

use domain::playbook::{Journey, StepAction, TaskStep};

use super::Check;
use crate::playbook::nearest::did_you_mean;

pub fn check(check: &mut Check<'_, '_, '_>) {
    let playbook = check.playbook;
    for (team, agents) in &playbook.teams {
        if let Some(name) = agents.iter().find(|name| !playbook.agents.contains_key(*name)) {
            let hint = did_you_mean(name, playbook.agents.keys().map(String::as_str));
            check.fault(&["teams", team], format!("unknown agent \"{name}\""), hint);
        }
    }
    for journey in playbook.journeys.values() {
        for (index, step) in journey.steps.iter().enumerate() {
            if let StepAction::Task(task) = &step.action {
                somebody(check, journey, index, task);
            }
        }
    }
}

fn somebody(check: &mut Check<'_, '_, '_>, journey: &Journey, index: usize, task: &TaskStep) {
    let (agents, teams) = (&check.playbook.agents, &check.playbook.teams);
    let known: Vec<&str> = agents.keys().chain(teams.keys()).map(String::as_str).collect();
    let escalate = task.escalate.as_ref().map(|(to, _)| ("escalate", to));
    for (key, to) in std::iter::once(("to", &task.to)).chain(escalate) {
        // An empty name is reported where it was read.
        if !to.is_empty() && !known.contains(&to.as_str()) {
            let hint = did_you_mean(to, known.iter().copied());
            check.step_fault(journey, index, key, format!("unknown agent or team \"{to}\""), hint);
        }
    }
}
