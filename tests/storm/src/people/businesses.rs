//! The businesses of a storm, and the versions of their playbooks.
//!
//! Each message's text and template carry its name in brackets, so that the judge can tell what a platform
//! received without asking the product.

use std::sync::{Arc, OnceLock};

use jiff::civil::Time;
use jiff::tz::TimeZone;
use shared::domain::ids::BusinessId;
use shared::domain::playbook::Playbook;

use crate::world::timers::{DAY, HOUR, MINUTE, Millis};

/// How many businesses share the installation.
pub const BUSINESSES: usize = 3;
const NAMES: [&str; BUSINESSES] = ["alef", "bet", "gimel"];
/// How many versions of each playbook there are.
pub const VERSIONS: usize = 4;

pub fn id(number: usize) -> BusinessId {
    BusinessId::new(NAMES[number])
}

/// The number of a business in the storm.
pub fn number_of(business: &BusinessId) -> usize {
    NAMES.iter().position(|name| *name == business.as_str()).unwrap_or(BUSINESSES)
}

pub fn page(number: usize) -> String {
    format!("10{number}000000")
}

pub fn instagram(number: usize) -> String {
    format!("20{number}000000")
}

pub fn whatsapp(number: usize) -> String {
    format!("30{number}000000")
}

pub fn account(number: usize) -> String {
    format!("40{number}000000")
}

/// What a playbook's version says, as far as the judge holds the product to it.
#[derive(Clone, Debug)]
pub struct Rules {
    /// From, to: nights in which nothing goes out that nobody waits for.
    pub night: Option<(Time, Time)>,
    pub daily_cap: Option<u32>,
    /// Messages that need consent.
    pub marketing: &'static [&'static str],
    /// Messages of a journey that go out by the clock, in order.
    pub follow_ups: &'static [&'static str],
}

pub const ZONE: &str = "Asia/Jerusalem";

pub fn zone() -> TimeZone {
    TimeZone::get(ZONE).unwrap_or(TimeZone::UTC)
}

pub fn rules(business: usize, version: usize) -> Rules {
    let (night, daily_cap) = limits(business, version);
    let hour = |hour: i8| Time::constant(hour, 0, 0, 0);
    Rules {
        night: night.map(|(from, to)| (hour(from), hour(to))),
        daily_cap,
        marketing: &["follow-1", "follow-2", "follow-3", "offer", NEWS],
        follow_ups: &["follow-1", "follow-2", "follow-3"],
    }
}

fn limits(business: usize, version: usize) -> (Option<(i8, i8)>, Option<u32>) {
    match (business, version) {
        (0, 2) => (Some((20, 9)), Some(1)),
        (0, _) => (Some((21, 8)), Some(2)),
        (1, _) => (Some((22, 9)), Some(1)),
        // The third has neither nights nor a cap: what it sends depends on nothing but what happened.
        _ => (None, None),
    }
}

/// Where a message of this name carries on: `(days after the start, or after the step before)`.
pub struct Follow {
    pub after_days: u32,
    pub at: &'static str,
    pub within_days: u32,
}

/// The steps by the clock of the journey that a capture starts, in order.
pub fn follow_ups(business: usize, version: usize) -> [Follow; 3] {
    let within_days = if business == 2 { 40 } else { 2 };
    let first = if version == 1 { 2 } else { 1 };
    [
        Follow { after_days: first, at: "10:00", within_days },
        Follow { after_days: first + 2, at: "10:00", within_days },
        Follow { after_days: first + 5, at: "20:30", within_days },
    ]
}

/// How late a call may still be answered, where that matters in a storm.
pub fn answers_calls_within(business: usize) -> Option<Millis> {
    (business != 2).then_some(2 * HOUR)
}

/// What a business tells on the event bus.
pub fn announces(business: usize) -> &'static [&'static str] {
    if business == 1 { &["lead.captured", "call.missed"] } else { &[] }
}

/// Whether the business can write e-mails: what WhatsApp refuses of its welcomes goes by them.
pub fn mails(business: usize) -> bool {
    business == 1
}

/// The business that sells trips: it can write e-mails, and its tickets go by them first.
pub const TRAVELS: usize = 1;
pub const TICKETS: &str = "tickets";
/// What somebody reads a day before they leave.
pub const PACKING: &str = "packing";
pub const PACKING_BEFORE: Millis = DAY;
pub const PACKING_WITHIN: Millis = 12 * HOUR;

/// Where the tickets of a trip lie.
pub fn tickets_of(trip: u64) -> String {
    format!("https://files.example/t{trip}.pdf")
}

/// Where its e-mails come from.
pub fn mailbox(business: usize) -> String {
    format!("hello@{}.example", NAMES[business])
}

/// Whether an agent is told by e-mail who replied.
pub fn alerts(business: usize) -> bool {
    business == 0
}

/// How many milliseconds lie between two alerts about one lead.
pub const ALERTS_EVERY: Millis = 15 * MINUTE;
/// What a broadcast says, and how many of it leave in a minute.
pub const NEWS: &str = "news";
pub const NEWS_PER_MINUTE: u32 = 4;
/// Everybody.
pub const EVERYBODY: &str = "everybody";
/// What the operator schedules.
pub const REMINDER: &str = "reminder";

/// Whether a form of this business counts as consent only with its box ticked.
pub fn asks_for_consent(business: usize) -> bool {
    business == 1
}

/// Whether whoever comments takes part in a raffle: the third's answers depend on nothing but what happened.
pub fn raffles(business: usize) -> bool {
    business != 2
}

/// How many take part in it.
pub const PLACES: u32 = 3;
/// What stands before a number in a text.
pub const NUMBER: &str = " number ";

/// By whom forms are sent, each in its own way; the first in none of them.
pub const SENDERS: [&str; 7] =
    ["contact", "elementor", "contact-form-7", "wix", "google-ads", "tiktok", "make"];
/// Where the installation's own pages are.
pub const PUBLIC_URL: &str = "https://storm.example";

/// The field that has to be ticked.
pub const CONSENT_FIELD: &str = "newsletter";

pub fn playbook(business: usize, version: usize) -> String {
    let name = NAMES[business];
    let [one, two, three] = follow_ups(business, version);
    let follow = |name: &str, follow: &Follow| {
        format!(
            "      - {{ after: {} days, at: \"{}\", send: {name}, within: {} days }}\n",
            follow.after_days, follow.at, follow.within_days
        )
    };
    let within = if answers_calls_within(business).is_some() { "2 hours" } else { "40 days" };
    let steps = [follow("follow-1", &one), follow("follow-2", &two), follow("follow-3", &three)].concat();
    let (night, cap) = limits(business, version);
    let night = night.map(|(from, to)| format!("quiet-hours: {{ nights: \"{from:02}:00-{to:02}:00\" }}\n"));
    let cap = cap.map(|cap| format!("daily-cap: {cap}\n"));
    let consent = match asks_for_consent(business) {
        true => format!("{{ text: \"אני מסכים/ה לקבל הצעות מ{name}\", field: {CONSENT_FIELD} }}"),
        false => format!("\"אני מסכים/ה לקבל הצעות מ{name}\""),
    };
    let marketing = |message: &str| {
        format!(
            "  {message}:\n    kind: marketing\n    text: \"פרסומת [{message}] {{{{ first_name | default('') }}}} {name} v{version}. להסרה השיבו: הסר\"\n    channels: [whatsapp]\n    whatsapp-template: {{ name: \"{template}\", params: [\"first_name | default('-')\"] }}\n",
            template = message.replace('-', "_"),
        )
    };
    // The welcome has a link to follow.
    let service = |message: &str, channels: &str, more: &str| {
        let (link, param) = match message {
            "welcome" => (" {{ links.video }} כאן", ", links.video"),
            _ => ("", ""),
        };
        format!(
            "  {message}:\n    kind: service\n    text: \"[{message}] {{{{ first_name | default('') }}}} {name} v{version}{link}\"\n    channels: [{channels}]\n    whatsapp-template: {{ name: \"{template}\", params: [\"first_name | default('-')\"{param}] }}\n{more}",
            template = message.replace('-', "_"),
        )
    };
    let plain = |message: &str, channels: &str| {
        format!(
            "  {message}:\n    kind: service\n    text: \"[{message}] {name} v{version}\"\n    channels: [{channels}]\n"
        )
    };
    let mailbox = match mails(business) || alerts(business) {
        true => format!("  email: {{ from: \"{}\" }}\n", mailbox(business)),
        false => String::new(),
    };
    let told = match alerts(business) {
        true => format!(
            "agents:\n  noa: {{ name: נועה, email: \"noa@{name}.example\" }}\nalerts: {{ to: noa, on: [lead.replied], wait: 2 minutes, every: 15 minutes }}\n"
        ),
        false => String::new(),
    };
    let gives = match raffles(business) {
        true => format!(
            "    gives: {{ raffle-number: true, first: {PLACES}, otherwise: {{ reply: [\"[reply] ד v{version}\"], private-reply: comment-late }} }}\n"
        ),
        false => String::new(),
    };
    let (trips, of_trips, on_trips) = match business == TRAVELS {
        true => (
            "deals:\n  trip: { dates: [departs_at], facts: [tickets] }\n".to_owned(),
            [
                service(
                    TICKETS,
                    "email, whatsapp",
                    &format!("    email: {{ subject: \"הכרטיסים, {name}\", attachments: [{{ name: tickets.pdf, url: \"{{{{ trip.tickets }}}}\" }}] }}\n"),
                ),
                service(PACKING, "whatsapp", ""),
            ]
            .concat(),
            format!(
                "  trip:\n    starts: [{{ deal.won: trip }}]\n    stops: [deal.lost, lead.opted-out]\n    steps:\n      - send: {TICKETS}\n      - {{ before: trip.departs_at, by: 1 day, send: {PACKING}, within: 12 hours }}\n"
            ),
        ),
        false => Default::default(),
    };
    let ask = "    buttons: [{ consent: \"כן\", text: \"אני מסכים/ה\" }]\n";
    [
        format!(
            "business: {{ id: {name}, name: {name}, zone: {ZONE}, language: he, agent: נועה }}\n\
             channels:\n  facebook: {{ page: \"{}\" }}\n  instagram: {{ account: \"{}\" }}\n  whatsapp: {{ number: \"{}\", account: \"{}\" }}\n{mailbox}",
            page(business),
            instagram(business),
            whatsapp(business),
            account(business),
        ),
        format!("sources:\n  lead-ads: {{ consent: \"אני מסכים/ה לקבל הצעות מ{name}\" }}\n"),
        format!("  forms:\n    contact: {{ consent: {consent} }}\n"),
        SENDERS[1..]
            .iter()
            .map(|sender| format!("    {sender}: {{ from: {sender}, consent: {consent} }}\n"))
            .collect(),
        format!("links:\n  video: {{ url: \"https://{name}.example/video\", tracked: true }}\n"),
        trips,
        night.unwrap_or_default(),
        cap.unwrap_or_default(),
        "opt-out: { confirm: goodbye }\nmessages:\n".to_owned(),
        match mails(business) {
            true => service(
                "welcome",
                "whatsapp, messenger, instagram, email",
                &format!("    email: {{ subject: \"ברוכים הבאים, {name}\" }}\n"),
            ),
            false => service("welcome", "whatsapp, messenger, instagram", ""),
        },
        of_trips,
        marketing(NEWS),
        service("see-you", "whatsapp", ""),
        service("looked", "whatsapp", ""),
        service(REMINDER, "whatsapp", ""),
        marketing("follow-1"),
        marketing("follow-2"),
        marketing("follow-3"),
        marketing("offer"),
        service("missed-call", "whatsapp", ask),
        service("after-call", "whatsapp", ""),
        service("thanks", "whatsapp, messenger", ""),
        match raffles(business) {
            true => format!(
                "  comment-thanks:\n    kind: service\n    text: \"[comment-thanks] {name} v{version}{NUMBER}{{{{ raffle_number }}}}\"\n    channels: [messenger, instagram]\n{}",
                plain("comment-late", "messenger, instagram"),
            ),
            false => plain("comment-thanks", "messenger, instagram"),
        },
        plain("goodbye", "whatsapp, messenger, instagram"),
        "journeys:\n".to_owned(),
        format!(
            "  new-lead:\n    starts: [lead.captured]\n    stops: [lead.replied, lead.opted-out]\n    steps:\n      - send: welcome\n{steps}      - {{ then-after: 1 day, tag: list }}\n"
        ),
        format!(
            "  missed-call:\n    starts: [call.missed]\n    stops: [lead.opted-out]\n    not-again-within: 1 hour\n    steps:\n      - {{ send: missed-call, within: {within} }}\n"
        ),
        format!(
            "  after-call:\n    starts: [call.ended]\n    stops: [lead.opted-out]\n    not-again-within: 1 day\n    steps:\n      - {{ send: after-call, within: {within} }}\n"
        ),
        "  agreed:\n    starts: [consent.given]\n    stops: [lead.opted-out]\n    not-again-within: 1 hour\n    steps:\n      - send: thanks\n      - { after: 2 days, send: offer, within: 3 days }\n".to_owned(),
        "  booked:\n    starts: [booking.made]\n    stops: [booking.cancelled, lead.opted-out]\n    steps:\n      - send: see-you\n".to_owned(),
        format!(
            "  looked:\n    starts: [{{ link.clicked: video }}]\n    stops: [lead.opted-out]\n    not-again-within: 1 hour\n    steps:\n      - {{ send: looked, within: {within} }}\n"
        ),
        on_trips,
        "  commenter:\n    starts: [comment.made]\n    steps:\n      - { tag: commenter }\n".to_owned(),
        format!(
            "campaigns:\n  comments:\n    kind: comment-reply\n    on: [facebook, instagram]\n    reply: [\"[reply] א v{version}\", \"[reply] ב v{version}\", \"[reply] ג v{version}\"]\n    like: true\n    private-reply: comment-thanks\n{gives}"
        ),
        format!("bus: [{}]\n", announces(business).join(", ")),
        format!("segments:\n  {EVERYBODY}: {{ not: {{ field: {{ nobody: [x] }} }} }}\n"),
        told,
    ]
    .concat()
}

type Published = (String, Arc<Playbook>);

/// The text of a version, and what it says. Read once, however many storms are played.
pub fn published(business: usize, version: usize) -> &'static Published {
    &everything_published()[business * VERSIONS + version]
}

pub fn all_published() -> impl Iterator<Item = Arc<Playbook>> {
    everything_published().iter().map(|(_, playbook)| Arc::clone(playbook))
}

fn everything_published() -> &'static [Published] {
    static ALL: OnceLock<Vec<Published>> = OnceLock::new();
    ALL.get_or_init(|| {
        let all = (0..BUSINESSES).flat_map(|business| (0..VERSIONS).map(move |version| (business, version)));
        all.map(|(business, version)| {
            let text = playbook(business, version);
            let parsed = shared::playbook::parse("storm", &text);
            let parsed = parsed.unwrap_or_else(|faults| panic!("the storm's playbook is unsound: {faults}"));
            (text, Arc::new(parsed))
        })
        .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_of_every_playbook_can_be_followed() {
        for business in 0..BUSINESSES {
            for version in 0..VERSIONS {
                assert_eq!(published(business, version).1.business.id, id(business));
            }
        }
    }
}
