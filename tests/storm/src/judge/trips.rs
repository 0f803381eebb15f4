//! Deals: the tickets of a trip go once and with their file, and what hangs on its date goes by the newest.

use shared::domain::channel::Channel;

use super::Violation;
use super::case::{Case, is_bulk};
use super::doubles::typed_by_others;
use super::missing::excused;
use crate::doors::departs_at;
use crate::people::acts::{TripNews, What, Who};
use crate::people::businesses::{
    PACKING, PACKING_BEFORE, PACKING_WITHIN, REMINDER, TICKETS, TRAVELS, tickets_of,
};
use crate::people::plan::Line;
use crate::world::log::{Call, Entry, Wanted};
use crate::world::timers::{DAY, Millis, SECOND};

/// From the claim to the call, and from one clock to the other.
const SLACK: Millis = 40 * SECOND;

pub fn judge(case: &Case<'_>, found: &mut Vec<Violation>) {
    if case.restored_at().is_some() {
        return;
    }
    for call in case.history.calls.iter().filter(|call| call.business == TRAVELS) {
        let Wanted::Send { message, channel, .. } = &call.wanted else { continue };
        let Some(who) = case.recipient(call).filter(|who| !case.is_mixed_up(TRAVELS, *who)) else { continue };
        match message.as_str() {
            TICKETS if *channel == Channel::Email && !typed_by_others(case, call, who) => {
                without_their_file(case, call, who, found);
            }
            PACKING => at_another_date(case, call, who, found),
            _ => {}
        }
    }
    for entry in &case.history.entries {
        let What::Trip { who, id, news: TripNews::Won { .. }, .. } = entry.what else { continue };
        no_tickets(case, entry, who, id, found);
        no_packing(case, entry, who, id, found);
    }
}

/// What was said of one trip.
fn said<'a>(
    case: &Case<'a>,
    who: Who,
    trip: u64,
    what: fn(&TripNews) -> bool,
) -> impl Iterator<Item = &'a Entry> {
    case.entries_of(TRAVELS, who)
        .filter(move |entry| matches!(&entry.what, What::Trip { id, news, .. } if *id == trip && what(news)))
}

fn without_their_file(case: &Case<'_>, call: &Call, who: Who, found: &mut Vec<Violation>) {
    let there = case.entries_of(TRAVELS, who).any(|entry| match &entry.what {
        What::Trip { id, news: TripNews::Tickets, .. } => {
            entry.at <= call.begun_at && call.files == [tickets_of(*id)]
        }
        _ => false,
    });
    if !there {
        let what = format!("person {who} was to have {:?} with their tickets", call.files);
        found.push(case.violates("J12 without their file", call.begun_at, what));
    }
}

/// When somebody leaves, as it was said last; what was said later than that holds as soon as it was taken.
fn dates_at(case: &Case<'_>, who: Who, trip: u64, at: Millis) -> Vec<Millis> {
    let dated = |news: &TripNews| matches!(news, TripNews::Won { .. } | TripNews::Moved { .. });
    let dates: Vec<&Entry> = said(case, who, trip, dated).filter(|entry| entry.at <= at).collect();
    let holds = |entry: &&&Entry| entry.acknowledged_at.is_some_and(|taken| taken + SLACK < at);
    let newest = dates.iter().filter(holds).map(|entry| entry.at).max().unwrap_or(0);
    let moment = |entry: &&Entry| match entry.what {
        What::Trip { news: TripNews::Won { days } | TripNews::Moved { days }, .. } if entry.at >= newest => {
            Some(departs_at(entry.at, days))
        }
        _ => None,
    };
    dates.iter().filter_map(moment).collect()
}

fn at_another_date(case: &Case<'_>, call: &Call, who: Who, found: &mut Vec<Violation>) {
    let trips = case.entries_of(TRAVELS, who).filter_map(|entry| match entry.what {
        What::Trip { id, news: TripNews::Won { .. }, .. } => Some(id),
        _ => None,
    });
    let fits = |departs: Millis| {
        let due = departs - PACKING_BEFORE;
        (due - SLACK..=due + PACKING_WITHIN + SLACK).contains(&call.begun_at)
    };
    if !trips.flat_map(|trip| dates_at(case, who, trip, call.begun_at)).any(fits) {
        let what = format!("{:?} to person {who}, whose trips are at other times", call.wanted);
        found.push(case.violates("6 by a date that does not hold", call.begun_at, what));
    }
}

/// Whoever has a trip and left an address gets its tickets when they are there, whichever was said first.
fn no_tickets(case: &Case<'_>, won: &Entry, who: Who, trip: u64, found: &mut Vec<Violation>) {
    let Some(there) = said(case, who, trip, |news| *news == TripNews::Tickets).next() else { return };
    let (Some(won_at), Some(there_at)) = (won.acknowledged_at, there.acknowledged_at) else { return };
    let (from, until) = (won.at.max(there.at), case.settled_by(won_at.max(there_at)));
    let known = case.entries_of(TRAVELS, who).any(|entry| {
        matches!(entry.what, What::Form { email_of: None, .. })
            && entry.acknowledged_at.is_some_and(|at| case.settled_by(at) < won.at)
    });
    let over = said(case, who, trip, |news| *news == TripNews::Lost).any(|lost| lost.at <= until);
    // Who typed another's address has told us to write there.
    let elsewhere = case.ever(TRAVELS, who, |what| matches!(what, What::Form { email_of: Some(_), .. }));
    let reached = case.line(who) == Line::Mobile || known && !stopped(case, who);
    if over || elsewhere || !reached || excused(case, TRAVELS, who, won.at.min(there.at), until, TICKETS) {
        return;
    }
    let mut calls =
        case.calls_for(TRAVELS, who, TICKETS).filter(|call| (won.at..=until).contains(&call.begun_at));
    let left = |call: &Call| match &call.wanted {
        Wanted::Send { channel: Channel::Email, .. } => call.files == [tickets_of(trip)],
        _ => true,
    };
    if !calls.any(|call| call.accepted_at.is_some() && left(call)) {
        let what = format!("person {who} has no tickets for their trip {trip}");
        found.push(case.violates("1 no tickets", from, what));
    }
}

fn stopped(case: &Case<'_>, who: Who) -> bool {
    case.ever(TRAVELS, who, |what| matches!(what, What::Unsubscribe { .. } | What::MailStopped { .. }))
}

/// On a calm day whoever leaves hears of it the day before, by the date that was said last.
fn no_packing(case: &Case<'_>, won: &Entry, who: Who, trip: u64, found: &mut Vec<Violation>) {
    let Some(taken) = won.acknowledged_at.filter(|_| case.is_calm()) else { return };
    let dated = |news: &TripNews| matches!(news, TripNews::Won { .. } | TripNews::Moved { .. });
    let Some(last) = said(case, who, trip, dated).max_by_key(|entry| entry.at) else { return };
    let What::Trip { news: TripNews::Won { days } | TripNews::Moved { days }, .. } = last.what else {
        return;
    };
    let due = departs_at(last.at, days) - PACKING_BEFORE;
    let until = due + PACKING_WITHIN + SLACK;
    let settled = case.settled_by(taken.max(last.acknowledged_at.unwrap_or(Millis::MAX)));
    // The day's messages may have been used up.
    let others = case.history.calls.iter().filter(|call| {
        let counts = |message: &str| is_bulk(message) || [PACKING, REMINDER].contains(&message);
        let bulk = matches!(&call.wanted, Wanted::Send { message, .. } if counts(message));
        bulk && call.business == TRAVELS && case.recipient(call) == Some(who)
    });
    let capped = others.filter(|call| (due - 2 * DAY..until).contains(&call.begun_at)).count() > 0;
    let over = said(case, who, trip, |news| *news == TripNews::Lost).next().is_some();
    if due <= settled
        || until > case.ending.now
        || capped
        || over
        || case.line(who) != Line::Mobile
        || excused(case, TRAVELS, who, won.at, until, PACKING)
    {
        return;
    }
    let mut calls = case.calls_for(TRAVELS, who, PACKING).filter(|call| call.begun_at >= won.at);
    if !calls.any(|call| call.accepted_at.is_some_and(|at| at <= until)) {
        let what = format!("person {who} heard nothing the day before their trip {trip}");
        found.push(case.violates("11 no packing", due, what));
    }
}
