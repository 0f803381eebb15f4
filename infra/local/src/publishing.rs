//! `POST /sandbox/playbook`: a playbook is published while the stack runs.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::application::moving::{PeopleMoved, move_people};
use shared::application::publish::{PublishError, publish};
use shared::domain::ids::{JourneyName, StepId};
use shared::playbook::parse;

use crate::routes::{failure, store_failure};
use crate::stack::Inner;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// What faults are reported under.
    name: String,
    text: String,
    /// The journeys whose people go over to it.
    #[serde(default, rename = "move")]
    moves: Vec<String>,
    #[serde(default)]
    dry_run: bool,
}

pub async fn publish_playbook(State(inner): State<Arc<Inner>>, body: Bytes) -> Response {
    const HOW: &str = "send {\"name\": \"playbook.yaml\", \"text\": \"…\", \"move\": [], \"dry_run\": false}";
    let Ok(asked) = serde_json::from_slice::<Asked>(&body) else {
        return failure(StatusCode::UNPROCESSABLE_ENTITY, "unreadable", HOW);
    };
    let playbook = match parse(&asked.name, &asked.text) {
        Ok(playbook) => Arc::new(playbook),
        Err(faults) => return failure(StatusCode::UNPROCESSABLE_ENTITY, "faults", &faults.to_string()),
    };
    let business = &playbook.business.id;
    if !inner.businesses().contains(business) {
        let what =
            format!("{business} is not among the businesses of this run; start it with its playbook, too");
        return failure(StatusCode::CONFLICT, "unknown-business", &what);
    }
    if !asked.dry_run {
        match publish(inner.store.as_ref(), &playbook, &asked.text).await {
            Ok(()) => inner.playbooks.forget_current(),
            Err(error @ PublishError::AssetTaken { .. }) => {
                return failure(StatusCode::CONFLICT, "asset-taken", &error.to_string());
            }
            Err(error) => return store_failure(&error),
        }
    }
    let mut moved = Vec::new();
    for journey in &asked.moves {
        let journey = JourneyName::new(journey.as_str());
        match move_people(inner.world(), &playbook, &journey, asked.dry_run).await {
            Ok(people) => moved.push(value(&journey, &people)),
            Err(error) => return store_failure(&error),
        }
    }
    let version = playbook.version.as_str();
    Json(json!({ "business": business.as_str(), "version": version, "moved": moved })).into_response()
}

fn value(journey: &JourneyName, people: &PeopleMoved) -> Value {
    let changes: Vec<Value> = people
        .changes
        .iter()
        .map(|((before, after), runs)| {
            let step = |step: &Option<StepId>| step.as_ref().map(|step| step.as_str().to_owned());
            json!({ "before": step(before), "after": step(after), "runs": runs })
        })
        .collect();
    json!({ "journey": journey.as_str(), "people": people.people, "changes": changes })
}
