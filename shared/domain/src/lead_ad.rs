//! The fields of a lead ad, once they were read: a person is captured, or turns out to be known.

use crate::call::LeadAdFields;
use crate::consent::ticked;
use crate::context::Context;
use crate::decide::{Decision, Draft, capture_lead_ad};
use crate::event::{Capture, Event, EventKind, Responder};
use crate::event_key::{EventKey, Sameness};
use crate::identity::Identity;
use crate::ids::{LeadAdId, LeadId, WorkId};
use crate::lead::Lead;
use crate::source::{Source, SourceKind};
use crate::timeline::{Entry, Fact, What};
use crate::work::{Action, Work};

/// The fields of a lead ad came: the person is captured, as by any form.
pub(crate) fn read(draft: &mut Draft<'_>, work: &Work, fields: &LeadAdFields) {
    draft.remove_work(work.id);
    let Action::LookUpLeadAd { id, .. } = &work.action else { return };
    let event = lead_ad_event(draft, id, fields);
    draft.occurred_at = event.occurred_at;
    if let EventKind::Captured(capture) = &event.kind {
        capture_lead_ad(draft, &event, capture);
    }
}

/// A lead ad whose person turned out to be a lead already. This record ends and points there; the details go
/// into the other's inbox, like any form.
pub fn hand_over(
    lead: &Lead,
    work: WorkId,
    number: u64,
    fields: &LeadAdFields,
    to: LeadId,
    context: &Context<'_>,
) -> Option<(Decision, Event)> {
    let mut draft = Draft::new(lead, context);
    if draft.lead.claim.as_ref().is_none_or(|claim| claim.number != number || claim.work != work) {
        return None;
    }
    draft.lead.claim = None;
    let work = draft.remove_work(work)?;
    let Action::LookUpLeadAd { id, .. } = &work.action else { return None };
    // That record reads this one's timeline with its own.
    let event = Event { also: vec![Identity::Lead(lead.id)], ..lead_ad_event(&draft, id, fields) };
    draft.lead.merged_into = Some(to);
    draft.note(Entry::new(context.now, What::MergedInto).with(Fact::Lead, to));
    Some((draft.finish(), event))
}

fn lead_ad_event(draft: &Draft<'_>, id: &LeadAdId, fields: &LeadAdFields) -> Event {
    let business = draft.lead.business.clone();
    let details = &fields.details;
    let phone = details.phone.clone().map(Identity::Phone);
    let author = phone.or_else(|| details.email.clone().map(Identity::Email));
    let basis = draft.playbook().sources.lead_ads.as_ref();
    let consent =
        basis.filter(|basis| basis.field.as_ref().is_none_or(|field| ticked(&details.fields, field)));
    let filled_at = draft.lead.created_at;
    Event {
        key: EventKey::of(
            draft.context.pepper,
            &business,
            Responder::LeadIntake,
            Sameness::Given { kind: "lead-ad-fields", id: id.as_str() },
        ),
        business,
        occurred_at: filled_at,
        author: author.unwrap_or_else(|| Identity::LeadAd(id.clone())),
        also: Vec::new(),
        kind: EventKind::Captured(Capture {
            details: details.clone(),
            source: Source {
                kind: SourceKind::LeadAd { id: id.clone(), form: fields.form.clone(), ad: fields.ad.clone() },
                campaign: Vec::new(),
            },
            consent: consent.map(|basis| basis.text.clone()),
        }),
    }
}
