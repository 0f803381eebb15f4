//! From the tree to the domain's `Playbook`: the form of each part. What the parts mean together is checked
//! after all of them have been read.

mod business;
mod campaign;
mod deal;
mod journey;
mod message;
mod quiet;
mod times;

use std::collections::BTreeMap;

use domain::ids::PlaybookVersion;
use domain::playbook::Playbook;

use super::fields::Fields;
use super::report::Report;
use super::tree::Node;

const PARTS: [&str; 12] = [
    "business",
    "links",
    "channels",
    "sources",
    "quiet-hours",
    "daily-cap",
    "opt-out",
    "messages",
    "journeys",
    "campaigns",
    "deals",
    "bus",
];

pub fn playbook(tree: &Node, version: PlaybookVersion, report: &mut Report<'_>) -> Playbook {
    let fields = Fields::read(tree, "a playbook", &PARTS, report);
    let business = business::business(&fields, report);
    let language = business.language.clone();
    Playbook {
        version,
        business,
        channels: business::channels(&fields, report),
        sources: business::sources(&fields, report),
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
            .map(|journey| (journey.name.clone(), journey))
            .collect(),
        campaigns: fields
            .named("campaigns", report)
            .into_iter()
            .map(|entry| campaign::campaign(entry, report))
            .map(|campaign| (campaign.name.clone(), campaign))
            .collect::<BTreeMap<_, _>>(),
        quiet_hours: quiet::quiet_hours(&fields, report),
        daily_cap: daily_cap(&fields, report),
        deals: fields
            .named("deals", report)
            .into_iter()
            .map(|entry| (entry.key.as_str().into(), deal::deal(entry, report)))
            .collect(),
        bus: journey::triggers(&fields, "bus", report),
        opt_out_confirmation: fields.get("opt-out").and_then(|node| {
            let opt_out = Fields::read(node, "\"opt-out\"", &["confirm"], report);
            opt_out.optional("confirm", report).map(Into::into)
        }),
    }
}

fn daily_cap(fields: &Fields<'_>, report: &mut Report<'_>) -> Option<u32> {
    let written = fields.optional("daily-cap", report)?;
    match written.parse::<u32>() {
        Ok(cap) if (1..=50).contains(&cap) => Some(cap),
        _ => {
            let place = fields.get("daily-cap").map_or(fields.place(), |node| node.place);
            let hint = "write how many messages one person may get in a day, 1 to 50: daily-cap: 2";
            report.fault(place, format!("\"{written}\" is no daily cap"), hint);
            None
        }
    }
}
