//! The doors of the product, as its senders use them.

use std::fmt;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{Failure, clock};

/// Made up for the run, and given to the program by its environment.
pub const SECRETS: [(&str, &str); 5] = [
    ("MASA_META_APP_SECRET", APP_SECRET),
    ("MASA_META_VERIFY_TOKEN", "bench-verify-token"),
    ("MASA_META_TOKEN", "bench-token"),
    ("MASA_API_KEY", API_KEY),
    ("MASA_FORM_KEY", FORM_KEY),
];
const APP_SECRET: &str = "bench-app-secret";
const API_KEY: &str = "bench-api-key";
const FORM_KEY: &str = "bench-form-key";

/// Meta waits as long for an answer to a webhook.
const PATIENCE: Duration = Duration::from_secs(5);
/// To `/sandbox/clock`, which works off weeks before it answers.
const LONG_PATIENCE: Duration = Duration::from_secs(120);
/// To the operator's questions: a preview looks at everybody.
const OPERATOR_PATIENCE: Duration = Duration::from_secs(1_800);
const AGAIN_FIRST: Duration = Duration::from_millis(200);
const AGAIN_MAX: Duration = Duration::from_secs(2);

#[derive(Clone)]
pub struct Product {
    http: Client,
    base: String,
}

/// Not a 2xx: the sender comes again.
#[derive(Debug, PartialEq, Eq)]
pub enum Unanswered {
    Status(u16),
    NoAnswer,
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "the status was {status}"),
            Self::NoAnswer => write!(f, "there was no answer"),
        }
    }
}

impl std::error::Error for Unanswered {}

impl Product {
    pub fn at(port: u16) -> Result<Self, Failure> {
        let builder = Client::builder().no_proxy().tls_certs_only([]).pool_max_idle_per_host(64);
        Ok(Self { http: builder.build()?, base: format!("http://127.0.0.1:{port}") })
    }

    pub async fn webhook(&self, body: &Value) -> Result<(), Unanswered> {
        self.webhook_bytes(body.to_string().into_bytes()).await
    }

    pub async fn webhook_bytes(&self, body: Vec<u8>) -> Result<(), Unanswered> {
        let signature = format!("sha256={}", hex::encode(sign(APP_SECRET, &body)));
        let request = self.http.post(format!("{}/meta/webhook", self.base));
        let request = request.header("x-hub-signature-256", signature);
        ask(request.header("content-type", "application/json").body(body), 200).await
    }

    /// Again until it is taken, as Meta does. Gives up after `patience`.
    pub async fn webhook_until_taken(&self, body: &Value, patience: Duration) -> Result<(), Unanswered> {
        insist(patience, || self.webhook(body)).await
    }

    pub async fn form(&self, idempotency_key: &str, fields: &Value) -> Result<(), Unanswered> {
        let request = self.http.post(format!("{}/forms/neveh/contact", self.base));
        let request = request.header("x-form-key", FORM_KEY).header("idempotency-key", idempotency_key);
        ask(request.json(fields), 202).await
    }

    pub async fn call(&self, call: &Value) -> Result<(), Unanswered> {
        let request = self.http.post(format!("{}/calls/neveh", self.base));
        ask(request.bearer_auth(API_KEY).json(call), 202).await
    }

    pub async fn is_ready(&self) -> bool {
        let request = self.http.get(format!("{}/healthz", self.base)).timeout(PATIENCE);
        request.send().await.is_ok_and(|response| response.status() == 200)
    }

    /// Moves the manual clock, and returns when all that was due has been worked.
    pub async fn move_clock(&self, to: &str) -> Result<(), Failure> {
        let request = self.http.post(format!("{}/sandbox/clock", self.base)).json(&json!({ "to": to }));
        let response = request.timeout(LONG_PATIENCE).send().await?;
        let (status, said) = (response.status(), response.text().await?);
        if status != 200 {
            return Err(format!("/sandbox/clock to {to}: {status} {said}").into());
        }
        Ok(())
    }

    /// What the operator asks, of every business or the only one.
    pub async fn operate(&self, asked: &Value) -> Result<Vec<Value>, Failure> {
        let request = self.http.post(format!("{}/sandbox/operator", self.base)).json(asked);
        let response = request.timeout(OPERATOR_PATIENCE).send().await?;
        let (status, said) = (response.status(), response.text().await?);
        if status != 200 {
            return Err(format!("/sandbox/operator: {status} {said}").into());
        }
        Ok(serde_json::from_str(&said)?)
    }

    pub async fn leads(&self) -> Result<Vec<Value>, Failure> {
        let answer = self.read("/sandbox/leads").await?;
        Ok(answer.as_array().cloned().unwrap_or_default())
    }

    pub async fn lead(&self, id: &str) -> Result<Value, Failure> {
        self.read(&format!("/sandbox/leads/{id}")).await
    }

    async fn read(&self, path: &str) -> Result<Value, Failure> {
        let request = self.http.get(format!("{}{path}", self.base)).timeout(LONG_PATIENCE);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }
}

/// Tries until it works or `patience` is over.
pub async fn insist<F>(patience: Duration, attempt: impl Fn() -> F) -> Result<(), Unanswered>
where
    F: Future<Output = Result<(), Unanswered>>,
{
    let start = clock::now();
    let mut wait = AGAIN_FIRST;
    loop {
        match attempt().await {
            Ok(()) => return Ok(()),
            Err(error) if start.elapsed() > patience => return Err(error),
            Err(_) => clock::sleep(wait).await,
        }
        wait = (wait * 2).min(AGAIN_MAX);
    }
}

async fn ask(request: RequestBuilder, expected: u16) -> Result<(), Unanswered> {
    let Ok(response) = request.timeout(PATIENCE).send().await else { return Err(Unanswered::NoAnswer) };
    let status = response.status().as_u16();
    // The body is read, so that the connection can be used again.
    let read = response.bytes().await;
    if read.is_err() {
        return Err(Unanswered::NoAnswer);
    }
    if status == expected { Ok(()) } else { Err(Unanswered::Status(status)) }
}

/// As Meta signs.
pub fn sign(app_secret: &str, body: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(app_secret.as_bytes()).expect("a key of any length will do");
    mac.update(body);
    mac.finalize().into_bytes().to_vec()
}
