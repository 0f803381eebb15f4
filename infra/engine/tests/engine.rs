//! The engine as a process sees it: its folder, what survives, and what expires.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue::{N, S};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, Put, ScalarAttributeType,
    TimeToLiveSpecification, TransactWriteItem,
};
use engine::{Engine, EngineError, Retries};
use jiff::Timestamp;

const TABLE: &str = "engine-test";

/// A folder of one test's own, empty at its start.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    path
}

async fn create(client: &Client) {
    let attribute =
        AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S);
    let key = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash);
    let create = client.create_table().table_name(TABLE).billing_mode(BillingMode::PayPerRequest);
    let create = create.attribute_definitions(attribute.build().unwrap()).key_schema(key.build().unwrap());
    create.send().await.unwrap();
}

async fn put(client: &Client, pk: &str) {
    client.put_item().table_name(TABLE).item("pk", S(pk.to_owned())).send().await.unwrap();
}

async fn has(client: &Client, pk: &str) -> bool {
    let got = client.get_item().table_name(TABLE).key("pk", S(pk.to_owned())).send().await.unwrap();
    got.item.is_some()
}

#[tokio::test]
async fn what_was_put_is_there_when_the_folder_is_opened_again() {
    let folder = folder("again");
    {
        let client = Engine::open(&folder).unwrap().client(Retries::Disabled);
        create(&client).await;
        put(&client, "dana").await;
    }
    let client = open_when_free(&folder).client(Retries::Disabled);
    assert!(has(&client, "dana").await);
    assert!(!has(&client, "ron").await);
}

#[tokio::test]
async fn a_request_as_it_is_on_the_wire_is_answered_like_the_clients() {
    let engine = Engine::memory().unwrap();
    let client = engine.client(Retries::Disabled);
    create(&client).await;
    let put = format!(r#"{{"TableName":"{TABLE}","Item":{{"pk":{{"S":"dana"}}}}}}"#);
    assert_eq!(engine.answer("PutItem", put.into_bytes()).await.unwrap().status, 200);
    assert!(has(&client, "dana").await);
    let refused = engine.answer("PutTable", b"{}".to_vec()).await.unwrap();
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("PutTable"), "{}", refused.body);
}

/// The thread of an engine that was dropped lets go of its folder in its own time.
fn open_when_free(folder: &Path) -> Engine {
    loop {
        match Engine::open(folder) {
            Ok(engine) => return engine,
            Err(EngineError::InUse { .. }) => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn two_cannot_work_on_one_folder() {
    let folder = folder("locked");
    let _first = Engine::open(&folder).unwrap();
    let second = Engine::open(&folder).unwrap_err();
    assert!(matches!(second, EngineError::InUse { .. }));
    assert!(second.to_string().contains("choose another folder with --data"), "{second}");
}

#[tokio::test]
async fn a_folder_of_a_newer_version_is_left_as_it_is() {
    let folder = folder("newer");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("format"), "7\n").unwrap();
    let refused = Engine::open(&folder).unwrap_err();
    assert!(matches!(refused, EngineError::NewerFormat { found: 7, known: 1, .. }), "{refused}");
    assert!(!folder.join("masa.db").exists());
    std::fs::write(folder.join("format"), "").unwrap();
    assert!(matches!(Engine::open(&folder).unwrap_err(), EngineError::UnknownFormat { .. }));
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_refused_with_its_name() {
    let folder = folder("no-folder");
    std::fs::create_dir_all(folder.parent().unwrap()).unwrap();
    std::fs::write(&folder, "a file").unwrap();
    let refused = Engine::open(&folder).unwrap_err();
    assert!(matches!(refused, EngineError::Folder { .. }), "{refused}");
    std::fs::remove_file(&folder).unwrap();
}

#[tokio::test]
async fn markers_go_when_their_time_has_come_by_the_clock_that_is_given() {
    let engine = Engine::memory().unwrap();
    let client = engine.client(Retries::Disabled);
    create(&client).await;
    let now = Timestamp::from_second(1_000_000).unwrap();
    assert_eq!(engine.sweep_ttl(TABLE, now).await.unwrap(), 0);
    let ttl = TimeToLiveSpecification::builder().attribute_name("ttl").enabled(true).build().unwrap();
    client.update_time_to_live().table_name(TABLE).time_to_live_specification(ttl).send().await.unwrap();
    for number in 0..500 {
        let item = client.put_item().table_name(TABLE).item("pk", S(format!("m{number}")));
        item.item("ttl", N((999_751 + number).to_string())).send().await.unwrap();
    }
    put(&client, "lead").await;
    assert_eq!(engine.sweep_ttl(TABLE, now).await.unwrap(), 250);
    assert!(!has(&client, "m249").await);
    assert!(has(&client, "m250").await);
    assert!(has(&client, "lead").await);
    assert!(matches!(engine.sweep_ttl("no-such-table", now).await, Err(EngineError::Refused(_))));
}

const CHILD_FOLDER: &str = "killed";

/// The process that the next test kills: it writes and says what was acknowledged, until its end.
#[tokio::test]
#[ignore = "started by the test below, in a process of its own"]
async fn a_process_that_writes_until_it_is_killed() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(CHILD_FOLDER);
    let client = Engine::open(&folder).unwrap().client(Retries::Disabled);
    create(&client).await;
    for number in 0..1_000_000 {
        let mut both = client.transact_write_items();
        for name in ["a", "b"] {
            let item =
                Put::builder().table_name(TABLE).item("pk", S(format!("{name}{number}"))).build().unwrap();
            both = both.transact_items(TransactWriteItem::builder().put(item).build());
        }
        both.send().await.unwrap();
        println!("acknowledged {number}");
    }
}

#[tokio::test]
async fn kill_minus_nine_loses_nothing_that_was_acknowledged() {
    let folder = folder(CHILD_FOLDER);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_process_that_writes_until_it_is_killed", "--ignored", "--nocapture"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut last = 0;
    for line in said {
        if let Some((_, number)) = line.split_once("acknowledged ") {
            last = number.parse().unwrap();
        }
        if last == 150 {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(last >= 150);
    let client = open_when_free(&folder).client(Retries::Disabled);
    for number in 0..=last {
        assert!(has(&client, &format!("a{number}")).await, "{number} of {last}");
    }
    // The transaction in which it was killed is whole or not there.
    let next = last + 1;
    assert_eq!(has(&client, &format!("a{next}")).await, has(&client, &format!("b{next}")).await);
}
