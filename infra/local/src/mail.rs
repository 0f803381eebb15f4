//! E-mails on one machine: they go to the sandbox's mail server, and are looked at on `/sandbox/mail`.

use std::sync::Arc;

use async_trait::async_trait;
use sandbox::Sandbox;
use shared::adapters::mail::{Files, mime};
use shared::application::ports::{Clock, Platforms};
use shared::domain::call::{CallFailure, Outcome, PlatformCall, Receipt, Refusal};
use shared::domain::ids::PlatformMessageId;

pub struct LocalMail {
    /// None with a real Graph API: no e-mail is pretended there.
    pub sandbox: Option<Arc<Sandbox>>,
    pub clock: Arc<dyn Clock>,
    pub public_url: String,
    pub files: Files,
}

#[async_trait]
impl Platforms for LocalMail {
    async fn call(&self, call: &PlatformCall) -> Outcome {
        let Some(mail) = call.operation.mail() else {
            let reason = format!("the mail server takes no {}", call.operation.name());
            return Outcome::Failed(refused(Refusal::Request, reason));
        };
        let Some(sandbox) = &self.sandbox else {
            let reason = "e-mail leaves from AWS only: deploy, or take email out of the channels".to_owned();
            return Outcome::Failed(refused(Refusal::Account, reason));
        };
        let files = match self.files.of(&mail).await {
            Ok(files) => files,
            Err(failure) => return Outcome::Failed(failure),
        };
        let now = self.clock.now();
        let raw = match mime(&mail, call, &self.public_url, now, &files) {
            Ok(raw) => raw,
            Err(error) => return Outcome::Failed(refused(Refusal::Request, error.to_string())),
        };
        match sandbox.mail(now, call.business.as_str(), &raw) {
            Ok(id) => Outcome::Done(Receipt { id: Some(PlatformMessageId::new(id)), ..Receipt::default() }),
            Err(reason) => Outcome::Failed(refused(Refusal::Request, reason)),
        }
    }
}

fn refused(why: Refusal, reason: String) -> CallFailure {
    CallFailure::Refused { why, code: None, reason }
}
