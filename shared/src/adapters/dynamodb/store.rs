//! The store, and which file keeps which of its promises.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use application::commit::{Commit, CommitError};
use application::ports::{
    Attention, Chance, DuePage, DueQuery, Heartbeat, Inbox, InboxId, InboxRow, InboxRowId, Notice, Store,
    StoreError, TimelineRow,
};
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use domain::delivery::Delivery;
use domain::ids::{AssetId, BusinessId, LeadId, PlaybookVersion, WorkId};
use domain::lead::Lead;
use jiff::Timestamp;

use super::meter::Meter;

pub struct DynamoDbStore {
    pub(super) client: Client,
    pub(super) table: String,
    pub(super) meter: Option<Arc<Meter>>,
    chance: Arc<dyn Chance>,
    writes: AtomicU64,
}

impl DynamoDbStore {
    /// `chance` tells the writes of this process from those of others; it decides nothing.
    pub fn new(client: Client, table: impl Into<String>, chance: Arc<dyn Chance>) -> Self {
        Self { client, table: table.into(), meter: None, chance, writes: AtomicU64::new(0) }
    }

    pub fn with_meter(self, meter: Arc<Meter>) -> Self {
        Self { meter: Some(meter), ..self }
    }

    /// A name for one call of [`Store::commit`], at most 36 characters.
    ///
    /// The SDK repeats a request whose answer was lost, and by this name its first arrival is known. It is of the
    /// call and not of what is written: two workers that claim one lead in one millisecond write the same, and
    /// only one of them may be told that the claim is theirs.
    pub(super) fn write_name(&self) -> String {
        format!("{:016x}-{:x}", self.chance.seed(), self.writes.fetch_add(1, Ordering::Relaxed))
    }
}

#[async_trait]
impl Store for DynamoDbStore {
    async fn asset(&self, asset: &AssetId) -> Result<Option<BusinessId>, StoreError> {
        self.read_asset(asset).await
    }

    async fn put_asset(&self, asset: &AssetId, business: &BusinessId) -> Result<(), StoreError> {
        self.write_asset(asset, business).await
    }

    async fn put_inbox(&self, rows: &[InboxRow]) -> Result<(), StoreError> {
        self.write_inbox(rows).await
    }

    async fn inbox(&self, at: &InboxId, limit: usize) -> Result<Inbox, StoreError> {
        self.read_inbox(at, limit).await
    }

    async fn delete_inbox(&self, row: &InboxRowId) -> Result<(), StoreError> {
        self.drop_inbox_row(row).await
    }

    async fn park_inbox(&self, row: &InboxRowId, reason: &str, now: Timestamp) -> Result<(), StoreError> {
        self.park_inbox_row(row, reason, now).await
    }

    async fn unpark_inbox(&self, row: &InboxRowId) -> Result<(), StoreError> {
        self.unpark_inbox_row(row).await
    }

    async fn lead(&self, business: &BusinessId, lead: LeadId) -> Result<Option<Lead>, StoreError> {
        self.read_lead(business, lead).await
    }

    async fn erase_beside(
        &self,
        business: &BusinessId,
        lead: LeadId,
        limit: usize,
    ) -> Result<bool, StoreError> {
        self.delete_beside(business, lead, limit).await
    }

    async fn erase_inbox(&self, at: &InboxId, up_to: Timestamp, limit: usize) -> Result<bool, StoreError> {
        self.delete_from_inbox(at, up_to, limit).await
    }

    async fn delete_lead(&self, read: &Lead) -> Result<(), StoreError> {
        self.delete_record(read).await
    }

    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        self.write_commit(commit).await
    }

    async fn put_delivery(
        &self,
        business: &BusinessId,
        lead: LeadId,
        work: WorkId,
        delivery: &Delivery,
    ) -> Result<(), StoreError> {
        self.write_delivery(business, lead, work, delivery).await
    }

    async fn deliveries(
        &self,
        business: &BusinessId,
        lead: LeadId,
        work: WorkId,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.read_deliveries(business, lead, work).await
    }

    async fn timeline(&self, business: &BusinessId, lead: LeadId) -> Result<Vec<TimelineRow>, StoreError> {
        self.read_timeline(business, lead).await
    }

    async fn due(&self, query: &DueQuery) -> Result<DuePage, StoreError> {
        self.read_due(query).await
    }

    async fn put_notice(&self, notice: &Notice) -> Result<bool, StoreError> {
        self.write_notice(notice).await
    }

    async fn attention(&self, business: &BusinessId, limit: usize) -> Result<Vec<Attention>, StoreError> {
        self.read_attention(business, limit).await
    }

    async fn roster(
        &self,
        business: &BusinessId,
        after: Option<LeadId>,
        limit: usize,
    ) -> Result<Vec<LeadId>, StoreError> {
        self.read_roster(business, after, limit).await
    }

    async fn heartbeat(&self) -> Result<Option<Heartbeat>, StoreError> {
        self.read_heartbeat().await
    }

    async fn put_heartbeat(&self, heartbeat: &Heartbeat) -> Result<(), StoreError> {
        self.write_heartbeat(heartbeat).await
    }

    async fn released_table(&self) -> Result<Option<String>, StoreError> {
        self.read_released_table().await
    }

    async fn release_table(&self, table: &str) -> Result<(), StoreError> {
        self.write_released_table(table).await
    }

    async fn put_playbook(
        &self,
        business: &BusinessId,
        version: &PlaybookVersion,
        text: &str,
    ) -> Result<(), StoreError> {
        self.write_playbook(business, version, text).await
    }

    async fn set_current_playbook(
        &self,
        business: &BusinessId,
        version: &PlaybookVersion,
    ) -> Result<(), StoreError> {
        self.write_current_playbook(business, version).await
    }

    async fn businesses(&self) -> Result<Vec<BusinessId>, StoreError> {
        self.read_businesses().await
    }

    async fn playbook(
        &self,
        business: &BusinessId,
        version: Option<&PlaybookVersion>,
    ) -> Result<Option<String>, StoreError> {
        self.read_playbook(business, version).await
    }
}
