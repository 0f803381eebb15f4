//! A kind of deal: its dates and facts, by the names that the business's own system sends.

use domain::deal::{BOOKING, BOOKING_DATES, BOOKING_FACTS, DEAL_FACTS_MAX};
use domain::ids::DealKind;
use domain::playbook::DealNames;
use domain::render::{TIME_SUFFIX, VARIABLES};

use crate::playbook::fields::Fields;
use crate::playbook::report::Report;
use crate::playbook::tree::Entry;

/// Words that texts use already.
const TAKEN: [&str; 3] = ["links", "fields", BOOKING];

/// What every playbook has: appointments.
pub fn booking() -> (DealKind, DealNames) {
    let names = |names: [&str; 2]| names.map(str::to_owned).to_vec();
    (DealKind::new(BOOKING), DealNames { dates: names(BOOKING_DATES), facts: names(BOOKING_FACTS) })
}

pub fn deal(entry: &Entry, report: &mut Report<'_>) -> DealNames {
    let what = format!("the deal \"{}\"", entry.key);
    let fields = Fields::read(&entry.value, &what, &["dates", "facts"], report);
    let taken = VARIABLES.iter().map(|name| name.split('.').next().unwrap_or(name)).chain(TAKEN);
    if !is_name(&entry.key) || taken.into_iter().any(|name| name == entry.key) {
        let hint = "choose another, of small letters, digits and _: trip";
        report.fault(entry.key_place, format!("a kind of deal cannot be called \"{}\"", entry.key), hint);
    }
    DealNames { dates: names(&fields, "dates", report), facts: names(&fields, "facts", report) }
}

fn names(fields: &Fields<'_>, key: &str, report: &mut Report<'_>) -> Vec<String> {
    let written = fields.texts(key, report);
    if let Some((_, place)) = written.get(DEAL_FACTS_MAX) {
        let what = format!("a deal has at most {DEAL_FACTS_MAX} {key}");
        report.fault(*place, what, "take out those that no journey uses");
    }
    let mut names = Vec::new();
    for (name, place) in written.into_iter().take(DEAL_FACTS_MAX) {
        if is_name(name) && !name.ends_with(TIME_SUFFIX) {
            names.push(name.to_owned());
        } else {
            let hint = format!("small letters, digits and _, and no {TIME_SUFFIX} at the end: departs_at");
            report.fault(place, format!("\"{name}\" is no name for what a text can use"), hint);
        }
    }
    names
}

fn is_name(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    text.len() <= 40
        && text.bytes().all(known)
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
}
