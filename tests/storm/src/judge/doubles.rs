//! Invariants 2 and 3: nothing twice, unless someone waits for it, its answer was lost, and no sign of it came.

use std::collections::{BTreeMap, BTreeSet};

use shared::domain::channel::Channel;
use shared::domain::ids::{LeadId, WorkId};
use shared::domain::timeline::What as Noted;

use super::Violation;
use super::case::{Case, is_bulk};
use crate::people::acts::{ToldBy, TripNews, What, Who, Words};
use crate::people::businesses::{NEWS, PACKING, REMINDER, TICKETS};
use crate::people::webhooks::comment_of;
use crate::world::log::{Call, Entry, Told, Turn, Wanted};
use crate::world::timers::{DAY, MINUTE, Millis, SECOND};

/// A sign that came shortly before the second call may have come after the claim was decided.
const SIGN_IN_TIME: Millis = 60 * SECOND;
/// What someone waits for is tried so often while no sign of it ever comes.
const SILENT_CALLS_MAX: usize = 4;

pub fn judge(case: &Case<'_>, found: &mut Vec<Violation>) {
    repeated_work(case, found);
    more_than_asked_for(case, found);
    comments_answered_twice(case, found);
    journeys_beside_each_other(case, found);
    confirmed_again(case, found);
    told_twice(case, found);
}

/// A journey lasts for a week unless something ends it, and nobody goes through it twice at a time.
fn journeys_beside_each_other(case: &Case<'_>, found: &mut Vec<Violation>) {
    if case.restored_at().is_some() || case.plan.ticks_missed.is_some() {
        return;
    }
    for calls in first_calls(case, "welcome").values() {
        for pair in calls.windows(2) {
            let (first, second) = (pair[0], pair[1]);
            let Some(who) = case.recipient(first) else { continue };
            let ends = |what: &What| what.replies() || matches!(what, What::Erase { .. });
            let excused = case.did(first.business, who, first.begun_at - DAY, second.begun_at, ends)
                || case.is_mixed_up(first.business, who)
                || case.history.winners.contains(&first.lead)
                || case.redriven(first.business, 0, second.begun_at);
            if second.begun_at - first.begun_at < 5 * DAY && !excused {
                let what = format!("person {who} was welcomed again while the first journey went on");
                found.push(case.violates("2 a journey beside a journey", second.begun_at, what));
            }
        }
    }
}

/// A refusal is confirmed once, and again only when it was taken back in between (R3).
fn confirmed_again(case: &Case<'_>, found: &mut Vec<Violation>) {
    for calls in first_calls(case, "goodbye").values() {
        let Some(who) = calls.first().and_then(|call| case.recipient(call)) else { continue };
        let (business, lead) = (calls[0].business, calls[0].lead);
        let agreed = case
            .entries_of(business, who)
            .filter(|entry| matches!(entry.what, What::Write { words: Words::Agreed, .. }));
        let excused = case.restored_at().is_some()
            || case.is_mixed_up(business, who)
            || case.history.winners.contains(&lead);
        if calls.len() > 1 + agreed.count() && !excused {
            let what = format!("the refusal of person {who} was confirmed {} times", calls.len());
            found.push(case.violates("R3 confirmed again", calls[1].begun_at, what));
        }
    }
}

/// The first call of each piece of work that sends a message of this name, by lead and in order.
pub fn first_calls<'a>(case: &Case<'a>, name: &str) -> BTreeMap<(usize, LeadId), Vec<&'a Call>> {
    let mut first: BTreeMap<(usize, LeadId), Vec<&Call>> = BTreeMap::new();
    for call in &case.history.calls {
        // What was given up later may have gone by another channel since.
        let is_it = matches!(&call.wanted, Wanted::Send { message, .. } if message == name);
        if !is_it || case.history.given_up.contains(&call.work) {
            continue;
        }
        let calls = first.entry((call.business, call.lead)).or_default();
        if calls.iter().all(|other| other.work != call.work) {
            calls.push(call);
        }
    }
    first
}

/// A form without a key of its sender's is the same within ten minutes by the clock, and sent again it may be in the
/// next ten.
fn may_be_two(case: &Case<'_>, entry: &Entry) -> bool {
    let patience = if case.is_calm() { MINUTE } else { 10 * MINUTE };
    let last = entry.acknowledged_at.unwrap_or(case.ending.now) + patience;
    matches!(entry.what, What::Form { .. }) && entry.at / (10 * MINUTE) != last / (10 * MINUTE)
}

fn is_reaction(what: &What) -> bool {
    matches!(what, What::Write { words: Words::Reaction, .. })
}

/// What happened once is told once, however often it was reported.
fn told_twice(case: &Case<'_>, found: &mut Vec<Violation>) {
    if case.restored_at().is_some() {
        return;
    }
    for ((business, noted), times) in &case.history.noted {
        let told_of: fn(&What) -> bool = match noted {
            Noted::Captured => What::captures,
            Noted::CallMissed => |what| matches!(what, What::Call { missed: true, .. }),
            Noted::CallEnded => |what| matches!(what, What::Call { missed: false, .. }),
            Noted::Commented => |what| matches!(what, What::Comment { .. }),
            Noted::Wrote => |what| what.replies() && !is_reaction(what),
            Noted::Reacted => is_reaction,
            _ => continue,
        };
        let entries = case.history.entries.iter().filter(|entry| entry.what.business() == *business);
        let happened: usize = entries
            .filter(|entry| told_of(&entry.what))
            .map(|entry| if may_be_two(case, entry) { 2 } else { 1 })
            .sum();
        if *times > happened {
            let what =
                format!("business {business} reads of {times} times {noted:?}, and there were {happened}");
            found.push(case.violates("2 told twice", case.ending.now, what));
        }
    }
}

fn counts(call: &&Call) -> bool {
    call.accepted_at.is_some()
        && !matches!(
            call.wanted,
            Wanted::Like { .. }
                | Wanted::ReadLeadAd { .. }
                | Wanted::Look
                | Wanted::Hide { .. }
                | Wanted::Announce { .. }
                | Wanted::Alert { .. }
        )
}

fn repeated_work(case: &Case<'_>, found: &mut Vec<Violation>) {
    let mut by_work: BTreeMap<(usize, WorkId), Vec<&Call>> = BTreeMap::new();
    for call in case.history.calls.iter().filter(counts) {
        by_work.entry((call.business, call.work)).or_default().push(call);
    }
    for calls in by_work.values().filter(|calls| calls.len() > 1) {
        for pair in calls.windows(2) {
            if let Some(why) = knowingly(case, pair[0], pair[1]) {
                let what = format!("{:?} left twice: {why}", pair[1].wanted);
                found.push(case.violates("3 twice", pair[1].begun_at, what));
            }
        }
        let redriven = case.redriven(calls[0].business, calls[0].begun_at, calls[calls.len() - 1].begun_at);
        if calls.len() > SILENT_CALLS_MAX && !redriven {
            let what = format!("{:?} left {} times", calls[0].wanted, calls.len());
            found.push(case.violates("3 again and again", calls[0].begun_at, what));
        }
    }
}

/// Why the second call should not have been made, if it should not.
fn knowingly(case: &Case<'_>, first: &Call, second: &Call) -> Option<String> {
    let signs = || case.history.signs.iter().filter(|sign| sign.work == first.work);
    // What was called or told after the moment to which the table went back is not known any more.
    let restored = |turn: &Turn| match turn {
        Turn::RestoredTo(to) => {
            first.ended_at.is_none_or(|ended| ended >= *to)
                || first.begun_at >= *to
                || signs().any(|sign| sign.acknowledged_at >= *to)
        }
        _ => false,
    };
    if case.history.turns.iter().any(|(at, turn)| *at <= second.begun_at && restored(turn)) {
        return None;
    }
    if first.told == Some(Told::Done) && first.recorded {
        return Some("the first was answered and recorded".to_owned());
    }
    let (name, looked_up) = match &first.wanted {
        Wanted::Send { message, channel, .. } => (message.as_str(), *channel == Channel::Instagram),
        Wanted::PublicReply { .. } => ("reply", true),
        _ => ("private reply", false),
    };
    if is_bulk(name) || name == PACKING {
        return Some("nobody waits for it".to_owned());
    }
    let signed = signs().any(|sign| sign.acknowledged_at <= second.begun_at - SIGN_IN_TIME);
    if signed {
        return Some("a sign of the first had come".to_owned());
    }
    let redriven = case.redriven(first.business, first.begun_at, second.begun_at);
    // A message is looked for by its text, and a text that was mended in between is another.
    let mended = matches!(first.wanted, Wanted::Send { .. })
        && case.history.entries.iter().any(|entry| {
            matches!(entry.what, What::Publish { .. })
                && (first.begun_at - MINUTE..=second.begun_at).contains(&entry.at)
        });
    if looked_up && !redriven && !mended {
        return Some("the platform would have said that it is there".to_owned());
    }
    None
}

/// A person gets a message at most as often as they gave occasion for it.
fn more_than_asked_for(case: &Case<'_>, found: &mut Vec<Violation>) {
    if case.restored_at().is_some() {
        return;
    }
    let mut works: BTreeMap<(usize, Who, &str), BTreeSet<WorkId>> = BTreeMap::new();
    for call in case.history.calls.iter().filter(counts) {
        let Wanted::Send { message, .. } = &call.wanted else { continue };
        // It did not arrive, and may have gone by another channel since.
        if case.history.given_up.contains(&call.work) {
            continue;
        }
        match case.recipient(call) {
            Some(who) if case.is_mixed_up(call.business, who) => {}
            // Whose mail it is nobody can tell of an address that others typed.
            Some(who) if typed_by_others(case, call, who) => {}
            // Known by an id alone, and by the number elsewhere, they are two until somebody says so. Who was erased and
            // came back is somebody else.
            Some(who)
                if message == NEWS
                    && case.ever(call.business, who, |what| {
                        matches!(what, What::Write { told_by: ToldBy::UserId, .. } | What::Erase { .. })
                    }) => {}
            Some(who) => drop(works.entry((call.business, who, message)).or_default().insert(call.work)),
            None => {
                let what = format!("nobody is known by this address: {:?}", call.wanted);
                found.push(case.violates("9 a stranger", call.begun_at, what));
            }
        }
    }
    for ((business, who, message), works) in works {
        let concerns = |what: &What| what.business() == business && what.who() == Some(who);
        let gives = |what: &What| match what {
            What::Broadcast { business: of, .. } => message == NEWS && *of == business,
            what => concerns(what) && gives_occasion(what, message),
        };
        let occasions = case.history.entries.iter().filter(|entry| gives(&entry.what)).count();
        if works.len() > occasions {
            let what = format!("person {who} got {message} {} times for {occasions} occasions", works.len());
            found.push(case.violates("2 more than asked for", case.ending.now, what));
        }
    }
}

/// Whether somebody else gave this person's address as theirs.
pub fn typed_by_others(case: &Case<'_>, call: &Call, who: Who) -> bool {
    matches!(call.wanted, Wanted::Send { channel: Channel::Email, .. })
        && case.history.entries.iter().any(|entry| {
            matches!(entry.what, What::Form { email_of: Some(of), business, .. } if (of, business) == (who, call.business))
        })
}

/// Whether something asks for a message of this name.
pub fn gives_occasion(what: &What, message: &str) -> bool {
    match message {
        "welcome" | "follow-1" | "follow-2" | "follow-3" => what.captures(),
        "missed-call" => matches!(what, What::Call { missed: true, .. }),
        "after-call" => matches!(what, What::Call { missed: false, .. }),
        "thanks" | "offer" => matches!(what, What::Write { words: Words::Agreed, .. }),
        "looked" => matches!(what, What::Click { .. }),
        TICKETS | PACKING => matches!(what, What::Trip { news: TripNews::Won { .. }, .. }),
        "see-you" => matches!(what, What::Book { cancels: false, .. }),
        REMINDER => matches!(what, What::Schedule { .. }),
        "goodbye" => matches!(what, What::Write { words, .. } if words.refuses()),
        _ => false,
    }
}

fn comments_answered_twice(case: &Case<'_>, found: &mut Vec<Violation>) {
    let mut works: BTreeMap<(&str, bool), BTreeSet<WorkId>> = BTreeMap::new();
    for call in case.history.calls.iter().filter(counts) {
        let (comment, private) = match &call.wanted {
            Wanted::PrivateReply { comment, .. } => (comment, true),
            Wanted::PublicReply { comment, .. } => (comment, false),
            _ => continue,
        };
        works.entry((comment, private)).or_default().insert(call.work);
        let ours = case.history.entries.iter().any(|entry| match &entry.what {
            What::OwnComment { business, id, .. } => comment_of(comment) == Some((*business, *id)),
            _ => false,
        });
        if ours {
            found.push(case.violates("R21 answers itself", call.begun_at, comment.clone()));
        }
    }
    for ((comment, _), works) in works.iter().filter(|(_, works)| works.len() > 1) {
        let what = format!("the comment {comment} was answered by {} pieces of work", works.len());
        if case.restored_at().is_none() {
            found.push(case.violates("2 a comment twice", case.ending.now, what));
        }
    }
}
