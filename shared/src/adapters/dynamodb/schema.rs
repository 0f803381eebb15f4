//! The table and its indexes, for the embedded engine and for emulators. In the cloud CloudFormation makes the
//! same; `infra/cloud` is held to this by a test.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::create_table::CreateTableInput;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TimeToLiveSpecification,
};

use super::errors::word_for;
use super::keys;

/// The attribute by which markers expire. Never a timer: nothing waits for it.
pub const TTL: &str = "ttl";
/// What the attention index shows besides keys.
pub const REASON: &str = "reason";

#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("the table {table} could not be made: {reason}")]
    Refused { table: String, reason: String },
    #[error("the definition of the table lacks something: {0}")]
    Incomplete(String),
}

/// What `CreateTable` is asked for.
pub fn table_definition(name: &str) -> Result<CreateTableInput, TableError> {
    use ScalarAttributeType::{N, S};
    let attributes = [
        (keys::PK, S),
        (keys::SK, S),
        (keys::WAKE_PK, S),
        (keys::WAKE_SK, N),
        (keys::ATTENTION_PK, S),
        (keys::ATTENTION_SK, S),
        (keys::ROSTER_PK, S),
        (keys::ROSTER_SK, S),
    ];
    let attributes = attributes
        .into_iter()
        .map(|(name, kind)| AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build());
    let attributes: Vec<_> = attributes.collect::<Result<_, _>>().map_err(incomplete)?;
    CreateTableInput::builder()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(attributes))
        .set_key_schema(Some(key_schema(keys::PK, keys::SK)?))
        .global_secondary_indexes(index(keys::WAKE, keys::WAKE_PK, keys::WAKE_SK, &[])?)
        .global_secondary_indexes(index(keys::ATTENTION, keys::ATTENTION_PK, keys::ATTENTION_SK, &[REASON])?)
        .global_secondary_indexes(index(keys::ROSTER, keys::ROSTER_PK, keys::ROSTER_SK, &[])?)
        .build()
        .map_err(incomplete)
}

/// Makes the table if it is missing. What is there already stays as it is.
pub async fn ensure_table(client: &Client, name: &str) -> Result<(), TableError> {
    let refused = |reason: String| TableError::Refused { table: name.to_owned(), reason };
    match client.describe_table().table_name(name).send().await {
        Ok(_) => return Ok(()),
        Err(error)
            if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => {}
        Err(error) => return Err(refused(word_for(&error))),
    }
    let definition = table_definition(name)?;
    let created = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(definition.attribute_definitions)
        .set_key_schema(definition.key_schema)
        .set_global_secondary_indexes(definition.global_secondary_indexes)
        .send()
        .await;
    match created {
        Ok(_) => {}
        // Somebody else was faster.
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_in_use_exception()) => {}
        Err(error) => return Err(refused(word_for(&error))),
    }
    let ttl =
        TimeToLiveSpecification::builder().attribute_name(TTL).enabled(true).build().map_err(incomplete)?;
    let expiring = client.update_time_to_live().table_name(name).time_to_live_specification(ttl).send().await;
    expiring.map(|_| ()).map_err(|error| refused(word_for(&error)))
}

fn key_schema(hash: &str, range: &str) -> Result<Vec<KeySchemaElement>, TableError> {
    let element = |name: &str, kind: KeyType| {
        KeySchemaElement::builder().attribute_name(name).key_type(kind).build().map_err(incomplete)
    };
    Ok(vec![element(hash, KeyType::Hash)?, element(range, KeyType::Range)?])
}

fn index(name: &str, hash: &str, range: &str, also: &[&str]) -> Result<GlobalSecondaryIndex, TableError> {
    let projection = if also.is_empty() {
        Projection::builder().projection_type(ProjectionType::KeysOnly)
    } else {
        let also = also.iter().map(|name| (*name).to_owned()).collect();
        Projection::builder().projection_type(ProjectionType::Include).set_non_key_attributes(Some(also))
    };
    GlobalSecondaryIndex::builder()
        .index_name(name)
        .set_key_schema(Some(key_schema(hash, range)?))
        .projection(projection.build())
        .build()
        .map_err(incomplete)
}

fn incomplete(error: aws_sdk_dynamodb::error::BuildError) -> TableError {
    TableError::Incomplete(error.to_string())
}
