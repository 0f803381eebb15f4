//! Where leads and appointments come from: consent, origins, and where each field stands.

use std::collections::BTreeMap;

use domain::deal::{BOOKING_DATES, BOOKING_FACTS};
use domain::playbook::{ConsentBasis, FieldPath, FieldPlace, Form, Sender, Sources};

use super::business::plain_id;
use crate::playbook::fields::{Fields, scalar};
use crate::playbook::nearest::did_you_mean;
use crate::playbook::report::Report;
use crate::playbook::tree::{Entry, Node, Value};

pub const KEYS: [&str; 3] = ["lead-ads", "forms", "bookings"];
pub const FORM_KEYS: [&str; 4] = ["consent", "origins", "from", "fields"];
pub const PLACE_KEYS: [&str; 3] = ["at", "means", "always"];
/// What `/bookings` is told of an appointment, beside its dates and facts.
pub const BOOKING_FIELDS: [&str; 6] = ["id", "status", "replaces", "name", "phone", "email"];

pub fn sources(playbook: &Fields<'_>, report: &mut Report<'_>) -> Sources {
    let Some(node) = playbook.get("sources") else { return Sources::default() };
    let fields = Fields::read(node, "\"sources\"", &KEYS, report);
    let lead_ads = fields.get("lead-ads").and_then(|node| {
        let lead_ads = Fields::read(node, "\"lead-ads\"", &["consent"], report);
        consent(&lead_ads, report)
    });
    let forms = fields.named("forms", report).into_iter();
    let forms = forms.map(|entry| (entry.key.as_str().into(), form(entry, report))).collect();
    let bookings = fields.get("bookings").map(|node| {
        let bookings = Fields::read(node, "\"bookings\"", &["fields"], report);
        let places = bookings.named("fields", report).into_iter();
        places.filter_map(|entry| booking_field(entry, report)).collect()
    });
    Sources { lead_ads, forms, bookings: bookings.unwrap_or_default() }
}

fn form(entry: &Entry, report: &mut Report<'_>) -> Form {
    plain_id(&entry.key, entry.key_place, report);
    let form = Fields::read(&entry.value, "a form", &FORM_KEYS, report);
    let origins = form.texts("origins", report);
    for (origin, place) in &origins {
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        if host.is_none_or(|host| host.is_empty() || host.contains(['/', ' '])) {
            let hint = "write how the site's addresses begin, without a path: \"https://www.example.com\"";
            report.fault(*place, format!("\"{origin}\" is no origin"), hint);
        }
    }
    let places = form.named("fields", report).into_iter();
    Form {
        consent: consent(&form, report),
        origins: origins.into_iter().map(|(origin, _)| origin.to_owned()).collect(),
        from: form.one_of("from", Sender::ALL, Sender::as_str, report),
        fields: places.filter_map(|entry| Some((entry.key.clone(), place(entry, report)?))).collect(),
    }
}

fn booking_field(entry: &Entry, report: &mut Report<'_>) -> Option<(String, FieldPlace)> {
    let known = || BOOKING_FIELDS.into_iter().chain(BOOKING_DATES).chain(BOOKING_FACTS);
    if !known().any(|known| known == entry.key) {
        let hint = did_you_mean(&entry.key, known());
        report.fault(entry.key_place, format!("an appointment has no \"{}\"", entry.key), hint);
    }
    Some((entry.key.clone(), place(entry, report)?))
}

/// A path, alone or with what the words there mean, or what it always is.
fn place(entry: &Entry, report: &mut Report<'_>) -> Option<FieldPlace> {
    if !matches!(entry.value.value, Value::Map(_)) {
        return Some(FieldPlace::At {
            path: path(&entry.value, &entry.key, report)?,
            means: BTreeMap::new(),
        });
    }
    let fields = Fields::read(&entry.value, "a field", &PLACE_KEYS, report);
    if let Some(node) = fields.get("at") {
        let means = fields.named("means", report).into_iter();
        let means = means
            .filter_map(|word| Some((word.key.clone(), scalar(&word.value, &word.key, report)?.to_owned())));
        let means = means.collect();
        return Some(FieldPlace::At { path: path(node, "at", report)?, means });
    }
    Some(FieldPlace::Always(fields.required(
        "always",
        "what it says for whoever sends it, or at: and the way to it",
        report,
    )))
}

fn path(node: &Node, key: &str, report: &mut Report<'_>) -> Option<FieldPath> {
    let written = scalar(node, key, report)?;
    let path = FieldPath::parse(written);
    if path.is_none() {
        let hint = "write the way to it, with a point at each step down: lead.phones.0";
        report.fault(node.place, format!("\"{written}\" leads nowhere"), hint);
    }
    path
}

/// Either the text alone, or the text and the field that has to be ticked.
fn consent(source: &Fields<'_>, report: &mut Report<'_>) -> Option<ConsentBasis> {
    let node = source.get("consent")?;
    if !matches!(node.value, Value::Map(_)) {
        let text = scalar(node, "consent", report)?.to_owned();
        return Some(ConsentBasis { text, field: None });
    }
    let fields = Fields::read(node, "\"consent\"", &["text", "field"], report);
    Some(ConsentBasis {
        text: fields.required("text", "the very words that the person sees", report),
        field: fields.optional("field", report).map(ToOwned::to_owned),
    })
}
