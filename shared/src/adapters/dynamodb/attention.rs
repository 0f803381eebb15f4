//! What waits for the operator: parked leads, parked events, and notices.

use application::ports::{Attention, Notice, StoreError};
use domain::ids::BusinessId;
use serde::Serialize;

use super::condition::Condition;
use super::errors::unwritable;
use super::items::{Damaged, Moment};
use super::keys::{self, ATTENTION, ATTENTION_PK, ATTENTION_SK, Named};
use super::leads::REASON_BYTES_MAX;
use super::query::Query;
use super::requests::Written;
use super::row::{Row, clipped, text};
use super::schema::REASON;
use super::store::DynamoDbStore;

/// As much of what arrived as a notice keeps.
const NOTICE_BYTES_MAX: usize = 200_000;
/// DynamoDB takes sort keys of 1,024 bytes, and what arrives from outside may be part of one.
const KEY_BYTES_MAX: usize = 900;

#[derive(Serialize)]
struct NoticeItem<'a> {
    f: u32,
    t: Moment,
    /// What arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    b: Option<&'a str>,
}

pub fn notice_row(notice: &Notice) -> Result<Row, Damaged> {
    let b = notice.body.as_deref().map(|body| clipped(body, NOTICE_BYTES_MAX));
    let key = clipped(&notice.key, KEY_BYTES_MAX);
    let row = Row::at(&keys::notice(&notice.business, key))
        .with_body(&NoticeItem { f: 1, t: notice.at.into(), b })?
        .with(ATTENTION_PK, text(notice.business.as_str()))
        .with(ATTENTION_SK, text(&keys::attention_of_notice(key)))
        .with(REASON, text(clipped(&notice.reason, REASON_BYTES_MAX)));
    Ok(row)
}

impl DynamoDbStore {
    /// The first notice of a key stays. Whether this is it.
    pub(super) async fn write_notice(&self, notice: &Notice) -> Result<bool, StoreError> {
        let row = notice_row(notice).map_err(unwritable)?;
        self.put("put-notice", row, Some(&Condition::absent()))
            .await
            .map(|written| matches!(written, Written::Yes))
    }

    pub(super) async fn read_attention(
        &self,
        business: &BusinessId,
        limit: usize,
    ) -> Result<Vec<Attention>, StoreError> {
        let mut query = Query::index("attention", ATTENTION, ATTENTION_PK, business.as_str());
        let mut attention = Vec::new();
        while attention.len() < limit {
            query.limit = Some(limit - attention.len());
            let page = self.page(query.clone()).await?;
            attention.extend(page.rows.iter().filter_map(attention_of));
            match page.next {
                Some(next) => query.start = Some(next),
                None => break,
            }
        }
        Ok(attention)
    }
}

fn attention_of(row: &Row) -> Option<Attention> {
    let reason = row.text(REASON).unwrap_or_default().to_owned();
    Some(match row.key()?.names()? {
        Named::Lead(_, lead) => Attention::Lead { lead, reason },
        Named::InboxRow(row) => Attention::InboxRow { row, reason },
        Named::Notice(_, key) => Attention::Notice { key, reason },
    })
}
