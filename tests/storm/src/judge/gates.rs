//! Invariants 6 and 7: consent, refusals, windows, nights, caps, and what is held after an outage or a restore.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use shared::domain::call::Refusal;
use shared::domain::channel::Channel;
use shared::domain::ids::{LeadId, WorkId};

use super::Violation;
use super::case::{Case, LATE_MAX, PROMPT, is_bulk, is_refusal_on};
use crate::people::acts::{ToldBy, What, Words};
use crate::people::businesses::{REMINDER, rules, zone};
use crate::people::plan::{Line, Person};
use crate::world::log::{Call, Entry, Told, Turn, Wanted};
use crate::world::timers::{DAY, HOUR, Millis, SECOND, timestamp};
use crate::world::weather::Fault;

/// From the claim to the call, and from one clock to the other.
const SLACK: Millis = 40 * SECOND;
/// A claim that was made before a refusal was committed may still call.
const CLAIM: Millis = 31 * SECOND;

pub fn judge(case: &Case<'_>, found: &mut Vec<Violation>) {
    for call in &case.history.calls {
        after_a_committed_refusal(case, call, found);
        if let Wanted::Send { channel, message, template, .. } = &call.wanted {
            match template {
                true => inside_the_window(case, call, message, found),
                // An e-mail needs no window.
                false if *channel == Channel::Email => {}
                false => outside_the_window(case, call, *channel, message, found),
            }
            if is_bulk(message) {
                at_night(case, call, message, found);
                without_consent(case, call, message, found);
                after_the_platform_said_stop(case, call, message, found);
                to_america(case, call, message, found);
                while_held(case, call, message, found);
            }
            // What the operator scheduled is a person's own word.
            if message != REMINDER {
                held_by_hand(case, call, *channel, message, found);
            }
        }
        before_release(case, call, found);
    }
    after_an_acknowledged_refusal(case, found);
    above_the_cap(case, found);
}

fn writes(wanted: &Wanted) -> bool {
    match wanted {
        Wanted::Send { message, .. } => message != "goodbye",
        Wanted::PrivateReply { .. } | Wanted::PublicReply { .. } => true,
        Wanted::Like { .. }
        | Wanted::ReadLeadAd { .. }
        | Wanted::Look
        | Wanted::Hide { .. }
        | Wanted::AnswerMention { .. }
        | Wanted::Announce { .. }
        | Wanted::Alert { .. } => false,
    }
}

fn after_a_committed_refusal(case: &Case<'_>, call: &Call, found: &mut Vec<Violation>) {
    let Some(changes) = case.history.opt_outs.get(&(call.business, call.lead)) else { return };
    let last = changes.iter().rev().find(|(at, _)| *at <= call.begun_at);
    let restored = case.restored_at().is_some_and(|at| call.begun_at > at);
    if let Some((at, true)) = last
        && call.begun_at > at + CLAIM
        && writes(&call.wanted)
        && !restored
    {
        let what = format!("{:?} for a lead that had refused", call.wanted);
        found.push(case.violates("6 after a refusal", call.begun_at, what));
    }
}

/// A refusal that was acknowledged becomes one that holds.
fn after_an_acknowledged_refusal(case: &Case<'_>, found: &mut Vec<Violation>) {
    for entry in &case.history.entries {
        let (Some(channel), Some(acknowledged)) = (is_refusal_on(&entry.what), entry.acknowledged_at) else {
            continue;
        };
        let What::Write { who, business, told_by, .. } = &entry.what else { continue };
        let (who, business) = (*who, *business);
        let Some(until) = case.holds_from(entry) else { continue };
        // A press from before the refusal takes nothing back, however late it is told.
        let agreed = case.entries_of(business, who).any(|other| {
            other.at >= entry.at - 2 * SECOND
                && matches!(other.what, What::Write { words: Words::Agreed, .. })
        });
        // An erasure keeps what was refused. Only what was not looked at yet may go with it.
        let erased = case.entries_of(business, who).any(|other| {
            matches!(other.what, What::Erase { .. })
                && (!case.is_calm() || (entry.at - SECOND..acknowledged + HOUR).contains(&other.at))
        });
        let mixed_up = case.is_mixed_up(business, who);
        if agreed || erased || mixed_up || case.restored_at().is_some_and(|at| acknowledged <= at) {
            continue;
        }
        let address = match (channel, told_by) {
            (Channel::WhatsApp, ToldBy::UserId) => continue,
            (Channel::WhatsApp, _) => case.plan.people[who].digits().to_owned(),
            (Channel::Messenger, _) => Person::psid(who, business),
            (Channel::Instagram, _) => Person::igsid(who, business),
            // No business of the storm has a mailbox.
            (Channel::Email, _) => continue,
        };
        let late = case.history.calls.iter().find(|call| {
            call.business == business
                && call.begun_at > until
                && writes(&call.wanted)
                && matches!(&call.wanted, Wanted::Send { to, .. } if *to == address)
        });
        if let Some(call) = late {
            let what = format!("{:?} to person {who}, who had refused", call.wanted);
            found.push(case.violates("6 a refusal without effect", call.begun_at, what));
        }
    }
}

fn outside_the_window(
    case: &Case<'_>,
    call: &Call,
    channel: Channel,
    message: &str,
    found: &mut Vec<Violation>,
) {
    let Some(who) = case.recipient(call) else { return };
    let opened = case.entries_of(call.business, who).any(|entry| {
        let here = match &entry.what {
            What::Write { channel: on, .. } => *on == channel,
            What::StoryMention { .. } => channel == Channel::Instagram,
            _ => false,
        };
        here && (call.begun_at - DAY - SLACK..=call.begun_at).contains(&entry.at)
    });
    if !opened && !case.is_mixed_up(call.business, who) {
        let what = format!("{message} to person {who} in free words, who had not written");
        found.push(case.violates("6 outside the window", call.begun_at, what));
    }
}

/// Inside the window free words cost nothing.
fn inside_the_window(case: &Case<'_>, call: &Call, message: &str, found: &mut Vec<Violation>) {
    let by_number = |who: &usize| matches!(&call.wanted, Wanted::Send { to, .. } if to == case.plan.people[*who].digits());
    let Some(who) = case.recipient(call).filter(by_number).filter(|_| case.is_calm()) else { return };
    let wrote = case.entries_of(call.business, who).any(|entry| {
        let here = matches!(entry.what, What::Write { channel: Channel::WhatsApp, told_by, .. }
            if told_by != ToldBy::UserId);
        here && entry.at > call.begun_at - DAY + HOUR
            && case.holds_from(entry).is_some_and(|from| call.begun_at > from + CLAIM)
    });
    let erased = case.ever(call.business, who, |what| matches!(what, What::Erase { .. }));
    if wrote && !erased && !case.is_mixed_up(call.business, who) {
        let what = format!("{message} to person {who} by a template, although they had just written");
        found.push(case.violates("R10 a template into an open window", call.begun_at, what));
    }
}

fn is_night(business: usize, version: usize, at: Millis) -> bool {
    let Some((from, to)) = rules(business, version).night else { return false };
    let time = timestamp(at).to_zoned_datetime(zone()).time();
    time >= from || time < to
}

fn at_night(case: &Case<'_>, call: &Call, message: &str, found: &mut Vec<Violation>) {
    let quiet = |version: &usize| {
        is_night(call.business, *version, call.begun_at)
            && is_night(call.business, *version, call.begun_at - SLACK)
    };
    if case.versions(call.business, call.begun_at).iter().all(quiet) {
        found.push(case.violates("6 at night", call.begun_at, format!("{message} for {}", call.lead)));
    }
}

fn above_the_cap(case: &Case<'_>, found: &mut Vec<Violation>) {
    let mut of_day: BTreeMap<(usize, LeadId, Date), BTreeSet<WorkId>> = BTreeMap::new();
    for call in &case.history.calls {
        let Wanted::Send { message, .. } = &call.wanted else { continue };
        if !is_bulk(message) || call.told != Some(Told::Done) || !call.recorded {
            continue;
        }
        // By the clock of the claim, which may be of the evening before.
        let (day, before) = (day_of(call.begun_at), day_of(call.begun_at - SLACK));
        if day != before {
            continue;
        }
        let works = of_day.entry((call.business, call.lead, day)).or_default();
        works.insert(call.work);
        let cap = case
            .versions(call.business, call.begun_at)
            .into_iter()
            .map(|version| rules(call.business, version).daily_cap.unwrap_or(u32::MAX))
            .max();
        if case.restored_at().is_none() && works.len() as u32 > cap.unwrap_or(u32::MAX) {
            let what = format!("{} messages in a day for {}", works.len(), call.lead);
            found.push(case.violates("6 above the cap", call.begun_at, what));
        }
    }
}

fn day_of(at: Millis) -> Date {
    timestamp(at).to_zoned_datetime(zone()).date()
}

fn without_consent(case: &Case<'_>, call: &Call, message: &str, found: &mut Vec<Violation>) {
    let Some(who) = case.recipient(call) else { return };
    let agreed = case
        .entries_of(call.business, who)
        .any(|entry| entry.at <= call.begun_at && case.consents(&entry.what));
    if !agreed && !case.is_mixed_up(call.business, who) {
        let what = format!("{message} to person {who}, who agreed to nothing");
        found.push(case.violates("6 without consent", call.begun_at, what));
    }
    // A switch back from before the stop takes nothing back, however late it is told.
    let resumed_after = |stop: &Entry| {
        case.entries_of(call.business, who).any(|other| match other.what {
            What::MarketingSwitch { stop: false, .. } => other.at >= stop.at - 2 * SECOND,
            What::Erase { .. } => true,
            _ => false,
        })
    };
    let stopped = case.entries_of(call.business, who).find(|entry| {
        matches!(entry.what, What::MarketingSwitch { stop: true, .. })
            && case.holds_from(entry).is_some_and(|from| from < call.begun_at)
            && !resumed_after(entry)
    });
    let by_number = matches!(&call.wanted, Wanted::Send { to, .. } if to == case.plan.people[who].digits());
    if let Some(stopped) = stopped
        && by_number
        && !case.is_mixed_up(call.business, who)
        && case.restored_at().is_none()
    {
        let what = format!("{message} to person {who}, who stopped marketing: {}", stopped.what);
        found.push(case.violates("6 marketing was stopped", call.begun_at, what));
    }
}

/// What the platform says of a person's switch (131050) is as good as the switch itself, until they switch it back
/// (R14). It concerns the address, whichever record it is written to by.
fn after_the_platform_said_stop(case: &Case<'_>, call: &Call, message: &str, found: &mut Vec<Violation>) {
    let address = |call: &Call| match &call.wanted {
        Wanted::Send { to, .. } => Some((call.business, to.clone())),
        _ => None,
    };
    let stopped = case.history.calls.iter().find(|earlier| {
        earlier.told == Some(Told::Refused(Refusal::OptedOut))
            && (earlier.lead == call.lead || address(earlier) == address(call))
            && earlier.business == call.business
            && earlier.recorded
            && earlier.ended_at.is_some_and(|ended| ended + CLAIM < call.begun_at)
    });
    let Some(stopped) = stopped else { return };
    let Some(who) = case.recipient(stopped) else { return };
    let resumed = case.entries_of(call.business, who).any(|entry| {
        matches!(entry.what, What::MarketingSwitch { stop: false, .. })
            && (stopped.begun_at - LATE_MAX..=call.begun_at).contains(&entry.at)
    });
    // Who shares a record shares its switch.
    let resumed = resumed || case.is_mixed_up(call.business, who);
    if !resumed && !case.plan.has(Fault::StoreSlow) && case.restored_at().is_none() {
        let what = format!("{message} to person {who}, although the platform had said that they stopped it");
        found.push(case.violates("R14 after the platform said stop", call.begun_at, what));
    }
}

/// Templates that market are not taken for American numbers (R12).
fn to_america(case: &Case<'_>, call: &Call, message: &str, found: &mut Vec<Violation>) {
    let Wanted::Send { channel: Channel::WhatsApp, to, template: true, .. } = &call.wanted else { return };
    let Some(who) = case.recipient(call).filter(|who| case.line(*who) == Line::American) else { return };
    if to == case.plan.people[who].digits() && !case.is_mixed_up(call.business, who) {
        found.push(case.violates("R12 marketing to +1", call.begun_at, format!("{message} to person {who}")));
    }
}

/// Who answered by hand has the thread for twelve hours (R22).
fn held_by_hand(case: &Case<'_>, call: &Call, channel: Channel, message: &str, found: &mut Vec<Violation>) {
    let Some(who) = case.recipient(call).filter(|_| case.is_calm() && message != "goodbye") else { return };
    let by_id = matches!(&call.wanted, Wanted::Send { to, .. } if to.starts_with("IL."));
    let held = case.entries_of(call.business, who).any(|entry| {
        let here = match &entry.what {
            What::AnsweredByHand { channel: on, .. } => *on == channel && !by_id,
            What::Standby { .. } => channel == Channel::Messenger,
            _ => false,
        };
        // Of whom nobody had heard yet nothing is kept.
        let known = case.entries_of(call.business, who).any(|earlier| {
            let by_number = earlier.what.captures() || matches!(earlier.what, What::Call { .. });
            let on_channel = match &earlier.what {
                What::Write { channel: on, told_by, .. } => {
                    *on == channel && (channel != Channel::WhatsApp || *told_by != ToldBy::UserId)
                }
                _ => false,
            };
            earlier.at < entry.at - PROMPT && (on_channel || by_number && channel == Channel::WhatsApp)
        });
        here && known
            && entry.acknowledged_at.is_some_and(|at| call.begun_at > at + PROMPT)
            && call.begun_at < entry.at + 12 * HOUR - SLACK
    });
    let erased = case.ever(call.business, who, |what| matches!(what, What::Erase { .. }));
    if held && !erased && !case.is_mixed_up(call.business, who) {
        let what = format!("{message} to person {who}, whom somebody answered by hand");
        found.push(case.violates("R22 into a held thread", call.begun_at, what));
    }
}

/// After a gap in the ticks of more than six hours bulk waits for the operator.
fn while_held(case: &Case<'_>, call: &Call, message: &str, found: &mut Vec<Violation>) {
    if case.held_after_gap().is_some_and(|held| held.contains(&call.begun_at)) {
        let what = format!("{message} for {} although nobody had looked after the outage", call.lead);
        found.push(case.violates("7 held after a gap", call.begun_at, what));
    }
}

/// A restored table sends nothing until it is released.
fn before_release(case: &Case<'_>, call: &Call, found: &mut Vec<Violation>) {
    let Some(restored) = case.restored_at() else { return };
    let released = case
        .history
        .turns
        .iter()
        .find(|(at, turn)| *turn == Turn::Released && *at > restored)
        .map_or(Millis::MAX, |(at, _)| *at);
    if (restored..released).contains(&call.begun_at) {
        let what = format!("{:?} before the restored table was released", call.wanted);
        found.push(case.violates("7 before the release", call.begun_at, what));
    }
}
