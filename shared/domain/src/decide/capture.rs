//! Somebody left their details: in a form, or in a lead ad.

use std::collections::BTreeMap;

use super::draft::{Draft, Plan};
use super::journeys;
use crate::consent::Consent;
use crate::event::{Capture, Details, Event, LeadAd};
use crate::identity::Identity;
use crate::ids::{FormId, WorkId};
use crate::playbook::{Happened, Trigger};
use crate::source::{Source, SourceKind};
use crate::timeline::{Entry, Fact, What};
use crate::work::{Action, Class};

pub const FIELDS_MAX: usize = 40;
const FIELD_CHARS_MAX: usize = 500;
const CAMPAIGN_FACTS_MAX: usize = 20;
const CAMPAIGN_CHARS_MAX: usize = 200;
const CONSENT_CHARS_MAX: usize = 1_000;
pub const CONSENTS_MAX: usize = 12;

pub fn captured(draft: &mut Draft<'_>, event: &Event, capture: &Capture) {
    if let SourceKind::LeadAd { .. } = capture.source.kind {
        draft.answers_from = draft.now();
    }
    let source_name = describe_source(&capture.source.kind);
    let fields_before = draft.lead.fields.clone();
    learn(draft, &capture.details);
    came_from(draft, &capture.source);
    draft.note(Entry::new(event.occurred_at, What::Captured).with(Fact::Source, &source_name));
    if capture.details.phone_unreadable.is_some() {
        let entry = Entry::new(draft.now(), What::NoWhatsApp).with(Fact::Rule, "R27");
        draft.note(entry.with(Fact::Reason, "the phone number cannot be read; it is kept as it was typed"));
    }
    if let Some(text) = &capture.consent {
        give_consent(draft, Consent { text: text.clone(), given_at: event.occurred_at, source: source_name });
    }
    let form = match &capture.source.kind {
        SourceKind::Form { form } => Some(form.as_str()),
        SourceKind::LeadAd { form, .. } => form.as_ref().map(FormId::as_str),
        _ => None,
    };
    journeys::happened(draft, Happened::new(Trigger::LeadCaptured, event.key.as_str()).of(form));
    fields_changed(draft, &fields_before, event);
}

/// An answer that is another one than the last time. The first one is no change.
fn fields_changed(draft: &mut Draft<'_>, before: &BTreeMap<String, String>, event: &Event) {
    let differs = |(name, value): &(&String, &String)| before.get(*name).is_some_and(|was| was != *value);
    let changed: Vec<String> =
        draft.lead.fields.iter().filter(differs).map(|(name, _)| name.clone()).collect();
    for name in changed {
        journeys::happened(draft, Happened::new(Trigger::FieldChanged, event.key.as_str()).of(Some(&name)));
    }
}

/// A lead ad's webhook has only ids: the fields are looked up by whoever holds the token.
pub fn lead_ad_filled(draft: &mut Draft<'_>, event: &Event, lead_ad: &LeadAd) {
    draft.only_once(Identity::LeadAd(lead_ad.id.clone()));
    came_from(
        draft,
        &Source {
            kind: SourceKind::LeadAd {
                id: lead_ad.id.clone(),
                form: lead_ad.form.clone(),
                ad: lead_ad.ad.clone(),
            },
            campaign: Vec::new(),
        },
    );
    draft
        .note(Entry::new(event.occurred_at, What::LeadAdFilled).with_some(Fact::Form, lead_ad.form.as_ref()));
    draft.plan(Plan {
        id: WorkId::for_event(draft.context.pepper, draft.lead.id, event.key.as_str(), "look-up"),
        class: Class::Conversation,
        action: Action::LookUpLeadAd { id: lead_ad.id.clone(), page: lead_ad.page.clone() },
        run: None,
        due_at: draft.now(),
        within: None,
    });
}

/// Takes over what a form says. The newest name and answers win; a phone and an address that are already known
/// stay the ones that are written to, and the others lead to this person, too.
pub fn learn(draft: &mut Draft<'_>, details: &Details) {
    if let Some(name) = &details.name {
        draft.lead.name = Some(name.clone());
    }
    if let Some(phone) = &details.phone {
        draft.know(&Identity::Phone(phone.clone()));
    }
    if let Some(email) = &details.email {
        draft.know(&Identity::Email(email.clone()));
    }
    let unreadable = details.phone_unreadable.as_ref().map(|typed| ("phone".to_owned(), typed.clone()));
    for (name, value) in details.fields.iter().cloned().chain(unreadable) {
        if draft.lead.fields.len() < FIELDS_MAX || draft.lead.fields.contains_key(&name) {
            let name = name.chars().take(100).collect();
            draft.lead.fields.insert(name, value.chars().take(FIELD_CHARS_MAX).collect());
        }
    }
}

/// Each lead keeps its first and its last source. What an address carries is anybody's: it is kept short.
pub fn came_from(draft: &mut Draft<'_>, source: &Source) {
    let short = |text: &String| text.chars().take(CAMPAIGN_CHARS_MAX).collect::<String>();
    let campaign = source.campaign.iter().take(CAMPAIGN_FACTS_MAX);
    let campaign = campaign.map(|(name, value)| (short(name), short(value))).collect();
    let source = Source { kind: source.kind.clone(), campaign };
    if draft.lead.first_source.is_none() {
        draft.lead.first_source = Some(source.clone());
    }
    draft.lead.last_source = Some(source);
}

pub fn give_consent(draft: &mut Draft<'_>, mut consent: Consent) {
    consent.text = consent.text.chars().take(CONSENT_CHARS_MAX).collect();
    let entry = Entry::new(consent.given_at, What::ConsentGiven).with(Fact::Source, &consent.source);
    draft.note(entry.with(Fact::Text, &consent.text));
    let same = |known: &Consent| known.text == consent.text && known.source == consent.source;
    draft.lead.consents.retain(|known| !same(known));
    draft.lead.consents.push(consent);
    let surplus = draft.lead.consents.len().saturating_sub(CONSENTS_MAX);
    draft.lead.consents.drain(..surplus);
}

fn describe_source(kind: &SourceKind) -> String {
    match kind {
        SourceKind::Form { form } => format!("form {form}"),
        other => other.as_str().to_owned(),
    }
}
