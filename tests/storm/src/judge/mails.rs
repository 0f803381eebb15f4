//! E-mail is behind the other channels: what one of them refused for good goes by it, and nothing goes by both.

use shared::domain::call::Refusal;
use shared::domain::channel::Channel;

use super::Violation;
use super::case::{Case, LATE_MAX, PROMPT};
use super::doubles::typed_by_others;
use crate::people::acts::{TripNews, What};
use crate::people::businesses::{TICKETS, mails};
use crate::people::plan::Line;
use crate::world::log::{Call, Told, Wanted};
use crate::world::timers::{DAY, HOUR, Millis, SECOND};

/// A claim that was made before may still call.
const CLAIM: Millis = 31 * SECOND;

pub fn judge(case: &Case<'_>, found: &mut Vec<Violation>) {
    if case.restored_at().is_some() {
        return;
    }
    for call in &case.history.calls {
        match &call.wanted {
            Wanted::Send { channel: Channel::Email, .. } => {
                by_both(case, call, Channel::WhatsApp, found);
                after_it_was_stopped(case, call, found);
                came_back(case, call, found);
            }
            Wanted::Send { channel: Channel::WhatsApp, message, .. } => {
                by_both(case, call, Channel::Email, found);
                if mails(call.business) && message == "welcome" {
                    by_neither(case, call, found);
                }
            }
            _ => {}
        }
    }
}

/// What another channel has taken before, and the worker heard it.
fn by_both(case: &Case<'_>, call: &Call, other: Channel, found: &mut Vec<Violation>) {
    let taken = case.history.calls.iter().any(|before| {
        let by_other = matches!(before.wanted, Wanted::Send { channel, .. } if channel == other);
        let of_it = by_other && before.work == call.work && before.begun_at < call.begun_at;
        of_it && before.told == Some(Told::Done) && before.recorded
    });
    if taken {
        let what = format!("{:?}, which another channel had taken", call.wanted);
        found.push(case.violates("3 by both channels", call.begun_at, what));
    }
}

/// Whose mails came back, or who wants none, gets no other (R28).
fn after_it_was_stopped(case: &Case<'_>, mail: &Call, found: &mut Vec<Violation>) {
    let Some(who) = case.recipient(mail) else { return };
    let stops = |what: &What| matches!(what, What::Unsubscribe { .. } | What::MailStopped { .. });
    let stopped = case.entries_of(mail.business, who).any(|entry| {
        stops(&entry.what) && entry.acknowledged_at.is_some_and(|at| at + CLAIM < mail.begun_at)
    });
    let excused = case.is_mixed_up(mail.business, who) || typed_by_others(case, mail, who);
    if stopped && !excused {
        let what = format!("{:?} to person {who}, whose mails were stopped", mail.wanted);
        found.push(case.violates("R28 a mail after the last", mail.begun_at, what));
    }
}

/// Tickets that came back go by WhatsApp, to whoever has it.
fn came_back(case: &Case<'_>, mail: &Call, found: &mut Vec<Violation>) {
    let Wanted::Send { message, .. } = &mail.wanted else { return };
    let Some(who) = case.recipient(mail).filter(|_| message == TICKETS && mail.accepted_at.is_some()) else {
        return;
    };
    let came_back = case.history.given_up.contains(&mail.work);
    let ends = |what: &What| {
        let lost = matches!(what, What::Trip { news: TripNews::Lost, .. });
        let refuses = matches!(what, What::Write { words, .. } if words.refuses());
        lost || refuses || matches!(what, What::Erase { .. })
    };
    let told = case.entries_of(mail.business, who).any(|entry| {
        matches!(entry.what, What::MailStopped { complained: false, .. })
            && entry.at >= mail.begun_at
            && entry.acknowledged_at.is_some()
    });
    let excused = case.line(who) != Line::Mobile
        || case.is_mixed_up(mail.business, who)
        || typed_by_others(case, mail, who)
        || case.ever(mail.business, who, ends)
        || case.refused(mail.business, who, TICKETS);
    let went_on = case.calls_for(mail.business, who, TICKETS).any(|call| {
        matches!(call.wanted, Wanted::Send { channel: Channel::WhatsApp, .. })
            && call.begun_at > mail.begun_at
    });
    if came_back && told && !went_on && !excused {
        let what = format!("the tickets of person {who} came back, and went no other way");
        found.push(case.violates("J12 it came back for good", mail.begun_at, what));
    }
}

/// What WhatsApp refused of somebody whose address is known is written as an e-mail.
fn by_neither(case: &Case<'_>, call: &Call, found: &mut Vec<Violation>) {
    let refused = call.told == Some(Told::Refused(Refusal::Recipient)) && call.recorded;
    let Some(who) = case.recipient(call).filter(|_| refused) else { return };
    // A reply, a refusal, another's hand or the end of the record ends what was to be written.
    let ends = |what: &What| {
        let by_hand = matches!(what, What::AnsweredByHand { .. } | What::Standby { .. });
        what.replies() || by_hand || matches!(what, What::Erase { .. })
    };
    let until = case.plan.clears_at.max(call.begun_at) + DAY;
    let excused = case.is_mixed_up(call.business, who)
        || case.history.winners.contains(&call.lead)
        || case.did(call.business, who, call.begun_at - 12 * HOUR - LATE_MAX, until, ends)
        || case.redriven(call.business, call.begun_at, call.begun_at + PROMPT)
        || case.plan.ticks_missed.is_some();
    let known = case.entries_of(call.business, who).any(|entry| {
        matches!(entry.what, What::Form { email_of: None, .. })
            && entry.acknowledged_at.is_some_and(|at| at < call.begun_at)
    });
    let mailed = case.history.calls.iter().any(|other| {
        let by_mail = matches!(other.wanted, Wanted::Send { channel: Channel::Email, .. });
        by_mail && other.work == call.work && other.begun_at >= call.begun_at
    });
    if known && !mailed && !excused {
        let what = format!("WhatsApp refused {:?} for good, and no mail was written", call.wanted);
        found.push(case.violates("no mail instead", call.begun_at, what));
    }
}
