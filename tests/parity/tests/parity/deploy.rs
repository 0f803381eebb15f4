//! The life of an installation: made, left alone, mended, taken away, brought back, and gone.

use std::collections::BTreeSet;

use parity::emulator::Emulator;
use parity::installation::{APP_STACK, DATA_STACK, Installation, TABLE, function};
use parity::masa::{GIVEN, Masa, Ran};
use parity::spy::Spy;

const SECRETS: [&str; 7] = [
    "MASA_API_KEY",
    "MASA_CALENDLY_KEY",
    "MASA_FORM_KEY",
    "MASA_META_APP_SECRET",
    "MASA_META_TOKEN",
    "MASA_META_VERIFY_TOKEN",
    "MASA_PEPPER",
];

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_is_made_left_alone_mended_taken_away_and_gone() {
    let Some(emulator) = Emulator::start().await else { return };
    let masa = Masa::built();
    let spy = Spy::start(&emulator.url).await;
    let there = Installation::at(&emulator.url).await;

    // A dry run says all and writes nothing; without a yes and without a terminal nothing is written, either.
    let dry = masa.deploy(&spy.url, &["--dry-run"]).await;
    assert!(dry.ok && dry.text.contains("7 functions") && dry.text.contains("USD"), "{}", dry.text);
    let unasked = masa.deploy(&spy.url, &[]).await;
    assert!(!unasked.ok && unasked.text.contains("--yes"), "{}", unasked.text);
    assert_eq!(spy.writes(), [""; 0]);
    assert!(there.stacks().await.is_empty());

    // Made.
    let made = masa.deploy(&spy.url, &["--yes"]).await;
    assert!(made.ok, "{}", made.text);
    assert!(!spy.writes().is_empty());
    is_up(&there).await;
    assert!(made.text.contains(&there.output(APP_STACK, "WebhookUrl").await), "{}", made.text);
    assert!(made.text.contains(&there.secret("MASA_META_VERIFY_TOKEN").await));
    tells_no_secret(&there, &made).await;

    // Left alone.
    let again = masa.deploy(&spy.url, &["--yes"]).await;
    assert!(again.ok && again.text.contains("Nothing to change"), "{}", again.text);
    assert_eq!(spy.writes(), [""; 0]);

    // Mended: somebody changed a function's code behind the stack.
    let (code, pepper) = (there.code().await, there.secret("MASA_PEPPER").await);
    stray(&there, "sender", "webhook").await;
    assert_ne!(there.code().await, code);
    let mended = masa.deploy(&spy.url, &["--yes"]).await;
    assert!(mended.ok && mended.text.contains("sender"), "{}", mended.text);
    assert_eq!(spy.writes().len(), 1, "one function's code and nothing else");
    assert_eq!(there.code().await, code);

    // Changed: one parameter, and the rest as it was.
    let changed = masa.deploy(&spy.url, &["--yes", "--alarm-email", "noa@example.com"]).await;
    assert!(changed.ok && changed.text.contains("noa@example.com"), "{}", changed.text);
    assert_eq!(spy.writes(), ["UpdateStack"]);

    // Taken away, and what holds data stays.
    let (tables, buckets) = (there.tables().await, there.buckets().await);
    let destroyed = masa.destroy(&spy.url, &["--yes"]).await;
    assert!(destroyed.ok && destroyed.text.contains(TABLE), "{}", destroyed.text);
    assert_eq!(there.stacks().await.into_keys().collect::<Vec<_>>(), [DATA_STACK]);
    assert!(there.code().await.is_empty());
    assert_eq!((there.tables().await, there.buckets().await), (tables, buckets));
    assert_eq!(there.secrets().await, SECRETS.map(str::to_owned).into());

    // Brought back, to the same people.
    let back = masa.deploy(&spy.url, &["--yes"]).await;
    assert!(back.ok, "{}", back.text);
    is_up(&there).await;
    assert_eq!(there.secret("MASA_PEPPER").await, pepper);

    // Data goes only if it is said twice.
    spy.taken();
    for unsure in [&["--data", "--yes"][..], &["--data", "--yes", "--confirm", "other"]] {
        let refused = masa.destroy(&spy.url, unsure).await;
        assert!(!refused.ok && refused.text.contains("nothing was changed"), "{}", refused.text);
    }
    assert_eq!(spy.writes(), [""; 0]);
    let gone = masa.destroy(&spy.url, &["--data", "--confirm", "masa"]).await;
    assert!(gone.ok && gone.text.contains("Nothing is left"), "{}", gone.text);
    assert!(there.stacks().await.is_empty());
    assert!(there.tables().await.is_empty() && there.secrets().await.is_empty());
    assert_eq!(there.buckets().await, 0);
}

async fn is_up(there: &Installation) {
    let stacks = there.stacks().await;
    assert_eq!(stacks.keys().collect::<Vec<_>>(), [APP_STACK, DATA_STACK]);
    assert!(stacks.values().all(|status| status.ends_with("_COMPLETE")), "{stacks:?}");
    assert_eq!(there.code().await.len(), cloud::FUNCTIONS.len());
    assert_eq!(there.secrets().await, BTreeSet::from(SECRETS.map(str::to_owned)));
    assert_eq!(there.tables().await, [TABLE]);
    let rows = there.dynamodb.scan().table_name(TABLE).send().await.expect("the table");
    let keys: Vec<String> = rows
        .items()
        .iter()
        .filter_map(|item| Some(format!("{} {}", item["pk"].as_s().ok()?, item["sk"].as_s().ok()?)))
        .collect();
    assert!(keys.iter().any(|key| key == "B#neveh P#CURRENT"), "{keys:?}");
    assert!(keys.iter().any(|key| key.starts_with("A#")), "{keys:?}");
}

async fn tells_no_secret(there: &Installation, ran: &Ran) {
    for (name, value) in GIVEN {
        assert!(!ran.text.contains(value), "{name} is shown");
    }
    for name in ["MASA_PEPPER", "MASA_API_KEY", "MASA_CALENDLY_KEY", "MASA_FORM_KEY"] {
        assert!(!ran.text.contains(&there.secret(name).await), "{name} is shown");
    }
}

/// What a bare `cargo lambda deploy` does: other code, and the stack knows nothing of it.
async fn stray(there: &Installation, name: &str, other: &str) {
    let bucket = there.output(DATA_STACK, "ArtifactsBucket").await;
    let listed = there.s3.list_objects_v2().bucket(&bucket).prefix(format!("code/{other}/")).send().await;
    let key = listed.expect("the code").contents()[0].key().expect("a key").to_owned();
    let update = there.lambda.update_function_code().function_name(function(name));
    update.s3_bucket(bucket).s3_key(key).send().await.expect("other code");
}
