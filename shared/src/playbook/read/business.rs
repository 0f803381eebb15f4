//! Who the business is, its links, the accounts through which it speaks, and where its leads come from.

use std::collections::{BTreeMap, BTreeSet};

use domain::email::EmailAddress;
use domain::ids::{AssetId, ID_CHARS_MAX, is_plain_id};
use domain::phone::PhoneNumber;
use domain::playbook::{Business, Channels, Mailbox};
use jiff::tz::TimeZone;

use crate::playbook::fields::{Fields, scalar};
use crate::playbook::nearest::did_you_mean;
use crate::playbook::report::Report;
use crate::playbook::tree::{Place, Value};

pub const LINK_KEYS: [&str; 2] = ["url", "tracked"];
const ZONE_DEFAULT: &str = "Asia/Jerusalem";
const LANGUAGE_DEFAULT: &str = "he";
const TOKEN_DEFAULT: &str = "MASA_META_TOKEN";

pub fn business(playbook: &Fields<'_>, report: &mut Report<'_>) -> Business {
    let (links, tracked) = links(playbook, report);
    let Some(node) = playbook.get("business") else {
        let hint = "begin with business: { id: my-business, name: …, agent: … }";
        report.fault(playbook.key_place("business"), "a playbook needs \"business\"", hint);
        return Business {
            id: "".into(),
            name: String::new(),
            zone: TimeZone::UTC,
            language: LANGUAGE_DEFAULT.to_owned(),
            agent: String::new(),
            links,
            tracked,
        };
    };
    let fields = Fields::read(node, "a business", &["id", "name", "zone", "language", "agent"], report);
    let id = fields.required("id", "its short name in addresses and keys: id: my-business", report);
    if let Some(node) = fields.get("id")
        && !id.is_empty()
    {
        plain_id(&id, node.place, report);
    }
    Business {
        id: id.as_str().into(),
        name: fields.required("name", "the name that customers know", report),
        zone: zone(&fields, report),
        language: language(&fields, report),
        agent: fields.required("agent", "the first name that signs the messages", report),
        links,
        tracked,
    }
}

/// Ids stand in addresses and keys: lower-case letters, digits and dashes.
pub fn plain_id(id: &str, place: Place, report: &mut Report<'_>) {
    if !is_plain_id(id) {
        let hint = format!("write 1 to {ID_CHARS_MAX} of a-z, 0-9 and \"-\"");
        report.fault(place, format!("\"{id}\" is no id"), hint);
    }
}

fn zone(fields: &Fields<'_>, report: &mut Report<'_>) -> TimeZone {
    let name = fields.optional("zone", report).unwrap_or(ZONE_DEFAULT);
    TimeZone::get(name).unwrap_or_else(|_| {
        let hint = zone_hint(name);
        let place = fields.get("zone").map_or(fields.place(), |node| node.place);
        report.fault(place, format!("unknown time zone \"{name}\""), hint);
        TimeZone::UTC
    })
}

/// The cure for a time zone that there is not.
pub fn zone_hint(name: &str) -> String {
    let zones: Vec<String> = jiff::tz::db().available().map(|zone| zone.as_str().to_owned()).collect();
    match did_you_mean(name, zones.iter().map(String::as_str)) {
        near if near.starts_with("did you") => near,
        _ => format!("write a region and a city, such as {ZONE_DEFAULT}"),
    }
}

fn language(fields: &Fields<'_>, report: &mut Report<'_>) -> String {
    let language = fields.optional("language", report).unwrap_or(LANGUAGE_DEFAULT);
    if !matches!(language, "he" | "en") {
        let place = fields.get("language").map_or(fields.place(), |node| node.place);
        report.fault(place, format!("unknown language \"{language}\""), "there are: he, en");
    }
    language.to_owned()
}

/// An address, or `{ url: …, tracked: true }`: and the names of those that are tracked.
fn links(playbook: &Fields<'_>, report: &mut Report<'_>) -> (BTreeMap<String, String>, BTreeSet<String>) {
    let (mut links, mut tracked) = (BTreeMap::new(), BTreeSet::new());
    for entry in playbook.named("links", report) {
        let (url, place) = match &entry.value.value {
            Value::Map(_) => {
                let fields = Fields::read(&entry.value, "a link", &LINK_KEYS, report);
                if fields.switch("tracked", report) {
                    tracked.insert(entry.key.clone());
                    if !is_plain_id(&entry.key) {
                        let hint = "its name stands in the address: write it in English letters and hyphens";
                        report.fault(
                            entry.key_place,
                            format!("a tracked link cannot be called \"{}\"", entry.key),
                            hint,
                        );
                    }
                }
                let url = fields.required("url", "where it leads: url: \"https://…\"", report);
                (url, fields.get("url").map_or(entry.value.place, |node| node.place))
            }
            _ => {
                let Some(url) = scalar(&entry.value, &entry.key, report) else { continue };
                (url.to_owned(), entry.value.place)
            }
        };
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let sound = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'));
        if !sound || url.contains(char::is_whitespace) {
            let hint = "write the whole address, as the browser shows it: \"https://…\"";
            report.fault(place, format!("\"{url}\" is no link"), hint);
        }
        links.insert(entry.key.clone(), url);
    }
    (links, tracked)
}

pub fn channels(playbook: &Fields<'_>, report: &mut Report<'_>) -> Channels {
    let Some(node) = playbook.get("channels") else {
        let hint = "name at least one account: channels: { whatsapp: { number: \"…\", account: \"…\" } }";
        report.fault(playbook.key_place("channels"), "a playbook needs \"channels\"", hint);
        return Channels { token: TOKEN_DEFAULT.to_owned(), ..Channels::default() };
    };
    let known = ["facebook", "instagram", "whatsapp", "email", "token"];
    let fields = Fields::read(node, "\"channels\"", &known, report);
    let mut part = |key: &str, known: &[&str]| {
        fields.get(key).map(|node| Fields::read(node, &format!("\"{key}\""), known, report))
    };
    let facebook = part("facebook", &["page"]);
    let instagram = part("instagram", &["account"]);
    let whatsapp = part("whatsapp", &["number", "account", "phone"]);
    let email = part("email", &["from", "reply-to"]);
    let mut id = |part: &Option<Fields<'_>>, key: &str| asset(part.as_ref()?, key, report);
    let page = id(&facebook, "page");
    let instagram = id(&instagram, "account");
    let (whatsapp_number, whatsapp_account) = (id(&whatsapp, "number"), id(&whatsapp, "account"));
    Channels {
        page,
        instagram,
        whatsapp_number,
        whatsapp_account,
        whatsapp_phone: whatsapp.as_ref().and_then(|part| phone(part, report)),
        mailbox: email.as_ref().and_then(|part| mailbox(part, report)),
        token: fields.optional("token", report).unwrap_or(TOKEN_DEFAULT).to_owned(),
    }
}

fn asset(fields: &Fields<'_>, key: &str, report: &mut Report<'_>) -> Option<AssetId> {
    let id = fields.required(key, "copy its id from Meta's business settings, in quotes", report);
    let node = fields.get(key)?;
    if id.is_empty() {
        return None;
    }
    if id.len() > 32 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        let hint =
            "copy its id from Meta's business settings: digits only, no name and no phone number with +";
        report.fault(node.place, format!("\"{id}\" is no id of Meta's"), hint);
    }
    Some(id.as_str().into())
}

/// `email: { from: hello@example.com, reply-to: noa@example.com }`.
fn mailbox(fields: &Fields<'_>, report: &mut Report<'_>) -> Option<Mailbox> {
    let hint = "the address that e-mails come from: email: { from: hello@example.com }";
    let from = fields.required("from", hint, report);
    let from = address(fields, "from", (!from.is_empty()).then_some(from.as_str())?, report)?;
    let reply_to = fields.optional("reply-to", report);
    let reply_to = reply_to.and_then(|written| address(fields, "reply-to", written, report));
    Some(Mailbox { asset: from.as_str().into(), from, reply_to })
}

fn address(fields: &Fields<'_>, key: &str, written: &str, report: &mut Report<'_>) -> Option<EmailAddress> {
    match EmailAddress::parse(written) {
        Ok(address) => Some(address),
        Err(error) => {
            let place = fields.get(key).map_or(fields.place(), |node| node.place);
            report.fault(
                place,
                format!("\"{written}\" is no address: {error}"),
                "write it as name@example.com",
            );
            None
        }
    }
}

/// The number that people write to.
fn phone(fields: &Fields<'_>, report: &mut Report<'_>) -> Option<PhoneNumber> {
    let written = fields.optional("phone", report)?;
    match PhoneNumber::parse(written) {
        Ok(phone) => Some(phone),
        Err(error) => {
            let place = fields.get("phone").map_or(fields.place(), |node| node.place);
            let hint = "write it as people dial it: phone: \"+972541234567\"";
            report.fault(place, format!("\"{written}\" is no phone number: {error}"), hint);
            None
        }
    }
}
