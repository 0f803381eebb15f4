//! `POST /calls/{business}`: a phone app or a switchboard tells of a call that was missed or has ended.

use std::collections::BTreeMap;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use jiff::Timestamp;
use serde_json::{Map, Value};
use shared::application::decide_event::{decide_event, find_lead};
use shared::domain::event::{Call, CallKind, Event, EventKind, Responder};
use shared::domain::event_key::{EventKey, Sameness};
use shared::domain::identity::Identity;
use shared::domain::ids::BusinessId;
use shared::domain::phone::PhoneNumber;

use crate::reply::{Rejection, accepted};
use crate::{LeadIntake, access};

const HOW: &str = "send a JSON object: {\"phone\": \"…\", \"kind\": \"missed\" or \"ended\"}";

pub async fn reported(
    intake: &LeadIntake,
    request: &ApiGatewayV2httpRequest,
    business: &str,
) -> ApiGatewayV2httpResponse {
    take(intake, request, business).await.unwrap_or_else(|rejection| rejection.reply())
}

async fn take(
    intake: &LeadIntake,
    request: &ApiGatewayV2httpRequest,
    business: &str,
) -> Result<ApiGatewayV2httpResponse, Rejection> {
    let (playbook, call) = access::object(intake, request, business, HOW).await?;
    let event = event(intake, &playbook.business.id, &call).map_err(Rejection::Invalid)?;
    let known = find_lead(&intake.world, &event).await.map_err(|error| access::failed(&error))?;
    let decided = decide_event(&intake.world, &event, known, None).await;
    let decided = decided.map_err(|error| access::failed(&error))?;
    Ok(accepted(decided.lead()))
}

/// All faults at once, so that the sender is mended in one go.
fn event(
    intake: &LeadIntake,
    business: &BusinessId,
    call: &Map<String, Value>,
) -> Result<Event, BTreeMap<String, String>> {
    let mut faults = BTreeMap::new();
    let mut fault = |field: &str, what: &str| drop(faults.insert(field.to_owned(), what.to_owned()));
    let now = intake.world.clock.now();
    let phone = match access::text(call, "phone").as_deref().map(PhoneNumber::parse) {
        Some(Ok(phone)) => Some(phone),
        Some(Err(error)) => {
            fault("phone", &error.to_string());
            None
        }
        None => {
            fault("phone", "the caller's number is missing");
            None
        }
    };
    let kind = match access::text(call, "kind").as_deref() {
        Some("missed") => Some(CallKind::Missed),
        Some("ended") => Some(CallKind::Ended),
        _ => {
            fault("kind", "send missed or ended");
            None
        }
    };
    let at = match access::text(call, "at").map(|at| at.parse::<Timestamp>()) {
        None => now,
        // A clock that runs ahead does not make a call of tomorrow.
        Some(Ok(at)) => at.min(now),
        Some(Err(_)) => {
            fault("at", "send a moment such as 2026-11-30T09:00:00+02:00");
            now
        }
    };
    let (Some(phone), Some(kind), true) = (phone, kind, faults.is_empty()) else { return Err(faults) };
    let kind_name = if kind == CallKind::Missed { "missed" } else { "ended" };
    let id = access::text(call, "id");
    let sameness = match &id {
        Some(id) => Sameness::Given { kind: kind_name, id },
        None => Sameness::Call { phone: phone.as_str(), kind: kind_name, at },
    };
    Ok(Event {
        business: business.clone(),
        key: EventKey::of(&intake.world.pepper, business, Responder::LeadIntake, sameness),
        occurred_at: at,
        author: Identity::Phone(phone.clone()),
        also: Vec::new(),
        kind: EventKind::Called(Call {
            kind,
            phone,
            agent: access::text(call, "agent").map(|agent| agent.chars().take(100).collect()),
        }),
    })
}
