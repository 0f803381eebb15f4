//! A store and platforms that fail as a test says.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use jiff::Timestamp;
use shared::application::commit::{Commit, CommitError};
use shared::application::in_memory::InMemoryStore;
use shared::application::ports::{
    Attention, DuePage, DueQuery, Heartbeat, Inbox, InboxId, InboxRow, InboxRowId, Notice, Platforms, Store,
    StoreError, TimelineRow,
};
use shared::domain::call::{Outcome, PlatformCall};
use shared::domain::delivery::Delivery;
use shared::domain::ids::{AssetId, BusinessId, LeadId, PlaybookVersion, WorkId};
use shared::domain::lead::Lead;

/// A store that stops taking writes when told to.
#[derive(Debug, Default)]
pub struct FailingStore {
    pub inner: InMemoryStore,
    fails: AtomicBool,
}

impl FailingStore {
    pub fn fail(&self, fails: bool) {
        self.fails.store(fails, Ordering::SeqCst);
    }

    fn check(&self) -> Result<(), StoreError> {
        if self.fails.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("told to fail".to_owned()));
        }
        Ok(())
    }
}

/// Takes calls and never answers: the worker that made one dies with it.
#[derive(Default)]
pub struct HangingPlatforms {
    pub calls: Mutex<Vec<PlatformCall>>,
}

#[async_trait]
impl Platforms for HangingPlatforms {
    async fn call(&self, call: &PlatformCall) -> Outcome {
        self.calls.lock().unwrap().push(call.clone());
        std::future::pending().await
    }
}

#[async_trait]
impl Store for FailingStore {
    async fn asset(&self, asset: &AssetId) -> Result<Option<BusinessId>, StoreError> {
        self.inner.asset(asset).await
    }
    async fn put_asset(&self, asset: &AssetId, business: &BusinessId) -> Result<(), StoreError> {
        self.inner.put_asset(asset, business).await
    }
    async fn put_inbox(&self, rows: &[InboxRow]) -> Result<(), StoreError> {
        self.check()?;
        self.inner.put_inbox(rows).await
    }
    async fn inbox(&self, at: &InboxId, limit: usize) -> Result<Inbox, StoreError> {
        self.inner.inbox(at, limit).await
    }
    async fn delete_inbox(&self, row: &InboxRowId) -> Result<(), StoreError> {
        self.check()?;
        self.inner.delete_inbox(row).await
    }
    async fn park_inbox(&self, row: &InboxRowId, reason: &str, now: Timestamp) -> Result<(), StoreError> {
        self.check()?;
        self.inner.park_inbox(row, reason, now).await
    }
    async fn unpark_inbox(&self, row: &InboxRowId) -> Result<(), StoreError> {
        self.check()?;
        self.inner.unpark_inbox(row).await
    }
    async fn lead(&self, business: &BusinessId, lead: LeadId) -> Result<Option<Lead>, StoreError> {
        self.inner.lead(business, lead).await
    }
    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        self.check()?;
        self.inner.commit(commit).await
    }
    async fn put_delivery(
        &self,
        business: &BusinessId,
        lead: LeadId,
        work: WorkId,
        delivery: &Delivery,
    ) -> Result<(), StoreError> {
        self.check()?;
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
        self.check()?;
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
        self.check()?;
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
