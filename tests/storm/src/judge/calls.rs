//! Invariants 5 and 9: one call at a time for a lead, steps in their order, and every business for itself.

use std::collections::BTreeMap;

use shared::domain::channel::Channel;
use shared::domain::ids::LeadId;

use super::Violation;
use super::case::Case;
use super::doubles::typed_by_others;
use crate::people::acts::What;
use crate::people::businesses::{instagram, mailbox, page, rules, whatsapp};
use crate::people::plan::{Line, Person};
use crate::people::webhooks::comment_of;
use crate::world::log::{Call, Wanted};

pub fn judge(case: &Case<'_>, found: &mut Vec<Violation>) {
    let mut of_lead: BTreeMap<(usize, LeadId), Vec<&Call>> = BTreeMap::new();
    for call in &case.history.calls {
        of_lead.entry((call.business, call.lead)).or_default().push(call);
        whose_business(case, call, found);
        to_an_old_name(case, call, found);
    }
    for calls in of_lead.values() {
        beside_each_other(case, calls, found);
        in_order(case, calls, found);
    }
}

fn beside_each_other(case: &Case<'_>, calls: &[&Call], found: &mut Vec<Violation>) {
    for pair in calls.windows(2) {
        let (first, second) = (pair[0], pair[1]);
        if first.ended_at.is_none_or(|ended| ended > second.begun_at) {
            let what = format!("{:?} and {:?} at once for {}", first.wanted, second.wanted, first.lead);
            found.push(case.violates("5 two calls at once", second.begun_at, what));
        }
    }
}

/// Where a lead went through its journey once, the steps left in their order.
fn in_order(case: &Case<'_>, calls: &[&Call], found: &mut Vec<Violation>) {
    let business = calls.first().map(|call| call.business).filter(|_| case.restored_at().is_none());
    let Some(business) = business else { return };
    if calls.iter().any(|call| case.history.winners.contains(&call.lead)) {
        return;
    }
    let mut before: Vec<&Call> = Vec::new();
    for name in std::iter::once("welcome").chain(rules(business, 0).follow_ups.iter().copied()) {
        let of: Vec<&&Call> = calls
            .iter()
            .filter(|call| matches!(&call.wanted, Wanted::Send { message, .. } if message == name))
            .collect();
        let Some(first) = of.first() else { continue };
        if of.iter().any(|call| call.work != first.work) {
            return;
        }
        // A step that is tried again holds up the next ones, unless it was parked and the operator drove it on.
        let again = before.iter().position(|call| call.begun_at > first.begun_at);
        if let Some(again) = again {
            let tried_at = again.checked_sub(1).map_or(0, |tried| before[tried].begun_at);
            let call = before[again];
            let captured_again = |who| case.captured_again(business, who, first.begun_at, call.begun_at);
            let excused = case.redriven(business, tried_at, call.begun_at)
                || case.recipient(call).is_some_and(captured_again);
            if !excused {
                let what = format!("{name} left before {:?} for {}", call.wanted, first.lead);
                found.push(case.violates("5 out of order", first.begun_at, what));
            }
        }
        before = of.into_iter().copied().collect();
    }
}

fn whose_business(case: &Case<'_>, call: &Call, found: &mut Vec<Violation>) {
    let business = call.business;
    let other = match &call.wanted {
        Wanted::Send { channel, from, to, .. } => {
            let own = match channel {
                Channel::WhatsApp => whatsapp(business),
                Channel::Messenger => page(business),
                Channel::Instagram => instagram(business),
                Channel::Email => mailbox(business),
            };
            let known = case.directory.whose(business, to);
            let entered = known.is_some_and(|who| {
                case.entries_of(business, who).next().is_some()
                    || case.is_mixed_up(business, who)
                    || typed_by_others(case, call, who)
            });
            let landline = *channel == Channel::WhatsApp
                && known.is_some_and(|who| {
                    case.line(who) == Line::Landline && to == case.plan.people[who].digits()
                });
            if landline
                && !case.ever(business, known.unwrap_or(0), |what| {
                    what.replies() && !matches!(what, What::ToldReply { .. })
                })
            {
                let what = format!("{:?} to a line without WhatsApp", call.wanted);
                found.push(case.violates("R27 a landline", call.begun_at, what));
            }
            *from != own || !entered
        }
        Wanted::PrivateReply { comment, .. }
        | Wanted::PublicReply { comment, .. }
        | Wanted::Like { comment } => comment_of(comment).is_none_or(|(of, _)| of != business),
        Wanted::ReadLeadAd { id } => !id.starts_with(&format!("9{business}00")),
        Wanted::Look
        | Wanted::Hide { .. }
        | Wanted::AnswerMention { .. }
        | Wanted::Announce { .. }
        | Wanted::Alert { .. } => false,
    };
    if other {
        let what = format!("business {business} called for {:?}", call.wanted);
        found.push(case.violates("9 another's", call.begun_at, what));
    }
}

/// Who has another id on WhatsApp is written to by that one.
fn to_an_old_name(case: &Case<'_>, call: &Call, found: &mut Vec<Violation>) {
    let Wanted::Send { to, .. } = &call.wanted else { return };
    let Some(who) = case.recipient(call).filter(|_| case.is_calm() && to.starts_with("IL.")) else { return };
    let told = case.entries_of(call.business, who).filter(|entry| {
        matches!(entry.what, What::NewUserId { .. })
            && entry.acknowledged_at.is_some_and(|at| case.settled_by(at) < call.begun_at)
    });
    let generation = told.count() as u32;
    if (0..generation).any(|old| *to == Person::user_id(who, call.business, old)) {
        let what = format!("{:?}, which is not the name of person {who} any more", call.wanted);
        found.push(case.violates("9 to an old name", call.begun_at, what));
    }
}
