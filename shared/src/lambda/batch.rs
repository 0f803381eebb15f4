//! A batch of queue messages: each by itself, so that one that fails does not fail its neighbours.

use std::future::Future;

use application::WorkError;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::hint::Hint;
use serde_json::Value;
use tracing::field::display;

use super::hint_text::{self, NotAHint};

/// The batch in an event of a queue; `None` for any other event, as the schedule's.
pub fn of_queue(event: Value) -> Result<Option<SqsEvent>, serde_json::Error> {
    if event.get("Records").is_none() {
        return Ok(None);
    }
    serde_json::from_value(event).map(Some)
}

/// Works each record off and names those that have to come again. Retries belong to the record: only what could
/// not be recorded is redelivered (invariant 10).
pub async fn each_hint<'w, W, F>(event: SqsEvent, mut work: W) -> SqsBatchResponse
where
    W: FnMut(Hint) -> F,
    F: Future<Output = Result<(), WorkError>> + 'w,
{
    let mut response = SqsBatchResponse::default();
    for record in event.records {
        let id = record.message_id.unwrap_or_default();
        let failed = match hint_text::read(record.body.as_deref().unwrap_or_default()) {
            Ok(hint) => work(hint.clone()).await.map_err(|error| (error.to_string(), Some(hint))).err(),
            Err(error @ NotAHint) => Some((error.to_string(), None)),
        };
        if let Some((error, hint)) = failed {
            log(&id, &error, hint.as_ref());
            // An absent id fails the whole batch: working late beats not working.
            response.add_failure(id);
        }
    }
    response
}

fn log(id: &str, error: &str, hint: Option<&Hint>) {
    let business = hint.map(|hint| display(hint.business()));
    let (lead, inbox) = match hint {
        Some(Hint::Lead { lead, .. }) => (Some(display(lead)), None),
        Some(Hint::Inbox { identity, .. }) => (None, Some(display(identity))),
        None => (None, None),
    };
    tracing::warn!(
        business,
        lead,
        inbox,
        hint = id,
        error,
        "a hint was not worked off; the queue brings it again"
    );
}
