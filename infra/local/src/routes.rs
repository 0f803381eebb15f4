//! The surface of one machine: the public routes as API Gateway has them, and the sandbox's own.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::encodings::Body as EventBody;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, body};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::application::effect::{Group, effects};
use shared::application::erase::Erased;
use shared::application::ports::{Attention, Clock};
use shared::application::tasks::{finish_task, open_tasks};
use shared::application::timeline::whole_timeline;
use shared::application::{erase, redrive, release};
use shared::domain::ids::{BusinessId, LeadId, WorkId};
use shared::operator::{Asked, carry_out};

use crate::moving::MoveError;
use crate::publishing;
use crate::stack::Inner;
use crate::views;

/// Above what any function takes: each says itself what is too large for it.
const BODY_BYTES_MAX: usize = 5 * 1024 * 1024;
const LEADS_MAX: usize = 10_000;

/// The routes that API Gateway has.
pub fn public(inner: Arc<Inner>) -> Router {
    Router::new().fallback(invoke).with_state(inner)
}

/// What exists on one machine only.
pub fn sandbox(inner: Arc<Inner>) -> Router {
    Router::new()
        .route("/sandbox/", get(async || Redirect::permanent("/sandbox")))
        .route("/sandbox/clock", get(clock).post(move_clock))
        .route("/sandbox/bus", get(bus))
        .route("/sandbox/leads", get(leads))
        .route("/sandbox/leads/{id}", get(lead))
        .route("/sandbox/attention", get(attention))
        .route("/sandbox/leads/{id}/erase", post(erase_lead))
        .route("/sandbox/redrive", post(redrive_all))
        .route("/sandbox/release", post(release_all))
        .route("/sandbox/playbook", post(publishing::publish_playbook))
        .route("/sandbox/journeys", get(journeys))
        .route("/sandbox/operator", post(operate))
        .route("/sandbox/tasks", get(tasks))
        .route("/sandbox/tasks/{lead}/{task}/done", post(task_done))
        .with_state(inner)
}

/// Calls the function of the route, with the event that API Gateway would make of the request.
async fn invoke(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_BYTES_MAX).await else {
        return failure(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "the body is too large");
    };
    let mut event = ApiGatewayV2httpRequest::default();
    event.raw_path = Some(parts.uri.path().to_owned());
    event.raw_query_string = parts.uri.query().map(str::to_owned);
    event.query_string_parameters = query_of(parts.uri.query().unwrap_or_default());
    event.request_context.http.method = parts.method.clone();
    event.request_context.http.path = Some(parts.uri.path().to_owned());
    event.headers = parts.headers;
    // As API Gateway does: text as it is, anything else in base64.
    match String::from_utf8(bytes.to_vec()) {
        Ok(text) => event.body = Some(text),
        Err(_) => {
            event.body = Some(STANDARD.encode(&bytes));
            event.is_base64_encoded = true;
        }
    }
    answer(route(&inner, parts.uri.path(), event).await)
}

async fn route(inner: &Inner, path: &str, event: ApiGatewayV2httpRequest) -> ApiGatewayV2httpResponse {
    if path.starts_with("/meta/") || path == "/healthz" {
        webhook::handle(&inner.webhook, event).await
    } else {
        lead_intake::handle_http(&inner.lead_intake, event).await
    }
}

fn query_of(query: &str) -> aws_lambda_events::query_map::QueryMap {
    query.parse().unwrap_or_default()
}

fn answer(response: ApiGatewayV2httpResponse) -> Response {
    let status = u16::try_from(response.status_code).ok().and_then(|code| StatusCode::from_u16(code).ok());
    let bytes = match response.body {
        Some(EventBody::Text(text)) => text.into_bytes(),
        Some(EventBody::Binary(bytes)) => bytes,
        _ => Vec::new(),
    };
    let mut answer = Response::new(Body::from(bytes));
    *answer.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *answer.headers_mut() = response.headers;
    answer
}

pub fn failure(status: StatusCode, code: &str, message: &str) -> Response {
    (status, Json(json!({ "error": { "code": code, "message": message } }))).into_response()
}

pub fn store_failure(error: &impl std::fmt::Display) -> Response {
    failure(StatusCode::SERVICE_UNAVAILABLE, "store", &error.to_string())
}

async fn clock(State(inner): State<Arc<Inner>>) -> Response {
    Json(json!({ "now": inner.clock.now().to_string(), "manual": inner.clock.is_manual() })).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    advance: Option<String>,
    to: Option<String>,
}

async fn move_clock(State(inner): State<Arc<Inner>>, body: body::Bytes) -> Response {
    const HOW: &str = "send {\"advance\": \"3 days\"} or {\"to\": \"2026-12-01T10:00:00+02:00\"}";
    let bad = || failure(StatusCode::UNPROCESSABLE_ENTITY, "bad-move", HOW);
    let Ok(wanted) = serde_json::from_slice::<Move>(&body) else { return bad() };
    let now = inner.clock.now();
    let to = match (wanted.advance, wanted.to) {
        (Some(advance), None) => span(&advance).map(|span| now + span),
        (None, Some(to)) => to.parse::<Timestamp>().ok(),
        _ => None,
    };
    let Some(to) = to else { return bad() };
    match inner.move_clock(to).await {
        Ok(now) => Json(json!({ "now": now.to_string(), "manual": true })).into_response(),
        Err(error @ (MoveError::NotManual | MoveError::Backwards { .. })) => {
            failure(StatusCode::CONFLICT, "clock", &error.to_string())
        }
        Err(error @ (MoveError::Store(_) | MoveError::Work(_) | MoveError::File(_))) => store_failure(&error),
    }
}

/// `3 days`, `90 minutes`: 24-hour days, as the clock of a machine has them.
fn span(text: &str) -> Option<SignedDuration> {
    let span: jiff::Span = text.parse().ok()?;
    let duration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    (!duration.is_negative()).then_some(duration)
}

/// What was told on the event bus, oldest first.
async fn bus(State(inner): State<Arc<Inner>>) -> Response {
    Json(inner.bus.told()).into_response()
}

async fn leads(State(inner): State<Arc<Inner>>) -> Response {
    let mut all = Vec::new();
    for business in inner.businesses() {
        let ids = match inner.store.roster(business, None, LEADS_MAX).await {
            Ok(ids) => ids,
            Err(error) => return store_failure(&error),
        };
        for id in ids {
            match inner.store.lead(business, id).await {
                Ok(Some(lead)) => all.push(lead),
                Ok(None) => {}
                Err(error) => return store_failure(&error),
            }
        }
    }
    all.sort_by_key(|lead| (lead.created_at, lead.id));
    Json(Value::from(all.iter().map(views::summary).collect::<Vec<_>>())).into_response()
}

async fn lead(State(inner): State<Arc<Inner>>, Path(id): Path<String>) -> Response {
    let unknown = || failure(StatusCode::NOT_FOUND, "unknown-lead", "there is no lead with this id");
    let Some(id) = LeadId::parse(&id) else { return unknown() };
    for business in inner.businesses() {
        match inner.store.lead(business, id).await {
            Ok(Some(lead)) => {
                return match whole_timeline(inner.store.as_ref(), &lead).await {
                    Ok(timeline) => Json(views::lead(&lead, &timeline)).into_response(),
                    Err(error) => store_failure(&error),
                };
            }
            Ok(None) => {}
            Err(error) => return store_failure(&error),
        }
    }
    unknown()
}

async fn attention(State(inner): State<Arc<Inner>>) -> Response {
    let mut all = Vec::new();
    for business in inner.businesses() {
        let items = match inner.store.attention(business, LEADS_MAX).await {
            Ok(items) => items,
            Err(error) => return store_failure(&error),
        };
        all.extend(items.into_iter().map(|item| match item {
            Attention::Lead { lead, reason } => {
                json!({ "business": business.as_str(), "lead": lead.to_string(), "reason": reason })
            }
            Attention::InboxRow { row, reason } => {
                json!({ "business": business.as_str(), "event": row.sort, "reason": reason })
            }
            Attention::Notice { key, reason } => {
                json!({ "business": business.as_str(), "notice": key, "reason": reason })
            }
        }));
    }
    Json(Value::from(all)).into_response()
}

async fn redrive_all(State(inner): State<Arc<Inner>>) -> Response {
    let mut total = redrive::Redriven::default();
    for business in inner.businesses() {
        match redrive::redrive(inner.world(), business).await {
            Ok(redriven) => {
                total.leads += redriven.leads;
                total.events += redriven.events;
                total.notices += redriven.notices;
            }
            Err(error) => return store_failure(&error),
        }
    }
    Json(json!({ "leads": total.leads, "events": total.events, "notices": total.notices })).into_response()
}

async fn erase_lead(State(inner): State<Arc<Inner>>, Path(id): Path<String>) -> Response {
    let unknown = || failure(StatusCode::NOT_FOUND, "unknown-lead", "there is no lead with this id");
    let Some(id) = LeadId::parse(&id) else { return unknown() };
    for business in inner.businesses() {
        match erase::erase(inner.world(), business, id).await {
            Ok(Erased::Nobody) => {}
            Ok(Erased::Begun(lead) | Erased::Already(lead)) => {
                return Json(json!({ "erased": lead.to_string() })).into_response();
            }
            Err(error) => return store_failure(&error),
        }
    }
    unknown()
}

/// What people of each business have still to do.
async fn tasks(State(inner): State<Arc<Inner>>) -> Response {
    let mut all = Vec::new();
    for business in inner.businesses() {
        let open = match open_tasks(inner.store.as_ref(), business).await {
            Ok(open) => open,
            Err(error) => return store_failure(&error),
        };
        all.extend(open.iter().map(|(lead, task)| {
            json!({
                "business": business.as_str(),
                "lead": lead.to_string(),
                "task": task.id.to_string(),
                "title": task.title,
                "to": task.to,
                "due_at": task.due_at.to_string(),
            })
        }));
    }
    Json(Value::from(all)).into_response()
}

async fn task_done(State(inner): State<Arc<Inner>>, Path((lead, task)): Path<(String, String)>) -> Response {
    let unknown = || failure(StatusCode::NOT_FOUND, "unknown-task", "no such task is open");
    let (Some(lead), Some(task)) = (LeadId::parse(&lead), WorkId::parse(&task)) else { return unknown() };
    for business in inner.businesses() {
        match finish_task(inner.world(), business, lead, task).await {
            Ok(true) => return Json(json!({ "done": task.to_string() })).into_response(),
            Ok(false) => {}
            Err(error) => return store_failure(&error),
        }
    }
    unknown()
}

/// What the operator asks of each business, or of the one that the address names.
async fn operate(
    State(inner): State<Arc<Inner>>,
    Query(of): Query<BTreeMap<String, String>>,
    Json(asked): Json<Asked>,
) -> Response {
    let named = |business: &&BusinessId| of.get("business").is_none_or(|name| name == business.as_str());
    let businesses: Vec<&BusinessId> = inner.businesses().iter().filter(named).collect();
    if businesses.len() > 1 && !asked.is_of_all() {
        let message = "there are several businesses; say which with --business";
        return failure(StatusCode::BAD_REQUEST, "which-business", message);
    }
    let mut answers = Vec::new();
    for business in businesses {
        match carry_out(inner.world(), business, &asked).await {
            Ok(answer) => answers.push(answer),
            Err(error) => return failure(StatusCode::CONFLICT, "not-done", &error.to_string()),
        }
    }
    if matches!(asked, Asked::Replay { .. } | Asked::Broadcast(_) | Asked::ResumeBroadcast { .. }) {
        inner.go_on().await;
    }
    Json(Value::from(answers)).into_response()
}

/// What the journeys of each business bring about.
async fn journeys(State(inner): State<Arc<Inner>>) -> Response {
    let group = |group: &Group| json!({ "runs": group.runs, "reached_goal": group.reached_goal });
    let mut all = Vec::new();
    for business in inner.businesses() {
        let effects = match effects(inner.store.as_ref(), business).await {
            Ok(effects) => effects,
            Err(error) => return store_failure(&error),
        };
        all.extend(effects.iter().map(|(journey, effect)| {
            json!({
                "business": business.as_str(),
                "journey": journey.as_str(),
                "taken": group(&effect.taken),
                "held_out": group(&effect.held_out),
            })
        }));
    }
    Json(Value::from(all)).into_response()
}

async fn release_all(State(inner): State<Arc<Inner>>) -> Response {
    match release::release(inner.world()).await {
        Ok(()) => Json(json!({ "released": true })).into_response(),
        Err(error) => store_failure(&error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_read_as_people_write_it() {
        for (text, hours) in [("3 days", 72), ("90 minutes", 1), ("1 hour", 1), ("2 weeks", 336)] {
            assert_eq!(span(text).map(|span| span.as_hours()), Some(hours), "{text}");
        }
        for text in ["", "soon", "-1 day"] {
            assert_eq!(span(text), None, "{text}");
        }
    }
}
