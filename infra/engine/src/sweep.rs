//! What DynamoDB does by itself in time: items that have expired go. The engine's own sweep reads the machine's
//! clock; this one is told the time.

use dynoxide::{Database, DynoxideError};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::error::EngineError;

const PAGE: usize = 200;

/// A walk through a table.
pub struct Sweep {
    table: String,
    now: Timestamp,
    place: Place,
    /// Asked for once: whoever describes a table counts all that is in it.
    schema: Option<Schema>,
}

/// The attribute that says when items expire, and those of the key.
#[derive(Clone)]
struct Schema {
    ttl: String,
    keys: Vec<String>,
}

enum Place {
    Start,
    After(Value),
    End,
}

impl Sweep {
    pub fn new(table: String, now: Timestamp) -> Self {
        Self { table, now, place: Place::Start, schema: None }
    }

    pub fn is_over(&self) -> bool {
        matches!(self.place, Place::End)
    }

    /// Sweeps one page. Gives how many items went.
    pub fn page(&mut self, database: &Database) -> Result<usize, EngineError> {
        let swept = self.sweep(database);
        if swept.is_err() {
            self.place = Place::End;
        }
        swept.map_err(|error| EngineError::Refused(error.to_string()))
    }

    fn sweep(&mut self, database: &Database) -> Result<usize, DynoxideError> {
        let schema = match self.schema.take() {
            Some(known) => Some(known),
            None => self.described(database)?,
        };
        let Some(Schema { ttl, keys }) = schema.clone() else {
            self.place = Place::End;
            return Ok(0);
        };
        self.schema = schema;
        let mut scan = json!({
            "TableName": self.table,
            "Limit": PAGE,
            "FilterExpression": "#ttl <= :now",
            "ExpressionAttributeNames": { "#ttl": ttl },
            "ExpressionAttributeValues": { ":now": { "N": self.now.as_second().to_string() } },
        });
        if let Place::After(key) = &self.place {
            scan["ExclusiveStartKey"] = key.clone();
        }
        let page = to_value(&database.scan(from_value(scan)?)?)?;
        self.place = match page.get("LastEvaluatedKey") {
            Some(key) => Place::After(key.clone()),
            None => Place::End,
        };
        let expired = page.get("Items").and_then(Value::as_array).cloned().unwrap_or_default();
        for item in &expired {
            let key: Map<String, Value> =
                keys.iter().filter_map(|name| Some((name.clone(), item.get(name)?.clone()))).collect();
            let delete = json!({ "TableName": self.table, "Key": key });
            database.delete_item(from_value(delete)?)?;
        }
        Ok(expired.len())
    }

    /// `None` if nothing expires here.
    fn described(&self, database: &Database) -> Result<Option<Schema>, DynoxideError> {
        let table = json!({ "TableName": self.table });
        let expiry = to_value(&database.describe_time_to_live(from_value(table.clone())?)?)?;
        let Some(ttl) = expiry.pointer("/TimeToLiveDescription/AttributeName").and_then(Value::as_str) else {
            return Ok(None);
        };
        let described = to_value(&database.describe_table(from_value(table)?)?)?;
        let schema = described.pointer("/Table/KeySchema").and_then(Value::as_array);
        let names = schema.into_iter().flatten().filter_map(|key| key.get("AttributeName")?.as_str());
        Ok(Some(Schema { ttl: ttl.to_owned(), keys: names.map(str::to_owned).collect() }))
    }
}

fn to_value(response: &impl Serialize) -> Result<Value, DynoxideError> {
    serde_json::to_value(response).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

fn from_value<Request: serde::de::DeserializeOwned>(request: Value) -> Result<Request, DynoxideError> {
    serde_json::from_value(request).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}
