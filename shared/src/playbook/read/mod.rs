//! From the tree to the domain's `Playbook`: the form of each part. What the parts mean together is checked
//! after all of them have been read.

mod alerts;
mod business;
mod campaign;
mod condition;
mod deal;
mod journey;
mod message;
mod occasion;
mod pace;
mod people;
mod quiet;
mod sources;
mod step_time;
mod tags;
mod times;
mod worklist;

use std::collections::BTreeMap;

use domain::ids::PlaybookVersion;
use domain::playbook::Playbook;

use super::fields::Fields;
use super::report::Report;
use super::tree::Node;

pub const PARTS: [&str; 20] = [
    "business",
    "agents",
    "teams",
    "links",
    "channels",
    "sources",
    "quiet-hours",
    "daily-cap",
    "weekly-cap",
    "opt-out",
    "messages",
    "segments",
    "journeys",
    "campaigns",
    "pace",
    "tags",
    "worklist",
    "deals",
    "bus",
    "alerts",
];

pub fn playbook(tree: &Node, version: PlaybookVersion, report: &mut Report<'_>) -> Playbook {
    let fields = Fields::read(tree, "a playbook", &PARTS, report);
    let business = business::business(&fields, report);
    let (language, zone) = (business.language.clone(), business.zone.clone());
    Playbook {
        version,
        business,
        channels: business::channels(&fields, report),
        sources: sources::sources(&fields, report),
        messages: fields
            .named("messages", report)
            .into_iter()
            .map(|entry| message::message(entry, &language, report))
            .map(|message| (message.name.clone(), message))
            .collect(),
        journeys: fields
            .named("journeys", report)
            .into_iter()
            .map(|entry| journey::journey(entry, report))
            .collect(),
        agents: people::agents(&fields, report),
        teams: people::teams(&fields, report),
        segments: fields
            .named("segments", report)
            .into_iter()
            .map(|entry| (entry.key.clone(), condition::of(&entry.value, report)))
            .collect(),
        campaigns: fields
            .named("campaigns", report)
            .into_iter()
            .map(|entry| campaign::campaign(entry, &zone, report))
            .map(|campaign| (campaign.name.clone(), campaign))
            .collect::<BTreeMap<_, _>>(),
        quiet_hours: quiet::quiet_hours(&fields, report),
        daily_cap: cap(&fields, "daily-cap", "day", report),
        weekly_cap: cap(&fields, "weekly-cap", "week", report),
        tags: fields
            .named("tags", report)
            .into_iter()
            .map(|entry| tags::tags(entry, &zone, report))
            .map(|campaign| (campaign.name.clone(), campaign))
            .collect(),
        paces: pace::paces(&fields, report),
        worklist: worklist::worklist(&fields, report),
        deals: fields
            .named("deals", report)
            .into_iter()
            .map(|entry| (entry.key.as_str().into(), deal::deal(entry, report)))
            .chain([deal::booking()])
            .collect(),
        bus: occasion::triggers(&fields, "bus", report),
        alerts: alerts::alerts(&fields, report),
        opt_out_confirmation: fields.get("opt-out").and_then(|node| {
            let opt_out = Fields::read(node, "\"opt-out\"", &["confirm"], report);
            opt_out.optional("confirm", report).map(Into::into)
        }),
    }
}

/// Above what a lead's record remembers nothing could be counted.
const CAP_MAX: usize = domain::lead::RECENT_SENDS_MAX;

fn cap(fields: &Fields<'_>, key: &str, span: &str, report: &mut Report<'_>) -> Option<u32> {
    let written = fields.optional(key, report)?;
    match written.parse::<u32>() {
        Ok(cap) if (1..=CAP_MAX as u32).contains(&cap) => Some(cap),
        _ => {
            let place = fields.get(key).map_or(fields.place(), |node| node.place);
            let hint =
                format!("write how many messages one person may get in a {span}, 1 to {CAP_MAX}: {key}: 2");
            report.fault(place, format!("\"{written}\" is no {} cap", key.trim_end_matches("-cap")), hint);
            None
        }
    }
}

/// What each part of a playbook may have, for the schema to be held to.
#[cfg(test)]
pub mod keys {
    pub use super::PARTS;
    pub use super::alerts::KEYS as ALERTS;
    pub use super::business::LINK_KEYS as LINK;
    pub use super::campaign::{
        AFTERWARDS, ANSWER_KEYS as ANSWER, GIFT_KEYS as GIFT, KEYS as CAMPAIGN, PHONE_KEYS as PHONE,
        REMIND_KEYS as REMIND, RULE_KEYS as RULE, SIGN_KEYS as SIGN,
    };
    pub use super::condition::KEYS as CONDITION;
    pub use super::journey::{KEYS as JOURNEY, STEP_KEYS as STEP, WAY_KEYS as WAY};
    pub use super::message::{
        ATTACHMENT_KEYS as ATTACHMENT, EMAIL_KEYS as EMAIL, KEYS as MESSAGE, WORDING_KEYS as WORDING,
    };
    pub use super::pace::KEYS as PACE;
    pub use super::sources::{FORM_KEYS as FORM, KEYS as SOURCES, PLACE_KEYS as PLACE};
    pub use super::tags::KEYS as TAGS;
    pub use super::worklist::{DAILY_KEYS as DAILY, KEYS as WORKLIST};
}
