//! Signs that two records are one person, remembered until the merge can be carried out.
//!
//! What a platform says is proof. What somebody typed is a claim about a person, and stands until the phone number
//! of the record that remembers it has written to us: a number or an address of somebody else is typed easily.

use jiff::Timestamp;

use crate::channel::Channel;
use crate::decide::{Draft, phone_given};
use crate::event::{Event, EventKind};
use crate::identity::Identity;
use crate::ids::{CampaignName, LeadId};
use crate::lead::{Lead, MERGES_MAX, PendingMerge, Proof};
use crate::timeline::{Entry, Fact, What};

/// What an event proves of the names that it brings.
pub fn proof_of(event: &Event) -> Proof {
    match &event.kind {
        // Whatever stands in a form was typed by somebody.
        EventKind::Captured(_) | EventKind::Claimed { .. } => Proof::Claimed,
        // A platform tells no other name of who writes there: what they brought they have typed.
        EventKind::Messaged(message) if message.channel != Channel::WhatsApp => Proof::Asserted,
        _ => Proof::Proven,
    }
}

/// Whether a claim on this identity of another lead waits for a number of that lead, and not for one of ours.
/// That lead has to know of the claim, then.
pub fn rests_on_them(lead: &Lead, identity: &Identity) -> bool {
    matches!(identity, Identity::Phone(_)) || lead.phone.is_none()
}

/// Whether it may be proven here: the number that was typed has to write, and a typed number that is another's
/// proves nothing by ours.
pub fn rests_on_us(identity: &Identity) -> bool {
    !matches!(identity, Identity::Phone(_))
}

/// Remembers that another record may be of the same person. The entry says so if there is no room for it.
pub fn remember(lead: &mut Lead, with: LeadId, proof: Proof, now: Timestamp) -> Option<Entry> {
    if with == lead.id || lead.absorbed.contains(&with) {
        return None;
    }
    let proof = if proof == Proof::Claimed && number_has_written(lead) { Proof::Proven } else { proof };
    if let Some(known) = lead.merges.iter_mut().find(|merge| merge.with == with) {
        if known.proof != Proof::Proven && proof == Proof::Proven {
            *known = PendingMerge { with, proof, due_at: now };
        }
        return None;
    }
    if lead.merges.len() >= MERGES_MAX {
        let oldest_claim = lead.merges.iter().position(|merge| merge.proof != Proof::Proven);
        match oldest_claim.filter(|_| proof == Proof::Proven) {
            Some(claim) => drop(lead.merges.remove(claim)),
            None => {
                let entry = Entry::new(now, What::Skipped).with(Fact::Lead, with);
                return Some(entry.with(Fact::Reason, "too many records may be of this person already"));
            }
        }
    }
    lead.merges.push(PendingMerge { with, proof, due_at: now });
    None
}

/// Another lead named this one's phone or address: in a form, or because a campaign asked for it.
pub(crate) fn claimed(draft: &mut Draft<'_>, event: &Event, by: LeadId, asked: Option<&CampaignName>) {
    let entry = Entry::new(event.occurred_at, What::IdentityHeld).with(Fact::Identity, event.author.kind());
    draft.note(
        entry.with(Fact::Lead, by).with(Fact::Reason, "another lead named it; the two may be one person"),
    );
    let proof = if asked.is_some() { Proof::Asserted } else { Proof::Claimed };
    let full = remember(&mut draft.lead, by, proof, draft.context.now);
    full.into_iter().for_each(|entry| draft.note(entry));
    if let Some(campaign) = asked {
        // Whoever has the number is the one to ask whether they gave it.
        phone_given(draft, event, campaign);
    }
}

/// The person confirmed, from the number itself, that they gave it elsewhere.
pub(crate) fn confirmed(draft: &mut Draft<'_>) {
    let now = draft.now();
    for merge in draft.lead.merges.iter_mut().filter(|merge| merge.proof != Proof::Proven) {
        *merge = PendingMerge { with: merge.with, proof: Proof::Proven, due_at: now };
    }
}

/// The person wrote from WhatsApp: if we know their number, what was typed along with it is theirs.
pub(crate) fn number_wrote(draft: &mut Draft<'_>) {
    let now = draft.now();
    if !number_has_written(&draft.lead) {
        return;
    }
    for claim in draft.lead.merges.iter_mut().filter(|merge| merge.proof == Proof::Claimed) {
        *claim = PendingMerge { with: claim.with, proof: Proof::Proven, due_at: now };
    }
}

fn number_has_written(lead: &Lead) -> bool {
    lead.phone.is_some() && lead.windows.contains_key(&Channel::WhatsApp)
}

/// Nothing is left to merge with.
pub fn forget(lead: &mut Lead, with: LeadId) {
    lead.merges.retain(|merge| merge.with != with);
}

/// The other holds a claim until then. `false` if that is known already.
pub fn postpone(lead: &mut Lead, with: LeadId, until: Timestamp) -> bool {
    let pending = lead.merges.iter_mut().find(|merge| merge.with == with && merge.due_at != until);
    pending.map(|pending| pending.due_at = until).is_some()
}
