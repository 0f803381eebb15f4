//! Inboxes: events where their authors' identities find them, until they are decided.

use application::ports::{
    Inbox, InboxId, InboxRow, InboxRowId, Notice, StoreError, UnreadableRow, wake_shard,
};
use domain::event_key::EventKey;
use domain::ids::LeadId;
use domain::work::Class;
use jiff::Timestamp;

use super::attention::notice_row;
use super::commit::newest;
use super::condition::Condition;
use super::errors::unwritable;
use super::items::{Damaged, EventItem, to_body};
use super::keys::{self, IDENTITY_SK, INBOX_END, Named, PK, WAKE_PK, WAKE_SK};
use super::leads::REASON_BYTES_MAX;
use super::names::{LEAD, erased_of};
use super::query::{Query, Sort};
use super::row::{BODY, Row, clipped, millis, number, text};
use super::schema::REASON;
use super::store::DynamoDbStore;

/// When a row came, by our clock.
const RECEIVED: &str = "r";
/// Since when a row is parked.
const PARKED: &str = "p";
/// An event above this cannot be worked like the others: an item holds 400 KB.
const EVENT_BYTES_MAX: usize = 300_000;

/// The row as an item; of an event that is too large, the notice that shows it to the operator.
pub fn row_or_notice(row: &InboxRow) -> Result<Row, Damaged> {
    let body = to_body(&EventItem::from(&row.event))?;
    if body.len() > EVENT_BYTES_MAX {
        return notice_row(&Notice {
            business: row.at.business.clone(),
            key: format!("event#{}", row.event.key),
            at: row.received_at,
            reason: format!("an event of {} KB is too large to be worked", body.len() / 1_024),
            body: Some(body),
        });
    }
    let item = Row::at(&keys::inbox_row(&row.id()));
    Ok(item
        .with(BODY, text(&body))
        .with(RECEIVED, millis(row.received_at))
        .with(WAKE_PK, text(&wake_pk(&row.at)))
        .with(WAKE_SK, millis(row.received_at)))
}

fn wake_pk(at: &InboxId) -> String {
    keys::wake_pk(Class::Conversation, wake_shard(at.identity.as_str()))
}

impl DynamoDbStore {
    pub(super) async fn write_inbox(&self, rows: &[InboxRow]) -> Result<(), StoreError> {
        let items: Result<Vec<Row>, Damaged> = newest(rows).into_iter().map(row_or_notice).collect();
        let mut items = items.map_err(unwritable)?;
        if items.len() == 1 {
            let only = items.remove(0);
            return self.put("put-inbox", only, None).await.map(|_| ());
        }
        self.put_all("put-inbox", items).await
    }

    /// One query: the identity stands before its rows.
    pub(super) async fn read_inbox(&self, at: &InboxId, limit: usize) -> Result<Inbox, StoreError> {
        let identity = keys::identity(&at.business, &at.identity);
        if limit == 0 {
            let row = self.get("identity", &identity).await?;
            let erased = row.as_ref().map(erased_of).transpose()?.flatten();
            return Ok(Inbox { lead: row.as_ref().and_then(lead_of), erased, rows: Vec::new() });
        }
        let between = Sort::Between(IDENTITY_SK.to_owned(), INBOX_END.to_owned());
        let mut query = Query::table("inbox", &identity.pk, between);
        query.limit = Some(limit.saturating_add(1));
        let mut inbox = Inbox::default();
        loop {
            let page = self.page(query.clone()).await?;
            for row in page.rows {
                if row.text(keys::SK) == Some(IDENTITY_SK) {
                    inbox.lead = lead_of(&row);
                    inbox.erased = erased_of(&row)?;
                } else if row.number::<i64>(PARKED).is_none() && inbox.rows.len() < limit {
                    inbox.rows.extend(read_row(&row));
                }
            }
            match page.next {
                Some(next) if inbox.rows.len() < limit => query.start = Some(next),
                _ => return Ok(inbox),
            }
        }
    }

    pub(super) async fn drop_inbox_row(&self, row: &InboxRowId) -> Result<(), StoreError> {
        self.delete("delete-inbox", &keys::inbox_row(row)).await
    }

    /// Of a row that is gone nothing is left to park.
    pub(super) async fn park_inbox_row(
        &self,
        row: &InboxRowId,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let parked = Condition {
            expression: "attribute_exists(#pk)",
            names: &[
                ("#pk", PK),
                ("#wk", WAKE_PK),
                ("#wa", WAKE_SK),
                ("#at", keys::ATTENTION_PK),
                ("#as", keys::ATTENTION_SK),
                ("#reason", REASON),
                ("#p", PARKED),
            ],
            values: vec![
                (":at", text(row.at.business.as_str())),
                (":as", text(&keys::attention_of_row(row))),
                (":reason", text(clipped(reason, REASON_BYTES_MAX))),
                (":p", millis(now)),
            ],
        };
        let update = "SET #at = :at, #as = :as, #reason = :reason, #p = :p REMOVE #wk, #wa";
        self.update("park-inbox", &keys::inbox_row(row), update, &parked).await.map(|_| ())
    }

    pub(super) async fn unpark_inbox_row(&self, row: &InboxRowId) -> Result<(), StoreError> {
        let waiting = Condition {
            expression: "attribute_exists(#p)",
            names: &[
                ("#wk", WAKE_PK),
                ("#wa", WAKE_SK),
                ("#at", keys::ATTENTION_PK),
                ("#as", keys::ATTENTION_SK),
                ("#reason", REASON),
                ("#p", PARKED),
                ("#r", RECEIVED),
            ],
            values: vec![(":wk", text(&wake_pk(&row.at))), (":epoch", number(0))],
        };
        let update = "SET #wk = :wk, #wa = if_not_exists(#r, :epoch) REMOVE #at, #as, #reason, #p";
        self.update("unpark-inbox", &keys::inbox_row(row), update, &waiting).await.map(|_| ())
    }
}

fn lead_of(row: &Row) -> Option<LeadId> {
    LeadId::parse(row.text(LEAD)?)
}

/// `None` for an item of this partition that is no row of an inbox.
fn read_row(row: &Row) -> Option<Result<InboxRow, UnreadableRow>> {
    let Named::InboxRow(id) = row.key()?.names()? else { return None };
    Some(event_of(row, &id).map_err(|damaged| UnreadableRow { id, reason: damaged.to_string() }))
}

fn event_of(row: &Row, id: &InboxRowId) -> Result<InboxRow, Damaged> {
    let key = id.sort.split_once('#').and_then(|(_, key)| EventKey::parse(key));
    let key = key.ok_or(Damaged::Field("event key"))?;
    let event = row.body::<EventItem>()?.read(&id.at.business, key)?;
    let received_at = row.instant(RECEIVED).ok_or(Damaged::Missing("time of arrival"))?;
    let read = InboxRow { at: id.at.clone(), event, received_at };
    // What says it stands elsewhere would never be taken away once it is decided.
    if read.id() == *id { Ok(read) } else { Err(Damaged::Field("time")) }
}
