//! The calendar of a simulation as a table: what goes out, when and why then, and what does not.

use comfy_table::{ContentArrangement, Table, presets};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use shared::domain::ids::JourneyName;
use shared::domain::playbook::Playbook;
use shared::domain::simulate::{Delayed, LineWhat, Sent, Simulation, ToCome};
use shared::domain::timeline::What;
use shared::playbook::hebrew;

use crate::arguments::Language;

pub fn render(
    playbook: &Playbook,
    simulation: &Simulation,
    to_come: &[ToCome],
    language: Language,
) -> String {
    let zone = &playbook.business.zone;
    let say = |english: &str| match language {
        Language::En => english.to_owned(),
        Language::He => hebrew::reason(english),
    };
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["when", "what", "by", "price", "why"].map(say));
    for line in &simulation.lines {
        let when = civil(line.at, zone);
        let journey = line.journey.as_ref().map(JourneyName::as_str).unwrap_or_default();
        let row: [String; 5] = match &line.what {
            LineWhat::Happened(what) => {
                [when, format!("» {}", say(what)), String::new(), String::new(), String::new()]
            }
            LineWhat::Sent(sent) => {
                [when, sent_what(sent), by(sent), say(sent.price.as_str()), moved(&sent.moves, zone, &say)]
            }
            LineWhat::NotSent { message, reason, rule } => {
                let name = message.as_ref().map_or(journey, |message| message.as_str());
                let why = format!("{}{}", say(reason), in_brackets(rule.as_deref()));
                [when, format!("✗ {name}"), String::new(), String::new(), why]
            }
            LineWhat::Noted { what: What::JourneyStarted | What::JourneyEnded, .. } => continue,
            LineWhat::Noted { what, about } => {
                let about = about.as_deref().map(&say).unwrap_or_default();
                let said = format!("· {} {journey}", say(what.as_str()));
                [when, said.trim_end().to_owned(), String::new(), String::new(), about]
            }
        };
        table.add_row(row);
    }
    for ToCome { journey, step, at } in to_come {
        let what = format!("… {step}");
        table.add_row([
            civil(*at, zone),
            what,
            String::new(),
            String::new(),
            format!("{} {journey}", say("still to come in")),
        ]);
    }
    format!("{table}\n")
}

fn sent_what(sent: &Sent) -> String {
    sent.message.as_ref().map_or_else(|| sent.how.clone(), |message| message.as_str().to_owned())
}

fn by(sent: &Sent) -> String {
    let channel = sent.channel.map(|channel| channel.as_str()).unwrap_or_default();
    match &sent.template {
        Some(template) => format!("{channel}: {template}"),
        None => channel.to_owned(),
    }
}

fn moved(moves: &[Delayed], zone: &TimeZone, say: &impl Fn(&str) -> String) -> String {
    let told = moves.iter().map(|delayed| {
        let rule = in_brackets(delayed.rule.as_deref());
        format!("{} {}: {}{rule}", say("moved from"), civil(delayed.from, zone), say(&delayed.reason))
    });
    told.collect::<Vec<_>>().join("; ")
}

fn in_brackets(rule: Option<&str>) -> String {
    rule.map(|rule| format!(" ({rule})")).unwrap_or_default()
}

pub fn civil(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%a %F %H:%M").to_string()
}
