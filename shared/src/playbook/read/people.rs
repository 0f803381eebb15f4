//! The people of the business: agents, and the teams that share their tasks.

use std::collections::BTreeMap;

use domain::email::EmailAddress;
use domain::playbook::{Agent, TaskStep, Wait};

use super::times;
use crate::playbook::fields::{Fields, scalar};
use crate::playbook::report::Report;

pub const TASK_KEYS: [&str; 3] = ["to", "due", "escalate"];
const TITLE_CHARS_MAX: usize = 100;
const TO_HINT: &str = "say whose it is: to: and the name of an agent or a team";

pub fn agents(playbook: &Fields<'_>, report: &mut Report<'_>) -> BTreeMap<String, Agent> {
    let mut agents = BTreeMap::new();
    for entry in playbook.named("agents", report) {
        let fields = Fields::read(&entry.value, "an agent", &["name", "email"], report);
        let email = fields.get("email").and_then(|node| {
            let email = EmailAddress::parse(scalar(node, "email", report)?);
            if let Err(error) = &email {
                report.fault(node.place, error.to_string(), "write it whole: noa@example.com");
            }
            email.ok()
        });
        let name = fields.required("name", "the name that others of the business know", report);
        agents.insert(entry.key.clone(), Agent { name, email });
    }
    agents
}

pub fn teams(playbook: &Fields<'_>, report: &mut Report<'_>) -> BTreeMap<String, Vec<String>> {
    let Some(node) = playbook.get("teams") else { return BTreeMap::new() };
    let names: Vec<&str> = playbook.named("teams", report).iter().map(|entry| entry.key.as_str()).collect();
    let fields = Fields::read(node, "\"teams\"", &names, report);
    let of = |name: &str, report: &mut Report<'_>| {
        fields.texts(name, report).into_iter().map(|(agent, _)| agent.to_owned()).collect()
    };
    names.iter().map(|name| ((*name).to_owned(), of(name, report))).collect()
}

/// `{ task: call them, to: sales, due: 4 hours, escalate: { to: noa, after: 1 day } }`.
pub fn task(fields: &Fields<'_>, report: &mut Report<'_>) -> TaskStep {
    let title = fields.optional("task", report).unwrap_or_default().to_owned();
    if title.chars().count() > TITLE_CHARS_MAX {
        let what = format!("a task is said in at most {TITLE_CHARS_MAX} characters");
        report.fault(fields.key_place("task"), what, "shorten it");
    }
    let to = fields.required("to", TO_HINT, report);
    let due = match fields.get("due") {
        Some(node) => times::wait(node, "due", report),
        None => {
            report.fault(
                fields.key_place("task"),
                "a step needs \"due\"",
                "say how long they have: due: 4 hours",
            );
            None
        }
    };
    let escalate = fields.get("escalate").map(|node| {
        let escalate = Fields::read(node, "\"escalate\"", &["to", "after"], report);
        let after = escalate.get("after").and_then(|node| times::wait(node, "after", report));
        (escalate.required("to", TO_HINT, report), after.unwrap_or(Wait::NONE))
    });
    TaskStep { title, to, due: due.unwrap_or(Wait::NONE), escalate }
}
