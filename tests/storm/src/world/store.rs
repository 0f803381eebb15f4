//! The store on a bad day: requests are refused, slow, or done without an answer; transactions meet others; the
//! wake index lags. What a call writes, it writes at one moment and never by half, as DynamoDB does.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};

use async_trait::async_trait;
use shared::application::commit::{Commit, CommitError, Conflict};
use shared::application::grants::CampaignCommit;
use shared::application::ports::{
    Attention, BroadcastStore, CampaignStore, DuePage, DueQuery, Heartbeat, Inbox, InboxId, InboxRow,
    InboxRowId, Notice, Store, StoreError, TimelineRow,
};
use shared::domain::broadcast::Broadcast;
use shared::domain::delivery::Delivery;
use shared::domain::grant::{CampaignState, Grant};
use shared::domain::ids::{
    AssetId, BroadcastName, BusinessId, CampaignName, LeadId, PlaybookVersion, WorkId,
};
use shared::domain::lead::Lead;
use shared::domain::pace::Pace;

use super::index::WakeIndex;
use super::log::Log;
use super::timers::{Millis, SECOND, Timers};
use super::weather::{Fault, Weather};
use crate::people::businesses::number_of;

/// How a call of the store underneath comes to its end within one step of the simulation.
pub enum Waits {
    /// It is over at once, as in memory.
    Never,
    /// The engine works on a thread of its own, and the SDK waits on timers: all of it is waited for.
    On(Box<tokio::runtime::Runtime>),
}

impl Waits {
    pub fn over<T>(&self, call: impl Future<Output = T>) -> T {
        match self {
            Self::On(runtime) => runtime.block_on(call),
            Self::Never => {
                let mut call = std::pin::pin!(call);
                let mut context = std::task::Context::from_waker(std::task::Waker::noop());
                match call.as_mut().poll(&mut context) {
                    std::task::Poll::Ready(answer) => answer,
                    std::task::Poll::Pending => unreachable!("a store in memory never waits"),
                }
            }
        }
    }
}

pub struct StormStore {
    /// After a restore it is another one.
    inner: RwLock<Arc<dyn Store>>,
    waits: Waits,
    timers: Arc<Timers>,
    weather: Arc<Weather>,
    log: Arc<Log>,
    /// The worker whose step this is.
    pub current: Arc<AtomicU64>,
    index: Mutex<WakeIndex>,
}

impl StormStore {
    pub fn new(
        inner: Arc<dyn Store>,
        waits: Waits,
        timers: Arc<Timers>,
        weather: Arc<Weather>,
        log: Arc<Log>,
        lag: u64,
    ) -> Self {
        Self {
            inner: RwLock::new(inner),
            waits,
            timers,
            weather,
            log,
            current: Arc::default(),
            index: Mutex::new(WakeIndex::with_lag(lag)),
        }
    }

    /// The store without any weather, for the operator and the judge.
    pub fn calm(&self) -> Arc<dyn Store> {
        Arc::clone(&self.inner.read().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    pub fn wait<T>(&self, call: impl Future<Output = T>) -> T {
        self.waits.over(call)
    }

    pub fn index(&self) -> MutexGuard<'_, WakeIndex> {
        self.index.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The table is another from now on, with the index that belongs to it.
    pub fn restore(&self, inner: Arc<dyn Store>, index: WakeIndex) {
        *self.inner.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = inner;
        *self.index() = index;
    }

    fn now(&self) -> Millis {
        self.timers.millis()
    }

    /// The way to the store.
    async fn set_out(&self) -> Result<(), StoreError> {
        self.travel().await;
        if self.weather.strikes(Fault::StoreThrottled, self.now()) {
            return Err(StoreError::Unavailable("throttled".to_owned()));
        }
        self.index().pass(self.now());
        Ok(())
    }

    /// The way back: what was done stays done.
    async fn come_back(&self) -> Result<(), StoreError> {
        self.travel().await;
        match self.weather.strikes(Fault::StoreAnswerLost, self.now()) {
            true => Err(StoreError::Unavailable("the answer was lost".to_owned())),
            false => Ok(()),
        }
    }

    async fn travel(&self) {
        let slow = self.weather.strikes(Fault::StoreSlow, self.now());
        let millis = self.weather.draw(|chance| match slow {
            true => chance.between(2 * SECOND, 35 * SECOND),
            // Often nobody else gets a turn on the way.
            false if !chance.one_in(4) => 0,
            false => chance.between(1, 20),
        });
        self.timers.pause(millis).await;
    }

    /// A transaction went through: the index will show it, and the judge hears of refusals.
    fn committed(&self, commit: &Commit) {
        let now = self.now();
        let mut index = self.index();
        self.log.noted(number_of(&commit.business), commit);
        self.log.named(now, number_of(&commit.business), commit);
        if let Some(lead) = &commit.lead {
            let worker = self.current.load(Ordering::Relaxed);
            self.log.say(now, || {
                let claim = lead.claim.as_ref().map(|claim| claim.number);
                let open = lead.work.len();
                format!(
                    "   commit of {} version {} by worker {worker}: claim {claim:?}, {open} open",
                    lead.id, lead.version
                )
            });
            index.lead(&commit.business, lead.id, commit.indexed_wake(), now);
            self.log.opt_out(now, number_of(&commit.business), lead);
        }
        if let Some(other) = &commit.other {
            index.lead(&commit.business, other.lead.id, other.lead.wake(), now);
            self.log.opt_out(now, number_of(&commit.business), &other.lead);
            self.log.count("merged");
            self.log.lock().winners.extend(commit.lead.as_ref().map(|winner| winner.id));
        }
        if let Some(done) = &commit.inbox_done {
            index.row(done, None, now);
        }
        for row in &commit.inbox_new {
            index.row(&row.id(), Some(row.received_at.as_millisecond()), now);
        }
    }
}

/// A call with the way there and the way back.
macro_rules! asked {
    ($self:ident, $store:ident => $call:expr) => {{
        $self.set_out().await?;
        let $store = $self.calm();
        let answer = $self.wait($call)?;
        $self.come_back().await?;
        Ok(answer)
    }};
}

#[async_trait]
impl CampaignStore for StormStore {
    async fn campaign(
        &self,
        business: &BusinessId,
        name: &CampaignName,
    ) -> Result<Option<CampaignState>, StoreError> {
        asked!(self, store => store.campaign(business, name))
    }

    async fn grants(
        &self,
        business: &BusinessId,
        name: &CampaignName,
        leads: &[LeadId],
    ) -> Result<BTreeMap<LeadId, Grant>, StoreError> {
        asked!(self, store => store.grants(business, name, leads))
    }

    async fn all_grants(
        &self,
        business: &BusinessId,
        name: &CampaignName,
        after: Option<LeadId>,
        limit: usize,
    ) -> Result<Vec<(LeadId, Grant)>, StoreError> {
        asked!(self, store => store.all_grants(business, name, after, limit))
    }

    async fn commit_campaign(&self, commit: &CampaignCommit) -> Result<(), CommitError> {
        self.set_out().await?;
        if self.weather.strikes(Fault::StoreConflict, self.now()) {
            return Err(CommitError::Conflict(Conflict::Version));
        }
        let done = self.wait(self.calm().commit_campaign(commit));
        if done.is_ok() {
            let (now, mut index) = (self.now(), self.index());
            commit.inbox_done.iter().for_each(|row| index.row(row, None, now));
            for row in &commit.inbox_new {
                index.row(&row.id(), Some(row.received_at.as_millisecond()), now);
            }
        }
        self.come_back().await?;
        done
    }

    async fn coupons(
        &self,
        business: &BusinessId,
        name: &CampaignName,
        from: u32,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        asked!(self, store => store.coupons(business, name, from, limit))
    }

    async fn put_coupons(
        &self,
        business: &BusinessId,
        name: &CampaignName,
        from: u32,
        codes: &[String],
    ) -> Result<(), StoreError> {
        asked!(self, store => store.put_coupons(business, name, from, codes))
    }

    async fn pace(&self, business: &BusinessId, asset: &AssetId) -> Result<Option<Pace>, StoreError> {
        asked!(self, store => store.pace(business, asset))
    }

    async fn put_pace(&self, pace: &Pace) -> Result<(), CommitError> {
        self.set_out().await?;
        if self.weather.strikes(Fault::StoreConflict, self.now()) {
            return Err(CommitError::Conflict(Conflict::Version));
        }
        let done = self.wait(self.calm().put_pace(pace));
        self.come_back().await?;
        done
    }
}

#[async_trait]
impl BroadcastStore for StormStore {
    async fn broadcast(
        &self,
        business: &BusinessId,
        name: &BroadcastName,
    ) -> Result<Option<Broadcast>, StoreError> {
        asked!(self, store => store.broadcast(business, name))
    }

    async fn broadcasts(&self, business: &BusinessId) -> Result<Vec<Broadcast>, StoreError> {
        asked!(self, store => store.broadcasts(business))
    }

    async fn put_broadcast(&self, broadcast: &Broadcast) -> Result<(), CommitError> {
        self.set_out().await?;
        if self.weather.strikes(Fault::StoreConflict, self.now()) {
            return Err(CommitError::Conflict(Conflict::Version));
        }
        let done = self.wait(self.calm().put_broadcast(broadcast));
        self.come_back().await?;
        done
    }
}

#[async_trait]
impl Store for StormStore {
    async fn asset(&self, asset: &AssetId) -> Result<Option<BusinessId>, StoreError> {
        asked!(self, store => store.asset(asset))
    }

    async fn put_asset(&self, asset: &AssetId, business: &BusinessId) -> Result<(), StoreError> {
        asked!(self, store => store.put_asset(asset, business))
    }

    /// A batch is no transaction: some rows may be written, and the rest not.
    async fn put_inbox(&self, rows: &[InboxRow]) -> Result<(), StoreError> {
        for row in rows {
            self.set_out().await?;
            self.wait(self.calm().put_inbox(std::slice::from_ref(row)))?;
            self.index().row(&row.id(), Some(row.received_at.as_millisecond()), self.now());
        }
        self.come_back().await
    }

    async fn inbox(&self, at: &InboxId, limit: usize) -> Result<Inbox, StoreError> {
        asked!(self, store => store.inbox(at, limit))
    }

    async fn delete_inbox(&self, row: &InboxRowId) -> Result<(), StoreError> {
        self.set_out().await?;
        self.wait(self.calm().delete_inbox(row))?;
        self.index().row(row, None, self.now());
        self.come_back().await
    }

    async fn park_inbox(
        &self,
        row: &InboxRowId,
        reason: &str,
        now: jiff::Timestamp,
    ) -> Result<(), StoreError> {
        self.set_out().await?;
        self.wait(self.calm().park_inbox(row, reason, now))?;
        self.index().row(row, None, self.now());
        self.log.count("row parked");
        self.come_back().await
    }

    async fn unpark_inbox(&self, row: &InboxRowId) -> Result<(), StoreError> {
        self.set_out().await?;
        self.wait(self.calm().unpark_inbox(row))?;
        self.index().row(row, Some(0), self.now());
        self.come_back().await
    }

    async fn lead(&self, business: &BusinessId, lead: LeadId) -> Result<Option<Lead>, StoreError> {
        asked!(self, store => store.lead(business, lead))
    }

    async fn erase_beside(
        &self,
        business: &BusinessId,
        lead: LeadId,
        limit: usize,
    ) -> Result<bool, StoreError> {
        asked!(self, store => store.erase_beside(business, lead, limit))
    }

    async fn erase_inbox(
        &self,
        at: &InboxId,
        up_to: jiff::Timestamp,
        limit: usize,
    ) -> Result<bool, StoreError> {
        self.set_out().await?;
        let more = self.wait(self.calm().erase_inbox(at, up_to, limit))?;
        if !more {
            self.index().forget_rows(at, up_to.as_millisecond(), self.now());
        }
        self.come_back().await?;
        Ok(more)
    }

    async fn delete_lead(&self, read: &Lead) -> Result<(), StoreError> {
        self.set_out().await?;
        self.wait(self.calm().delete_lead(read))?;
        let stands = self.wait(self.calm().lead(&read.business, read.id))?;
        if stands.is_none() {
            self.index().lead(&read.business, read.id, None, self.now());
        }
        self.come_back().await
    }

    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        self.set_out().await?;
        if self.weather.strikes(Fault::StoreConflict, self.now()) {
            return Err(CommitError::Conflict(Conflict::Version));
        }
        let done = self.wait(self.calm().commit(commit));
        if done.is_ok() {
            self.committed(commit);
        }
        self.come_back().await?;
        if done.is_ok() {
            let lead = commit.lead.as_ref().map(|lead| lead.id);
            self.log.recorded(self.current.load(Ordering::Relaxed), lead);
        }
        done
    }

    async fn put_delivery(
        &self,
        business: &BusinessId,
        lead: LeadId,
        work: WorkId,
        delivery: &Delivery,
    ) -> Result<(), StoreError> {
        asked!(self, store => store.put_delivery(business, lead, work, delivery))
    }

    async fn deliveries(
        &self,
        business: &BusinessId,
        lead: LeadId,
        work: WorkId,
    ) -> Result<Vec<Delivery>, StoreError> {
        asked!(self, store => store.deliveries(business, lead, work))
    }

    async fn timeline(&self, business: &BusinessId, lead: LeadId) -> Result<Vec<TimelineRow>, StoreError> {
        asked!(self, store => store.timeline(business, lead))
    }

    /// Asked so often that the way back is not played.
    async fn due(&self, query: &DueQuery) -> Result<DuePage, StoreError> {
        if self.weather.draw(|chance| chance.one_in(8)) {
            self.set_out().await?;
        } else if self.weather.strikes(Fault::StoreThrottled, self.now()) {
            return Err(StoreError::Unavailable("throttled".to_owned()));
        }
        Ok(self.index().due(query))
    }

    async fn put_notice(&self, notice: &Notice) -> Result<bool, StoreError> {
        asked!(self, store => store.put_notice(notice))
    }

    async fn attention(&self, business: &BusinessId, limit: usize) -> Result<Vec<Attention>, StoreError> {
        asked!(self, store => store.attention(business, limit))
    }

    async fn roster(
        &self,
        business: &BusinessId,
        after: Option<LeadId>,
        limit: usize,
    ) -> Result<Vec<LeadId>, StoreError> {
        asked!(self, store => store.roster(business, after, limit))
    }

    async fn heartbeat(&self) -> Result<Option<Heartbeat>, StoreError> {
        asked!(self, store => store.heartbeat())
    }

    async fn put_heartbeat(&self, heartbeat: &Heartbeat) -> Result<(), StoreError> {
        asked!(self, store => store.put_heartbeat(heartbeat))
    }

    async fn released_table(&self) -> Result<Option<String>, StoreError> {
        asked!(self, store => store.released_table())
    }

    async fn release_table(&self, table: &str) -> Result<(), StoreError> {
        asked!(self, store => store.release_table(table))
    }

    async fn put_playbook(
        &self,
        business: &BusinessId,
        version: &PlaybookVersion,
        text: &str,
    ) -> Result<(), StoreError> {
        asked!(self, store => store.put_playbook(business, version, text))
    }

    async fn set_current_playbook(
        &self,
        business: &BusinessId,
        version: &PlaybookVersion,
    ) -> Result<(), StoreError> {
        asked!(self, store => store.set_current_playbook(business, version))
    }

    async fn businesses(&self) -> Result<Vec<BusinessId>, StoreError> {
        asked!(self, store => store.businesses())
    }

    async fn playbook(
        &self,
        business: &BusinessId,
        version: Option<&PlaybookVersion>,
    ) -> Result<Option<String>, StoreError> {
        asked!(self, store => store.playbook(business, version))
    }
}
