//! Invariants 1, 4 and 11: what was acknowledged has its effect, and on a calm day soon.

use std::collections::BTreeSet;

use shared::domain::channel::Channel;

use super::case::{Case, LATE_MAX, PROMPT};
use super::{Violation, steps};
use crate::people::acts::{ToldBy, What, Who, Words};
use crate::people::businesses::answers_calls_within;
use crate::people::plan::Line;
use crate::people::webhooks::{comment_id, lead_ad_id};
use crate::world::log::{Call, Entry, Told, Wanted};
use crate::world::timers::{DAY, HOUR, MINUTE, Millis};

/// After so many tries a message may be parked, or late.
const TRIES_ENOUGH: usize = 4;

pub fn judge(case: &Case<'_>, found: &mut Vec<Violation>) {
    let mut captured: BTreeSet<(usize, Who)> = BTreeSet::new();
    let mut called: BTreeSet<(usize, Who, bool)> = BTreeSet::new();
    let mut clicked: BTreeSet<(usize, Who)> = BTreeSet::new();
    let mut agreed: BTreeSet<(usize, Who)> = BTreeSet::new();
    let mut refused: BTreeSet<(usize, Who)> = BTreeSet::new();
    for entry in &case.history.entries {
        let Some(acknowledged) = entry.acknowledged_at else {
            never_acknowledged(case, entry, found);
            continue;
        };
        if case.restored_at().is_some_and(|at| entry.at <= at) {
            continue;
        }
        let business = entry.what.business();
        match &entry.what {
            What::Form { who, .. } | What::LeadAd { who, .. } => {
                if let What::LeadAd { id, .. } = &entry.what {
                    look_up(case, entry, acknowledged, &lead_ad_id(business, *id), found);
                }
                if captured.insert((business, *who)) {
                    welcome(case, entry, acknowledged, *who, found);
                    steps::follow_ups_of(case, entry, acknowledged, *who, found);
                }
            }
            What::Call { who, missed, .. } if called.insert((business, *who, *missed)) => {
                call(case, entry, acknowledged, *who, *missed, found);
            }
            What::Click { who, .. } if clicked.insert((business, *who)) => {
                click(case, entry, acknowledged, *who, found);
            }
            What::Comment { who, id, is_reply: false, is_live, .. } => {
                comment(case, entry, acknowledged, *who, *id, *is_live, found);
            }
            What::Write { who, words, channel, told_by, .. } if *words == Words::Agreed => {
                let reachable = *channel == Channel::Messenger || case.line(*who) != Line::Landline;
                if *channel != Channel::Instagram && reachable && agreed.insert((business, *who)) {
                    thanks(case, entry, acknowledged, *who, *told_by, found);
                }
            }
            What::Write { who, words, .. }
                if words.refuses() && refused.insert((business, *who)) && case.is_calm() =>
            {
                goodbye(case, entry, acknowledged, *who, found);
            }
            _ => {}
        }
    }
}

/// Platforms and callers try again until they are told that it is stored.
fn never_acknowledged(case: &Case<'_>, entry: &Entry, found: &mut Vec<Violation>) {
    let enters = !matches!(
        entry.what,
        What::Publish { .. }
            | What::Redrive { .. }
            | What::Erase { .. }
            | What::Poison { .. }
            | What::Schedule { .. }
            | What::ToldReply { .. }
            | What::Broadcast { .. }
    );
    if enters && entry.at < case.ending.now - DAY {
        found.push(case.violates("1 never acknowledged", entry.at, entry.what.to_string()));
    }
}

/// What excuses that a person did not get a message that a journey begins with.
pub fn excused(case: &Case<'_>, business: usize, who: Who, from: Millis, until: Millis, name: &str) -> bool {
    let refuses = |what: &What| matches!(what, What::Write { words, .. } if words.refuses());
    let hand = |what: &What| matches!(what, What::AnsweredByHand { .. } | What::Standby { .. });
    let gone = |what: &What| matches!(what, What::Erase { .. });
    case.is_mixed_up(business, who)
        || case.did(business, who, 0, until, refuses)
        || case.did(business, who, from - 12 * HOUR, until, hand)
        || case.did(business, who, from, until, gone)
        // What was refused for another reason was parked, and the operator drove it on.
        || case.refused(business, who, name)
        || case.calls_for(business, who, name).count() >= TRIES_ENOUGH
}

fn in_time(call: &Call, until: Millis) -> bool {
    call.accepted_at.is_some_and(|at| at <= until)
}

fn welcome(case: &Case<'_>, entry: &Entry, acknowledged: Millis, who: Who, found: &mut Vec<Violation>) {
    let business = entry.what.business();
    let until = case.settled_by(acknowledged);
    if case.line(who) == Line::Landline
        || excused(case, business, who, entry.at, until, "welcome")
        || case.did(business, who, entry.at, until, What::replies)
    {
        return;
    }
    if !case.calls_for(business, who, "welcome").any(|call| in_time(call, until)) {
        let what = format!("person {who} was captured and got no welcome ({})", entry.what);
        found.push(case.violates("1 no welcome", entry.at, what));
    }
}

fn look_up(case: &Case<'_>, entry: &Entry, acknowledged: Millis, id: &str, found: &mut Vec<Violation>) {
    let until = case.settled_by(acknowledged);
    let read = case.history.calls.iter().any(|call| {
        matches!(&call.wanted, Wanted::ReadLeadAd { id: of } if of == id) && in_time(call, until)
    });
    if !read {
        found.push(case.violates("1 no look-up", entry.at, entry.what.to_string()));
    }
}

fn call(
    case: &Case<'_>,
    entry: &Entry,
    acknowledged: Millis,
    who: Who,
    missed: bool,
    found: &mut Vec<Violation>,
) {
    let business = entry.what.business();
    if !case.is_calm() && answers_calls_within(business).is_some() {
        return;
    }
    let name = if missed { "missed-call" } else { "after-call" };
    let until = case.settled_by(acknowledged);
    if case.line(who) == Line::Landline || excused(case, business, who, entry.at, until, name) {
        return;
    }
    if !case.calls_for(business, who, name).any(|call| in_time(call, until)) {
        found.push(case.violates("1 no answer to a call", entry.at, format!("person {who}: no {name}")));
    }
}

/// Whoever follows a link is led on, whatever becomes of the note of it: on a good day it is taken.
fn click(case: &Case<'_>, entry: &Entry, acknowledged: Millis, who: Who, found: &mut Vec<Violation>) {
    let business = entry.what.business();
    let until = case.settled_by(acknowledged);
    let erased = case.ever(business, who, |what| matches!(what, What::Erase { .. }));
    if !case.is_calm()
        || erased
        || case.line(who) == Line::Landline
        || excused(case, business, who, entry.at, until, "looked")
    {
        return;
    }
    if !case.calls_for(business, who, "looked").any(|call| in_time(call, until)) {
        found.push(case.violates("1 a click without effect", entry.at, format!("person {who}: no looked")));
    }
}

fn comment(
    case: &Case<'_>,
    entry: &Entry,
    acknowledged: Millis,
    who: Who,
    id: u64,
    is_live: bool,
    found: &mut Vec<Violation>,
) {
    let business = entry.what.business();
    let until = case.settled_by(acknowledged);
    let refuses = |what: &What| matches!(what, What::Write { words, .. } if words.refuses());
    let about = |wanted: fn(&What) -> Option<(usize, u64)>| {
        case.history.entries.iter().any(|entry| wanted(&entry.what) == Some((business, id)))
    };
    let removed = about(|what| match what {
        What::CommentRemoved { business, id } => Some((*business, *id)),
        _ => None,
    });
    let hidden = about(|what| match what {
        What::CommentHidden { business, id } => Some((*business, *id)),
        _ => None,
    });
    let erased = |what: &What| matches!(what, What::Erase { .. });
    if removed
        || case.is_mixed_up(business, who)
        || case.did(business, who, 0, until, refuses)
        || case.did(business, who, entry.at, until, erased)
    {
        return;
    }
    // A live comment's reply is given up after a quarter of an hour.
    if is_live && (!case.is_calm() || acknowledged > entry.at + 10 * MINUTE) {
        return;
    }
    let name = comment_id(business, id);
    let calls = |wanted: &dyn Fn(&Wanted) -> bool| -> Vec<&Call> {
        case.history.calls.iter().filter(|call| wanted(&call.wanted)).collect()
    };
    let of = |comment: &String| *comment == name;
    let public = calls(&|wanted| matches!(wanted, Wanted::PublicReply { comment, .. } if of(comment)));
    let private = calls(&|wanted| matches!(wanted, Wanted::PrivateReply { comment, .. } if of(comment)));
    let like = calls(&|wanted| matches!(wanted, Wanted::Like { comment } if of(comment)));
    for (what, calls, due) in
        [("reply", public, !is_live && !hidden), ("private reply", private, true), ("like", like, !is_live)]
    {
        let done = calls.iter().any(|call| in_time(call, until));
        // What was parked may be driven again only after the comment's seven days.
        let refused = calls.iter().any(|call| matches!(call.told, Some(Told::Refused(_))));
        // What was parked waits for the operator, and a comment's answer for seven days at most.
        let called = calls.last().map_or(acknowledged, |call| call.begun_at);
        // What came in an outage is parked only when the ticks are back.
        let back = case.plan.ticks_missed.map_or(0, |(_, back)| back + PROMPT);
        let last = if called <= back { back } else { called };
        let waits = !case.is_calm() && !case.redriven(business, last, entry.at + 7 * DAY - HOUR);
        if due && !done && !refused && !waits && calls.len() < TRIES_ENOUGH {
            found.push(case.violates(
                "1 a comment without its answer",
                entry.at,
                format!("{name} has no {what}"),
            ));
        }
    }
}

fn thanks(
    case: &Case<'_>,
    entry: &Entry,
    acknowledged: Millis,
    who: Who,
    told_by: ToldBy,
    found: &mut Vec<Violation>,
) {
    let business = entry.what.business();
    let until = case.settled_by(acknowledged);
    // Known by their id alone, and by their number alone elsewhere, they are two until somebody says so.
    // After an outage a late answer waits for a person, and Messenger's window does not wait with it.
    // What was parked waits for the operator, and Messenger's window does not wait with it.
    let on_messenger = matches!(entry.what, What::Write { channel: Channel::Messenger, .. });
    if on_messenger && !case.is_calm() && !case.redriven(business, acknowledged, entry.at + DAY - HOUR) {
        return;
    }
    let refused = |call: &Call| matches!(call.told, Some(Told::Refused(_)));
    if told_by == ToldBy::UserId
        || case.plan.ticks_missed.is_some()
        || on_messenger && case.calls_for(business, who, "thanks").any(refused)
        || excused(case, business, who, entry.at - LATE_MAX, case.ending.now, "thanks")
    {
        return;
    }
    if !case.calls_for(business, who, "thanks").any(|call| in_time(call, until)) {
        found.push(case.violates(
            "1 no thanks for a consent",
            entry.at,
            format!("person {who}: {}", entry.what),
        ));
    }
}

/// A refusal is confirmed, once.
fn goodbye(case: &Case<'_>, entry: &Entry, acknowledged: Millis, who: Who, found: &mut Vec<Violation>) {
    let business = entry.what.business();
    let until = case.settled_by(acknowledged);
    let erased = |what: &What| matches!(what, What::Erase { .. });
    let agreed = |what: &What| matches!(what, What::Write { words: Words::Agreed, .. });
    if case.is_mixed_up(business, who)
        || case.line(who) == Line::Landline
        || case.did(business, who, 0, until, erased)
        || case.did(business, who, entry.at, until, agreed)
        || case.refused(business, who, "goodbye")
    {
        return;
    }
    if !case.calls_for(business, who, "goodbye").any(|call| in_time(call, until)) {
        let what = format!("person {who} refused and got no confirmation: {}", entry.what);
        found.push(case.violates("R3 not confirmed", entry.at, what));
    }
}
