//! What platforms said of messages: each status is its own item and its own marker.

use application::ports::StoreError;
use domain::delivery::Delivery;
use domain::ids::{BusinessId, LeadId, WorkId};

use super::condition::Condition;
use super::errors::{unreadable, unwritable};
use super::items::{Damaged, DeliveryItem};
use super::keys::{self, SK};
use super::query::Query;
use super::row::Row;
use super::store::DynamoDbStore;

impl DynamoDbStore {
    pub(super) async fn write_delivery(
        &self,
        business: &BusinessId,
        lead: LeadId,
        work: WorkId,
        delivery: &Delivery,
    ) -> Result<(), StoreError> {
        let row = Row::at(&keys::delivery(business, lead, work, delivery.status));
        let row = row.with_body(&DeliveryItem::from(delivery)).map_err(unwritable)?;
        self.put("put-delivery", row, Some(&Condition::absent())).await.map(|_| ())
    }

    pub(super) async fn read_deliveries(
        &self,
        business: &BusinessId,
        lead: LeadId,
        work: WorkId,
    ) -> Result<Vec<Delivery>, StoreError> {
        let rows = self.all(Query::begins_with("deliveries", keys::deliveries(business, lead, work))).await?;
        let read: Result<Vec<_>, Damaged> = rows.iter().map(delivery_of).collect();
        let mut told: Vec<Delivery> = read
            .map_err(|damaged| unreadable("a delivery", &damaged))?
            .into_iter()
            .map(|(_, told)| told)
            .collect();
        told.sort_by_key(|delivery| delivery.status);
        Ok(told)
    }
}

pub fn delivery_of(row: &Row) -> Result<(WorkId, Delivery), Damaged> {
    let (work, status) = row.text(SK).and_then(keys::delivery_of).ok_or(Damaged::Field("key"))?;
    Ok((work, row.body::<DeliveryItem>()?.read(status)))
}
