//! What people of the business are told by e-mail: each reply, and a chat in one mail.

use std::collections::BTreeMap;

use shared::domain::channel::Channel;
use shared::domain::ids::LeadId;

use super::Violation;
use super::case::Case;
use crate::people::acts::{ToldBy, What, Words};
use crate::people::businesses::{ALERTS_EVERY, alerts};
use crate::world::log::{Call, Wanted};
use crate::world::timers::{HOUR, MINUTE, SECOND};

/// From the claim, which decides, to the call.
const SLACK: i64 = 40 * SECOND;

pub fn judge(case: &Case<'_>, found: &mut Vec<Violation>) {
    unasked(case, found);
    one_after_another(case, found);
    not_told(case, found);
}

fn alerts_of<'a>(case: &Case<'a>) -> impl Iterator<Item = (&'a Call, &'a [String], &'a str)> + use<'a> {
    case.history.calls.iter().filter_map(|call| match &call.wanted {
        Wanted::Alert { about, of } => Some((call, about.as_slice(), of.as_str())),
        _ => None,
    })
}

fn unasked(case: &Case<'_>, found: &mut Vec<Violation>) {
    for (call, about, _) in alerts_of(case) {
        if !alerts(call.business) || about != ["lead.replied"] {
            let what = format!("business {} was told of {about:?}", call.business);
            found.push(case.violates("alert unasked", call.begun_at, what));
        }
    }
}

/// Two mails about one lead leave no sooner after each other than the playbook says.
fn one_after_another(case: &Case<'_>, found: &mut Vec<Violation>) {
    if case.restored_at().is_some() {
        return;
    }
    let mut last: BTreeMap<LeadId, &Call> = BTreeMap::new();
    for (call, ..) in alerts_of(case).filter(|(call, ..)| call.recorded && call.accepted_at.is_some()) {
        let before = last.insert(call.lead, call);
        let excused =
            case.history.winners.contains(&call.lead) || case.redriven(call.business, 0, call.begun_at);
        if let Some(before) = before.filter(|before| before.work != call.work && !excused)
            && before.ended_at.is_some_and(|ended| call.begun_at + SLACK < ended + ALERTS_EVERY)
        {
            let minutes = (call.begun_at - before.begun_at) / MINUTE;
            let what = format!("two mails about {} within {minutes} minutes", call.lead);
            found.push(case.violates("alert too soon", call.begun_at, what));
        }
    }
}

/// Of whoever left their name and wrote from their number later somebody is told.
fn not_told(case: &Case<'_>, found: &mut Vec<Violation>) {
    if !case.is_calm() {
        return;
    }
    for entry in &case.history.entries {
        let What::Write { who, business, channel: Channel::WhatsApp, words, told_by: ToldBy::Number, .. } =
            &entry.what
        else {
            continue;
        };
        let says = !words.refuses() && *words != Words::Reaction;
        let named = case.entries_of(*business, *who).any(|other| {
            matches!(other.what, What::Form { .. })
                && other.acknowledged_at.is_some_and(|at| at < entry.at - HOUR)
        });
        let gone = case.ever(*business, *who, |what| matches!(what, What::Erase { .. }));
        let Some(acknowledged) = entry.acknowledged_at else { continue };
        if !alerts(*business) || !says || !named || gone || case.is_mixed_up(*business, *who) {
            continue;
        }
        let until = case.settled_by(acknowledged) + ALERTS_EVERY;
        let name = &case.plan.people[*who].first_name;
        let told = alerts_of(case).any(|(call, _, of)| {
            call.business == *business
                && of == name
                && call.begun_at >= entry.at
                && call.accepted_at.is_some_and(|at| at <= until)
        });
        if !told {
            let what = format!("person {who} wrote and nobody was told: {}", entry.what);
            found.push(case.violates("alert missing", entry.at, what));
        }
    }
}
