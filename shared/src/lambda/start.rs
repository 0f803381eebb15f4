//! How a function on AWS comes up: logging, clients, settings, or a clear refusal.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use application::World;
use aws_config::BehaviorVersion;
use secrecy::ExposeSecret;
use tracing_subscriber::EnvFilter;

use super::settings::{FunctionSettings, pepper};
use crate::adapters::dynamodb::DynamoDbStore;
use crate::adapters::emf::Emf;
use crate::adapters::graph::{GraphApi, GraphSettings, Token};
use crate::adapters::sqs::SqsQueue;
use crate::adapters::stored_playbooks::StoredPlaybooks;
use crate::adapters::system::{SystemChance, SystemClock};

/// The environment, read here and nowhere below.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment of a function")]
pub fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// One JSON line an event, for CloudWatch. `RUST_LOG` changes the level.
pub fn log_json() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .without_time()
        .with_current_span(false)
        .init();
}

/// The Graph API, for the one function that holds tokens. `MASA_TOKENS` names the secrets that hold them.
pub fn graph_api() -> Result<GraphApi, lambda_runtime::Error> {
    let mut settings = GraphSettings::default();
    if let Some(url) = env("MASA_GRAPH_URL") {
        settings.base_url = url;
    }
    if let Some(version) = env("MASA_GRAPH_VERSION") {
        settings.version = version;
    }
    let names = env("MASA_TOKENS").unwrap_or_else(|| "MASA_META_TOKEN".to_owned());
    let mut tokens: BTreeMap<String, Token> = BTreeMap::new();
    for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let value = env(name).ok_or_else(|| format!("MASA_TOKENS names {name}, and it is not set"))?;
        tokens.insert(name.to_owned(), Token::new(value));
    }
    Ok(GraphApi::new(&settings, Arc::new(tokens))?)
}

/// The world of a function on AWS. Clients are built once and live as long as the process.
pub async fn world() -> Result<World, lambda_runtime::Error> {
    let settings = FunctionSettings::read(env)?;
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let dynamodb = aws_sdk_dynamodb::Client::new(&config);
    let store = Arc::new(DynamoDbStore::new(dynamodb, settings.table.clone(), Arc::new(SystemChance)));
    Ok(World {
        playbooks: Arc::new(StoredPlaybooks::new(Arc::clone(&store) as _)),
        store,
        queue: Arc::new(SqsQueue::new(aws_sdk_sqs::Client::new(&config), settings.queue_urls)),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
        figures: Arc::new(Emf::new(settings.installation)),
        pepper: pepper(settings.pepper.expose_secret())?,
        table: settings.table,
        release: Mutex::default(),
    })
}
