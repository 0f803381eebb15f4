//! Between the stack and the stand-in for Meta: its settings, and its webhooks on their way to the public door.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use sandbox::{Business, Sandbox, Settings, Template};
use shared::application::ports::Clock;
use shared::domain::playbook::Playbook;
use shared::playbook::templates;
use shared::secrets::ExposeSecret;
use tokio::sync::Notify;
use tower::ServiceExt;

use crate::queue::LocalQueue;
use crate::settings::Secrets;

/// What Meta would know of these businesses: their assets, tokens and approved templates.
pub fn settings(playbooks: &[Arc<Playbook>], secrets: &Secrets, journal: Option<PathBuf>) -> Settings {
    let businesses = playbooks.iter().map(|playbook| business(playbook, secrets)).collect();
    Settings { businesses, app_secret: secrets.meta_app_secret.expose_secret().to_owned(), journal }
}

fn business(playbook: &Playbook, secrets: &Secrets) -> Business {
    let channels = &playbook.channels;
    let text =
        |asset: &Option<shared::domain::ids::AssetId>| asset.as_ref().map(|asset| asset.as_str().to_owned());
    let token = secrets.tokens.iter().find(|(name, _)| *name == channels.token);
    Business {
        id: playbook.business.id.to_string(),
        name: playbook.business.name.clone(),
        page: text(&channels.page).unwrap_or_default(),
        instagram: text(&channels.instagram),
        whatsapp_number: text(&channels.whatsapp_number),
        whatsapp_account: text(&channels.whatsapp_account),
        display_phone: "972 3-000-0000".to_owned(),
        token: token.map(|(_, token)| token.expose_secret().to_owned()).unwrap_or_default(),
        templates: templates(playbook)
            .into_iter()
            .map(|sketch| Template {
                name: sketch.name,
                language: sketch.language,
                category: sketch.category.as_str().to_owned(),
                body_parameters: sketch.body_parameters,
                url_button: sketch.url_button,
                body: sketch.body,
            })
            .collect(),
    }
}

/// Carries the sandbox's webhooks to the public door, signed, as the platform would.
pub struct WebhookPump {
    pub sandbox: Arc<Sandbox>,
    pub clock: Arc<dyn Clock>,
    pub queue: Arc<LocalQueue>,
    pub wanted: Notify,
    /// Set from the first word of a webhook until the pump takes it up.
    pub pending: AtomicBool,
}

impl WebhookPump {
    /// Runs until the process ends. Webhooks that wait for a redelivery come when the clock allows.
    pub async fn run(self: Arc<Self>, door: Router) {
        loop {
            self.wanted.notified().await;
            self.pending.store(false, Ordering::SeqCst);
            self.deliver(&door).await;
            self.queue.done();
        }
    }

    /// Says that there may be webhooks. The stack is not idle until they are delivered.
    pub fn want(&self) {
        if !self.pending.swap(true, Ordering::SeqCst) {
            self.queue.begin();
            self.wanted.notify_one();
        }
    }

    /// Delivers all that is due now.
    pub async fn deliver(&self, door: &Router) {
        loop {
            let due = self.sandbox.take_webhooks(self.clock.now());
            if due.is_empty() {
                return;
            }
            for webhook in due {
                let status = post(door, webhook.body, &webhook.signature).await;
                self.sandbox.webhook_answered(self.clock.now(), webhook.number, status);
            }
        }
    }
}

async fn post(door: &Router, body: Vec<u8>, signature: &str) -> u16 {
    let request = Request::post("/meta/webhook")
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-hub-signature-256", signature)
        .body(Body::from(body));
    match request {
        Ok(request) => door.clone().oneshot(request).await.map_or(0, |response| response.status().as_u16()),
        Err(_) => 0,
    }
}
