//! The days as a table: what left, when, to whom, and where everybody stands in the end.
//!
//! Text is in logical order, as files have it; a terminal that knows Hebrew turns it around itself.

use comfy_table::{ContentArrangement, Table, presets};
use jiff::tz::TimeZone;
use local::Stack;
use sandbox::{Channel, PersonView, Sandbox, Sent};
use shared::application::ports::TimelineRow;
use shared::domain::lead::Lead;
use shared::domain::timeline::{Entry, Fact, What};

use crate::Refusal;

const TEXT_CHARS_MAX: usize = 64;

pub async fn render(stack: &Stack, sandbox: &Sandbox, zone: &TimeZone) -> Result<String, Refusal> {
    Ok(format!("{}\n\n{}\n", sent_table(sandbox, zone), leads_table(stack).await?))
}

fn sent_table(sandbox: &Sandbox, zone: &TimeZone) -> Table {
    let people = sandbox.people();
    let mut sent = sandbox.sent();
    // Workers run side by side: within one moment the order is theirs.
    sent.sort_by_key(|sent| (sent.at, who(sent, &people), sent.channel, sent.kind.clone()));
    let mut table = new_table(["when", "to", "channel", "what", "text"]);
    for sent in &sent {
        let local = sent.at.to_zoned_datetime(zone.clone());
        let what = match &sent.template {
            Some(template) => format!("template {template}"),
            None => sent.kind.clone(),
        };
        table.add_row([
            local.strftime("%a %F %H:%M").to_string(),
            who(sent, &people),
            format!("{:?}", sent.channel).to_lowercase(),
            what,
            clip(&sent.body),
        ]);
    }
    table
}

/// The name of whoever got it. A reply and a like go to a comment.
fn who(sent: &Sent, people: &[PersonView]) -> String {
    let scoped =
        |person: &&PersonView| person.scoped.iter().any(|ids| ids.psid == sent.to || ids.igsid == sent.to);
    let person = people.iter().find(|person| person.phone == sent.to || scoped(person));
    let otherwise = || match sent.channel {
        Channel::Email => sent.to.clone(),
        _ => "a comment".to_owned(),
    };
    person.map_or_else(otherwise, |person| person.name.clone())
}

async fn leads_table(stack: &Stack) -> Result<Table, Refusal> {
    let business = "neveh".into();
    let mut leads = Vec::new();
    for id in stack.store().roster(&business, None, 1_000).await? {
        if let Some(lead) = stack.store().lead(&business, id).await? {
            let timeline = stack.store().timeline(&business, id).await?;
            leads.push((lead, timeline));
        }
    }
    leads.sort_by_key(|(lead, _)| (lead.created_at, name(lead)));
    let mut table = new_table(["lead", "came by", "sent", "stands at", "not sent, and why"]);
    for (lead, timeline) in &leads {
        let entries: Vec<&Entry> = timeline
            .iter()
            .filter_map(|row| match row {
                TimelineRow::Entry(entry) => Some(entry),
                TimelineRow::Delivery { .. } => None,
            })
            .collect();
        // What people of the business are told goes to nobody of these.
        let goes_out = |entry: &&&Entry| {
            matches!(entry.what, What::Sent | What::Settled) && entry.fact(Fact::Event) != Some("alert")
        };
        let sent = entries.iter().filter(goes_out).count();
        table.add_row([
            name(lead),
            lead.first_source.as_ref().map_or("", |source| source.kind.as_str()).to_owned(),
            sent.to_string(),
            stands_at(lead),
            not_sent(&entries),
        ]);
    }
    Ok(table)
}

fn name(lead: &Lead) -> String {
    let phone = || lead.phone.as_ref().map(|phone| phone.as_str().to_owned());
    let full = lead.name.as_ref().map(|name| name.full().to_owned());
    full.or_else(|| lead.username.clone()).or_else(phone).unwrap_or_default()
}

fn stands_at(lead: &Lead) -> String {
    if lead.opt_out.is_some() {
        return "refused messages".to_owned();
    }
    if !lead.tags.is_empty() {
        return lead.tags.iter().cloned().collect::<Vec<_>>().join(", ");
    }
    if lead.runs.iter().any(|run| run.is_active()) {
        "on the way".to_owned()
    } else {
        "with the agent".to_owned()
    }
}

fn not_sent(entries: &[&Entry]) -> String {
    let mut reasons: Vec<String> = Vec::new();
    for entry in entries.iter().filter(|entry| matches!(entry.what, What::Skipped | What::NoWhatsApp)) {
        let reason = entry.fact(Fact::Reason).unwrap_or_default().to_owned();
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    for entry in entries.iter().filter(|entry| entry.what == What::JourneyStopped) {
        let reason = format!(
            "{} stopped: {}",
            entry.fact(Fact::Journey).unwrap_or_default(),
            entry.fact(Fact::Reason).unwrap_or_default()
        );
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    clip(&reasons.join("; "))
}

fn new_table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header);
    table
}

fn clip(text: &str) -> String {
    let line = text.lines().filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join(" · ");
    if line.chars().count() <= TEXT_CHARS_MAX {
        return line;
    }
    line.chars().take(TEXT_CHARS_MAX - 1).collect::<String>() + "…"
}
