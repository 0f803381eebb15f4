//! What the use cases need from outside, a trait each.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use domain::broadcast::Broadcast;
use domain::call::{Outcome, PlatformCall};
use domain::delivery::Delivery;
use domain::erasure::ErasedIdentity;
use domain::event::{Event, Responder};
use domain::event_key::EventKey;
use domain::figure::Figure;
use domain::grant::{CampaignState, Grant};
use domain::hint::Hint;
use domain::identity::IdentityKey;
use domain::ids::{
    AssetId, BroadcastName, BusinessId, CampaignName, LeadId, PlaybookVersion, WorkId, short_hash,
};
use domain::lead::Lead;
use domain::pace::Pace;
use domain::playbook::Playbook;
use domain::timeline::Entry;
use domain::work::Class;
use jiff::{SignedDuration, Timestamp};

use crate::commit::{Commit, CommitError};
use crate::grants::CampaignCommit;

/// The only way into the present moment.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// The only source of chance.
pub trait Chance: Send + Sync {
    fn seed(&self) -> u64;
}

/// What Masa counts of itself. Only what is committed is counted: it happened, and it happened once.
pub trait Figures: Send + Sync {
    fn count(&self, business: &BusinessId, figure: Figure);
    /// A sweep ended, and the due work that waits longest was that late; zero when nothing is.
    fn tick(&self, oldest_due: SignedDuration);
    /// Hands over what was counted so far. Whoever ends the work on an event calls it.
    fn flush(&self, now: Timestamp);
}

/// The store could not be asked, or its answer was lost. Whoever called tries again later.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the store did not answer: {0}")]
    Unavailable(String),
    /// What is stored cannot be read: written by a newer version, or damaged.
    #[error("a stored item cannot be read: {0}")]
    Unreadable(String),
}

/// What campaigns have given, what is left, and how fast their connections may go.
#[async_trait]
pub trait CampaignStore: Send + Sync {
    async fn campaign(
        &self,
        business: &BusinessId,
        name: &CampaignName,
    ) -> Result<Option<CampaignState>, StoreError>;
    /// What these people have from a campaign.
    async fn grants(
        &self,
        business: &BusinessId,
        name: &CampaignName,
        leads: &[LeadId],
    ) -> Result<BTreeMap<LeadId, Grant>, StoreError>;
    /// All that a campaign has given, a page in the order of the leads' ids.
    async fn all_grants(
        &self,
        business: &BusinessId,
        name: &CampaignName,
        after: Option<LeadId>,
        limit: usize,
    ) -> Result<Vec<(LeadId, Grant)>, StoreError>;
    /// All of it, or nothing of it. Fails with [`Conflict::Version`](crate::commit::Conflict::Version) unless the
    /// record that was read stands.
    async fn commit_campaign(&self, commit: &CampaignCommit) -> Result<(), CommitError>;
    /// The codes of a campaign's pool from a place on, in their order.
    async fn coupons(
        &self,
        business: &BusinessId,
        name: &CampaignName,
        from: u32,
        limit: usize,
    ) -> Result<Vec<String>, StoreError>;
    /// Puts codes into a pool from a place on. A place that is taken keeps its code.
    async fn put_coupons(
        &self,
        business: &BusinessId,
        name: &CampaignName,
        from: u32,
        codes: &[String],
    ) -> Result<(), StoreError>;
    async fn pace(&self, business: &BusinessId, asset: &AssetId) -> Result<Option<Pace>, StoreError>;
    /// Stores a pace with the version that it gets, as [`CampaignStore::commit_campaign`] does.
    async fn put_pace(&self, pace: &Pace) -> Result<(), CommitError>;
}

/// The broadcasts of a business, and how far each has come.
#[async_trait]
pub trait BroadcastStore: Send + Sync {
    async fn broadcast(
        &self,
        business: &BusinessId,
        name: &BroadcastName,
    ) -> Result<Option<Broadcast>, StoreError>;
    /// All of them, by their names.
    async fn broadcasts(&self, business: &BusinessId) -> Result<Vec<Broadcast>, StoreError>;
    /// Stores a broadcast with the version that it gets, as [`CampaignStore::commit_campaign`] does.
    async fn put_broadcast(&self, broadcast: &Broadcast) -> Result<(), CommitError>;
}

/// Leads, their inboxes and timelines, and what else must outlive a process.
#[async_trait]
pub trait Store: CampaignStore + BroadcastStore {
    /// Which business an asset belongs to. The one question that crosses businesses.
    async fn asset(&self, asset: &AssetId) -> Result<Option<BusinessId>, StoreError>;
    async fn put_asset(&self, asset: &AssetId, business: &BusinessId) -> Result<(), StoreError>;

    /// Puts events where their identities find them. Returns when all are durable. An event that is there
    /// already is put again without harm.
    async fn put_inbox(&self, rows: &[InboxRow]) -> Result<(), StoreError>;
    /// The lead of an identity, and its undecided events, oldest first, at most `limit`.
    async fn inbox(&self, at: &InboxId, limit: usize) -> Result<Inbox, StoreError>;
    /// Takes a row away whose event is decided already.
    async fn delete_inbox(&self, row: &InboxRowId) -> Result<(), StoreError>;
    /// Takes a row out of the way that nobody can decide, and shows it to the operator.
    /// A row that is gone already stays gone.
    async fn park_inbox(&self, row: &InboxRowId, reason: &str, now: Timestamp) -> Result<(), StoreError>;
    /// Puts a parked row back where it waited. Other rows stay as they are.
    async fn unpark_inbox(&self, row: &InboxRowId) -> Result<(), StoreError>;

    async fn lead(&self, business: &BusinessId, lead: LeadId) -> Result<Option<Lead>, StoreError>;
    /// Deletes up to `limit` items of what stands beside a lead's record: its timeline, and what platforms said of
    /// its messages. Whether there may be more.
    async fn erase_beside(
        &self,
        business: &BusinessId,
        lead: LeadId,
        limit: usize,
    ) -> Result<bool, StoreError>;
    /// Deletes up to `limit` events of an inbox that happened up to a millisecond, parked ones included. Whether
    /// there may be more.
    async fn erase_inbox(&self, at: &InboxId, up_to: Timestamp, limit: usize) -> Result<bool, StoreError>;
    /// Deletes a record if it still is the one that was read.
    async fn delete_lead(&self, read: &Lead) -> Result<(), StoreError>;
    /// All of it, or nothing of it.
    async fn commit(&self, commit: &Commit) -> Result<(), CommitError>;

    /// Notes what a platform said of a message, once. The record is not touched.
    async fn put_delivery(
        &self,
        business: &BusinessId,
        lead: LeadId,
        work: WorkId,
        delivery: &Delivery,
    ) -> Result<(), StoreError>;
    /// What the platforms said of one message.
    async fn deliveries(
        &self,
        business: &BusinessId,
        lead: LeadId,
        work: WorkId,
    ) -> Result<Vec<Delivery>, StoreError>;
    /// Everything that happened to a lead, oldest first.
    async fn timeline(&self, business: &BusinessId, lead: LeadId) -> Result<Vec<TimelineRow>, StoreError>;

    /// What may be due up to `until` in one shard of the wake index, earliest first. A hint, never a proof: the
    /// index may lag behind the table.
    async fn due(&self, query: &DueQuery) -> Result<DuePage, StoreError>;

    /// Something that concerns no lead, or none that is known, and that the operator has to see. Whether it is new:
    /// the first notice of a key stays.
    async fn put_notice(&self, notice: &Notice) -> Result<bool, StoreError>;
    /// What waits for the operator: parked leads, parked events and notices.
    async fn attention(&self, business: &BusinessId, limit: usize) -> Result<Vec<Attention>, StoreError>;
    /// The leads of a business, a page of the roster.
    async fn roster(
        &self,
        business: &BusinessId,
        after: Option<LeadId>,
        limit: usize,
    ) -> Result<Vec<LeadId>, StoreError>;

    async fn heartbeat(&self) -> Result<Option<Heartbeat>, StoreError>;
    async fn put_heartbeat(&self, heartbeat: &Heartbeat) -> Result<(), StoreError>;
    /// The name of the table that may send. A restored copy of the data has another name, and is held.
    async fn released_table(&self) -> Result<Option<String>, StoreError>;
    async fn release_table(&self, table: &str) -> Result<(), StoreError>;

    /// Stores a version of a playbook. What is stored is never changed.
    async fn put_playbook(
        &self,
        business: &BusinessId,
        version: &PlaybookVersion,
        text: &str,
    ) -> Result<(), StoreError>;
    async fn set_current_playbook(
        &self,
        business: &BusinessId,
        version: &PlaybookVersion,
    ) -> Result<(), StoreError>;
    /// The businesses that have or had a playbook to follow, for the operator.
    async fn businesses(&self) -> Result<Vec<BusinessId>, StoreError>;
    /// The text of a version, or with `None` of the current one.
    async fn playbook(
        &self,
        business: &BusinessId,
        version: Option<&PlaybookVersion>,
    ) -> Result<Option<String>, StoreError>;
}

/// One identity's inbox of one business.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InboxId {
    pub business: BusinessId,
    pub identity: IdentityKey,
}

/// An undecided event in the inbox of its author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxRow {
    pub at: InboxId,
    pub event: Event,
    pub received_at: Timestamp,
}

/// Names a row also when its content cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InboxRowId {
    pub at: InboxId,
    /// `<occurred>#<event key>`
    pub sort: String,
}

impl InboxRow {
    pub fn id(&self) -> InboxRowId {
        // Milliseconds with leading zeros sort as text in the order of time, until the year 2286.
        let occurred = self.event.occurred_at.as_millisecond().max(0);
        InboxRowId { at: self.at.clone(), sort: format!("{occurred:013}#{}", self.event.key) }
    }
}

impl InboxRowId {
    /// Who decides the row, as the letter in its event's key says.
    pub fn responder(&self) -> Option<Responder> {
        Some(EventKey::parse(self.sort.split_once('#')?.1)?.responder())
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inbox {
    pub lead: Option<LeadId>,
    /// Set when whoever had this name before was erased. A later lead may have it now.
    pub erased: Option<ErasedIdentity>,
    pub rows: Vec<Result<InboxRow, UnreadableRow>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableRow {
    pub id: InboxRowId,
    pub reason: String,
}

/// A line of a lead's timeline: an entry of a decision, or what a platform said of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimelineRow {
    Entry(Entry),
    Delivery { work: WorkId, delivery: Delivery },
}

impl TimelineRow {
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Entry(entry) => entry.at,
            Self::Delivery { delivery, .. } => delivery.at,
        }
    }
}

/// How many shards each class of the wake index has.
pub const WAKE_SHARDS: u32 = 8;

/// Which shard of its class a lead (by its id) or an inbox (by its identity) is in.
pub fn wake_shard(key: &str) -> u32 {
    short_hash(key) % WAKE_SHARDS
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueQuery {
    pub class: Class,
    pub shard: u32,
    pub until: Timestamp,
    pub limit: usize,
    /// Where the page before ended.
    pub after: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DuePage {
    pub due: Vec<(Timestamp, Hint)>,
    /// The store's own name of the place where the next page goes on, if there is more.
    pub next: Option<String>,
}

/// What the operator has to know and no lead's record can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub business: BusinessId,
    /// Two notices with one key are one.
    pub key: String,
    pub at: Timestamp,
    pub reason: String,
    /// What arrived, for somebody to look into.
    pub body: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attention {
    Lead { lead: LeadId, reason: String },
    InboxRow { row: InboxRowId, reason: String },
    Notice { key: String, reason: String },
}

/// The product's pulse: when a sweep last ended, and whether bulk is held since a gap was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    pub swept_at: Timestamp,
    /// Set when the gap before a sweep was too long. Until the operator releases it, bulk waits.
    pub held_since: Option<Timestamp>,
}

/// The queue lost or refused a hint. Nothing else is lost by it.
#[derive(Debug, thiserror::Error)]
#[error("the queue did not take a hint: {0}")]
pub struct QueueError(pub String);

/// Where hints wait for their moment. It may drop, double, delay and reorder them.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Hands over hints, each to come out after its delay (at most 15 minutes, rounded up to seconds).
    async fn send(&self, hints: &[(Hint, SignedDuration)]) -> Result<(), QueueError>;
    /// About how many hints of a class wait now, so that a sweep does not pile more onto a deep queue.
    async fn depth(&self, class: Class) -> Result<u64, QueueError>;
}

/// The longest delay that a queue keeps.
pub const QUEUE_DELAY_MAX: SignedDuration = SignedDuration::from_mins(15);

/// The platforms. Every answer, and every way of getting none, is an outcome.
#[async_trait]
pub trait Platforms: Send + Sync {
    async fn call(&self, call: &PlatformCall) -> Outcome;
}

/// The playbooks, parsed.
#[async_trait]
pub trait Playbooks: Send + Sync {
    async fn current(
        &self,
        business: &BusinessId,
        now: Timestamp,
    ) -> Result<Option<Arc<Playbook>>, StoreError>;
    async fn version(
        &self,
        business: &BusinessId,
        version: &PlaybookVersion,
    ) -> Result<Option<Arc<Playbook>>, StoreError>;
}
