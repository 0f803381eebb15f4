//! E-mails by way of Amazon SES.

use std::sync::Arc;
use std::time::Duration;

use application::ports::{Clock, Platforms};
use async_trait::async_trait;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Destination, EmailContent, MessageTag, RawMessage};
use domain::call::{CallFailure, Operation, Outcome, PlatformCall, Receipt, Refusal};
use domain::ids::PlatformMessageId;
use domain::mail::Mail;
use tokio::time::timeout;

use super::files::Files;
use super::mime::mime;

/// With what the files may take it is less than a call's time.
const SEND_WITHIN: Duration = Duration::from_secs(5);

/// One account of SES.
pub struct Ses {
    client: Client,
    clock: Arc<dyn Clock>,
    /// Where this installation's own pages are.
    public_url: String,
    /// The configuration set whose events tell what became of an e-mail.
    events: Option<String>,
    files: Files,
}

impl Ses {
    pub fn new(client: Client, clock: Arc<dyn Clock>, public_url: String, events: Option<String>) -> Self {
        Self { client, clock, public_url, events, files: Files::default() }
    }

    async fn send(&self, call: &PlatformCall, mail: &Mail) -> Result<Outcome, CallFailure> {
        let files = self.files.of(mail).await?;
        let raw = mime(mail, call, &self.public_url, self.clock.now(), &files)
            .map_err(|error| refused(Refusal::Request, error.to_string()))?;
        let incomplete = |error: BuildError| refused(Refusal::Request, error.to_string());
        let raw = RawMessage::builder().data(Blob::new(raw)).build().map_err(incomplete)?;
        let tag = |name: &str, value: String| MessageTag::builder().name(name).value(value).build();
        let kind = if matches!(call.operation, Operation::SendAlert(_)) { "alert" } else { "message" };
        let sending = self
            .client
            .send_email()
            .from_email_address(mail.from.as_str())
            .destination(Destination::builder().to_addresses(mail.to.as_str()).build())
            .content(EmailContent::builder().raw(raw).build())
            // Ids only: what comes back by them names no person.
            .email_tags(tag("business", call.business.to_string()).map_err(incomplete)?)
            .email_tags(tag("lead", call.lead.to_string()).map_err(incomplete)?)
            .email_tags(tag("kind", kind.to_owned()).map_err(incomplete)?)
            .set_configuration_set_name(self.events.clone())
            .email_tags(tag("work", call.work.to_string()).map_err(incomplete)?)
            .send();
        // Whatever the files took, the claim does not end before the call.
        let answer = timeout(SEND_WITHIN, sending).await;
        let late = |_| CallFailure::AnswerLost { reason: "SES did not answer in time".to_owned() };
        let answer = answer.map_err(late)?.map_err(|error| failure(&error))?;
        let id = answer.message_id().map(PlatformMessageId::new);
        Ok(Outcome::Done(Receipt { id, ..Receipt::default() }))
    }
}

#[async_trait]
impl Platforms for Ses {
    async fn call(&self, call: &PlatformCall) -> Outcome {
        match call.operation.mail() {
            Some(mail) => self.send(call, &mail).await.unwrap_or_else(Outcome::Failed),
            None => {
                let reason = format!("SES takes no {}", call.operation.name());
                Outcome::Failed(refused(Refusal::Request, reason))
            }
        }
    }
}

fn refused(why: Refusal, reason: String) -> CallFailure {
    CallFailure::Refused { why, code: None, reason }
}

/// What the errors of `SendEmail` mean (SES API v2, "SendEmail", Errors).
fn failure<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> CallFailure {
    match error.code() {
        Some(code) => by_code(code),
        None if matches!(error, SdkError::ConstructionFailure(_)) => {
            refused(Refusal::Request, "the request to SES could not be made".to_owned())
        }
        None => CallFailure::AnswerLost { reason: "SES did not answer".to_owned() },
    }
}

fn by_code(code: &str) -> CallFailure {
    let reason = format!("SES: {code}");
    match code {
        "TooManyRequestsException" | "LimitExceededException" | "ThrottlingException" => {
            CallFailure::TryAgain { wait: None, is_limit: true, reason }
        }
        // The address of the sender, or in SES's sandbox of the reader, is not verified; or the account is held.
        "MessageRejected"
        | "MailFromDomainNotVerifiedException"
        | "AccountSuspendedException"
        | "SendingPausedException" => refused(Refusal::Account, reason),
        "NotFoundException" | "AccessDeniedException" | "UnrecognizedClientException" => {
            refused(Refusal::ConnectionBroken, reason)
        }
        "BadRequestException" | "ValidationException" => refused(Refusal::Request, reason),
        _ => CallFailure::TryAgain { wait: None, is_limit: false, reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_operator_mends_is_told_from_what_passes() {
        let why = |code| match by_code(code) {
            CallFailure::Refused { why, .. } => Some(why),
            CallFailure::TryAgain { is_limit, .. } => {
                assert_eq!(is_limit, code.contains("Requests"), "{code}");
                None
            }
            CallFailure::AnswerLost { .. } => panic!("{code} is an answer"),
        };
        assert_eq!(why("MessageRejected"), Some(Refusal::Account));
        assert_eq!(why("AccessDeniedException"), Some(Refusal::ConnectionBroken));
        assert_eq!(why("BadRequestException"), Some(Refusal::Request));
        assert_eq!(why("TooManyRequestsException"), None);
        assert_eq!(why("InternalServiceErrorException"), None);
    }
}
