//! The wake index: what may be due, told from keys alone.

use application::ports::{DuePage, DueQuery, StoreError};
use domain::hint::Hint;
use domain::work::Class;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::keys::{self, Key, Named, PK, SK, WAKE, WAKE_PK, WAKE_SK};
use super::query::{Query, Sort};
use super::row::{Attributes, Row, millis, number, text};
use super::store::DynamoDbStore;

/// The place in one shard at which a page ended.
#[derive(Debug, Serialize, Deserialize)]
struct Place {
    pk: String,
    sk: String,
    wa: i64,
}

impl DynamoDbStore {
    pub(super) async fn read_due(&self, query: &DueQuery) -> Result<DuePage, StoreError> {
        let shard = keys::wake_pk(query.class, query.shard);
        let mut part = Query::index("due", WAKE, WAKE_PK, &shard);
        part.sort = Some(Sort::UpTo(WAKE_SK, millis(query.until)));
        part.limit = Some(query.limit);
        part.start = query.after.as_deref().map(|after| start_at(&shard, after)).transpose()?;
        let page = self.page(part).await?;
        let due = page.rows.iter().filter_map(|row| due_of(row, query.class)).collect();
        Ok(DuePage { due, next: page.next.and_then(|next| place_of(&Row(next))) })
    }
}

fn due_of(row: &Row, class: Class) -> Option<(Timestamp, Hint)> {
    let hint = row.key().and_then(|key| hint_of(&key, class));
    if hint.is_none() {
        tracing::error!("the wake index shows an item that nobody knows how to work");
    }
    Some((row.instant(WAKE_SK)?, hint?))
}

fn hint_of(key: &Key, class: Class) -> Option<Hint> {
    match key.names()? {
        Named::Lead(business, lead) => Some(Hint::Lead { business, lead, class }),
        Named::InboxRow(row) => {
            let responder = row.responder()?;
            Some(Hint::Inbox { business: row.at.business, identity: row.at.identity, responder })
        }
        Named::Notice(..) => None,
    }
}

fn place_of(row: &Row) -> Option<String> {
    let Key { pk, sk } = row.key()?;
    serde_json::to_string(&Place { pk, sk, wa: row.number(WAKE_SK)? }).ok()
}

fn start_at(shard: &str, place: &str) -> Result<Attributes, StoreError> {
    let place: Place = serde_json::from_str(place)
        .map_err(|_| StoreError::Unreadable("the place of a page is none that this store gave".to_owned()))?;
    let start = Row::default()
        .with(PK, text(&place.pk))
        .with(SK, text(&place.sk))
        .with(WAKE_PK, text(shard))
        .with(WAKE_SK, number(place.wa));
    Ok(start.0)
}
