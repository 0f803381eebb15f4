//! Queries: one partition, in order, page by page.

use application::ports::StoreError;
use aws_sdk_dynamodb::types::AttributeValue;

use super::errors::unavailable;
use super::keys::{Key, PK, SK};
use super::meter::Unit;
use super::row::{Attributes, Row, text};
use super::store::DynamoDbStore;

/// How many pages (of a megabyte each) one read of a partition may take.
const PAGES_MAX: usize = 100;

#[derive(Clone, Debug)]
pub struct Query {
    pub what: &'static str,
    pub index: Option<&'static str>,
    pub partition: (&'static str, AttributeValue),
    pub sort: Option<Sort>,
    pub limit: Option<usize>,
    pub start: Option<Attributes>,
}

/// Which part of a partition, by its sort key.
#[derive(Clone, Debug)]
pub enum Sort {
    BeginsWith(String),
    Between(String, String),
    After(&'static str, String),
    UpTo(&'static str, AttributeValue),
}

#[derive(Debug)]
pub struct Page {
    pub rows: Vec<Row>,
    /// Where the next page starts, if there is one.
    pub next: Option<Attributes>,
}

impl Query {
    /// A part of the table itself, read consistently.
    pub fn table(what: &'static str, pk: &str, sort: Sort) -> Self {
        Self { what, index: None, partition: (PK, text(pk)), sort: Some(sort), limit: None, start: None }
    }

    pub fn index(what: &'static str, index: &'static str, attribute: &'static str, value: &str) -> Self {
        Self {
            what,
            index: Some(index),
            partition: (attribute, text(value)),
            sort: None,
            limit: None,
            start: None,
        }
    }

    pub fn begins_with(what: &'static str, prefix: Key) -> Self {
        Self::table(what, &prefix.pk, Sort::BeginsWith(prefix.sk))
    }
}

impl DynamoDbStore {
    pub(super) async fn page(&self, query: Query) -> Result<Page, StoreError> {
        let (attribute, partition) = query.partition;
        let mut request = self
            .client
            .query()
            .table_name(&self.table)
            .set_index_name(query.index.map(str::to_owned))
            // An index is never consistent, and refuses to be asked.
            .consistent_read(query.index.is_none())
            .expression_attribute_names("#p", attribute)
            .expression_attribute_values(":p", partition)
            .set_limit(query.limit.and_then(|limit| i32::try_from(limit.max(1)).ok()))
            .set_exclusive_start_key(query.start)
            .set_return_consumed_capacity(self.wants_units());
        request = match query.sort {
            None => request.key_condition_expression("#p = :p"),
            Some(Sort::BeginsWith(prefix)) => request
                .key_condition_expression("#p = :p AND begins_with(#s, :s)")
                .expression_attribute_names("#s", SK)
                .expression_attribute_values(":s", AttributeValue::S(prefix)),
            Some(Sort::Between(from, to)) => request
                .key_condition_expression("#p = :p AND #s BETWEEN :s AND :t")
                .expression_attribute_names("#s", SK)
                .expression_attribute_values(":s", AttributeValue::S(from))
                .expression_attribute_values(":t", AttributeValue::S(to)),
            Some(Sort::After(name, value)) => request
                .key_condition_expression("#p = :p AND #s > :s")
                .expression_attribute_names("#s", name)
                .expression_attribute_values(":s", AttributeValue::S(value)),
            Some(Sort::UpTo(name, value)) => request
                .key_condition_expression("#p = :p AND #s <= :s")
                .expression_attribute_names("#s", name)
                .expression_attribute_values(":s", value),
        };
        let answer = request.send().await.map_err(|error| unavailable(query.what, &error))?;
        self.count(query.what, Unit::Read, answer.consumed_capacity());
        let rows = answer.items.unwrap_or_default().into_iter().map(Row).collect();
        Ok(Page { rows, next: answer.last_evaluated_key.filter(|key| !key.is_empty()) })
    }

    /// All of a part of a partition.
    pub(super) async fn all(&self, query: Query) -> Result<Vec<Row>, StoreError> {
        let what = query.what;
        let mut query = query;
        let mut rows = Vec::new();
        for _ in 0..PAGES_MAX {
            let page = self.page(query.clone()).await?;
            rows.extend(page.rows);
            match page.next {
                Some(next) => query.start = Some(next),
                None => return Ok(rows),
            }
        }
        Err(StoreError::Unavailable(format!("{what}: more than {PAGES_MAX} pages")))
    }
}
