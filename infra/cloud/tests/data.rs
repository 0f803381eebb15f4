//! What holds data: the table is the one that the code expects, and nothing of it goes with a stack.

mod project;

use std::collections::BTreeMap;

use cloud::template::Template;
use project::source;
use serde_json::{Value, json};

fn data() -> Template {
    Template::read(cloud::DATA).unwrap()
}

/// `keys::WAKE_PK` and the like, by name.
fn constants() -> BTreeMap<String, String> {
    let sources =
        ["keys.rs", "schema.rs"].map(|file| source(&format!("shared/src/adapters/dynamodb/{file}")));
    let mut constants = BTreeMap::new();
    for line in sources.iter().flat_map(|source| source.lines()) {
        let Some((name, value)) =
            line.trim().strip_prefix("pub const ").and_then(|rest| rest.split_once(": &str = \""))
        else {
            continue;
        };
        constants.insert(name.to_owned(), value.trim_end_matches("\";").to_owned());
    }
    constants
}

fn part<'s>(text: &'s str, from: &str, to: &str) -> &'s str {
    text.split_once(from).and_then(|(_, rest)| rest.split_once(to)).map(|(part, _)| part).unwrap_or_default()
}

/// What schema.rs asks `CreateTable` for, in CloudFormation's words.
fn expected() -> Value {
    let constants = constants();
    let named = |path: &str| constants[path.trim().trim_start_matches("keys::")].clone();
    let schema = source("shared/src/adapters/dynamodb/schema.rs");
    let key_schema = |hash: &str, range: &str| {
        json!([
            { "AttributeName": named(hash), "KeyType": "HASH" },
            { "AttributeName": named(range), "KeyType": "RANGE" },
        ])
    };
    // (keys::PK, S),
    let attributes: Vec<Value> = part(&schema, "let attributes = [", "];")
        .lines()
        .filter_map(|line| line.trim().strip_prefix('(')?.strip_suffix("),")?.split_once(", "))
        .map(|(name, kind)| json!({ "AttributeName": named(name), "AttributeType": kind }))
        .collect();
    // .global_secondary_indexes(index(keys::WAKE, keys::WAKE_PK, keys::WAKE_SK, &[])?)
    let indexes: Vec<Value> = schema
        .split(".global_secondary_indexes(index(")
        .skip(1)
        .map(|rest| {
            let arguments: Vec<&str> = part(rest, "", ")?)").splitn(4, ", ").collect();
            let [name, hash, range, also] = arguments[..] else { panic!("an index of {arguments:?}") };
            let also = also.trim_start_matches("&[").trim_end_matches(']');
            let projection = match also {
                "" => json!({ "ProjectionType": "KEYS_ONLY" }),
                also => {
                    let also: Vec<String> = also.split(", ").map(named).collect();
                    json!({ "ProjectionType": "INCLUDE", "NonKeyAttributes": also })
                }
            };
            let keys = key_schema(hash, range);
            json!({ "IndexName": named(name), "KeySchema": keys, "Projection": projection })
        })
        .collect();
    json!({
        "AttributeDefinitions": attributes,
        "KeySchema": key_schema("keys::PK", "keys::SK"),
        "GlobalSecondaryIndexes": indexes,
        "TimeToLiveSpecification": { "AttributeName": named("TTL"), "Enabled": true },
        "BillingMode": "PAY_PER_REQUEST",
    })
}

#[test]
fn the_table_is_the_one_that_the_code_makes() {
    let template = data();
    let table = template.resource("Table").unwrap();
    let expected = expected();
    assert!(
        expected["GlobalSecondaryIndexes"].as_array().is_some_and(|indexes| indexes.len() >= 3),
        "{expected}"
    );
    for (property, expected) in expected.as_object().unwrap() {
        assert_eq!(table.properties()[property], *expected, "{property}");
    }
}

#[test]
fn the_table_cannot_be_lost_by_mistake() {
    let template = data();
    let table = template.resource("Table").unwrap().properties();
    assert_eq!(table["DeletionProtectionEnabled"], true);
    assert_eq!(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
}

#[test]
fn what_holds_data_is_kept_when_its_stack_goes() {
    const HOLD_DATA: [&str; 5] = [
        "AWS::DynamoDB::Table",
        "AWS::DynamoDB::GlobalTable",
        "AWS::S3::Bucket",
        "AWS::SecretsManager::Secret",
        "AWS::KMS::Key",
    ];
    let template = data();
    let held: Vec<_> = template.resources().filter(|resource| HOLD_DATA.contains(&resource.kind())).collect();
    assert_eq!(
        held.iter().map(|held| held.name).collect::<Vec<_>>(),
        ["ArtifactsBucket", "MediaBucket", "Table"]
    );
    for held in held {
        assert_eq!(held.body["DeletionPolicy"], "Retain", "{}", held.name);
        assert_eq!(held.body["UpdateReplacePolicy"], "Retain", "{}", held.name);
    }
    let app = Template::read(cloud::APP).unwrap();
    for resource in app.resources() {
        assert!(!HOLD_DATA.contains(&resource.kind()), "{} goes with its stack", resource.name);
    }
}

#[test]
fn a_bucket_is_never_listed_or_opened_by_a_file_s_own_rights() {
    let template = data();
    for bucket in template.of_kind("AWS::S3::Bucket") {
        let block = &bucket.properties()["PublicAccessBlockConfiguration"];
        assert_eq!(block["BlockPublicAcls"], true, "{}", bucket.name);
        assert_eq!(block["IgnorePublicAcls"], true, "{}", bucket.name);
        let open = bucket.name == "MediaBucket";
        let closed = block["BlockPublicPolicy"] == true && block["RestrictPublicBuckets"] == true;
        assert_eq!(closed, !open, "{}", bucket.name);
    }
}

#[test]
fn one_stack_is_handed_to_the_other_as_parameters() {
    let (data, app) = (data(), Template::read(cloud::APP).unwrap());
    for name in ["TableName", "ArtifactsBucket"] {
        assert!(data.part("Outputs").get(name).is_some(), "{name}");
        assert!(app.part("Parameters").get(name).is_some(), "{name}");
    }
    for text in [cloud::DATA, cloud::APP] {
        assert!(!text.contains("Fn::ImportValue") && !text.contains("Export:"), "an export locks the stacks");
        assert!(
            !text.contains("!Sub") && !text.contains("!Ref") && !text.contains("!GetAtt"),
            "a short form"
        );
    }
}
