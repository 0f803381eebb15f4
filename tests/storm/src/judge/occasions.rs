//! Each occasion counts, and not only the first: who comes back is welcomed again, who calls again is answered again, and
//! several calls in an hour are one occasion. Held on calm days, on which nothing else explains what is missing.

use shared::domain::channel::Channel;

use super::Violation;
use super::case::{Case, PROMPT};
use super::doubles::first_calls;
use crate::people::acts::{ToldBy, What, Who, Words};
use crate::people::plan::Line;
use crate::world::log::{Entry, Wanted};
use crate::world::timers::{DAY, HOUR, Millis};

/// Journeys, by the message that they begin with, whose starts within this time of one another are one occasion.
const NOT_AGAIN_WITHIN: [(&str, Millis); 4] =
    [("missed-call", HOUR), ("after-call", DAY), ("looked", HOUR), ("thanks", HOUR)];
/// A run of the journey that a capture starts is over after this, whatever its version.
const JOURNEY_LASTS: Millis = 9 * DAY;
/// One that a consent starts is over with its offer.
const OFFER_AFTER: Millis = 2 * DAY;
const OFFER_WITHIN: Millis = 3 * DAY;
/// Who answers by hand has the thread for so long.
const HELD: Millis = 12 * HOUR;

pub fn judge(case: &Case<'_>, found: &mut Vec<Violation>) {
    goodbye_elsewhere(case, found);
    if !case.is_calm() {
        return;
    }
    for (message, span) in NOT_AGAIN_WITHIN {
        one_occasion_twice(case, message, span, found);
    }
    for entry in &case.history.entries {
        let (Some(acknowledged), Some(who)) = (entry.acknowledged_at, entry.what.who()) else { continue };
        let name = match &entry.what {
            What::Form { .. } | What::LeadAd { .. } if came_back(case, entry, who) => "welcome",
            What::Call { missed: true, .. } if is_new(case, entry, who, HOUR) => "missed-call",
            What::Call { missed: false, .. } if is_new(case, entry, who, DAY) => "after-call",
            // A link that an erased record was sent is nobody's any more.
            What::Click { business, .. }
                if is_new(case, entry, who, HOUR)
                    && !case.ever(*business, who, |what| matches!(what, What::Erase { .. })) =>
            {
                "looked"
            }
            What::Write { words: Words::Agreed, .. }
                if by_number(&entry.what) && is_new(case, entry, who, OFFER_AFTER) =>
            {
                offer(case, entry, acknowledged, who, found);
                "thanks"
            }
            _ => continue,
        };
        answered(case, entry, acknowledged, who, name, found);
    }
}

/// Written from the number under which forms and calls know the person, too.
fn by_number(what: &What) -> bool {
    matches!(what, What::Write { channel: Channel::WhatsApp, told_by, .. } if *told_by != ToldBy::UserId)
}

/// Whether nothing of the kind happened for so long that it begins a journey.
fn is_new(case: &Case<'_>, entry: &Entry, who: Who, span: Millis) -> bool {
    let same = |what: &What| match (&entry.what, what) {
        (What::Call { missed, .. }, What::Call { missed: other, .. }) => missed == other,
        (What::Click { .. }, What::Click { .. }) => true,
        (What::Write { .. }, What::Write { words, .. }) => *words == Words::Agreed,
        _ => false,
    };
    let recent = entry.at - span - 2 * PROMPT..=entry.at;
    let like_it = case.entries_of(entry.what.business(), who).filter(|other| same(&other.what));
    like_it.filter(|other| recent.contains(&other.at)).count() == 1
}

/// Whether the journey of the capture before is over for certain: the person has replied, or it is long ago.
fn came_back(case: &Case<'_>, entry: &Entry, who: Who) -> bool {
    let business = entry.what.business();
    let before = case.entries_of(business, who).filter(|other| other.at <= entry.at);
    let captures = before.filter(|other| other.what.captures() && !std::ptr::eq(*other, entry));
    let Some(last) = captures.last() else { return false };
    let begun = last.acknowledged_at.map_or(Millis::MAX, |at| case.settled_by(at));
    let ended = case.entries_of(business, who).any(|reply| {
        by_number(&reply.what)
            && reply.at > begun
            && reply.acknowledged_at.is_some_and(|at| case.settled_by(at) < entry.at)
    });
    ended || begun.saturating_add(JOURNEY_LASTS) < entry.at
}

/// What keeps a person from being written to for other reasons, in some time after an occasion.
fn excused(case: &Case<'_>, entry: &Entry, who: Who, from: Millis, until: Millis) -> bool {
    let business = entry.what.business();
    let did = |from: Millis, what: fn(&What) -> bool| {
        let mut during = case.entries_of(business, who).filter(|other| (from..=until).contains(&other.at));
        during.any(|other| what(&other.what))
    };
    case.line(who) == Line::Landline
        || case.is_mixed_up(business, who)
        || did(0, |what| matches!(what, What::Write { words, .. } if words.refuses()))
        || did(from - HELD, |what| matches!(what, What::AnsweredByHand { .. } | What::Standby { .. }))
        || did(entry.at - PROMPT, |what| matches!(what, What::Erase { .. }))
}

fn answered(
    case: &Case<'_>,
    entry: &Entry,
    acknowledged: Millis,
    who: Who,
    name: &str,
    found: &mut Vec<Violation>,
) {
    let business = entry.what.business();
    let until = case.settled_by(acknowledged);
    let replies = |other: &Entry| other.what.replies() && (entry.at..=until).contains(&other.at);
    // A reply ends the journey before its first message.
    let called_off = name == "welcome" && case.entries_of(business, who).any(replies);
    if called_off || excused(case, entry, who, entry.at, until) {
        return;
    }
    let during = entry.at..=until;
    let mut calls = case.calls_for(business, who, name).filter(|call| during.contains(&call.begun_at));
    if !calls.any(|call| call.accepted_at.is_some()) {
        let what = format!("person {who} got no {name} this time ({})", entry.what);
        found.push(case.violates("1 nothing for another occasion", entry.at, what));
    }
}

/// Who agreed gets the offer, although they go on writing.
fn offer(case: &Case<'_>, entry: &Entry, acknowledged: Millis, who: Who, found: &mut Vec<Violation>) {
    let business = entry.what.business();
    let (from, until) = (entry.at + OFFER_AFTER, case.settled_by(acknowledged) + OFFER_AFTER + OFFER_WITHIN);
    let stops = |what: &What| matches!(what, What::MarketingSwitch { stop: true, .. });
    if case.line(who) != Line::Mobile
        || until > case.ending.now
        || case.ever(business, who, stops)
        || excused(case, entry, who, from, until)
    {
        return;
    }
    let during = from..=until;
    let mut calls = case.calls_for(business, who, "offer").filter(|call| during.contains(&call.begun_at));
    if !calls.any(|call| call.accepted_at.is_some()) {
        let what = format!("person {who} agreed and got no offer ({})", entry.what);
        found.push(case.violates("11 no offer", entry.at, what));
    }
}

/// An answer leaves soon after its journey began, so that two of them tell of two starts.
fn one_occasion_twice(case: &Case<'_>, message: &str, span: Millis, found: &mut Vec<Violation>) {
    for calls in first_calls(case, message).values() {
        for pair in calls.windows(2) {
            let (first, second) = (pair[0], pair[1]);
            let Some(who) = case.recipient(first) else { continue };
            let held = |what: &What| {
                matches!(what, What::AnsweredByHand { .. } | What::Standby { .. } | What::Erase { .. })
            };
            let excused = case.did(first.business, who, first.begun_at - DAY, second.begun_at, held)
                || case.is_mixed_up(first.business, who)
                || case.history.winners.contains(&first.lead)
                || case.redriven(first.business, first.begun_at, second.begun_at);
            if second.begun_at - first.begun_at < span - 2 * PROMPT && !excused {
                let what = format!("{message} to person {who} again for the same occasion");
                found.push(case.violates("2 one occasion twice", second.begun_at, what));
            }
        }
    }
}

/// A refusal is confirmed where it was said.
fn goodbye_elsewhere(case: &Case<'_>, found: &mut Vec<Violation>) {
    for call in &case.history.calls {
        let Wanted::Send { message, channel, .. } = &call.wanted else { continue };
        let Some(who) = case.recipient(call).filter(|_| message == "goodbye") else { continue };
        let there = |what: &What| matches!(what, What::Write { channel: on, words, .. } if on == channel && words.refuses());
        if !case.ever(call.business, who, there) && !case.is_mixed_up(call.business, who) {
            let what = format!("person {who} refused elsewhere, and {:?} confirms it", call.wanted);
            found.push(case.violates("R3 confirmed elsewhere", call.begun_at, what));
        }
    }
}
