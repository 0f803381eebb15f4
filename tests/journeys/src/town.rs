//! Two businesses, their functions, and everybody who writes to them.

use std::sync::{Arc, Mutex};

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use lead_intake::LeadIntake;
use serde_json::{Value, json};
use sha2::Sha256;
use shared::adapters::sqs::QueueName;
use shared::adapters::stored_playbooks::StoredPlaybooks;
use shared::application::World;
use shared::application::in_memory::{
    CountedFigures, InMemoryQueue, InMemoryStore, ManualClock, RecordedPlatforms, SeededChance,
};
use shared::application::ports::{Clock, DueQuery, Platforms, Store, TimelineRow, WAKE_SHARDS};
use shared::application::publish::publish;
use shared::domain::call::{Operation, PlatformCall};
use shared::domain::hint::Hint;
use shared::domain::ids::{BusinessId, Pepper};
use shared::domain::lead::Lead;
use shared::domain::timeline::{Entry, What};
use shared::domain::work::Class;
use shared::lambda::hint_text;
use shared::secrets::{FixedSecrets, Secrets, names};
use webhook::Webhook;

use crate::answered;

pub const NEVEH: &str = "neveh";
const APP_SECRET: &str = "sandbox-app-secret";
const TABLE: &str = "masa";

/// The secrets of every town.
/// What Calendly signs with.
pub const CALENDLY_KEY: &str = "sandbox-calendly-key";

pub fn secrets() -> Arc<dyn Secrets> {
    Arc::new(FixedSecrets::from_iter([
        (names::META_APP_SECRET, APP_SECRET),
        (names::META_VERIFY_TOKEN, "sandbox-verify-token"),
        (names::API_KEY, "sandbox-api-key"),
        (names::FORM_KEY, "sandbox-form-key"),
        (names::CALENDLY_KEY, CALENDLY_KEY),
    ]))
}

pub struct TownSettings {
    pub start: &'static str,
    pub seed: u64,
    /// Every hint is lost: only ticks find the work.
    pub queue_drops_all: bool,
    /// More parts for the playbook of the first business.
    pub playbook_more: &'static str,
}

impl Default for TownSettings {
    fn default() -> Self {
        Self { start: "2026-11-30T09:00:00+02:00", seed: 1, queue_drops_all: false, playbook_more: "" }
    }
}

pub struct Town {
    pub clock: Arc<ManualClock>,
    pub store: Arc<InMemoryStore>,
    pub queue: Arc<InMemoryQueue>,
    pub platforms: Arc<RecordedPlatforms>,
    pub figures: Arc<CountedFigures>,
    pub world: Arc<World>,
}

impl Town {
    pub async fn new() -> Self {
        Self::with(TownSettings::default()).await
    }

    pub async fn with(settings: TownSettings) -> Self {
        let files =
            [("infra/local/playbook.he.yaml", settings.playbook_more), ("events/playbooks/second.yaml", "")];
        let read = |(file, more): (&str, &str)| {
            let path = format!("{}/../../{file}", env!("CARGO_MANIFEST_DIR"));
            std::fs::read_to_string(path).unwrap() + more
        };
        let start = settings.start.parse().unwrap();
        Self::of(&files.map(read), settings, start).await
    }

    /// A town of businesses with these playbooks.
    pub async fn of(playbooks: &[String], settings: TownSettings, start: Timestamp) -> Self {
        let clock = Arc::new(ManualClock::at(start));
        let shared_clock = || Arc::clone(&clock) as Arc<dyn Clock>;
        let queue = Arc::new(if settings.queue_drops_all {
            InMemoryQueue::lossy(shared_clock())
        } else {
            InMemoryQueue::new(shared_clock())
        });
        let store = Arc::new(InMemoryStore::default());
        for text in playbooks {
            let parsed = shared::playbook::parse("the town's playbook", text);
            let playbook = parsed.unwrap_or_else(|faults| panic!("{faults}"));
            publish(store.as_ref(), &playbook, text).await.unwrap();
        }
        store.release_table(TABLE).await.unwrap();
        let figures = Arc::new(CountedFigures::default());
        let world = World {
            public_url: Some("https://masa.example".to_owned()),
            playbooks: Arc::new(StoredPlaybooks::new(Arc::clone(&store) as _)),
            store: Arc::clone(&store) as _,
            queue: Arc::clone(&queue) as _,
            clock: shared_clock(),
            chance: Arc::new(SeededChance::new(settings.seed)),
            figures: Arc::clone(&figures) as _,
            pepper: Pepper::new([9; 32]),
            table: TABLE.to_owned(),
            release: Mutex::default(),
        };
        Self {
            clock,
            store,
            queue,
            platforms: Arc::new(RecordedPlatforms::default()),
            figures,
            world: Arc::new(world),
        }
    }

    /// A Meta webhook, signed as Meta signs.
    pub async fn webhook(&self, body: &Value) -> (i64, Value) {
        Self::webhook_to(&self.world, body).await
    }

    /// The same, to any world.
    pub async fn webhook_to(world: &Arc<World>, body: &Value) -> (i64, Value) {
        let text = body.to_string();
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(APP_SECRET.as_bytes()).unwrap();
        mac.update(text.as_bytes());
        let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        let request = json!({
            "version": "2.0", "rawPath": "/meta/webhook", "isBase64Encoded": false, "body": text,
            "headers": { "x-hub-signature-256": signature },
            "requestContext": { "http": { "method": "POST", "path": "/meta/webhook" } },
        });
        let webhook = Webhook { world: Arc::clone(world), secrets: secrets() };
        answered(webhook::handle(&webhook, serde_json::from_value(request).unwrap()).await)
    }

    /// The site's form with this body.
    pub async fn form(&self, body: &Value) -> (i64, Value) {
        let mut request = crate::request_file("lead-intake/form.json");
        request.body = Some(body.to_string());
        self.http(request).await
    }

    /// A form or a call, as API Gateway hands it over.
    pub async fn http(&self, request: ApiGatewayV2httpRequest) -> (i64, Value) {
        answered(self.answer(request).await)
    }

    /// The same answer, with its headers.
    pub async fn answer(&self, request: ApiGatewayV2httpRequest) -> ApiGatewayV2httpResponse {
        let intake = LeadIntake { world: Arc::clone(&self.world), secrets: secrets() };
        lead_intake::handle_http(&intake, request).await
    }

    /// Works off what the queue has ready, and what follows from it, at the standing moment.
    pub async fn work(&self) {
        self.work_with(self.platforms.as_ref()).await;
    }

    pub async fn work_with(&self, platforms: &dyn Platforms) {
        for _ in 0..100 {
            let hints = self.queue.take_due();
            if hints.is_empty() {
                return;
            }
            for hint in hints {
                self.invoke(platforms, &hint).await;
            }
        }
        panic!("the work at one moment does not end");
    }

    /// Hands a hint to its function, as the queue would.
    pub async fn invoke(&self, platforms: &dyn Platforms, hint: &Hint) -> SqsBatchResponse {
        let mut record = SqsMessage::default();
        record.message_id = Some("1".to_owned());
        record.body = Some(hint_text::write(hint));
        let mut batch = SqsEvent::default();
        batch.records.push(record);
        match QueueName::of(hint) {
            QueueName::LeadIntake => lead_intake::handle_sqs(&self.world, batch).await,
            QueueName::Comments => comment_responder::handle(&self.world, batch).await,
            QueueName::Tags => tag_responder::handle(&self.world, batch).await,
            QueueName::Messages => message_responder::handle(&self.world, batch).await,
            QueueName::Conversation | QueueName::Bulk => sender::handle(&self.world, platforms, batch).await,
        }
    }

    /// One tick of the schedule.
    pub async fn tick(&self) {
        followup_dispatcher::handle(&self.world).await.unwrap();
        lead_intake::handle_tick(&self.world).await.unwrap();
        comment_responder::handle_tick(&self.world).await.unwrap();
        tag_responder::handle_tick(&self.world).await.unwrap();
        message_responder::handle_tick(&self.world).await.unwrap();
        sender::handle_tick(&self.world, self.platforms.as_ref()).await.unwrap();
    }

    /// Moves the clock through every due moment, with a tick at each and at least every five hours. While
    /// anything is overdue, because its hint was lost, ticks come as often as they do in life.
    pub async fn move_to(&self, to: &str) {
        let to: Timestamp = to.parse().unwrap();
        self.work().await;
        while self.clock.now() < to {
            let now = self.clock.now();
            let overdue = !self.due_by(now).await.is_empty();
            let soon = if overdue { SignedDuration::from_secs(60) } else { SignedDuration::from_hours(5) };
            let next = self.next_moment(now, to).await.min(now + soon);
            self.clock.move_to(next);
            self.tick().await;
            self.work().await;
        }
    }

    pub async fn advance(&self, by: SignedDuration) {
        let to = self.clock.now() + by;
        self.move_to(&to.to_string()).await;
    }

    async fn next_moment(&self, now: Timestamp, to: Timestamp) -> Timestamp {
        let due = self.due_by(to).await.into_iter().map(|(at, _)| at);
        due.chain(self.queue.next_at()).filter(|at| *at > now).min().unwrap_or(to).min(to)
    }

    /// What the wake index shows up to a moment.
    pub async fn due_by(&self, until: Timestamp) -> Vec<(Timestamp, Hint)> {
        let mut due = Vec::new();
        for class in Class::ALL {
            for shard in 0..WAKE_SHARDS {
                let query = DueQuery { class, shard, until, limit: 1_000, after: None };
                due.extend(self.store.due(&query).await.unwrap().due);
            }
        }
        due.sort();
        due
    }

    /// Every call so far, in order, as `operation message`.
    pub fn calls(&self) -> Vec<PlatformCall> {
        self.platforms.calls()
    }

    /// All calls but those that tell people of the business.
    pub fn call_names(&self) -> Vec<String> {
        let calls = self.calls().into_iter().map(|call| call.operation);
        let of_leads = calls.filter(|operation| !matches!(operation, Operation::SendAlert(_)));
        of_leads.map(|operation| call_name(&operation)).collect()
    }

    pub fn leads(&self, business: &str) -> Vec<Lead> {
        let leads = self.store.leads().into_iter();
        leads
            .filter(|lead| {
                lead.business.as_str() == business && lead.merged_into.is_none() && lead.erasing.is_none()
            })
            .collect()
    }

    pub fn only_lead(&self, business: &str) -> Lead {
        let mut leads = self.leads(business);
        assert_eq!(leads.len(), 1, "one lead");
        leads.remove(0)
    }

    pub async fn entries(&self, lead: &Lead) -> Vec<Entry> {
        let rows = self.store.timeline(&lead.business, lead.id).await.unwrap();
        rows.into_iter()
            .filter_map(|row| match row {
                TimelineRow::Entry(entry) => Some(entry),
                TimelineRow::Delivery { .. } => None,
            })
            .collect()
    }

    pub async fn whats(&self, lead: &Lead) -> Vec<What> {
        self.entries(lead).await.iter().map(|entry| entry.what).collect()
    }

    pub fn business(&self) -> BusinessId {
        BusinessId::new(NEVEH)
    }
}

/// An operation by its name, and the template if it is one.
pub fn call_name(operation: &Operation) -> String {
    use shared::domain::call::WhatsAppContent::Template;
    match operation {
        Operation::SendWhatsApp { content: Template { name, .. }, .. } => format!("template {name}"),
        other => other.name().to_owned(),
    }
}
