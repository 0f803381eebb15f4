//! Invariant 7: late is a decision. What came too late goes no more, and after an outage it goes to a person.

use super::Violation;
use super::case::{Case, is_bulk};
use super::doubles::gives_occasion;
use crate::people::acts::{TripNews, What, Who};
use crate::people::businesses::{REMINDER, TICKETS, answers_calls_within, follow_ups, rules};
use crate::people::webhooks::comment_id;
use crate::world::log::{Call, Wanted};
use crate::world::timers::{DAY, HOUR, MINUTE, Millis, SECOND};

/// From the claim to the call, and from one clock to the other.
const SLACK: Millis = 40 * SECOND;
/// What a platform lets a comment's private reply take; a live one's is of use for much less.
const PRIVATE_REPLY_WITHIN: Millis = 7 * DAY;
const LIVE_REPLY_WITHIN: Millis = 15 * MINUTE;
/// After an outage an answer may be so late; a later one is a person's to give.
const AFTER_OUTAGE: Millis = 15 * MINUTE;

pub fn judge(case: &Case<'_>, found: &mut Vec<Violation>) {
    for call in &case.history.calls {
        let Some(who) = case.recipient(call).filter(|who| !case.is_mixed_up(call.business, *who)) else {
            continue;
        };
        match &call.wanted {
            Wanted::Send { message, .. } => {
                answer_to_a_call(case, call, who, message, found);
                follow_up(case, call, who, message, found);
                // What the operator schedules is asked for long before it goes.
                if !is_bulk(message) && message != REMINDER {
                    let occasion = occasion(case, call, who, |what| asks_for(what, message));
                    after_an_outage(case, call, occasion, found);
                }
            }
            Wanted::PrivateReply { comment, .. } | Wanted::PublicReply { comment, .. } => {
                answer_to_a_comment(case, call, comment, found);
            }
            Wanted::Like { .. }
            | Wanted::ReadLeadAd { .. }
            | Wanted::Look
            | Wanted::Hide { .. }
            | Wanted::AnswerMention { .. }
            | Wanted::Announce { .. }
            | Wanted::Alert { .. } => {}
        }
    }
}

/// What gives occasion for a message, or brings what it waits for.
fn asks_for(what: &What, message: &str) -> bool {
    let brings = matches!(what, What::Trip { news: TripNews::Tickets, .. }) && message == TICKETS;
    gives_occasion(what, message) || brings
}

/// When the last thing happened that a call answers; at a door of ours, when it was taken in.
fn occasion(case: &Case<'_>, call: &Call, who: Who, gives: impl Fn(&What) -> bool) -> Option<Millis> {
    case.entries_of(call.business, who)
        .filter(|entry| gives(&entry.what) && entry.at <= call.begun_at)
        .map(|entry| match entry.what {
            What::Form { .. } => entry.acknowledged_at.unwrap_or(call.begun_at),
            // Its fields are read whenever the platform lets us, and that is when the person is known.
            What::LeadAd { .. } => call.begun_at,
            _ => entry.at,
        })
        .max()
}

fn answer_to_a_call(case: &Case<'_>, call: &Call, who: Who, message: &str, found: &mut Vec<Violation>) {
    let Some(within) = answers_calls_within(call.business) else { return };
    if !matches!(message, "missed-call" | "after-call" | "looked") {
        return;
    }
    let asked = occasion(case, call, who, |what| gives_occasion(what, message));
    let Some(asked) = asked else { return };
    // What was parked is the answer to the first of several calls, and the operator may have come by between them.
    let asks = case.entries_of(call.business, who).filter(|entry| gives_occasion(&entry.what, message));
    let first = asks.map(|entry| entry.at).min().unwrap_or(asked);
    if call.begun_at > asked + within + SLACK && !case.redriven(call.business, first, call.begun_at) {
        found.push(too_late(case, call, asked));
    }
}

fn answer_to_a_comment(case: &Case<'_>, call: &Call, comment: &str, found: &mut Vec<Violation>) {
    let made = case.history.entries.iter().find_map(|entry| match &entry.what {
        What::Comment { business, id, is_live, .. } if comment_id(*business, *id) == comment => {
            Some((entry.at, *is_live))
        }
        _ => None,
    });
    let Some((made, is_live)) = made else { return };
    let within = if is_live { LIVE_REPLY_WITHIN } else { PRIVATE_REPLY_WITHIN };
    // Whatever the operator wants: it is the platform's limit, and a broadcast is over.
    if call.begun_at > made + within + SLACK {
        found.push(too_late(case, call, made));
    }
    after_an_outage(case, call, Some(made), found);
}

/// A follow-up is late from the day on which it was due. The run had begun when its welcome was sent.
fn follow_up(case: &Case<'_>, call: &Call, who: Who, message: &str, found: &mut Vec<Violation>) {
    let mut steps = rules(call.business, 0).follow_ups.iter().zip(follow_ups(call.business, 0));
    let Some((_, step)) = steps.find(|(name, _)| **name == message) else { return };
    let welcomes = case.calls_for(call.business, who, "welcome").map(|welcome| welcome.begun_at);
    let Some(begun) = welcomes.filter(|at| *at <= call.begun_at).max() else { return };
    // Another version may have it a day later, a night moves it to the morning, and a day has its hour.
    let latest = begun + Millis::from(step.after_days + step.within_days + 3) * DAY;
    if call.begun_at > latest && !case.captured_again(call.business, who, begun, call.begun_at) {
        found.push(too_late(case, call, begun));
    }
}

fn after_an_outage(case: &Case<'_>, call: &Call, asked: Option<Millis>, found: &mut Vec<Violation>) {
    let Some(asked) = asked else { return };
    let Some(held) = case.held_after_gap() else { return };
    let late = call.begun_at > asked + AFTER_OUTAGE + SLACK;
    if held.contains(&call.begun_at) && late && !case.redriven(call.business, asked, call.begun_at) {
        let what = format!("{:?} although a person should answer after the outage", call.wanted);
        found.push(case.violates("7 late after a gap", call.begun_at, what));
    }
}

fn too_late(case: &Case<'_>, call: &Call, asked: Millis) -> Violation {
    let hours = (call.begun_at - asked) / HOUR;
    let what = format!("{:?} {hours} hours after it was asked for", call.wanted);
    case.violates("7 too late", call.begun_at, what)
}
