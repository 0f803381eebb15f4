//! The store in memory, with writes that fail on demand.

use std::sync::Mutex;

use application::commit::{Commit, CommitError};
use application::in_memory::InMemoryStore;
use application::ports::{
    Attention, DuePage, DueQuery, Heartbeat, Inbox, InboxId, InboxRow, InboxRowId, Notice, Store, StoreError,
    TimelineRow,
};
use async_trait::async_trait;
use domain::delivery::Delivery;
use domain::ids::{AssetId, BusinessId, LeadId, PlaybookVersion, WorkId};
use domain::lead::Lead;
use jiff::Timestamp;

#[derive(Debug, Default)]
pub struct FailingStore {
    inner: InMemoryStore,
    broken: Mutex<Option<&'static str>>,
}

impl FailingStore {
    /// From now on the call of this name fails, and no other.
    pub fn break_down(&self, call: Option<&'static str>) {
        *self.broken.lock().unwrap() = call;
    }

    pub fn undecided(&self) -> usize {
        self.inner.undecided()
    }

    fn works(&self, call: &str) -> Result<(), StoreError> {
        match *self.broken.lock().unwrap() {
            Some(broken) if broken == call => Err(StoreError::Unavailable("broken by the test".to_owned())),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Store for FailingStore {
    async fn asset(&self, asset: &AssetId) -> Result<Option<BusinessId>, StoreError> {
        self.works("asset")?;
        self.inner.asset(asset).await
    }

    async fn put_asset(&self, asset: &AssetId, business: &BusinessId) -> Result<(), StoreError> {
        self.inner.put_asset(asset, business).await
    }

    async fn put_inbox(&self, rows: &[InboxRow]) -> Result<(), StoreError> {
        self.works("put_inbox")?;
        self.inner.put_inbox(rows).await
    }

    async fn inbox(&self, at: &InboxId, limit: usize) -> Result<Inbox, StoreError> {
        self.inner.inbox(at, limit).await
    }

    async fn delete_inbox(&self, row: &InboxRowId) -> Result<(), StoreError> {
        self.inner.delete_inbox(row).await
    }

    async fn park_inbox(&self, row: &InboxRowId, reason: &str, now: Timestamp) -> Result<(), StoreError> {
        self.inner.park_inbox(row, reason, now).await
    }

    async fn unpark_inbox(&self, row: &InboxRowId) -> Result<(), StoreError> {
        self.inner.unpark_inbox(row).await
    }

    async fn lead(&self, business: &BusinessId, lead: LeadId) -> Result<Option<Lead>, StoreError> {
        self.inner.lead(business, lead).await
    }

    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        self.inner.commit(commit).await
    }

    async fn put_delivery(
        &self,
        business: &BusinessId,
        lead: LeadId,
        work: WorkId,
        delivery: &Delivery,
    ) -> Result<(), StoreError> {
        self.works("put_delivery")?;
        self.inner.put_delivery(business, lead, work, delivery).await
    }

    async fn deliveries(
        &self,
        business: &BusinessId,
        lead: LeadId,
        work: WorkId,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.inner.deliveries(business, lead, work).await
    }

    async fn timeline(&self, business: &BusinessId, lead: LeadId) -> Result<Vec<TimelineRow>, StoreError> {
        self.inner.timeline(business, lead).await
    }

    async fn due(&self, query: &DueQuery) -> Result<DuePage, StoreError> {
        self.inner.due(query).await
    }

    async fn put_notice(&self, notice: &Notice) -> Result<(), StoreError> {
        self.works("put_notice")?;
        self.inner.put_notice(notice).await
    }

    async fn attention(&self, business: &BusinessId, limit: usize) -> Result<Vec<Attention>, StoreError> {
        self.inner.attention(business, limit).await
    }

    async fn roster(
        &self,
        business: &BusinessId,
        after: Option<LeadId>,
        limit: usize,
    ) -> Result<Vec<LeadId>, StoreError> {
        self.inner.roster(business, after, limit).await
    }

    async fn heartbeat(&self) -> Result<Option<Heartbeat>, StoreError> {
        self.inner.heartbeat().await
    }

    async fn put_heartbeat(&self, heartbeat: &Heartbeat) -> Result<(), StoreError> {
        self.inner.put_heartbeat(heartbeat).await
    }

    async fn released_table(&self) -> Result<Option<String>, StoreError> {
        self.inner.released_table().await
    }

    async fn release_table(&self, table: &str) -> Result<(), StoreError> {
        self.inner.release_table(table).await
    }

    async fn put_playbook(
        &self,
        business: &BusinessId,
        version: &PlaybookVersion,
        text: &str,
    ) -> Result<(), StoreError> {
        self.inner.put_playbook(business, version, text).await
    }

    async fn set_current_playbook(
        &self,
        business: &BusinessId,
        version: &PlaybookVersion,
    ) -> Result<(), StoreError> {
        self.inner.set_current_playbook(business, version).await
    }

    async fn playbook(
        &self,
        business: &BusinessId,
        version: Option<&PlaybookVersion>,
    ) -> Result<Option<String>, StoreError> {
        self.inner.playbook(business, version).await
    }
}
