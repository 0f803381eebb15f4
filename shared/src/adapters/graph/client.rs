//! The client: the one part of this module that touches the network. Each call is made once, unless its token was
//! refused and has been replaced.

use std::sync::Arc;
use std::time::Duration;

use application::ports::Platforms;
use async_trait::async_trait;
use domain::call::{CallFailure, Operation, Outcome, PlatformCall, Refusal};
use domain::delivery::opaque;
use http::HeaderValue;
use http::header::AUTHORIZATION;
use reqwest::redirect;
use secrecy::{ExposeSecret, SecretString};

use super::settings::{GraphSettings, InvalidGraphSettings};
use super::tokens::Token;
use super::{answers, failures, requests};
use crate::secrets::{Secrets, SecretsUnavailable, own};

/// The longest answer that is read.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// A connection that waited longer is not used again: one that the platform has closed meanwhile would take a
/// message and lose its answer, and make doubt of what was never sent.
const IDLE_MAX: Duration = Duration::from_secs(5);

/// The platforms behind Meta's Graph API.
pub struct GraphApi {
    http: reqwest::Client,
    root: String,
    tokens: Arc<dyn Secrets>,
}

impl GraphApi {
    pub fn new(settings: &GraphSettings, tokens: Arc<dyn Secrets>) -> Result<Self, InvalidGraphSettings> {
        let (root, timeout) = (settings.root()?, settings.timeout()?);
        Ok(Self { http: http(&root, timeout)?, root, tokens })
    }

    async fn attempt(&self, call: &PlatformCall) -> Result<Outcome, CallFailure> {
        let held = self.token(call).await.map_err(|error| no_secrets(&error))?;
        let outcome = match &held {
            Some(token) => self.call_with(token, call).await.unwrap_or_else(Outcome::Failed),
            None => Outcome::Failed(unusable_token(&call.token)),
        };
        if !is_of_the_token(&outcome) {
            return Ok(outcome);
        }
        // Nothing was sent, and the token may have been replaced since it was read.
        match self.renewed_token(call).await {
            Ok(Some(renewed)) if !is_same(&renewed, held.as_ref()) => self.call_with(&renewed, call).await,
            _ => Ok(outcome),
        }
    }

    /// The business's own token, or the one that all share.
    async fn token(&self, call: &PlatformCall) -> Result<Option<SecretString>, SecretsUnavailable> {
        let of_business = own(&call.business, &call.token);
        self.tokens.prepare(&[&of_business, &call.token]).await;
        match self.tokens.secret(&of_business).await? {
            None => self.tokens.secret(&call.token).await,
            of_business => Ok(of_business),
        }
    }

    async fn renewed_token(&self, call: &PlatformCall) -> Result<Option<SecretString>, SecretsUnavailable> {
        match self.tokens.renewed(&own(&call.business, &call.token)).await? {
            None => self.tokens.renewed(&call.token).await,
            of_business => Ok(of_business),
        }
    }

    async fn call_with(&self, token: &SecretString, call: &PlatformCall) -> Result<Outcome, CallFailure> {
        let token = Token::read(token);
        let authorization = authorization(&token).ok_or_else(|| unusable_token(&call.token))?;
        let request = requests::request(&call.operation, &opaque::write(call.lead, call.work));
        let mut request = request.ok_or_else(|| not_of_this_api(&call.operation))?;
        if let Some(proof) = token.proof() {
            request.query.push(("appsecret_proof", proof.expose_secret().to_owned()));
        }
        let url = request.url(&self.root);
        let mut sending = self.http.request(request.method, url).header(AUTHORIZATION, authorization);
        if let Some(body) = &request.body {
            sending = sending.json(body);
        }
        let response = sending.send().await.map_err(|error| not_answered(&call.operation, &error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = read(&call.operation, response).await?;
        Ok(answers::outcome(&call.operation, status, &headers, &body))
    }
}

/// A client for what is under `root`.
pub(super) fn http(root: &str, timeout: Duration) -> Result<reqwest::Client, InvalidGraphSettings> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("masa/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .timeout(timeout)
        // A connection that takes half of it has sent nothing yet, and can say so.
        .connect_timeout(timeout / 2)
        .pool_idle_timeout(IDLE_MAX);
    if root.starts_with("http://") {
        // Nothing is encrypted here, so the machine need not have root certificates.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(InvalidGraphSettings::Client)
}

#[async_trait]
impl Platforms for GraphApi {
    async fn call(&self, call: &PlatformCall) -> Outcome {
        self.attempt(call).await.unwrap_or_else(Outcome::Failed)
    }
}

fn not_of_this_api(operation: &Operation) -> CallFailure {
    let reason = format!("the Graph API has no {}", operation.name());
    CallFailure::Refused { why: Refusal::Request, code: None, reason }
}

/// `None` for a token that no header can hold, or that is empty.
pub(super) fn authorization(token: &Token) -> Option<HeaderValue> {
    let token = token.value().expose_secret();
    let mut header = HeaderValue::from_str(&format!("Bearer {token}")).ok().filter(|_| !token.is_empty())?;
    header.set_sensitive(true);
    Some(header)
}

fn is_of_the_token(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Failed(CallFailure::Refused { why: Refusal::ConnectionBroken, .. }))
}

fn is_same(renewed: &SecretString, held: Option<&SecretString>) -> bool {
    held.is_some_and(|held| held.expose_secret() == renewed.expose_secret())
}

fn no_secrets(error: &SecretsUnavailable) -> CallFailure {
    CallFailure::TryAgain { wait: None, is_limit: false, reason: format!("nothing was sent: {error}") }
}

fn unusable_token(name: &str) -> CallFailure {
    CallFailure::Refused {
        why: Refusal::ConnectionBroken,
        code: None,
        reason: format!("there is no usable access token named {name}; set this secret, then redrive"),
    }
}

async fn read(operation: &Operation, response: reqwest::Response) -> Result<Vec<u8>, CallFailure> {
    body(response).await.map_err(|error| match error {
        Unread::TooLong => {
            let reason = format!("Meta's answer is longer than {ANSWER_BYTES_MAX} bytes and was not read");
            failures::lost(operation, reason)
        }
        Unread::Broken(error) => not_answered(operation, &error),
    })
}

/// Why an answer that began was not read to its end.
pub(super) enum Unread {
    TooLong,
    Broken(reqwest::Error),
}

pub(super) async fn body(mut response: reqwest::Response) -> Result<Vec<u8>, Unread> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Unread::Broken)? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(Unread::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The client's own errors name the address, in which a proof or a text may stand: none of their words are kept.
fn not_answered(operation: &Operation, error: &reqwest::Error) -> CallFailure {
    if error.is_builder() {
        let reason = "no request can be made of this; check the Graph API's base URL".to_owned();
        return CallFailure::Refused { why: Refusal::Request, code: None, reason };
    }
    if error.is_connect() {
        let reason =
            "Meta could not be reached, and nothing was sent; it is tried again by itself".to_owned();
        return CallFailure::TryAgain { wait: None, is_limit: false, reason };
    }
    let reason = if error.is_timeout() {
        "Meta did not answer in time"
    } else {
        "the connection to Meta broke before the answer was complete"
    };
    failures::lost(operation, reason.to_owned())
}
