//! What is known of the person, from both records. Of two refusals the stricter holds.

use crate::consent::{Consent, OptOut};
use crate::decide::{CONSENTS_MAX, Draft, FIELDS_MAX};
use crate::identity::Identity;
use crate::lead::{ANSWERED_MAX, FALLBACKS_MAX, IDENTITIES_MAX, RecentSend};

use super::pending;

pub fn unite(winner: &mut Draft<'_>, loser: &mut Draft<'_>) {
    names(winner, loser);
    refusals(winner, loser);
    let now = winner.context.now;
    let (ours, theirs) = (&mut winner.lead, &mut loser.lead);
    for (name, value) in std::mem::take(&mut theirs.fields) {
        if ours.fields.len() < FIELDS_MAX {
            ours.fields.entry(name).or_insert(value);
        }
    }
    ours.tags.append(&mut theirs.tags);
    // A record keeps a few more than it takes in, rather than to lose what somebody has to do.
    ours.tasks.append(&mut theirs.tasks);
    // Of two numbers of one raffle the earlier one stays the person's.
    for (campaign, grant) in std::mem::take(&mut theirs.grants) {
        let known = ours.grants.entry(campaign).or_insert_with(|| grant.clone());
        if grant.given_at < known.given_at {
            *known = grant;
        }
    }
    ours.wishes.append(&mut theirs.wishes);
    ours.answered.append(&mut theirs.answered);
    let surplus = ours.answered.len().saturating_sub(ANSWERED_MAX);
    ours.answered.drain(..surplus);
    let asked = [ours.phone_asked.take(), theirs.phone_asked.take()];
    ours.phone_asked = asked.into_iter().flatten().max_by_key(|asked| asked.at);
    for deal in std::mem::take(&mut theirs.deals) {
        match ours.deals.iter_mut().find(|known| known.id == deal.id) {
            Some(known) if known.changed_at < deal.changed_at => *known = deal,
            Some(_) => {}
            // A record keeps a few more than it takes in, rather than to lose the dates of a journey.
            None => ours.deals.push(deal),
        }
    }
    ours.email_stopped_at = ours.email_stopped_at.max(theirs.email_stopped_at);
    ours.fallbacks.append(&mut theirs.fallbacks);
    let surplus = ours.fallbacks.len().saturating_sub(FALLBACKS_MAX);
    ours.fallbacks.drain(..surplus);
    ours.alerted_at = ours.alerted_at.max(theirs.alerted_at);
    ours.active_at = ours.active_at.max(theirs.active_at);
    for name in std::mem::take(&mut theirs.broadcasts) {
        if !ours.broadcasts.contains(&name) {
            ours.broadcasts.push(name);
        }
    }
    ours.first_source = ours.first_source.take().or_else(|| theirs.first_source.take());
    ours.last_source = theirs.last_source.take().or_else(|| ours.last_source.take());
    for (channel, window) in std::mem::take(&mut theirs.windows) {
        let known = ours.windows.entry(channel).or_insert_with(|| window.clone());
        if window.opened_at > known.opened_at {
            *known = window;
        }
    }
    for (channel, until) in std::mem::take(&mut theirs.held) {
        let known = ours.held.entry(channel).or_insert(until);
        *known = (*known).max(until);
    }
    ours.claims = ours.claims.max(theirs.claims);
    ours.absorbed.push(theirs.id);
    ours.absorbed.append(&mut theirs.absorbed);
    recent_sends(winner, loser);
    merges(winner, loser, now);
}

fn names(winner: &mut Draft<'_>, loser: &mut Draft<'_>) {
    let (ours, theirs) = (&mut winner.lead, &mut loser.lead);
    ours.name = ours.name.take().or_else(|| theirs.name.take());
    ours.username = ours.username.take().or_else(|| theirs.username.take());
    ours.phone = ours.phone.take().or_else(|| theirs.phone.take());
    ours.email = ours.email.take().or_else(|| theirs.email.take());
    ours.outdated.append(&mut theirs.outdated);
    // What platforms and forms call a person comes before what only stands for one.
    let stands_in =
        |identity: &Identity| identity.is_once_only() || matches!(identity, Identity::Submission(_));
    let (last, first): (Vec<_>, Vec<_>) =
        std::mem::take(&mut theirs.identities).into_iter().partition(stands_in);
    for identity in first.into_iter().chain(last) {
        let room = ours.identities.len() < IDENTITIES_MAX || ours.identities.contains(&identity);
        if room {
            ours.identities.insert(identity)
        } else {
            theirs.identities.insert(identity)
        };
    }
}

/// The later refusal is the stricter one: an older press of a button does not undo it. Consents from before it
/// are void.
fn refusals(winner: &mut Draft<'_>, loser: &mut Draft<'_>) {
    let (ours, theirs) = (&mut winner.lead, &mut loser.lead);
    let later = |refusal: &OptOut| refusal.at;
    ours.opt_out = ours.opt_out.take().into_iter().chain(theirs.opt_out.take()).max_by_key(later);
    ours.marketing_stopped_at = ours.marketing_stopped_at.max(theirs.marketing_stopped_at);
    let mut consents: Vec<Consent> = ours.consents.drain(..).chain(theirs.consents.drain(..)).collect();
    consents.sort_by_key(|consent| std::cmp::Reverse(consent.given_at));
    for consent in consents {
        let void = ours.opt_out.as_ref().is_some_and(|refusal| consent.given_at <= refusal.at);
        let same = |known: &Consent| known.text == consent.text && known.source == consent.source;
        if !void && ours.consents.len() < CONSENTS_MAX && !ours.consents.iter().any(same) {
            ours.consents.push(consent);
        }
    }
    ours.consents.reverse();
}

fn recent_sends(winner: &mut Draft<'_>, loser: &mut Draft<'_>) {
    let ours = std::mem::take(&mut winner.lead.recent_sends).into_iter();
    let mut sends: Vec<RecentSend> = ours.chain(std::mem::take(&mut loser.lead.recent_sends)).collect();
    sends.sort_by_key(|send| send.at);
    sends.into_iter().for_each(|send| winner.remember_send(send));
}

fn merges(winner: &mut Draft<'_>, loser: &mut Draft<'_>, now: jiff::Timestamp) {
    let ours = std::mem::take(&mut winner.lead.merges);
    for merge in ours.into_iter().chain(std::mem::take(&mut loser.lead.merges)) {
        let full = pending::remember(&mut winner.lead, merge.with, merge.proof, now);
        full.into_iter().for_each(|entry| winner.note(entry));
    }
}
