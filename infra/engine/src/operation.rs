//! The operations of DynamoDB that the engine answers: JSON in, JSON out, as on the wire.

use dynoxide::actions::transact_write_items::TransactWriteItemsRequest;
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::repeats::{Known, Repeats};
use crate::worker::Tables;

/// Status and body of an answer.
pub struct Answer {
    pub status: u16,
    pub body: String,
}

pub fn answer(tables: &mut Tables, operation: &str, body: &[u8]) -> Answer {
    match dispatch(tables, operation, body) {
        Ok(body) => Answer { status: 200, body },
        Err(error) => Answer { status: error.status_code(), body: error.to_json() },
    }
}

fn dispatch(tables: &mut Tables, operation: &str, body: &[u8]) -> Result<String, DynoxideError> {
    let Tables { database, repeats } = tables;
    match operation {
        "GetItem" => with(body, |request| database.get_item(request)),
        "PutItem" => with(body, |request| database.put_item(request)),
        "UpdateItem" => with(body, |request| database.update_item(request)),
        "DeleteItem" => with(body, |request| database.delete_item(request)),
        "Query" => with(body, |request| database.query(request)),
        "TransactWriteItems" => transact(database, repeats, body),
        "BatchWriteItem" => with(body, |request| database.batch_write_item(request)),
        "Scan" => with(body, |request| database.scan(request)),
        "CreateTable" => with(body, |request| database.create_table(request)),
        "DescribeTable" => with(body, |request| database.describe_table(request)),
        "UpdateTimeToLive" => with(body, |request| database.update_time_to_live(request)),
        "DescribeTimeToLive" => with(body, |request| database.describe_time_to_live(request)),
        other => Err(DynoxideError::ValidationException(format!("the engine does not know {other}"))),
    }
}

fn transact(database: &Database, repeats: &mut Repeats, body: &[u8]) -> Result<String, DynoxideError> {
    let mut request: TransactWriteItemsRequest = read(body)?;
    let Some(token) = request.client_request_token.take() else {
        return written(&database.transact_write_items(request)?);
    };
    match repeats.look(&token, body) {
        Known::New => {
            let answer = written(&database.transact_write_items(request)?)?;
            repeats.remember(token, body, answer.clone());
            Ok(answer)
        }
        Known::Answered(answer) => Ok(answer),
        Known::OfAnother => {
            let what = "the token came with another request before".to_owned();
            Err(DynoxideError::IdempotentParameterMismatchException(what))
        }
    }
}

fn with<Request: DeserializeOwned, Response: Serialize>(
    body: &[u8],
    call: impl FnOnce(Request) -> Result<Response, DynoxideError>,
) -> Result<String, DynoxideError> {
    written(&call(read(body)?)?)
}

fn read<Request: DeserializeOwned>(body: &[u8]) -> Result<Request, DynoxideError> {
    serde_json::from_slice(body)
        .map_err(|error| DynoxideError::SerializationException(format!("at column {}", error.column())))
}

fn written<Response: Serialize>(response: &Response) -> Result<String, DynoxideError> {
    serde_json::to_string(response).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}
