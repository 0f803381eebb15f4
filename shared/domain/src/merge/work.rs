//! Open work of both records.

use std::cmp::Reverse;

use crate::alert;
use crate::decide::{Draft, describe};
use crate::timeline::{Entry, Fact, What};
use crate::work::{OPEN_WORK_MAX, Work};

const TOO_MUCH: &str = "the two records of this person have too much open work together";

/// The loser's open work goes behind the winner's, in its own order.
pub fn take_over(winner: &mut Draft<'_>, loser: &mut Draft<'_>) {
    let mut moved = std::mem::take(&mut loser.lead.work);
    moved.retain(|work| winner.lead.work(work.id).is_none());
    moved.retain(|work| !alert::joins_waiting(winner, work));
    // What was called for before keeps its place first: evidence of it may still come.
    moved.sort_by_key(|work| (Reverse(work.tries > 0), work.number));
    let room = OPEN_WORK_MAX.saturating_sub(winner.lead.work.len());
    let surplus = moved.split_off(room.min(moved.len()));
    for work in surplus {
        let what = if work.is_in_doubt() { What::Unknown } else { What::Skipped };
        loser.note(describe(Entry::new(loser.now(), what), &work).with(Fact::Reason, TOO_MUCH));
    }
    moved.sort_by_key(|work| work.number);
    for work in moved {
        let number = winner.lead.work_next;
        winner.lead.work_next += 1;
        winner.lead.work.push(Work { number, ..work });
    }
}

/// A person who has refused on both records is told once that it was understood.
pub fn keep_one_confirmation(winner: &mut Draft<'_>, loser: &mut Draft<'_>) {
    if winner.lead.opt_out.is_none() || loser.lead.opt_out.is_none() {
        return;
    }
    let confirmations = |draft: &Draft<'_>| -> Vec<Work> {
        draft.lead.work.iter().filter(|work| work.action.confirms_opt_out()).cloned().collect()
    };
    let (ours, theirs) = (confirmations(winner), confirmations(loser));
    // Of one who waits for none any more, it has left.
    if theirs.is_empty() {
        ours.iter().for_each(|work| winner.call_off(work, "the refusal is confirmed already", Some("R3")));
    }
    theirs.iter().for_each(|work| loser.call_off(work, "the refusal is confirmed already", Some("R3")));
}
