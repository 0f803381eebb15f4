//! How many requests a second the engine takes, in memory and on the disk, alone and sixteen at a time:
//! `cargo run --release -p engine --example rate`
#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::path::Path;
use std::time::Instant;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue::{N, S};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, Put, ScalarAttributeType, TransactWriteItem,
};
use engine::{Engine, Retries};

type Failed = Box<dyn std::error::Error + Send + Sync>;

const REQUESTS: usize = 2_000;
const TABLE: &str = "rate";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failed> {
    measure("memory", Engine::memory()?).await?;
    let folder = Path::new("target/rate");
    measure("disk", Engine::open(folder)?).await?;
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

async fn measure(name: &str, engine: Engine) -> Result<(), Failed> {
    let client = engine.client(Retries::Disabled);
    create(&client).await?;
    for at_once in [1, 16] {
        let started = Instant::now();
        let mut tasks = Vec::new();
        for task in 0..at_once {
            let client = client.clone();
            tasks.push(tokio::spawn(async move {
                for number in 0..REQUESTS / at_once {
                    put(&client, &format!("p{at_once}-{task}-{number}")).await?;
                }
                Ok::<(), Failed>(())
            }));
        }
        for task in tasks {
            task.await??;
        }
        report(name, "put of 300 bytes", at_once, started);
    }
    let started = Instant::now();
    for number in 0..REQUESTS {
        client.get_item().table_name(TABLE).key("pk", S(format!("p1-0-{}", number % 100))).send().await?;
    }
    report(name, "get", 1, started);
    let started = Instant::now();
    for number in 0..REQUESTS {
        transact(&client, number).await?;
    }
    report(name, "transaction of 3", 1, started);
    Ok(())
}

fn report(name: &str, what: &str, at_once: usize, started: Instant) {
    let rate = REQUESTS as f64 / started.elapsed().as_secs_f64();
    println!("{name:7} {what:18} {at_once:2} at once  {rate:7.0}/s");
}

async fn create(client: &Client) -> Result<(), Failed> {
    let attribute =
        AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S);
    let key = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash);
    let create = client.create_table().table_name(TABLE).billing_mode(BillingMode::PayPerRequest);
    create.attribute_definitions(attribute.build()?).key_schema(key.build()?).send().await?;
    Ok(())
}

async fn put(client: &Client, pk: &str) -> Result<(), Failed> {
    let put = client.put_item().table_name(TABLE).item("pk", S(pk.to_owned()));
    put.item("body", S("x".repeat(300))).condition_expression("attribute_not_exists(pk)").send().await?;
    Ok(())
}

async fn transact(client: &Client, number: usize) -> Result<(), Failed> {
    let mut transaction = client.transact_write_items();
    for part in 0..3 {
        let put = Put::builder().table_name(TABLE).item("pk", S(format!("t{number}-{part}")));
        let put = put.item("n", N(number.to_string())).item("body", S("x".repeat(300))).build()?;
        transaction = transaction.transact_items(TransactWriteItem::builder().put(put).build());
    }
    transaction.send().await?;
    Ok(())
}
