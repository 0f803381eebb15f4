//! A store to test, with what only a test may do to it.

use std::sync::Arc;

use application::in_memory::{InMemoryStore, SeededChance};
use application::ports::{InboxRowId, Store, wake_shard};
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue::{N, S};
use engine::{Engine, Retries};
use shared::adapters::dynamodb::{DynamoDbStore, Meter, ensure_table};

#[async_trait]
pub trait Bench: Send + Sync {
    fn store(&self) -> &dyn Store;

    /// Leaves a row that this version cannot read.
    async fn put_unreadable(&self, row: &InboxRowId);
}

#[derive(Default)]
pub struct InMemory(InMemoryStore);

#[async_trait]
impl Bench for InMemory {
    fn store(&self) -> &dyn Store {
        &self.0
    }

    async fn put_unreadable(&self, row: &InboxRowId) {
        self.0.put_unreadable(row.clone(), "it is of a newer format");
    }
}

pub struct OnDynamoDb {
    client: Client,
    store: DynamoDbStore,
    pub meter: Arc<Meter>,
}

const TABLE: &str = "contract";

impl OnDynamoDb {
    pub async fn new() -> Self {
        let engine = Engine::memory().expect("a database in memory opens");
        Self::over(engine.client(Retries::Disabled)).await
    }

    pub async fn over(client: Client) -> Self {
        ensure_table(&client, TABLE).await.expect("the table can be made");
        let meter = Arc::new(Meter::new());
        let chance = Arc::new(SeededChance::new(1));
        let store = DynamoDbStore::new(client.clone(), TABLE, chance).with_meter(meter.clone());
        Self { client, store, meter }
    }
}

#[async_trait]
impl Bench for OnDynamoDb {
    fn store(&self) -> &dyn Store {
        &self.store
    }

    async fn put_unreadable(&self, row: &InboxRowId) {
        let identity = row.at.identity.as_str();
        let put = self.client.put_item().table_name(TABLE);
        put.item("pk", S(format!("B#{}#I#{identity}", row.at.business)))
            .item("sk", S(format!("IN#{}", row.sort)))
            .item("body", S(r#"{"f":99,"surprise":true}"#.to_owned()))
            .item("wk", S(format!("conversation#{}", wake_shard(identity))))
            .item("wa", N("0".to_owned()))
            .item("r", N("0".to_owned()))
            .send()
            .await
            .expect("an item can be put");
    }
}
