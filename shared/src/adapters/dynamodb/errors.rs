//! What the SDK's errors mean to the store's callers. Texts name operations and codes, and nothing of a request:
//! requests are full of personal data.

use application::ports::StoreError;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use super::items::Damaged;

pub fn unavailable<E, R>(what: &str, error: &SdkError<E, R>) -> StoreError
where
    SdkError<E, R>: ProvideErrorMetadata,
{
    StoreError::Unavailable(format!("{what}: {}", word_for(error)))
}

/// The code that the service gave, or how far the request came.
pub fn word_for<E, R>(error: &SdkError<E, R>) -> String
where
    SdkError<E, R>: ProvideErrorMetadata,
{
    if let Some(code) = error.code() {
        return code.to_owned();
    }
    match error {
        SdkError::ConstructionFailure(_) => "the request could not be made",
        SdkError::TimeoutError(_) => "no answer in time",
        SdkError::DispatchFailure(_) => "no connection",
        SdkError::ResponseError(_) => "an answer that cannot be read",
        _ => "an answer that says nothing",
    }
    .to_owned()
}

pub fn is_condition_failure<E, R>(error: &SdkError<E, R>) -> bool
where
    SdkError<E, R>: ProvideErrorMetadata,
{
    error.code() == Some("ConditionalCheckFailedException")
}

pub fn unreadable(what: &str, damaged: &Damaged) -> StoreError {
    StoreError::Unreadable(format!("{what}: {damaged}"))
}

/// Something of ours that cannot be written as JSON.
pub fn unwritable(damaged: Damaged) -> StoreError {
    StoreError::Unavailable(format!("an item could not be written: {damaged}"))
}
