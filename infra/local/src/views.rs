//! A lead as JSON, for the local pages and for tests: the record, and everything that happened.

use serde_json::{Value, json};
use shared::application::ports::TimelineRow;
use shared::domain::lead::Lead;
use shared::domain::source::{Source, SourceKind};
use shared::domain::work::{Work, WorkState};

/// A line of the list of leads.
pub fn summary(lead: &Lead) -> Value {
    json!({
        "id": lead.id.to_string(),
        "business": lead.business.as_str(),
        "name": lead.name.as_ref().map(|name| name.full()),
        "phone": lead.phone.as_ref().map(|phone| phone.as_str()),
        "tags": lead.tags,
        "opted_out": lead.opt_out.is_some(),
        "merged_into": lead.merged_into.map(|lead| lead.to_string()),
        "wake_at": lead.wake().map(|wake| wake.at.to_string()),
        "attention": lead.attention(),
    })
}

/// The whole record and its timeline.
pub fn lead(lead: &Lead, timeline: &[TimelineRow]) -> Value {
    let identities =
        lead.identities.iter().map(|identity| json!({ "kind": identity.kind(), "value": identity.value() }));
    let consents = lead.consents.iter().map(|consent| {
        json!({ "text": consent.text, "at": consent.given_at.to_string(), "source": consent.source })
    });
    let runs = lead.runs.iter().map(|run| {
        json!({
            "journey": run.journey.as_str(),
            "playbook": run.version.as_str(),
            "started_at": run.started_at.to_string(),
            "next_step": run.next,
            "next_at": run.next_at.map(|at| at.to_string()),
        })
    });
    let windows = lead
        .windows
        .iter()
        .map(|(channel, window)| (channel.as_str().to_owned(), Value::from(window.opened_at.to_string())));
    json!({
        "id": lead.id.to_string(),
        "business": lead.business.as_str(),
        "version": lead.version,
        "created_at": lead.created_at.to_string(),
        "name": lead.name.as_ref().map(|name| name.full()),
        "first_name": lead.name.as_ref().map(|name| name.first()),
        "username": lead.username,
        "phone": lead.phone.as_ref().map(|phone| phone.as_str()),
        "email": lead.email.as_ref().map(|email| email.as_str()),
        "fields": lead.fields,
        "identities": identities.collect::<Vec<_>>(),
        "first_source": lead.first_source.as_ref().map(source),
        "last_source": lead.last_source.as_ref().map(source),
        "consents": consents.collect::<Vec<_>>(),
        "opt_out": lead.opt_out.as_ref().map(|opt_out| json!({ "at": opt_out.at.to_string(), "by": opt_out.by })),
        "marketing_stopped_at": lead.marketing_stopped_at.map(|at| at.to_string()),
        "tags": lead.tags,
        "windows": windows.collect::<serde_json::Map<_, _>>(),
        "journeys": runs.collect::<Vec<_>>(),
        "work": lead.work.iter().map(work).collect::<Vec<_>>(),
        "wake_at": lead.wake().map(|wake| wake.at.to_string()),
        "attention": lead.attention(),
        "merged_into": lead.merged_into.map(|lead| lead.to_string()),
        "absorbed": lead.absorbed.iter().map(|lead| lead.to_string()).collect::<Vec<_>>(),
        "timeline": timeline.iter().map(row).collect::<Vec<_>>(),
    })
}

fn work(work: &Work) -> Value {
    let (state, reason) = match &work.state {
        WorkState::Planned => ("planned", None),
        WorkState::InDoubt { .. } => ("in-doubt", None),
        WorkState::Waiting { reason } => ("waiting", Some(reason)),
        WorkState::Parked { reason } => ("parked", Some(reason)),
    };
    json!({
        "id": work.id.to_string(),
        "action": work.action.name(),
        "message": work.action.message().map(|message| message.as_str()),
        "class": work.class.as_str(),
        "state": state,
        "reason": reason,
        "due_at": work.due_at.to_string(),
        "tries": work.tries,
    })
}

fn source(source: &Source) -> Value {
    let detail = match &source.kind {
        SourceKind::LeadAd { id, form, ad } => {
            json!({ "lead_ad": id.as_str(), "form": form.as_ref().map(|form| form.as_str()), "ad": ad })
        }
        SourceKind::Form { form } => json!({ "form": form.as_str() }),
        SourceKind::Comment { id, post } => {
            json!({ "comment": id.as_str(), "post": post.as_ref().map(|post| post.as_str()) })
        }
        SourceKind::Call | SourceKind::Message | SourceKind::Mention => json!({}),
    };
    let campaign: serde_json::Map<String, Value> =
        source.campaign.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    json!({ "kind": source.kind.as_str(), "detail": detail, "campaign": campaign })
}

fn row(row: &TimelineRow) -> Value {
    match row {
        TimelineRow::Entry(entry) => {
            let facts = entry
                .facts
                .iter()
                .map(|(fact, value)| (fact.as_str().to_owned(), Value::from(value.as_str())));
            json!({
                "at": entry.at.to_string(),
                "what": entry.what.as_str(),
                "facts": facts.collect::<serde_json::Map<_, _>>(),
            })
        }
        TimelineRow::Delivery { work, delivery } => json!({
            "at": delivery.at.to_string(),
            "what": delivery.status.as_str(),
            "facts": { "work": work.to_string(), "platform-id": delivery.id.as_ref().map(|id| id.as_str()) },
        }),
    }
}
