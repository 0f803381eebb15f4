//! Raffle numbers: from 1 without a gap, none twice, one each, and no more places than there are.

use std::collections::{BTreeMap, BTreeSet};

use shared::domain::ids::LeadId;

use super::Violation;
use super::case::Case;
use crate::people::businesses::{NUMBER, PLACES};
use crate::world::log::{Call, Wanted};

const RULE: &str = "C4 a gift";

pub fn judge(case: &Case<'_>, found: &mut Vec<Violation>) {
    // What was given after the moment to which the table went back is given again.
    if case.restored_at().is_some() {
        return;
    }
    in_the_table(case, found);
    as_told(case, found);
}

fn in_the_table(case: &Case<'_>, found: &mut Vec<Violation>) {
    for (business, gifts) in &case.ending.gifts {
        let given: BTreeSet<u32> = gifts.numbers.values().copied().collect();
        let all: BTreeSet<u32> = (1..=gifts.numbers.len() as u32).collect();
        if given != all || gifts.last != gifts.numbers.len() as u32 {
            let what = format!("business {business} gave {given:?}, and the last is {}", gifts.last);
            found.push(case.violates(RULE, case.ending.now, what));
        }
        if gifts.last > PLACES || gifts.turned_away(case, *business) && gifts.last < PLACES {
            let what = format!("business {business} gave {} of {PLACES} places", gifts.last);
            found.push(case.violates(RULE, case.ending.now, what));
        }
    }
}

fn as_told(case: &Case<'_>, found: &mut Vec<Violation>) {
    let mut holders: BTreeMap<(usize, u32), BTreeSet<LeadId>> = BTreeMap::new();
    for call in &case.history.calls {
        let Some(number) = number(call) else { continue };
        let joined = case.history.winners.contains(&call.lead);
        let own = case.ending.gifts.get(&call.business).and_then(|gifts| gifts.numbers.get(&call.lead));
        // Of two records that became one, the elder's number is told.
        if own != Some(&number) && !joined {
            let what = format!("{:?} tells of {number}, and theirs is {own:?}", call.wanted);
            found.push(case.violates(RULE, call.begun_at, what));
        }
        holders.entry((call.business, number)).or_default().insert(call.lead);
    }
    for ((business, number), leads) in holders.iter().filter(|(_, leads)| leads.len() > 1) {
        if !leads.iter().any(|lead| case.history.winners.contains(lead)) {
            let what = format!("number {number} of business {business} was told to {} people", leads.len());
            found.push(case.violates(RULE, case.ending.now, what));
        }
    }
}

/// The number that a private reply tells.
fn number(call: &Call) -> Option<u32> {
    let (Wanted::PrivateReply { .. }, Some(words)) = (&call.wanted, &call.words) else { return None };
    words.split_once(NUMBER)?.1.trim().parse().ok()
}

/// What a campaign has given in the end.
#[derive(Clone, Debug, Default)]
pub struct Gifts {
    /// The last number, as the campaign's record has it.
    pub last: u32,
    pub numbers: BTreeMap<LeadId, u32>,
}

impl Gifts {
    /// Whether somebody was told that there is nothing left.
    fn turned_away(&self, case: &Case<'_>, business: usize) -> bool {
        case.history.calls.iter().any(|call| {
            call.business == business
                && matches!(&call.wanted, Wanted::PrivateReply { message, .. } if message == "comment-late")
        })
    }
}
