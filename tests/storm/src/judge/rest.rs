//! What is left when the weather has long cleared: nothing due, nothing undecided.

use shared::domain::channel::Channel;

use super::Violation;
use super::case::Case;
use crate::people::acts::{ToldBy, What};
use crate::world::log::Wanted;
use crate::world::timers::HOUR;

pub fn judge(case: &Case<'_>, found: &mut Vec<Violation>) {
    erased_stay_gone(case, found);
    let ending = &case.ending;
    if !ending.ended {
        found.push(case.violates(
            "10 it does not end",
            ending.now,
            "the same work comes again and again".to_owned(),
        ));
    }
    for (business, lead, since) in &ending.overdue {
        let what = format!("business {business}: {lead} has had something due for longer than two ticks");
        found.push(case.violates("11 overdue", *since, what));
    }
    if ending.undecided > 0 {
        let what = format!("{} events in inboxes are undecided", ending.undecided);
        found.push(case.violates("4 undecided", ending.now, what));
    }
    for call in &case.history.calls {
        if matches!(&call.wanted, Wanted::Send { message, .. } if message == "?") {
            found.push(case.violates("3 unknown words", call.begun_at, format!("{:?}", call.wanted)));
        }
    }
}

/// Who was erased and did nothing since is known by their number to nobody, and gets nothing.
fn erased_stay_gone(case: &Case<'_>, found: &mut Vec<Violation>) {
    if case.restored_at().is_some() {
        return;
    }
    for (business, lead) in &case.ending.kept {
        let what = format!("business {business}: of {lead}, who was erased, something is left");
        found.push(case.violates("9 something is left", case.ending.now, what));
    }
    for entry in &case.history.entries {
        let What::Erase { who, business } = &entry.what else { continue };
        let later = case.entries_of(*business, *who).any(|other| {
            // What happened before and was reported only later does not bring anybody back.
            other.at > entry.at && !matches!(other.what, What::Erase { .. })
        });
        // Only who is known by the number can be found by it.
        let known = case.entries_of(*business, *who).any(|other| {
            let tells = matches!(other.what, What::Form { .. } | What::Call { .. });
            tells && other.acknowledged_at.is_some_and(|at| at < entry.at - HOUR)
        });
        // Who also wrote by their id alone is a second person until the platform says whose number it is.
        let is_two = case.ever(*business, *who, |what| {
            matches!(what, What::Write { told_by: ToldBy::UserId, channel: Channel::WhatsApp, .. })
        });
        if !known || later || is_two || case.is_mixed_up(*business, *who) {
            continue;
        }
        let phone = &case.plan.people[*who].phone;
        if let Some(lead) = case.ending.numbers.get(&(*business, phone.clone())) {
            let what = format!("person {who} of business {business} is known again as {lead}");
            found.push(case.violates("9 erased and not gone", entry.at, what));
        }
        let digits = phone.trim_start_matches('+');
        let written = case.history.calls.iter().find(|call| {
            call.business == *business
                && call.begun_at > entry.at + HOUR
                && matches!(&call.wanted, Wanted::Send { to, .. } if to == digits)
        });
        if let Some(call) = written {
            let what = format!("{:?} to person {who}, who was erased", call.wanted);
            found.push(case.violates("9 written to after the erasure", call.begun_at, what));
        }
    }
}
