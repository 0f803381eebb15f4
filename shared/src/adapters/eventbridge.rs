//! The installation's event bus on EventBridge.

use application::ports::Platforms;
use async_trait::async_trait;
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_eventbridge::types::{PutEventsRequestEntry, PutEventsResultEntry};
use domain::call::{Announcement, CallFailure, Operation, Outcome, PlatformCall, Receipt, Refusal};

use super::announcement::{SOURCE, detail};

/// One bus, by its name.
pub struct EventBridge {
    client: Client,
    bus: String,
}

impl EventBridge {
    pub fn new(client: Client, bus: String) -> Self {
        Self { client, bus }
    }

    async fn put(&self, call: &PlatformCall, announcement: &Announcement) -> Result<Outcome, CallFailure> {
        let happened_at =
            aws_sdk_eventbridge::primitives::DateTime::from_secs(announcement.happened_at.as_second());
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(&self.bus)
            .source(SOURCE)
            .detail_type(announcement.what.as_str())
            .time(happened_at)
            .detail(detail(call, announcement).to_string())
            .build();
        let answer = self.client.put_events().entries(entry).send().await.map_err(|error| failure(&error))?;
        match answer.entries().first().filter(|entry| entry.error_code().is_some()) {
            Some(entry) => Err(entry_failure(entry)),
            None => Ok(Outcome::Done(Receipt::default())),
        }
    }
}

#[async_trait]
impl Platforms for EventBridge {
    async fn call(&self, call: &PlatformCall) -> Outcome {
        match &call.operation {
            Operation::Announce(announcement) => {
                self.put(call, announcement).await.unwrap_or_else(Outcome::Failed)
            }
            other => {
                let reason = format!("the event bus takes no {}", other.name());
                Outcome::Failed(CallFailure::Refused { why: Refusal::Request, code: None, reason })
            }
        }
    }
}

/// Repeating does no harm, so that only what an operator has to mend ends the retries.
fn failure<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> CallFailure {
    match error.code() {
        Some(code) => by_code(code),
        None => again("did not answer"),
    }
}

/// The request was taken, and the one event in it was not.
fn entry_failure(entry: &PutEventsResultEntry) -> CallFailure {
    by_code(entry.error_code().unwrap_or_default())
}

fn by_code(code: &str) -> CallFailure {
    let mended_by_hand =
        ["AccessDenied", "NotAuthorized", "ResourceNotFound", "UnrecognizedClient", "Validation"];
    if !mended_by_hand.iter().any(|word| code.starts_with(word)) {
        return again(&format!("answered {code}"));
    }
    let reason = format!("the event bus answered {code}: deploy again, which mends the bus and its rights");
    CallFailure::Refused { why: Refusal::ConnectionBroken, code: None, reason }
}

fn again(what: &str) -> CallFailure {
    CallFailure::TryAgain { wait: None, is_limit: false, reason: format!("the event bus {what}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(code: &str) -> String {
        match entry_failure(&PutEventsResultEntry::builder().error_code(code).build()) {
            CallFailure::TryAgain { reason, .. } => format!("again: {reason}"),
            CallFailure::AnswerLost { reason } => format!("lost: {reason}"),
            CallFailure::Refused { why, reason, .. } => format!("{why:?}: {reason}"),
        }
    }

    #[test]
    fn what_passes_is_tried_again_and_what_needs_a_hand_waits_for_it() {
        let codes =
            ["InternalFailure", "ThrottlingException", "AccessDeniedException", "ResourceNotFoundException"];
        insta::assert_snapshot!(codes.map(told).join("\n"), @"
        again: the event bus answered InternalFailure
        again: the event bus answered ThrottlingException
        ConnectionBroken: the event bus answered AccessDeniedException: deploy again, which mends the bus and its rights
        ConnectionBroken: the event bus answered ResourceNotFoundException: deploy again, which mends the bus and its rights
        ");
    }
}
