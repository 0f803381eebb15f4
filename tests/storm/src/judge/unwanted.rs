//! What an event ends: a reply stops the follow-ups, and what is gone, hidden, live, or said to somebody else takes no
//! answer (R20).

use shared::domain::channel::Channel;

use super::Violation;
use super::case::{Case, LATE_MAX};
use crate::people::acts::{ToldBy, What, Who, Words};
use crate::people::businesses::rules;
use crate::people::webhooks::comment_of;
use crate::world::log::{Call, Entry, Wanted};
use crate::world::timers::{Millis, SECOND};

/// A claim that was made before may still call.
const CLAIM: Millis = 31 * SECOND;

pub fn judge(case: &Case<'_>, found: &mut Vec<Violation>) {
    if case.restored_at().is_some() {
        return;
    }
    for call in &case.history.calls {
        match &call.wanted {
            Wanted::Send { message, to, .. }
                if rules(call.business, 0).follow_ups.contains(&message.as_str()) =>
            {
                after_a_reply(case, call, message, to, found);
            }
            Wanted::PrivateReply { comment, .. } => about(case, call, comment, false, found),
            Wanted::PublicReply { comment, .. } | Wanted::Like { comment } => {
                about(case, call, comment, true, found);
            }
            Wanted::Send { .. }
            | Wanted::ReadLeadAd { .. }
            | Wanted::Look
            | Wanted::Hide { .. }
            | Wanted::AnswerMention { .. }
            | Wanted::Announce { .. }
            | Wanted::Alert { .. } => {}
        }
    }
}

/// Who wrote from the number that is written to, or is said to have answered, gets no more of a journey that their reply ended.
fn after_a_reply(case: &Case<'_>, call: &Call, message: &str, to: &str, found: &mut Vec<Violation>) {
    let Some(who) = case.recipient(call).filter(|who| to == case.plan.people[*who].digits()) else { return };
    let replied = case.entries_of(call.business, who).filter(|entry| match &entry.what {
        What::Write { channel: Channel::WhatsApp, words, told_by, .. } => {
            *words != Words::Reaction && *told_by != ToldBy::UserId
        }
        What::ToldReply { .. } => true,
        _ => false,
    });
    for reply in replied {
        let holds = case.holds_from(reply).is_some_and(|from| call.begun_at > from + CLAIM);
        if holds && began_before(case, call.business, who, reply) {
            let what = format!("{message} to person {who}, who had replied: {}", reply.what);
            found.push(case.violates("1 a reply without effect", call.begun_at, what));
            return;
        }
    }
}

/// Whether all that starts such a journey was known before the reply.
fn began_before(case: &Case<'_>, business: usize, who: Who, reply: &Entry) -> bool {
    let after = |entry: &Entry| match entry.what {
        What::Form { .. } => entry.acknowledged_at.is_none_or(|at| at > reply.at - LATE_MAX),
        // Its fields are read when the platform lets us.
        What::LeadAd { .. } => !case.is_calm() || entry.at > reply.at - LATE_MAX,
        What::Erase { .. } => true,
        _ => false,
    };
    !case.is_mixed_up(business, who) && !case.entries_of(business, who).any(after)
}

fn about(case: &Case<'_>, call: &Call, comment: &str, is_public: bool, found: &mut Vec<Violation>) {
    let of = comment_of(comment);
    let ends = |entry: &Entry| case.holds_from(entry).is_some_and(|from| call.begun_at > from + CLAIM);
    // Hiding that is looked at before the comment itself finds nothing to end.
    let first = case.history.calls.iter().find(|call| call.wanted.comment() == Some(comment));
    let answered_by = |at: Millis| first.is_some_and(|first| first.begun_at < at);
    for entry in &case.history.entries {
        let why = match &entry.what {
            What::Comment { business, id, is_reply, is_live, .. } if of == Some((*business, *id)) => {
                match (*is_reply, *is_live && is_public) {
                    (true, _) => "which was said to somebody else",
                    (false, true) => "in public, to a live comment",
                    (false, false) => continue,
                }
            }
            What::CommentRemoved { business, id } if of == Some((*business, *id)) && ends(entry) => {
                "which was removed"
            }
            What::CommentHidden { business, id }
                if of == Some((*business, *id))
                    && matches!(call.wanted, Wanted::PublicReply { .. })
                    && entry.acknowledged_at.is_some_and(answered_by)
                    && ends(entry) =>
            {
                "which was hidden"
            }
            _ => continue,
        };
        let what = format!("{:?}, {why}", call.wanted);
        found.push(case.violates("R20 an answer to the wrong comment", call.begun_at, what));
        return;
    }
}
