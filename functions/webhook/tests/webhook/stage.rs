//! A webhook over a store in memory, with a clock that stands still, and Meta's side of the signature.

use std::sync::{Arc, Mutex};

use application::World;
use application::in_memory::{
    FixedPlaybooks, InMemoryQueue, InMemoryStore, ManualClock, NoFigures, SeededChance,
};
use application::ports::Store;
use aws_lambda_events::encodings::Body;
use aws_lambda_events::event::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use domain::ids::{BusinessId, Pepper};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue, Method};
use jiff::Timestamp;
use serde_json::Value;
use sha2::Sha256;
use shared::secrets::{FixedSecrets, names};
use webhook::{Webhook, handle};

pub const NOW: &str = "2026-11-30T09:05:00Z";
/// 2026-11-30T09:00:00Z, as Meta writes it.
pub const SECONDS: i64 = 1_796_029_200;
pub const APP_SECRET: &str = "sandbox-app-secret";
pub const PREVIOUS_SECRET: &str = "sandbox-app-secret-of-last-year";
pub const PAGE: &str = "101010101010101";
pub const INSTAGRAM: &str = "17841400000000001";
pub const NUMBER: &str = "106106106106106";
pub const ACCOUNT: &str = "102102102102102";

pub struct Stage {
    pub store: Arc<InMemoryStore>,
    pub queue: Arc<InMemoryQueue>,
    pub webhook: Webhook,
}

impl Stage {
    /// The sandbox's business with all of its assets.
    pub async fn new() -> Self {
        let stage = Self::empty();
        for asset in [PAGE, INSTAGRAM, NUMBER, ACCOUNT] {
            stage.owns("neveh", asset).await;
        }
        stage
    }

    pub fn empty() -> Self {
        let clock = Arc::new(ManualClock::at(now()));
        let store = Arc::new(InMemoryStore::default());
        let queue = Arc::new(InMemoryQueue::new(clock.clone()));
        let world = World {
            public_url: None,
            store: store.clone(),
            queue: queue.clone(),
            playbooks: Arc::new(FixedPlaybooks::default()),
            clock,
            chance: Arc::new(SeededChance::new(1)),
            figures: Arc::new(NoFigures),
            pepper: pepper(),
            table: "masa".to_owned(),
            release: Mutex::default(),
        };
        let secrets = FixedSecrets::from_iter([
            (names::META_APP_SECRET, APP_SECRET),
            (names::META_APP_SECRET_PREVIOUS, PREVIOUS_SECRET),
            (names::META_VERIFY_TOKEN, "sandbox-verify-token"),
        ]);
        Self { store, queue, webhook: Webhook { world: Arc::new(world), secrets: Arc::new(secrets) } }
    }

    pub async fn owns(&self, business: &str, asset: &str) {
        self.store.put_asset(&asset.into(), &business.into()).await.unwrap();
    }

    pub async fn answer(&self, request: ApiGatewayV2httpRequest) -> Answer {
        Answer(handle(&self.webhook, request).await)
    }

    /// A delivery as Meta sends it.
    pub async fn deliver(&self, body: &str) -> Answer {
        self.answer(signed(body, APP_SECRET)).await
    }

    pub async fn notices(&self, business: &str) -> usize {
        self.store.attention(&BusinessId::from(business), 1_000).await.unwrap().len()
    }
}

pub struct Answer(ApiGatewayV2httpResponse);

impl Answer {
    pub fn status(&self) -> i64 {
        self.0.status_code
    }

    pub fn text(&self) -> &str {
        match &self.0.body {
            Some(Body::Text(text)) => text,
            _ => "",
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(self.text()).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.headers.get(name)?.to_str().ok()
    }

    /// Accepted, statuses, ignored.
    pub fn counts(&self) -> [u64; 3] {
        let json = self.json();
        ["accepted", "statuses", "ignored"].map(|name| json[name].as_u64().unwrap())
    }
}

pub fn now() -> Timestamp {
    NOW.parse().unwrap()
}

pub fn pepper() -> Pepper {
    Pepper::new([5; 32])
}

pub fn request(method: Method, path: &str) -> ApiGatewayV2httpRequest {
    let mut request = ApiGatewayV2httpRequest::default();
    request.request_context.http.method = method;
    request.raw_path = Some(path.to_owned());
    request
}

pub fn post(body: &str) -> ApiGatewayV2httpRequest {
    let mut request = request(Method::POST, "/meta/webhook");
    request.body = Some(body.to_owned());
    request
}

pub fn signed(body: &str, secret: &str) -> ApiGatewayV2httpRequest {
    let mut request = post(body);
    request.headers = signature(body.as_bytes(), secret);
    request
}

pub fn signature(body: &[u8], secret: &str) -> HeaderMap {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    let value = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    HeaderMap::from_iter([(
        http::HeaderName::from_static("x-hub-signature-256"),
        HeaderValue::from_str(&value).unwrap(),
    )])
}
