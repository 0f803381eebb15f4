//! A life as a calendar: as it was simulated, and as it was lived, in one spelling.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use shared::domain::call::{Operation, PlatformCall, WhatsAppContent};
use shared::domain::context::Playbooks;
use shared::domain::ids::LeadId;
use shared::domain::playbook::Playbook;
use shared::domain::simulate::{LineWhat, Simulation, simulate};
use shared::domain::timeline::{Entry, Fact, What};
use shared::playbook::scenario;

pub const ZONE: &str = "Asia/Jerusalem";

fn civil(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::get(ZONE).unwrap()).strftime("%Y-%m-%d %a %H:%M:%S").to_string()
}

pub fn simulated(playbook: &Arc<Playbook>, text: &str, lead: Option<LeadId>) -> Simulation {
    let mut told = scenario::scenario("scenario.yaml", text, playbook)
        .unwrap_or_else(|faults| panic!("{faults}\n{text}"));
    told.lead.id = lead.unwrap_or(told.lead.id);
    simulate(&told, &Playbooks::only(Arc::clone(playbook)), &scenario::pepper(), 0)
}

/// A line of the calendar, in one spelling for both.
fn line(at: Timestamp, what: &str, facts: &[Option<&str>]) -> String {
    let facts: Vec<&str> = facts.iter().copied().flatten().filter(|fact| !fact.is_empty()).collect();
    format!("{} {what} {}", civil(at), facts.join(" | ")).trim_end().to_owned()
}

pub fn calendar(simulation: &Simulation) -> Vec<String> {
    assert!(!simulation.is_endless);
    let lines = simulation.lines.iter().filter_map(|told| {
        let journey = told.journey.as_ref().map(|journey| journey.as_str());
        Some(match &told.what {
            LineWhat::Happened(_) => return None,
            LineWhat::Sent(sent) => {
                let name = sent.message.as_ref().map(|name| name.as_str());
                let moves: Vec<String> = sent
                    .moves
                    .iter()
                    .map(|moved| format!("{}: {}", civil(moved.from), moved.reason))
                    .collect();
                let moves = (!moves.is_empty()).then(|| format!("moved from {}", moves.join(", ")));
                let how = sent.template.as_deref().or(sent.text.as_deref());
                line(told.at, "sent", &[name, how, moves.as_deref()])
            }
            LineWhat::NotSent { message, reason, .. } => {
                line(told.at, "not sent", &[message.as_ref().map(|name| name.as_str()), Some(reason)])
            }
            // A task is told by itself.
            LineWhat::Noted { what: what @ (What::TaskGiven | What::TaskEscalated), about } => {
                line(told.at, what.as_str(), &[about.as_deref()])
            }
            LineWhat::Noted { what, about } => line(told.at, what.as_str(), &[journey, about.as_deref()]),
        })
    });
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    lines
}

/// The same from the record of who lived it.
pub fn lived(entries: &[Entry], calls: &[PlatformCall]) -> Vec<String> {
    let lines = entries.iter().filter_map(|entry| {
        let fact = |fact| entry.fact(fact);
        let (message, reason) = (fact(Fact::Message), fact(Fact::Reason));
        Some(match entry.what {
            What::Sent => {
                let work = fact(Fact::Work).unwrap_or_default();
                let moves: Vec<String> = entries
                    .iter()
                    .filter(|moved| moved.what == What::Moved && moved.fact(Fact::Work) == Some(work))
                    .map(|moved| {
                        format!("{}: {}", civil(moved.at), moved.fact(Fact::Reason).unwrap_or_default())
                    })
                    .collect();
                let moves = (!moves.is_empty()).then(|| format!("moved from {}", moves.join(", ")));
                let call = calls.iter().find(|call| call.work.to_string() == work);
                let how = call.map(|call| how(&call.operation));
                line(entry.at, "sent", &[message, how.as_deref(), moves.as_deref()])
            }
            What::Skipped | What::NoWhatsApp => line(entry.at, "not sent", &[message, reason]),
            What::Captured
            | What::CallMissed
            | What::CallEnded
            | What::Wrote
            | What::DealChanged
            | What::Moved => {
                return None;
            }
            what => {
                let about = [Fact::Tag, Fact::Way, Fact::Trigger, Fact::Reason, Fact::Source, Fact::Text];
                line(entry.at, what.as_str(), &[fact(Fact::Journey), about.into_iter().find_map(fact)])
            }
        })
    });
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    lines
}

fn how(operation: &Operation) -> String {
    match operation {
        Operation::SendWhatsApp { content, .. } => match content {
            WhatsAppContent::Template { name, .. } => name.clone(),
            WhatsAppContent::Text { body }
            | WhatsAppContent::Buttons { body, .. }
            | WhatsAppContent::Link { body, .. } => body.clone(),
        },
        other => other.name().to_owned(),
    }
}
