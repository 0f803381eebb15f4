//! Whoever has something to do is somebody.

use domain::playbook::{StepAction, TaskStep};

use super::{Check, parts};
use crate::playbook::nearest::did_you_mean;

pub fn check(check: &mut Check<'_, '_, '_>) {
    let playbook = check.playbook;
    for (team, agents) in &playbook.teams {
        if let Some(name) = agents.iter().find(|name| !playbook.agents.contains_key(*name)) {
            let hint = did_you_mean(name, playbook.agents.keys().map(String::as_str));
            check.fault(&["teams", team], format!("unknown agent \"{name}\""), hint);
        }
    }
    alerts(check);
    for journey in playbook.journeys.values() {
        for (index, step) in journey.steps.iter().enumerate() {
            if let StepAction::Task(task) = &step.action {
                for (key, what, hint) in nobody(check, task) {
                    check.step_fault(journey, index, key, what, hint);
                }
            }
        }
    }
    for answering in check.answers() {
        let nobody = answering.answer.task.as_ref().map(|task| nobody(check, task));
        for (key, what, hint) in nobody.into_iter().flatten() {
            check.fault(&parts(&answering.at(key)), what, hint);
        }
    }
}

/// Whoever is to hear by e-mail has an address, and the business one to write from.
fn alerts(check: &mut Check<'_, '_, '_>) {
    let playbook = check.playbook;
    let Some(alerts) = &playbook.alerts else { return };
    let (agents, teams) = (&playbook.agents, &playbook.teams);
    let alone = std::slice::from_ref(&alerts.to);
    let told = teams.get(&alerts.to).map_or(alone, Vec::as_slice);
    for name in told.iter().filter(|name| !name.is_empty()) {
        match agents.get(name) {
            Some(agent) if agent.email.is_some() => {}
            Some(_) => {
                let hint = "write it beside their name, under agents: email: noa@example.com";
                check.fault(&["alerts", "to"], format!("the agent \"{name}\" has no e-mail address"), hint);
            }
            // Of a team this has been said above.
            None if teams.contains_key(&alerts.to) => {}
            None => {
                let known = agents.keys().chain(teams.keys()).map(String::as_str);
                let hint = did_you_mean(name, known);
                check.fault(&["alerts", "to"], format!("unknown agent or team \"{name}\""), hint);
            }
        }
    }
    if playbook.channels.mailbox.is_none() {
        let hint = "say where the business's e-mails come from: channels: { email: { from: … } }";
        check.fault(&["alerts"], "alerts go by e-mail, and the business has no mailbox", hint);
    }
}

/// Whom a task is given to, and is none of the business.
fn nobody(check: &Check<'_, '_, '_>, task: &TaskStep) -> Vec<(&'static str, String, String)> {
    let (agents, teams) = (&check.playbook.agents, &check.playbook.teams);
    let known: Vec<&str> = agents.keys().chain(teams.keys()).map(String::as_str).collect();
    let escalate = task.escalate.as_ref().map(|(to, _)| ("escalate", to));
    std::iter::once(("to", &task.to))
        .chain(escalate)
        // An empty name is reported where it was read.
        .filter(|(_, to)| !to.is_empty() && !known.contains(&to.as_str()))
        .map(|(key, to)| {
            let hint = did_you_mean(to, known.iter().copied());
            (key, format!("unknown agent or team \"{to}\""), hint)
        })
        .collect()
}
