//! Quiet hours: nights, days of rest, pauses.

use domain::calendar::{CITIES, City, ENDS_AFTER, Rest};
use domain::playbook::{Pause, QuietHours, Wait};
use jiff::SignedDuration;
use jiff::civil::{Date, Time};

use super::times;
use crate::playbook::fields::{Fields, scalar};
use crate::playbook::nearest::did_you_mean;
use crate::playbook::report::Report;
use crate::playbook::tree::{Node, Value};

const KEYS: [&str; 5] = ["nights", "shabbat", "holidays", "pauses", "paused"];
/// Sunday first, as [`QuietHours`] has them; before them what holds for all.
const WEEKDAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const EVERY_DAY: &str = "every-day";
const PAUSES_MAX: usize = 100;
const MARGIN_MAX: SignedDuration = SignedDuration::from_hours(4);

pub fn quiet_hours(fields: &Fields<'_>, report: &mut Report<'_>) -> QuietHours {
    let Some(node) = fields.get("quiet-hours") else { return QuietHours::default() };
    let quiet = Fields::read(node, "\"quiet-hours\"", &KEYS, report);
    QuietHours {
        nights: quiet.get("nights").map(|node| nights(node, report)).unwrap_or_default(),
        rest: rest(&quiet, report),
        pauses: pauses(&quiet, report),
        is_paused: quiet.switch("paused", report),
    }
}

/// One for all days, or by the weekday on which each begins.
fn nights(node: &Node, report: &mut Report<'_>) -> [Option<(Time, Time)>; 7] {
    if !matches!(node.value, Value::Map(_)) {
        return [times::night(node, report); 7];
    }
    let known: Vec<&str> = std::iter::once(EVERY_DAY).chain(WEEKDAYS).collect();
    let fields = Fields::read(node, "\"nights\"", &known, report);
    let every_day = fields.get(EVERY_DAY).and_then(|node| times::night(node, report));
    WEEKDAYS.map(|day| match fields.get(day) {
        None => every_day,
        // A day may have no night of its own.
        Some(node) if matches!(&node.value, Value::Scalar(word) if word == "none") => None,
        Some(node) => times::night(node, report),
    })
}

/// `shabbat` names the city by whose sunset it is kept; `holidays: true` goes by the same one.
fn rest(quiet: &Fields<'_>, report: &mut Report<'_>) -> Option<Rest> {
    let holidays = quiet.switch("holidays", report);
    let Some(node) = quiet.get("shabbat") else {
        if holidays {
            let hint = "name the city by whose sunset they begin: shabbat: jerusalem";
            report.fault(quiet.key_place("holidays"), "holidays begin at sunset, and no city is named", hint);
        }
        return None;
    };
    let of = |city: City| Rest {
        city,
        shabbat: true,
        holidays,
        begins_before: city.lit_before,
        ends_after: ENDS_AFTER,
    };
    if !matches!(node.value, Value::Map(_)) {
        return city(node, report).map(of);
    }
    let fields = Fields::read(node, "\"shabbat\"", &["city", "begins-before", "ends-after"], report);
    let Some(named) = fields.get("city") else {
        let hint = "name the city by whose sunset it is kept: city: jerusalem";
        report.fault(fields.place(), "\"shabbat\" needs \"city\"", hint);
        return None;
    };
    let rest = of(city(named, report)?);
    let begins_before = margin(&fields, "begins-before", report).unwrap_or(rest.begins_before);
    let ends_after = margin(&fields, "ends-after", report).unwrap_or(rest.ends_after);
    Some(Rest { begins_before, ends_after, ..rest })
}

fn city(node: &Node, report: &mut Report<'_>) -> Option<City> {
    let name = scalar(node, "city", report)?;
    let found = CITIES.into_iter().find(|city| city.name == name);
    if found.is_none() {
        let hint = did_you_mean(name, CITIES.iter().map(|city| city.name));
        report.fault(node.place, format!("unknown city \"{name}\""), hint);
    }
    found
}

fn margin(fields: &Fields<'_>, key: &str, report: &mut Report<'_>) -> Option<SignedDuration> {
    let node = fields.get(key)?;
    let margin = times::wait(node, key, report).map(Wait::duration)?;
    if margin > MARGIN_MAX {
        report.fault(node.place, format!("\"{key}\" is at most four hours"), "write minutes: 40 minutes");
        return None;
    }
    Some(margin)
}

/// Days such as `2027-08-01`, or from one to another: `2027-08-01..2027-08-14`.
fn pauses(quiet: &Fields<'_>, report: &mut Report<'_>) -> Vec<Pause> {
    let written = quiet.texts("pauses", report);
    if let Some((_, place)) = written.get(PAUSES_MAX) {
        report.fault(*place, format!("more than {PAUSES_MAX} pauses"), "take out those that are over");
    }
    let mut pauses = Vec::new();
    for (text, place) in written.into_iter().take(PAUSES_MAX) {
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        match (from.trim().parse::<Date>(), to.trim().parse::<Date>()) {
            (Ok(from), Ok(to)) if from <= to => pauses.push(Pause { from, to }),
            (Ok(_), Ok(_)) => {
                report.fault(
                    place,
                    format!("the pause \"{text}\" ends before it begins"),
                    "write the earlier day first",
                );
            }
            _ => {
                let hint = "write a day or from when to when, in quotes: \"2027-08-01..2027-08-14\"";
                report.fault(place, format!("\"{text}\" is no pause"), hint);
            }
        }
    }
    pauses
}
