//! The calls to DynamoDB, each at one place: consistent reads, counted units, errors without contents.

use application::ports::StoreError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, ConsumedCapacity, Delete, Put, PutRequest, ReturnConsumedCapacity,
    ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update, WriteRequest,
};

use super::condition::Condition;
use super::errors::{is_condition_failure, unavailable};
use super::keys::{Key, PK, SK};
use super::meter::Unit;
use super::row::{Attributes, Row, text};
use super::store::DynamoDbStore;

/// How many times what a batch left over is asked for again.
const BATCH_ROUNDS_MAX: usize = 8;
/// How many items one batch may hold.
const BATCH_MAX: usize = 25;

/// What became of a conditional write.
#[derive(Debug)]
pub enum Written {
    Yes,
    /// The condition does not hold; this is what stands there.
    No(Option<Row>),
}

/// One action of a transaction.
#[derive(Clone, Debug)]
pub enum Write {
    Put(Row, Option<Condition>),
    /// Changes attributes; names and values of the expression stand in the condition.
    Update(Key, &'static str, Condition),
    Delete(Key),
}

/// What became of a transaction.
#[derive(Debug)]
pub enum Transacted {
    Yes,
    /// Nothing was written. One reason for each action, in order.
    No(Vec<CancellationReason>),
    /// Nothing of this was written: another request came under its token.
    TokenTaken,
}

impl DynamoDbStore {
    pub(super) async fn get(&self, what: &'static str, key: &Key) -> Result<Option<Row>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key_attributes(key)))
            .consistent_read(true)
            .set_return_consumed_capacity(self.wants_units())
            .send()
            .await
            .map_err(|error| unavailable(what, &error))?;
        self.count(what, Unit::Read, answer.consumed_capacity());
        Ok(answer.item.map(Row))
    }

    pub(super) async fn put(
        &self,
        what: &'static str,
        row: Row,
        condition: Option<&Condition>,
    ) -> Result<Written, StoreError> {
        let mut request = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(row.0))
            .set_return_consumed_capacity(self.wants_units());
        if let Some(condition) = condition {
            request = request
                .condition_expression(condition.expression)
                .set_expression_attribute_values(condition.values())
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
            for (alias, name) in condition.names {
                request = request.expression_attribute_names(*alias, *name);
            }
        }
        match request.send().await {
            Ok(answer) => {
                self.count(what, Unit::Write, answer.consumed_capacity());
                Ok(Written::Yes)
            }
            Err(error) if is_condition_failure(&error) => {
                self.count(what, Unit::Write, None);
                Ok(Written::No(standing(error.as_service_error())))
            }
            Err(error) => Err(unavailable(what, &error)),
        }
    }

    pub(super) async fn delete(&self, what: &'static str, key: &Key) -> Result<(), StoreError> {
        let answer = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key_attributes(key)))
            .set_return_consumed_capacity(self.wants_units())
            .send()
            .await
            .map_err(|error| unavailable(what, &error))?;
        self.count(what, Unit::Write, answer.consumed_capacity());
        Ok(())
    }

    /// Deletes an item if the condition holds.
    pub(super) async fn delete_if(
        &self,
        what: &'static str,
        key: &Key,
        condition: &Condition,
    ) -> Result<(), StoreError> {
        let mut request = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key_attributes(key)))
            .condition_expression(condition.expression)
            .set_expression_attribute_values(condition.values())
            .set_return_consumed_capacity(self.wants_units());
        for (alias, name) in condition.names {
            request = request.expression_attribute_names(*alias, *name);
        }
        match request.send().await {
            Ok(answer) => self.count(what, Unit::Write, answer.consumed_capacity()),
            Err(error) if is_condition_failure(&error) => self.count(what, Unit::Write, None),
            Err(error) => return Err(unavailable(what, &error)),
        }
        Ok(())
    }

    /// Changes attributes of an item under a condition. `update` is the expression, with its names and values in
    /// `condition`.
    pub(super) async fn update(
        &self,
        what: &'static str,
        key: &Key,
        update: &'static str,
        condition: &Condition,
    ) -> Result<Written, StoreError> {
        let mut request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key_attributes(key)))
            .update_expression(update)
            .condition_expression(condition.expression)
            .set_expression_attribute_values(condition.values())
            .set_return_consumed_capacity(self.wants_units());
        for (alias, name) in condition.names {
            request = request.expression_attribute_names(*alias, *name);
        }
        match request.send().await {
            Ok(answer) => {
                self.count(what, Unit::Write, answer.consumed_capacity());
                Ok(Written::Yes)
            }
            Err(error) if is_condition_failure(&error) => {
                self.count(what, Unit::Write, None);
                Ok(Written::No(None))
            }
            Err(error) => Err(unavailable(what, &error)),
        }
    }

    /// Puts rows without conditions, all of them or an error. Each key may come once.
    pub(super) async fn put_all(&self, what: &'static str, rows: Vec<Row>) -> Result<(), StoreError> {
        let mut requests = Vec::with_capacity(rows.len());
        for row in rows {
            let put = PutRequest::builder().set_item(Some(row.0)).build().map_err(incomplete)?;
            requests.push(WriteRequest::builder().put_request(put).build());
        }
        for batch in requests.chunks(BATCH_MAX) {
            self.put_batch(what, batch.to_vec()).await?;
        }
        Ok(())
    }

    async fn put_batch(&self, what: &'static str, batch: Vec<WriteRequest>) -> Result<(), StoreError> {
        let mut left = batch;
        for _ in 0..BATCH_ROUNDS_MAX {
            let answer = self
                .client
                .batch_write_item()
                .request_items(&self.table, std::mem::take(&mut left))
                .set_return_consumed_capacity(self.wants_units())
                .send()
                .await
                .map_err(|error| unavailable(what, &error))?;
            self.count(what, Unit::Write, answer.consumed_capacity());
            match answer.unprocessed_items.and_then(|mut tables| tables.remove(&self.table)) {
                Some(rest) if !rest.is_empty() => left = rest,
                _ => return Ok(()),
            }
        }
        Err(StoreError::Unavailable(format!("{what}: the table takes no more at the moment")))
    }

    pub(super) async fn transact(
        &self,
        what: &'static str,
        writes: Vec<Write>,
        token: &str,
    ) -> Result<Transacted, StoreError> {
        let mut items = Vec::with_capacity(writes.len());
        for write in writes {
            items.push(self.transact_item(write)?);
        }
        let sent = self
            .client
            .transact_write_items()
            .set_transact_items(Some(items))
            .client_request_token(token)
            .set_return_consumed_capacity(self.wants_units())
            .send()
            .await;
        let error = match sent {
            Ok(answer) => {
                self.count(what, Unit::Write, answer.consumed_capacity());
                return Ok(Transacted::Yes);
            }
            Err(error) => error,
        };
        self.count(what, Unit::Write, None);
        match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                Ok(Transacted::No(cancelled.cancellation_reasons().to_vec()))
            }
            // The same request is under way at this moment; whether it gets through, a second read tells.
            Some(
                TransactWriteItemsError::IdempotentParameterMismatchException(_)
                | TransactWriteItemsError::TransactionInProgressException(_),
            ) => Ok(Transacted::TokenTaken),
            _ => Err(unavailable(what, &error)),
        }
    }

    fn transact_item(&self, write: Write) -> Result<TransactWriteItem, StoreError> {
        let item = TransactWriteItem::builder();
        Ok(match write {
            Write::Delete(key) => {
                let delete = Delete::builder().table_name(&self.table).set_key(Some(key_attributes(&key)));
                item.delete(delete.build().map_err(incomplete)?).build()
            }
            Write::Update(key, expression, condition) => {
                let mut update = Update::builder()
                    .table_name(&self.table)
                    .set_key(Some(key_attributes(&key)))
                    .update_expression(expression)
                    .condition_expression(condition.expression)
                    .set_expression_attribute_values(condition.values());
                for (alias, name) in condition.names {
                    update = update.expression_attribute_names(*alias, *name);
                }
                item.update(update.build().map_err(incomplete)?).build()
            }
            Write::Put(row, condition) => {
                let mut put = Put::builder().table_name(&self.table).set_item(Some(row.0));
                if let Some(condition) = condition {
                    put = put
                        .condition_expression(condition.expression)
                        .set_expression_attribute_values(condition.values());
                    for (alias, name) in condition.names {
                        put = put.expression_attribute_names(*alias, *name);
                    }
                }
                item.put(put.build().map_err(incomplete)?).build()
            }
        })
    }

    pub(super) fn wants_units(&self) -> Option<ReturnConsumedCapacity> {
        self.meter.as_ref().map(|_| ReturnConsumedCapacity::Total)
    }

    pub(super) fn count<'a>(
        &self,
        what: &'static str,
        unit: Unit,
        consumed: impl IntoIterator<Item = &'a ConsumedCapacity>,
    ) {
        if let Some(meter) = &self.meter {
            meter.record(what, unit, consumed);
        }
    }
}

pub fn key_attributes(key: &Key) -> Attributes {
    [(PK.to_owned(), text(&key.pk)), (SK.to_owned(), text(&key.sk))].into()
}

fn standing(error: Option<&PutItemError>) -> Option<Row> {
    match error? {
        PutItemError::ConditionalCheckFailedException(failed) => failed.item.clone().map(Row),
        _ => None,
    }
}

fn incomplete(error: aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::Unavailable(format!("a request lacks something: {error}"))
}
