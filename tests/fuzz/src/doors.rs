//! A world in memory with the sandbox's business in it, and every door through which events come.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock};

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::encodings::Body;
use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use lead_intake::LeadIntake;
use serde_json::Value;
use sha2::Sha256;
use shared::application::World;
use shared::application::in_memory::{
    FixedPlaybooks, InMemoryQueue, InMemoryStore, ManualClock, NoFigures, SeededChance,
};
use shared::application::ports::{Clock, InboxId, InboxRow, Store};
use shared::domain::event::Responder;
use shared::domain::hint::Hint;
use shared::domain::ids::Pepper;
use shared::domain::lead::Lead;
use shared::domain::playbook::Playbook;
use shared::lambda::hint_text;
use shared::secrets::{FixedSecrets, Secrets, names};
use webhook::Webhook;

use crate::corpus;

pub const NEVEH: &str = "neveh";
pub const FORM_KEY: &str = "sandbox-form-key";
const API_KEY: &str = "sandbox-api-key";
const APP_SECRET: &str = "sandbox-app-secret";

/// How often the responders are woken before a drain counts as endless.
const TICKS_MAX: usize = 200;

/// When everything here happens: at the beginning of ten minutes in which a form is the same form.
pub fn now() -> Timestamp {
    "2026-11-30T09:00:00Z".parse().unwrap_or(Timestamp::UNIX_EPOCH)
}

pub struct Doors {
    pub clock: Arc<ManualClock>,
    pub store: Arc<InMemoryStore>,
    pub queue: Arc<InMemoryQueue>,
    pub world: Arc<World>,
    webhook: Webhook,
    intake: LeadIntake,
}

/// The status and the body of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub status: i64,
    pub body: Value,
}

impl Doors {
    /// Opens them, does something in there, and waits until it is done.
    pub fn within<T, F: Future<Output = T>>(work: impl FnOnce(Self) -> F) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.unwrap_or_else(|error| panic!("no runtime: {error}"));
        runtime.block_on(async { work(Self::open().await).await })
    }

    async fn open() -> Self {
        let clock = Arc::new(ManualClock::at(now()));
        let store = Arc::new(InMemoryStore::default());
        let queue = Arc::new(InMemoryQueue::new(Arc::clone(&clock) as Arc<dyn Clock>));
        let world = Arc::new(World {
            public_url: None,
            store: Arc::clone(&store) as _,
            queue: Arc::clone(&queue) as _,
            playbooks: Arc::new(FixedPlaybooks::new([playbook().clone()])),
            clock: Arc::clone(&clock) as _,
            chance: Arc::new(SeededChance::new(1)),
            figures: Arc::new(NoFigures),
            pepper: Pepper::new([9; 32]),
            table: "masa".to_owned(),
            release: Mutex::default(),
        });
        for asset in playbook().channels.all() {
            store.put_asset(asset, &NEVEH.into()).await.unwrap_or_else(|error| panic!("{error}"));
        }
        let secrets = FixedSecrets::from_iter([
            (names::META_APP_SECRET, APP_SECRET),
            (names::META_VERIFY_TOKEN, "sandbox-verify-token"),
            (names::API_KEY, API_KEY),
            (names::FORM_KEY, FORM_KEY),
        ]);
        let secrets: Arc<dyn Secrets> = Arc::new(secrets);
        let webhook = Webhook { world: Arc::clone(&world), secrets: Arc::clone(&secrets) };
        let intake = LeadIntake { world: Arc::clone(&world), secrets };
        Self { clock, store, queue, world, webhook, intake }
    }

    /// The same doors, with other app secrets behind them.
    pub fn with_app_secrets(mut self, secrets: &[&str]) -> Self {
        let names = [names::META_APP_SECRET, names::META_APP_SECRET_PREVIOUS];
        let secrets = names.into_iter().zip(secrets.iter().copied());
        self.webhook.secrets = Arc::new(FixedSecrets::from_iter(secrets));
        self
    }

    /// Makes every asset that a delivery names the business's.
    pub async fn own_all_in(&self, delivery: &Value) {
        for asset in webhook::split::assets_named(delivery) {
            self.store.put_asset(&asset, &NEVEH.into()).await.unwrap_or_else(|error| panic!("{error}"));
        }
    }

    /// A delivery as Meta sends and signs it.
    pub async fn deliver(&self, body: &[u8]) -> Answer {
        self.deliver_with(Some(signed_with(APP_SECRET, body).as_bytes()), body).await
    }

    /// A delivery with any signature header, or none.
    pub async fn deliver_with(&self, signature: Option<&[u8]>, body: &[u8]) -> Answer {
        let mut request = request("/meta/webhook", body);
        if let Some(value) = signature.and_then(|value| http::HeaderValue::from_bytes(value).ok()) {
            request.headers.insert("x-hub-signature-256", value);
        }
        answer(webhook::handle(&self.webhook, request).await)
    }

    /// A form or a call, with the headers that are given.
    pub async fn post(&self, path: &str, headers: &[(&'static str, &str)], body: &[u8]) -> Answer {
        let mut request = request(path, body);
        for (name, value) in headers {
            if let Ok(value) = http::HeaderValue::from_str(value) {
                request.headers.insert(*name, value);
            }
        }
        answer(lead_intake::handle_http(&self.intake, request).await)
    }

    /// A call as somebody reports it who has the key.
    pub async fn report_call(&self, body: &[u8]) -> Answer {
        let bearer = format!("Bearer {API_KEY}");
        self.post("/calls/neveh", &[("authorization", &bearer), ("content-type", "application/json")], body)
            .await
    }

    /// Every undecided row that a hint points at, by its place.
    pub async fn rows(&self) -> BTreeMap<String, InboxRow> {
        let mut rows = BTreeMap::new();
        for hint in self.queue.peek() {
            let Hint::Inbox { business, identity, .. } = hint else { continue };
            let inbox = self.store.inbox(&InboxId { business, identity }, usize::MAX).await;
            let inbox = inbox.unwrap_or_else(|error| panic!("{error}"));
            for row in inbox.rows {
                let row = row.unwrap_or_else(|unreadable| panic!("{}", unreadable.reason));
                rows.insert(format!("{:?}", row.id()), row);
            }
        }
        rows
    }

    /// Works off every inbox, by its hints, and by ticks what hints leave.
    pub async fn drain(&self) {
        for _ in 0..TICKS_MAX {
            for hint in self.queue.take_due() {
                self.invoke(&hint).await;
            }
            if self.store.undecided() == 0 {
                return;
            }
            self.clock.advance(SignedDuration::from_mins(3));
            for ticked in [
                lead_intake::handle_tick(&self.world).await,
                comment_responder::handle_tick(&self.world).await,
                tag_responder::handle_tick(&self.world).await,
                message_responder::handle_tick(&self.world).await,
            ] {
                assert!(ticked.is_ok(), "{ticked:?}");
            }
        }
        panic!("{} rows are still undecided", self.store.undecided());
    }

    async fn invoke(&self, hint: &Hint) {
        let Hint::Inbox { responder, .. } = hint else { return };
        let mut record = SqsMessage::default();
        record.message_id = Some("1".to_owned());
        record.body = Some(hint_text::write(hint));
        let mut batch = SqsEvent::default();
        batch.records.push(record);
        let response = match responder {
            Responder::LeadIntake => lead_intake::handle_sqs(&self.world, batch).await,
            Responder::Comment => comment_responder::handle(&self.world, batch).await,
            Responder::Tag => tag_responder::handle(&self.world, batch).await,
            Responder::Message => message_responder::handle(&self.world, batch).await,
        };
        assert!(response.batch_item_failures.is_empty(), "a hint was not worked off: {hint:?}");
    }

    pub fn leads(&self) -> Vec<Lead> {
        self.store.leads().into_iter().filter(|lead| lead.merged_into.is_none()).collect()
    }
}

/// The value of the header that Meta signs a body with.
pub fn signed_with(secret: &str, body: &[u8]) -> String {
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes());
    let mut mac = mac.unwrap_or_else(|error| panic!("{error}"));
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

fn playbook() -> &'static Playbook {
    static PLAYBOOK: OnceLock<Playbook> = OnceLock::new();
    PLAYBOOK.get_or_init(|| {
        let text = corpus::starter_playbook();
        shared::playbook::parse("playbook.he.yaml", &text).unwrap_or_else(|faults| panic!("{faults}"))
    })
}

/// As API Gateway hands it over: what is no text comes as base64.
fn request(path: &str, body: &[u8]) -> ApiGatewayV2httpRequest {
    let mut request = ApiGatewayV2httpRequest::default();
    request.request_context.http.method = http::Method::POST;
    request.raw_path = Some(path.to_owned());
    match std::str::from_utf8(body) {
        Ok(text) => request.body = Some(text.to_owned()),
        Err(_) => {
            request.body = Some(STANDARD.encode(body));
            request.is_base64_encoded = true;
        }
    }
    request
}

fn answer(response: ApiGatewayV2httpResponse) -> Answer {
    let body = match response.body {
        Some(Body::Text(text)) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        _ => Value::Null,
    };
    Answer { status: response.status_code, body }
}
