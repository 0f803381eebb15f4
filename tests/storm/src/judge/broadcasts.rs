//! A broadcast leaves no faster than it may, whatever was late.

use std::collections::BTreeMap;

use shared::domain::ids::WorkId;

use super::Violation;
use super::case::Case;
use crate::people::acts::What;
use crate::people::businesses::{BUSINESSES, NEWS, NEWS_PER_MINUTE};
use crate::world::log::Wanted;
use crate::world::timers::{MINUTE, Millis, SECOND};

/// From the claim, which decides, to the call.
const SLACK: Millis = 5 * SECOND;

pub fn judge(case: &Case<'_>, found: &mut Vec<Violation>) {
    // A restored table knows nothing of the moments that were taken after it was saved.
    if case.restored_at().is_some() {
        return;
    }
    for business in 0..BUSINESSES {
        too_fast(case, business, found);
    }
}

/// The first calls in any minute, of as many broadcasts as there were by then. What is tried again has its own waits.
fn too_fast(case: &Case<'_>, business: usize, found: &mut Vec<Violation>) {
    let mut first: BTreeMap<WorkId, Millis> = BTreeMap::new();
    for call in case.history.calls.iter().filter(|call| call.business == business) {
        if matches!(&call.wanted, Wanted::Send { message, .. } if message == NEWS) {
            first.entry(call.work).or_insert(call.begun_at);
        }
    }
    let mut moments: Vec<Millis> = first.into_values().collect();
    moments.sort_unstable();
    let begun = |at: Millis| {
        let of = |what: &What| matches!(what, What::Broadcast { business: of, .. } if *of == business);
        case.history.entries.iter().filter(|entry| entry.at <= at && of(&entry.what)).count()
    };
    for from in &moments {
        let within = moments.iter().filter(|at| (*from..from + MINUTE - SLACK).contains(*at)).count();
        let most = begun(from + MINUTE) * NEWS_PER_MINUTE as usize;
        if within > most {
            let what = format!("{within} messages of {NEWS} left in a minute, of at most {most}");
            found.push(case.violates("broadcast too fast", *from, what));
            return;
        }
    }
}
