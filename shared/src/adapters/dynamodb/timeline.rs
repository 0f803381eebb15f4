//! A lead's timeline: the entries of its commits, and beside them what platforms said.

use application::ports::{StoreError, TimelineRow};
use domain::ids::{BusinessId, LeadId};

use super::deliveries::delivery_of;
use super::errors::unreadable;
use super::items::{Damaged, TimelineItem};
use super::keys::{self, DELIVERY_PREFIX, SK};
use super::query::{Query, Sort};
use super::row::Row;
use super::store::DynamoDbStore;

impl DynamoDbStore {
    pub(super) async fn read_timeline(
        &self,
        business: &BusinessId,
        lead: LeadId,
    ) -> Result<Vec<TimelineRow>, StoreError> {
        // Deliveries (`S#`) stand before entries (`T#`), and the record before both.
        let from = DELIVERY_PREFIX.to_owned();
        let part = Sort::Between(from, "T$".to_owned());
        let rows = self.all(Query::table("timeline", &keys::lead(business, lead).pk, part)).await?;
        in_order(&rows).map_err(|damaged| unreadable("a timeline", &damaged))
    }
}

/// By time; what has one time, in the order of the commits, and deliveries after entries.
fn in_order(rows: &[Row]) -> Result<Vec<TimelineRow>, Damaged> {
    let (mut commits, mut told) = (Vec::new(), Vec::new());
    for row in rows {
        let sk = row.text(SK).ok_or(Damaged::Missing(SK))?;
        if sk.starts_with(DELIVERY_PREFIX) {
            told.push(delivery_of(row)?);
        } else {
            let version = keys::timeline_version(sk).ok_or(Damaged::Field("key"))?;
            commits.push((version, row.body::<TimelineItem>()?.read()));
        }
    }
    commits.sort_by_key(|(version, _)| *version);
    told.sort_by_key(|(work, delivery)| (*work, delivery.status));
    let entries = commits.into_iter().flat_map(|(_, entries)| entries).map(TimelineRow::Entry);
    let told = told.into_iter().map(|(work, delivery)| TimelineRow::Delivery { work, delivery });
    let mut rows: Vec<TimelineRow> = entries.chain(told).collect();
    rows.sort_by_key(TimelineRow::at);
    Ok(rows)
}
