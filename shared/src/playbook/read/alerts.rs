//! Of what people of the business hear by e-mail.

use domain::alert::{Alerts, EVERY_DEFAULT, WAIT_DEFAULT};
use jiff::SignedDuration;

use super::{occasion, times};
use crate::playbook::fields::Fields;
use crate::playbook::report::Report;

pub const KEYS: [&str; 4] = ["to", "on", "wait", "every"];
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// `{ to: sales, on: [lead.replied, call.ended, { tag.added: hot }], wait: 2 minutes, every: 15 minutes }`.
pub fn alerts(playbook: &Fields<'_>, report: &mut Report<'_>) -> Option<Alerts> {
    let node = playbook.get("alerts")?;
    let fields = Fields::read(node, "\"alerts\"", &KEYS, report);
    let to = fields.required("to", "say who hears of it: to: and the name of an agent or a team", report);
    let on = occasion::occasions(&fields, "on", report);
    if on.is_empty() {
        let hint = "say of what: on: [lead.replied, call.missed, call.ended]";
        report.fault(fields.key_place("on"), "these alerts tell of nothing", hint);
    }
    Some(Alerts {
        to,
        on,
        wait: span(&fields, "wait", report).unwrap_or(WAIT_DEFAULT),
        every: span(&fields, "every", report).unwrap_or(EVERY_DEFAULT),
    })
}

fn span(fields: &Fields<'_>, key: &str, report: &mut Report<'_>) -> Option<SignedDuration> {
    let node = fields.get(key)?;
    let span = times::wait(node, key, report)?.duration();
    if span > LONGEST {
        report.fault(node.place, "an alert comes within a day", "write a shorter span: 15 minutes");
    }
    Some(span)
}
