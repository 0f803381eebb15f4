//! Two people become one only by proof: what somebody typed waits until the number that it came with has written to us.

use std::collections::BTreeSet;

use shared::domain::channel::Channel;
use shared::domain::email::EmailAddress;
use shared::domain::identity::Identity;

use super::Violation;
use super::case::Case;
use crate::people::acts::{What, Who};
use crate::world::log::Joined;

pub fn judge(case: &Case<'_>, found: &mut Vec<Violation>) {
    for joined in &case.history.joined {
        // What was committed before the moment to which the table went back is not told apart any more.
        if case.restored_at().is_some_and(|at| at <= joined.at) {
            continue;
        }
        let ours = case.people_of(joined.business, &joined.ours);
        let theirs = case.people_of(joined.business, &joined.theirs);
        let strangers = !ours.is_empty() && !theirs.is_empty() && ours.is_disjoint(&theirs);
        let proven =
            proves(case, joined, &ours, &joined.theirs) || proves(case, joined, &theirs, &joined.ours);
        if strangers && !proven {
            let what = format!("people {ours:?} and {theirs:?} of business {} became one", joined.business);
            found.push(case.violates("6 two people became one", joined.at, what));
        }
    }
}

/// Whether one of these people typed an address by which the other record is known, and wrote from WhatsApp.
fn proves(case: &Case<'_>, joined: &Joined, people: &BTreeSet<Who>, names: &BTreeSet<Identity>) -> bool {
    let before = |who: &Who| case.entries_of(joined.business, *who).filter(|entry| entry.at <= joined.at);
    let typed = |what: &What| {
        let whose = match what {
            What::Form { who, email_of, .. } => email_of.unwrap_or(*who),
            What::LeadAd { who, .. } => *who,
            _ => return false,
        };
        let address = EmailAddress::parse(&case.plan.people[whose].email).map(Identity::Email);
        address.is_ok_and(|address| names.contains(&address))
    };
    let wrote = |what: &What| matches!(what, What::Write { channel: Channel::WhatsApp, .. });
    people.iter().any(|who| before(who).any(|entry| typed(&entry.what)))
        && people.iter().any(|who| before(who).any(|entry| wrote(&entry.what)))
}
