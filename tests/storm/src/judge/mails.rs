//! E-mail is behind the other channels: what one of them refused for good goes by it, and nothing goes by both.

use shared::domain::call::Refusal;
use shared::domain::channel::Channel;

use super::Violation;
use super::case::{Case, LATE_MAX, PROMPT};
use crate::people::acts::What;
use crate::people::businesses::mails;
use crate::world::log::{Call, Told, Wanted};
use crate::world::timers::{DAY, HOUR};

pub fn judge(case: &Case<'_>, found: &mut Vec<Violation>) {
    if case.restored_at().is_some() {
        return;
    }
    for call in &case.history.calls {
        match &call.wanted {
            Wanted::Send { channel: Channel::Email, .. } => by_both(case, call, found),
            Wanted::Send { channel: Channel::WhatsApp, message, .. }
                if mails(call.business) && message == "welcome" =>
            {
                by_neither(case, call, found);
            }
            _ => {}
        }
    }
}

/// A mail of which WhatsApp has said that it took the message, and the worker heard it.
fn by_both(case: &Case<'_>, mail: &Call, found: &mut Vec<Violation>) {
    let taken = case.history.calls.iter().any(|call| {
        let by_whatsapp = matches!(call.wanted, Wanted::Send { channel: Channel::WhatsApp, .. });
        by_whatsapp && call.work == mail.work && call.told == Some(Told::Done) && call.recorded
    });
    if taken {
        let what = format!("{:?}, which WhatsApp had taken", mail.wanted);
        found.push(case.violates("3 by both channels", mail.begun_at, what));
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
