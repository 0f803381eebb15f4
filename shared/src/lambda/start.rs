//! How a function on AWS comes up: logging, clients, settings, secrets, or a clear refusal.
//!
//! All of it happens while the function starts, when Lambda gives it a whole processor: the clients are built once, and
//! the connection to the table is open before the first event asks for it.

use std::sync::{Arc, Mutex};

use application::World;
use application::ports::Store;
use async_trait::async_trait;
use aws_config::{BehaviorVersion, SdkConfig};
use secrecy::ExposeSecret;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

use super::settings::{FunctionSettings, SettingsError, pepper};
use super::trust::http_client;
use crate::adapters::dynamodb::DynamoDbStore;
use crate::adapters::emf::Emf;
use crate::adapters::eventbridge::EventBridge;
use crate::adapters::graph::{GraphApi, GraphSettings};
use crate::adapters::mail::Ses;
use crate::adapters::outside::Outside;
use crate::adapters::sqs::SqsQueue;
use crate::adapters::ssm::SsmSecrets;
use crate::adapters::stored_playbooks::StoredPlaybooks;
use crate::adapters::system::{SystemChance, SystemClock};
use crate::secrets::{HeldSecrets, SecretString, Secrets, SecretsUnavailable, names};

/// The environment, read here and nowhere below.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment of a function")]
pub fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// One JSON line an event, for CloudWatch. `RUST_LOG` changes the level.
pub fn log_json() {
    let lines =
        tracing_subscriber::fmt::layer().json().flatten_event(true).without_time().with_current_span(false);
    tracing_subscriber::registry().with(lines.with_filter(levels("info"))).init();
}

/// What is logged: as `RUST_LOG` says, such as `warn,masa=info`, or else as given here.
pub fn levels(otherwise: &str) -> Targets {
    let read = |text: &str| text.parse::<Targets>().ok();
    env("RUST_LOG").and_then(|text| read(&text)).or_else(|| read(otherwise)).unwrap_or_default()
}

/// What a function has when it has come up.
pub struct Started {
    pub world: World,
    pub secrets: Arc<dyn Secrets>,
    /// By which a function makes what only it needs.
    pub config: SdkConfig,
}

/// Brings a function up. `needed` are the secrets without which it could do nothing, beside the one of derived ids:
/// they are read now, in one question, and each other one when an event asks for it.
pub async fn start(needed: &[&str]) -> Result<Started, lambda_runtime::Error> {
    log_json();
    let settings = FunctionSettings::read(env)?;
    let mut loader = aws_config::defaults(BehaviorVersion::latest());
    if let Some(client) = http_client(env) {
        loader = loader.http_client(client);
    }
    let config = loader.load().await;
    let store = DynamoDbStore::new(
        aws_sdk_dynamodb::Client::new(&config),
        settings.table.clone(),
        Arc::new(SystemChance),
    );
    // What the heartbeat says is of no matter here: its reading opens the connection.
    let (secrets, _opened) = tokio::join!(read_secrets(&config, needed), store.heartbeat());
    let (secrets, pepper_digits) = secrets?;
    let store: Arc<dyn Store> = Arc::new(store);
    let world = World {
        public_url: public_url(),
        playbooks: Arc::new(StoredPlaybooks::new(Arc::clone(&store))),
        store,
        queue: Arc::new(SqsQueue::new(aws_sdk_sqs::Client::new(&config), settings.queue_urls)),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
        figures: Arc::new(Emf::new(settings.installation)),
        pepper: pepper(pepper_digits.expose_secret())?,
        table: settings.table,
        release: Mutex::default(),
    };
    Ok(Started { world, secrets, config })
}

/// The secrets below the path in `MASA_SECRETS`, or else of the environment, and the one of derived ids.
async fn read_secrets(
    config: &SdkConfig,
    needed: &[&str],
) -> Result<(Arc<dyn Secrets>, SecretString), lambda_runtime::Error> {
    let path = env("MASA_SECRETS").filter(|path| !path.is_empty());
    let secrets: Arc<dyn Secrets> = match &path {
        Some(path) => {
            let source = SsmSecrets::new(aws_sdk_ssm::Client::new(config), path);
            let held = HeldSecrets::new(Arc::new(source), Arc::new(SystemClock), Arc::new(SystemChance));
            held.read(&[&[names::PEPPER], needed].concat()).await?;
            Arc::new(held)
        }
        None => Arc::new(EnvironmentSecrets),
    };
    let missing = |name: &str| match &path {
        Some(path) => SettingsError::NoSecret(name.to_owned(), format!("the parameter {path}/{name}")),
        None => SettingsError::NoSecret(name.to_owned(), "the environment variable of that name".to_owned()),
    };
    for name in needed {
        secrets.secret(name).await?.ok_or_else(|| missing(name))?;
    }
    let pepper = secrets.secret(names::PEPPER).await?.ok_or_else(|| missing(names::PEPPER))?;
    Ok((secrets, pepper))
}

/// Secrets as variables, for a function that is tried on one machine.
struct EnvironmentSecrets;

#[async_trait]
impl Secrets for EnvironmentSecrets {
    async fn secret(&self, name: &str) -> Result<Option<SecretString>, SecretsUnavailable> {
        Ok(env(name).filter(|secret| !secret.is_empty()).map(SecretString::from))
    }

    async fn renewed(&self, name: &str) -> Result<Option<SecretString>, SecretsUnavailable> {
        self.secret(name).await
    }
}

/// What is called from outside, for the one function that does.
pub fn outside(config: &SdkConfig, tokens: Arc<dyn Secrets>) -> Result<Outside, lambda_runtime::Error> {
    let bus = env("MASA_BUS").filter(|name| !name.is_empty()).ok_or(SettingsError::Missing("MASA_BUS"))?;
    let bus = EventBridge::new(aws_sdk_eventbridge::Client::new(config), bus);
    let url = public_url().ok_or(SettingsError::Missing("MASA_PUBLIC_URL"))?;
    let events = env("MASA_MAIL_EVENTS").filter(|name| !name.is_empty());
    let mail = Ses::new(aws_sdk_sesv2::Client::new(config), Arc::new(SystemClock), url, events);
    Ok(Outside { graph: Arc::new(graph_api(tokens)?), bus: Arc::new(bus), mail: Arc::new(mail) })
}

/// Where the installation's own pages are, for who sends links to them.
fn public_url() -> Option<String> {
    let url = env("MASA_PUBLIC_URL").filter(|url| !url.is_empty())?;
    Some(url.trim_end_matches('/').to_owned())
}

fn graph_api(tokens: Arc<dyn Secrets>) -> Result<GraphApi, lambda_runtime::Error> {
    let mut settings = GraphSettings::default();
    if let Some(url) = env("MASA_GRAPH_URL") {
        settings.base_url = url;
    }
    if let Some(version) = env("MASA_GRAPH_VERSION") {
        settings.version = version;
    }
    Ok(GraphApi::new(&settings, tokens)?)
}
