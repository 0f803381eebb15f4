//! What is left when the weather has long cleared: nothing due, nothing undecided.

use super::Violation;
use super::case::Case;
use crate::world::log::Wanted;

pub fn judge(case: &Case<'_>, found: &mut Vec<Violation>) {
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
