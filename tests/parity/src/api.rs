//! The deployed HTTP API, asked as those outside ask it.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::installation::{APP_STACK, Installation};

/// The HTTP API. Its real name leads to AWS, so it is asked by the emulator's address under the name it has there.
pub struct Api {
    http: reqwest::Client,
    url: String,
    host: String,
}

impl Api {
    pub async fn of(there: &Installation, emulator: &str) -> Self {
        let url = there.output(APP_STACK, "ApiUrl").await;
        let name = url.trim_start_matches("http://").trim_start_matches("https://");
        let id = name.split('.').next().expect("the API's id");
        Self {
            http: reqwest::Client::builder().no_proxy().build().expect("a client"),
            url: emulator.to_owned(),
            host: format!("{id}.execute-api.localhost"),
        }
    }

    /// Somebody fills in the form of a site.
    pub async fn form(&self, key: &str, fields: &Value) -> u16 {
        self.form_of("neveh/contact", key, fields).await
    }

    /// The same of any business, by `<business>/<form>`.
    pub async fn form_of(&self, form: &str, key: &str, fields: &Value) -> u16 {
        self.post(&format!("/forms/{form}"), ("x-form-key", key), fields.to_string()).await
    }

    /// A switchboard tells of a call.
    pub async fn call(&self, key: &str, call: &Value) -> u16 {
        self.post("/calls/neveh", ("authorization", &format!("Bearer {key}")), call.to_string()).await
    }

    /// Meta tells of something, signed with what it takes for the app's secret.
    pub async fn delivery(&self, app_secret: &str, delivery: &Value) -> u16 {
        let body = delivery.to_string();
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(app_secret.as_bytes()).expect("any length");
        mac.update(body.as_bytes());
        let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        self.post("/meta/webhook", ("x-hub-signature-256", &signature), body).await
    }

    async fn post(&self, path: &str, (name, value): (&str, &str), body: String) -> u16 {
        let post =
            self.http.post(format!("{}{path}", self.url)).header("host", &self.host).header(name, value);
        let sent = post.header("content-type", "application/json").body(body).send().await;
        sent.expect("an answer").status().as_u16()
    }
}
