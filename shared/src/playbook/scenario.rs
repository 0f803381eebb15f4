//! A scenario: one person, and what happens to them, for `masa playbook simulate`.
//!
//! It is read with the same care as a playbook: every fault has its place and its cure.

use std::collections::BTreeMap;

use domain::call::LeadAdFields;
use domain::channel::{Channel, Network};
use domain::deal::{DealChange, Stage};
use domain::event::{
    Call, CallKind, Capture, Comment, Details, Event, EventKind, LeadAd, Message, Responder,
};
use domain::event_key::{EventKey, Sameness};
use domain::identity::Identity;
use domain::ids::{AssetId, LeadId, Pepper};
use domain::lead::Lead;
use domain::phone::PhoneNumber;
use domain::playbook::{Button, CONSENT_PAYLOAD, ConsentBasis, OPT_OUT_PAYLOAD, Playbook};
use domain::said::Said;
use domain::simulate::Scenario;
use domain::source::{Source, SourceKind};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::fault::PlaybookFaults;
use super::fields::{Fields, scalar};
use super::nearest::did_you_mean;
use super::report::Report;
use super::tree::{self, Node};
use crate::form_fields;

const KEYS: [&str; 3] = ["lead", "events", "until"];
const LEAD_KEYS: [&str; 5] = ["name", "phone", "email", "fields", "follows"];
const EVENT_KEYS: [&str; 15] = [
    "at", "form", "fields", "lead-ad", "agrees", "call", "writes", "presses", "comments", "on", "deal",
    "kind", "stage", "dates", "facts",
];
/// What may happen. Each event is one of them.
const DEEDS: [&str; 7] = ["form", "lead-ad", "call", "writes", "presses", "comments", "deal"];
const MOMENT: &str = "write the day and the time, in quotes: \"2027-03-20 20:30\"";
/// How long a scenario goes on after the last that happens in it, unless it says so.
const DAYS_AFTER: i64 = 100;

/// Ids in a simulation are derived with this: they need no secret, and the same person has the same lot each time.
pub fn pepper() -> Pepper {
    Pepper::new([0; 32])
}

/// Reads a scenario for a playbook. All its faults are told at once.
pub fn scenario(file_name: &str, text: &str, playbook: &Playbook) -> Result<Scenario, PlaybookFaults> {
    let mut report = Report::new(file_name);
    let hint = "begin with lead: { name: …, phone: \"…\" }, and events: [{ at: …, form: … }]";
    let read =
        tree::parse(text, "a scenario", hint, &mut report).map(|tree| read(&tree, playbook, &mut report));
    match (read, report.into_faults()) {
        (Some(scenario), None) => Ok(scenario),
        (_, Some(faults)) => Err(faults),
        (None, None) => Err(PlaybookFaults::unreadable(file_name)),
    }
}

/// Somebody who leaves their details in the first of the playbook's forms, and is not heard of again.
pub fn first_contact(playbook: &Playbook, at: Timestamp) -> Scenario {
    let form = playbook.sources.forms.keys().next().map(|form| form.as_str()).unwrap_or("form");
    let person = Person {
        details: form_fields::read(&[
            (
                "name".to_owned(),
                if playbook.business.language == "he" { "דנה כהן" } else { "Dana Cohen" }.to_owned(),
            ),
            ("phone".to_owned(), "054-123-4567".to_owned()),
            ("email".to_owned(), "dana@example.com".to_owned()),
        ])
        .details,
        follows: false,
    };
    let consent = playbook.sources.forms.values().next().and_then(|form| form.consent.as_ref());
    let event = person.event(playbook, at, 0, person.captured(form, consent));
    person.scenario(playbook, vec![event], at + jiff::SignedDuration::from_hours(24 * DAYS_AFTER))
}

struct Person {
    details: Details,
    follows: bool,
}

fn read(tree: &Node, playbook: &Playbook, report: &mut Report<'_>) -> Scenario {
    let fields = Fields::read(tree, "a scenario", &KEYS, report);
    let person = person(&fields, report);
    let nodes = fields.list("events", report);
    if nodes.is_empty() {
        let hint = "write at least one: events: [{ at: \"2027-03-20 20:30\", form: contact }]";
        report.fault(fields.key_place("events"), "nothing happens in this scenario", hint);
    }
    let events: Vec<Event> = nodes
        .iter()
        .enumerate()
        .filter_map(|(number, node)| event(node, number, &person, playbook, report))
        .collect();
    let last = events.iter().map(|event| event.occurred_at).max().unwrap_or_default();
    let until = match fields.get("until") {
        Some(node) => moment(node, "until", playbook, report),
        None => None,
    };
    let until = until.unwrap_or(last + jiff::SignedDuration::from_hours(24 * DAYS_AFTER));
    person.scenario(playbook, events, until)
}

fn person(fields: &Fields<'_>, report: &mut Report<'_>) -> Person {
    let Some(node) = fields.get("lead") else {
        let hint = "say who it is: lead: { name: …, phone: \"…\" }";
        report.fault(fields.key_place("lead"), "a scenario needs \"lead\"", hint);
        return Person { details: Details::default(), follows: false };
    };
    let lead = Fields::read(node, "a lead", &LEAD_KEYS, report);
    let mut told: Vec<(String, String)> = Vec::new();
    for key in ["name", "phone", "email"] {
        told.extend(lead.optional(key, report).map(|text| (key.to_owned(), text.to_owned())));
    }
    for entry in lead.named("fields", report) {
        told.extend(
            scalar(&entry.value, &entry.key, report).map(|text| (entry.key.clone(), text.to_owned())),
        );
    }
    let answers = form_fields::read(&told);
    for (field, what) in answers.faults {
        report.fault(lead.key_place(&field), what, "write it as a form would have it");
    }
    if let Some(typed) = &answers.details.phone_unreadable {
        let what = format!("\"{typed}\" is no phone number");
        report.fault(lead.key_place("phone"), what, "write it as people do: \"054-123-4567\"");
    }
    let follows = lead.get("follows").is_some() && lead.switch("follows", report);
    Person { details: answers.details, follows }
}

fn moment(node: &Node, what: &str, playbook: &Playbook, report: &mut Report<'_>) -> Option<Timestamp> {
    let text = scalar(node, what, report)?.trim();
    let civil = text.parse::<DateTime>().ok();
    let civil = civil
        .or_else(|| text.parse::<Date>().ok().map(|date| date.to_datetime(jiff::civil::Time::midnight())));
    let zoned = civil.and_then(|civil| civil.to_zoned_datetime(playbook.business.zone.clone()).ok());
    let moment = text.parse::<Timestamp>().ok().or_else(|| zoned.map(|zoned| zoned.timestamp()));
    if moment.is_none() {
        report.fault(node.place, format!("\"{text}\" is no moment"), MOMENT);
    }
    moment
}

fn event(
    node: &Node,
    number: usize,
    person: &Person,
    playbook: &Playbook,
    report: &mut Report<'_>,
) -> Option<Event> {
    let fields = Fields::read(node, "an event", &EVENT_KEYS, report);
    let at = match fields.get("at") {
        Some(node) => moment(node, "at", playbook, report),
        None => {
            report.fault(fields.place(), "an event needs \"at\"", MOMENT);
            None
        }
    };
    let deeds: Vec<&str> = DEEDS.into_iter().filter(|deed| fields.get(deed).is_some()).collect();
    let [deed] = deeds.as_slice() else {
        let hint = format!("write one of: {}", DEEDS.join(", "));
        report.fault(fields.place(), "an event is one thing that happens", hint);
        return None;
    };
    let word = fields.optional(deed, report)?;
    let place = fields.key_place(deed);
    let kind = match *deed {
        "form" => {
            let form = playbook.sources.forms.get(&word.into());
            if form.is_none() {
                let known = playbook.sources.forms.keys().map(|form| form.as_str());
                report.fault(place, format!("unknown form \"{word}\""), did_you_mean(word, known));
            }
            let agrees = fields.get("agrees").is_none() || fields.switch("agrees", report);
            let answers = fields.named("fields", report).into_iter().filter_map(|entry| {
                scalar(&entry.value, &entry.key, report).map(|text| (entry.key.clone(), text.to_owned()))
            });
            let mut answering = Person { details: person.details.clone(), follows: person.follows };
            answering.details.fields.extend(answers.collect::<Vec<_>>());
            answering.captured(word, form.and_then(|form| form.consent.as_ref()).filter(|_| agrees))
        }
        "lead-ad" => EventKind::LeadAd(LeadAd {
            id: word.into(),
            page: playbook.channels.page.clone().unwrap_or_else(|| AssetId::new("page")),
            form: None,
            ad: None,
        }),
        "call" => {
            let kind = match word {
                "missed" => CallKind::Missed,
                "ended" => CallKind::Ended,
                other => {
                    let hint = did_you_mean(other, ["missed", "ended"]);
                    report.fault(place, format!("a call is never \"{other}\""), hint);
                    return None;
                }
            };
            EventKind::Called(Call { kind, phone: person.phone(place, report)?, agent: None })
        }
        "writes" | "presses" => {
            let channel = channel(&fields, report)?;
            let (text, payload) = match *deed {
                "writes" => (Some(word.to_owned()), None),
                _ => (None, Some(payload(word, playbook, place, report))),
            };
            EventKind::Messaged(Message {
                channel,
                asset: playbook.channels.asset(channel).cloned().unwrap_or_else(|| AssetId::new("asset")),
                id: None,
                text,
                payload,
                media: None,
                sender_name: None,
                referral: None,
            })
        }
        "comments" => {
            let network = match fields.optional("on", report).unwrap_or("facebook") {
                "instagram" => Network::Instagram,
                "facebook" => Network::Facebook,
                other => {
                    let hint = did_you_mean(other, ["facebook", "instagram"]);
                    report.fault(fields.key_place("on"), format!("unknown network \"{other}\""), hint);
                    return None;
                }
            };
            let asset = playbook.channels.asset(network.private_channel()).cloned();
            EventKind::Commented(Comment {
                network,
                asset: asset.unwrap_or_else(|| AssetId::new("asset")),
                id: format!("comment-{number}").as_str().into(),
                post: None,
                original_post: None,
                text: word.to_owned(),
                author_name: person.details.name.as_ref().map(|name| name.full().to_owned()),
                is_reply: false,
                is_live: false,
                is_ad: false,
                written_at: None,
                friends: Some(Said::new(word).names().len() as u32),
            })
        }
        _ => EventKind::Deal(deal(word, &fields, playbook, report)?),
    };
    Some(person.event(playbook, at?, number, kind))
}

fn channel(fields: &Fields<'_>, report: &mut Report<'_>) -> Option<Channel> {
    let Some(word) = fields.optional("on", report) else { return Some(Channel::WhatsApp) };
    let channel = Channel::parse(word);
    if channel.is_none() {
        let hint = did_you_mean(word, Channel::ALL.map(Channel::as_str));
        report.fault(fields.key_place("on"), format!("unknown channel \"{word}\""), hint);
    }
    channel
}

/// `consent`, `opt-out`, or what a button of a message says back.
fn payload(word: &str, playbook: &Playbook, place: tree::Place, report: &mut Report<'_>) -> String {
    let buttons = playbook.messages.values().flat_map(|message| &message.buttons);
    let payloads: Vec<&str> = buttons
        .filter_map(|button| match button {
            Button::Reply { payload, .. } => Some(payload.as_str()),
            _ => None,
        })
        .collect();
    match word {
        "consent" => CONSENT_PAYLOAD.to_owned(),
        "opt-out" => OPT_OUT_PAYLOAD.to_owned(),
        word => {
            if !payloads.contains(&word) {
                let hint = did_you_mean(word, payloads.into_iter().chain(["consent", "opt-out"]));
                report.fault(place, format!("no button says \"{word}\""), hint);
            }
            word.to_owned()
        }
    }
}

fn deal(id: &str, fields: &Fields<'_>, playbook: &Playbook, report: &mut Report<'_>) -> Option<DealChange> {
    let named = fields.optional("kind", report);
    let kind = match named {
        Some(kind) => playbook.deals.get_key_value(&kind.into()),
        None => playbook.own_deals().next(),
    };
    let Some((kind, names)) = kind else {
        let hint = did_you_mean(named.unwrap_or_default(), playbook.deals.keys().map(|kind| kind.as_str()));
        report.fault(fields.key_place("deal"), "the playbook has no such kind of deal", hint);
        return None;
    };
    let stage = fields.optional("stage", report).map(|word| (word, Stage::parse(word)));
    if let Some((word, None)) = stage {
        let hint = did_you_mean(word, Stage::ALL.map(Stage::as_str));
        report.fault(fields.key_place("stage"), format!("a deal is never \"{word}\""), hint);
    }
    let unknown = |key: &str, place, known: &[String], report: &mut Report<'_>| {
        if !known.iter().any(|name| name == key) {
            let hint = did_you_mean(key, known.iter().map(String::as_str));
            report.fault(place, format!("the deal \"{kind}\" has no \"{key}\""), hint);
        }
    };
    let mut dates = BTreeMap::new();
    for entry in fields.named("dates", report) {
        unknown(&entry.key, entry.key_place, &names.dates, report);
        let date = match &entry.value.value {
            tree::Value::Scalar(word) if word == "none" => Some(None),
            _ => moment(&entry.value, &entry.key, playbook, report).map(Some),
        };
        dates.extend(date.map(|date| (entry.key.clone(), date)));
    }
    let mut facts = BTreeMap::new();
    for entry in fields.named("facts", report) {
        unknown(&entry.key, entry.key_place, &names.facts, report);
        facts.extend(
            scalar(&entry.value, &entry.key, report).map(|text| (entry.key.clone(), text.to_owned())),
        );
    }
    let stage = stage.and_then(|(_, stage)| stage);
    Some(DealChange {
        id: id.into(),
        kind: kind.clone(),
        stage,
        dates,
        facts,
        replaces: None,
        details: Details::default(),
    })
}

impl Person {
    fn captured(&self, form: &str, consent: Option<&ConsentBasis>) -> EventKind {
        EventKind::Captured(Capture {
            details: self.details.clone(),
            source: Source { kind: SourceKind::Form { form: form.into() }, campaign: Vec::new() },
            consent: consent.map(|basis| basis.text.clone()),
        })
    }

    fn phone(&self, place: tree::Place, report: &mut Report<'_>) -> Option<PhoneNumber> {
        if self.details.phone.is_none() {
            report.fault(place, "who calls has a phone number", "lead: { phone: \"054-123-4567\" }");
        }
        self.details.phone.clone()
    }

    /// By what this person is known to whoever tells of it.
    fn identity(&self, kind: &EventKind) -> Identity {
        match kind {
            EventKind::LeadAd(lead_ad) => return Identity::LeadAd(lead_ad.id.clone()),
            EventKind::Messaged(Message { channel: Channel::Messenger, .. })
            | EventKind::Commented(Comment { network: Network::Facebook, .. }) => {
                return Identity::Psid("scenario".to_owned());
            }
            EventKind::Messaged(Message { channel: Channel::Instagram, .. })
            | EventKind::Commented(Comment { network: Network::Instagram, .. }) => {
                return Identity::Igsid("scenario".to_owned());
            }
            _ => {}
        }
        let phone = self.details.phone.clone().map(Identity::Phone);
        let email = || self.details.email.clone().map(Identity::Email);
        phone.or_else(email).unwrap_or_else(|| Identity::Submission("scenario".to_owned()))
    }

    fn event(&self, playbook: &Playbook, at: Timestamp, number: usize, kind: EventKind) -> Event {
        let (business, id) = (&playbook.business.id, number.to_string());
        let same = Sameness::Given { kind: "scenario", id: &id };
        let key = EventKey::of(&pepper(), business, Responder::LeadIntake, same);
        Event {
            business: business.clone(),
            key,
            occurred_at: at,
            author: self.identity(&kind),
            also: Vec::new(),
            kind,
        }
    }

    fn scenario(self, playbook: &Playbook, events: Vec<Event>, until: Timestamp) -> Scenario {
        let first = events.iter().map(|event| event.occurred_at).min().unwrap_or_default();
        let business = &playbook.business.id;
        let name = self.details.phone.as_ref().map_or("scenario", |phone| phone.as_str());
        let id = LeadId::derive(&pepper(), business, name, "scenario");
        Scenario {
            lead: Lead::new(business.clone(), id, first),
            events,
            lead_ad: Some(LeadAdFields { details: self.details, form: None, ad: None }),
            follows: self.follows,
            until,
        }
    }
}
