//! The store in memory: every promise of the port, and nothing that outlives the process.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use domain::broadcast::Broadcast;
use domain::delivery::{Delivery, DeliveryStatus};
use domain::erasure::ErasedIdentity;
use domain::event_key::EventKey;
use domain::grant::{CampaignState, Grant};
use domain::hint::Hint;
use domain::identity::IdentityKey;
use domain::ids::{AssetId, BroadcastName, BusinessId, CampaignName, LeadId, PlaybookVersion, WorkId};
use domain::lead::{Lead, Wake};
use domain::pace::Pace;
use domain::timeline::Entry;
use jiff::Timestamp;

use crate::commit::{Commit, CommitError, Conflict, NameWrite, SEEN_FOR};
use crate::grants::CampaignCommit;
use crate::ports::{
    Attention, BroadcastStore, CampaignStore, DuePage, DueQuery, Heartbeat, Inbox, InboxId, InboxRow,
    InboxRowId, Notice, Store, StoreError, TimelineRow, UnreadableRow, wake_shard,
};

#[derive(Debug, Default)]
pub struct InMemoryStore(Mutex<Tables>);

/// What a test takes away from the store. Nothing is changed by a call that fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Broken {
    #[default]
    Nothing,
    Writes,
    /// One call of the port, by its name.
    Call(&'static str),
}

#[derive(Clone, Debug, Default)]
struct Tables {
    broken: Broken,
    assets: BTreeMap<AssetId, BusinessId>,
    inbox: BTreeMap<InboxRowId, Stored>,
    /// Rows of the inbox that are out of the way, and why.
    parked: BTreeMap<InboxRowId, String>,
    identities: BTreeMap<(BusinessId, IdentityKey), Name>,
    leads: BTreeMap<(BusinessId, LeadId), Lead>,
    /// What the wake index shows of each lead.
    wakes: BTreeMap<(BusinessId, LeadId), Wake>,
    timelines: BTreeMap<(BusinessId, LeadId), Vec<Entry>>,
    deliveries: BTreeMap<(BusinessId, LeadId, WorkId), BTreeMap<DeliveryStatus, Delivery>>,
    seen: BTreeMap<(BusinessId, EventKey), Timestamp>,
    notices: BTreeMap<(BusinessId, String), Notice>,
    playbooks: BTreeMap<(BusinessId, PlaybookVersion), String>,
    current_playbooks: BTreeMap<BusinessId, PlaybookVersion>,
    campaigns: BTreeMap<(BusinessId, CampaignName), CampaignState>,
    grants: BTreeMap<(BusinessId, CampaignName), BTreeMap<LeadId, Grant>>,
    coupons: BTreeMap<(BusinessId, CampaignName), BTreeMap<u32, String>>,
    paces: BTreeMap<(BusinessId, AssetId), Pace>,
    broadcasts: BTreeMap<(BusinessId, BroadcastName), Broadcast>,
    heartbeat: Option<Heartbeat>,
    released: Option<String>,
}

/// Whom a name leads to, and that whoever had it before was erased.
#[derive(Clone, Debug, Default)]
struct Name {
    lead: Option<LeadId>,
    erased: Option<ErasedIdentity>,
}

#[derive(Clone, Debug)]
enum Stored {
    Readable(Box<InboxRow>),
    Unreadable(String),
}

impl InMemoryStore {
    fn lock(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// All that it holds at this moment, as a backup has it.
    pub fn copy(&self) -> Self {
        Self(Mutex::new(self.lock().clone()))
    }

    /// From now on this fails.
    pub fn break_down(&self, broken: Broken) {
        self.lock().broken = broken;
    }

    fn reading(&self, call: &str) -> Result<MutexGuard<'_, Tables>, StoreError> {
        let tables = self.lock();
        match tables.broken {
            Broken::Call(broken) if broken == call => {
                Err(StoreError::Unavailable("a test broke it".to_owned()))
            }
            Broken::Call(_) | Broken::Nothing | Broken::Writes => Ok(tables),
        }
    }

    fn writing(&self, call: &str) -> Result<MutexGuard<'_, Tables>, StoreError> {
        match self.reading(call)? {
            tables if tables.broken == Broken::Writes => {
                Err(StoreError::Unavailable("a test broke it".to_owned()))
            }
            tables => Ok(tables),
        }
    }

    /// Puts a row that nobody can read, as a newer version or damage would leave it.
    pub fn put_unreadable(&self, id: InboxRowId, reason: &str) {
        self.lock().put(id, Stored::Unreadable(reason.to_owned()));
    }

    pub fn leads(&self) -> Vec<Lead> {
        self.lock().leads.values().cloned().collect()
    }

    /// Everything that is stored, in words: for tests that look for what may not be there.
    pub fn everything(&self) -> String {
        let tables = self.lock();
        let values =
            |identity: &domain::identity::Identity| format!("{}={}", identity.kind(), identity.value());
        let of_lead = |lead: &Lead| {
            let names: Vec<String> = lead.identities.iter().map(values).collect();
            let name = lead.name.as_ref().map(|name| name.full().to_owned());
            let phone = lead.phone.as_ref().map(|phone| phone.as_str().to_owned());
            let email = lead.email.as_ref().map(|email| email.as_str().to_owned());
            format!("{lead:?} {names:?} {name:?} {phone:?} {email:?}")
        };
        let of_row = |stored: &Stored| match stored {
            Stored::Readable(row) => format!("{row:?} {}", values(&row.event.author)),
            Stored::Unreadable(reason) => reason.clone(),
        };
        let leads: Vec<String> = tables.leads.values().map(of_lead).collect();
        let rows: Vec<String> = tables.inbox.values().map(of_row).collect();
        let (timelines, deliveries, notices) = (&tables.timelines, &tables.deliveries, &tables.notices);
        let (names, parked) = (&tables.identities, &tables.parked);
        format!("{leads:#?}{rows:#?}{timelines:#?}{deliveries:#?}{notices:#?}{names:#?}{parked:#?}")
    }

    pub fn undecided(&self) -> usize {
        self.lock().waiting().filter(|(_, stored)| matches!(stored, Stored::Readable(_))).count()
    }
}

#[async_trait]
impl Store for InMemoryStore {
    async fn asset(&self, asset: &AssetId) -> Result<Option<BusinessId>, StoreError> {
        Ok(self.reading("asset")?.assets.get(asset).cloned())
    }

    async fn put_asset(&self, asset: &AssetId, business: &BusinessId) -> Result<(), StoreError> {
        self.writing("put_asset")?.assets.insert(asset.clone(), business.clone());
        Ok(())
    }

    async fn put_inbox(&self, rows: &[InboxRow]) -> Result<(), StoreError> {
        let mut tables = self.writing("put_inbox")?;
        for row in rows {
            tables.put(row.id(), Stored::Readable(Box::new(row.clone())));
        }
        Ok(())
    }

    async fn inbox(&self, at: &InboxId, limit: usize) -> Result<Inbox, StoreError> {
        let tables = self.reading("inbox")?;
        let name = tables.identities.get(&(at.business.clone(), at.identity.clone())).cloned();
        let Name { lead, erased } = name.unwrap_or_default();
        let rows = tables.waiting().filter(|(id, _)| id.at == *at).map(|(id, stored)| match stored {
            Stored::Readable(row) => Ok((**row).clone()),
            Stored::Unreadable(reason) => Err(UnreadableRow { id: id.clone(), reason: reason.clone() }),
        });
        Ok(Inbox { lead, erased, rows: rows.take(limit).collect() })
    }

    async fn delete_inbox(&self, row: &InboxRowId) -> Result<(), StoreError> {
        self.writing("delete_inbox")?.take(row);
        Ok(())
    }

    async fn park_inbox(&self, row: &InboxRowId, reason: &str, _now: Timestamp) -> Result<(), StoreError> {
        let mut tables = self.writing("park_inbox")?;
        if tables.inbox.contains_key(row) {
            tables.parked.insert(row.clone(), reason.to_owned());
        }
        Ok(())
    }

    async fn unpark_inbox(&self, row: &InboxRowId) -> Result<(), StoreError> {
        self.writing("unpark_inbox")?.parked.remove(row);
        Ok(())
    }

    async fn lead(&self, business: &BusinessId, lead: LeadId) -> Result<Option<Lead>, StoreError> {
        Ok(self.reading("lead")?.leads.get(&(business.clone(), lead)).cloned())
    }

    async fn erase_beside(
        &self,
        business: &BusinessId,
        lead: LeadId,
        limit: usize,
    ) -> Result<bool, StoreError> {
        let mut tables = self.writing("erase_beside")?;
        let timeline = tables.timelines.remove(&(business.clone(), lead)).unwrap_or_default();
        let ours = |of: &(BusinessId, LeadId, WorkId)| (&of.0, of.1) == (business, lead);
        let told: usize =
            tables.deliveries.iter().filter(|(of, _)| ours(of)).map(|(_, told)| told.len()).sum();
        tables.deliveries.retain(|of, _| !ours(of));
        Ok(timeline.len() + told >= limit.max(1))
    }

    async fn erase_inbox(&self, at: &InboxId, up_to: Timestamp, limit: usize) -> Result<bool, StoreError> {
        let mut tables = self.writing("erase_inbox")?;
        let end = format!("{:013}$", up_to.as_millisecond().max(0));
        let rows = tables.inbox.keys().filter(|id| id.at == *at && id.sort < end);
        let rows: Vec<InboxRowId> = rows.take(limit.max(1)).cloned().collect();
        rows.iter().for_each(|row| tables.take(row));
        Ok(rows.len() >= limit.max(1))
    }

    async fn delete_lead(&self, read: &Lead) -> Result<(), StoreError> {
        let mut tables = self.writing("delete_lead")?;
        let key = (read.business.clone(), read.id);
        if tables.leads.get(&key).is_some_and(|stored| stored.version == read.version) {
            tables.leads.remove(&key);
            tables.wakes.remove(&key);
        }
        Ok(())
    }

    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        let mut tables = self.writing("commit")?;
        check(&tables, commit).map_err(CommitError::Conflict)?;
        let business = &commit.business;
        let owner = commit.lead.as_ref().map(|lead| lead.id);
        let once = commit.once.iter().filter(|_| owner.is_some()).map(|once| (once, NameWrite::Given));
        for (identity, write) in commit.names().into_iter().chain(once) {
            let name = tables.identities.entry((business.clone(), identity.clone())).or_default();
            match write {
                NameWrite::Given | NameWrite::Repointed(_) | NameWrite::Revived => name.lead = owner,
                NameWrite::Erased(erased) => *name = Name { lead: None, erased: Some(erased.clone()) },
            }
        }
        if let Some(lead) = &commit.lead {
            tables.put_record(lead, commit.indexed_wake(), &commit.timeline);
            if let Some(other) = &commit.other {
                tables.put_record(&other.lead, other.lead.wake(), &other.timeline);
            }
        }
        if let Some(event) = &commit.seen {
            tables.seen.insert((business.clone(), event.clone()), commit.now + SEEN_FOR);
        }
        if let Some(row) = &commit.inbox_done {
            tables.take(row);
        }
        for row in &commit.inbox_new {
            tables.put(row.id(), Stored::Readable(Box::new(row.clone())));
        }
        Ok(())
    }

    async fn put_delivery(
        &self,
        business: &BusinessId,
        lead: LeadId,
        work: WorkId,
        delivery: &Delivery,
    ) -> Result<(), StoreError> {
        let mut tables = self.writing("put_delivery")?;
        let told = tables.deliveries.entry((business.clone(), lead, work)).or_default();
        told.entry(delivery.status).or_insert_with(|| delivery.clone());
        Ok(())
    }

    async fn deliveries(
        &self,
        business: &BusinessId,
        lead: LeadId,
        work: WorkId,
    ) -> Result<Vec<Delivery>, StoreError> {
        let tables = self.reading("deliveries")?;
        let told = tables.deliveries.get(&(business.clone(), lead, work));
        Ok(told.into_iter().flat_map(|told| told.values().cloned()).collect())
    }

    async fn timeline(&self, business: &BusinessId, lead: LeadId) -> Result<Vec<TimelineRow>, StoreError> {
        let tables = self.reading("timeline")?;
        let entries = tables.timelines.get(&(business.clone(), lead)).into_iter().flatten();
        let mut rows: Vec<TimelineRow> = entries.cloned().map(TimelineRow::Entry).collect();
        let from = (business.clone(), lead, WorkId::new(0));
        for ((of, whose, work), told) in tables.deliveries.range(from..) {
            if (of, *whose) != (business, lead) {
                break;
            }
            let told = told.values().cloned();
            rows.extend(told.map(|delivery| TimelineRow::Delivery { work: *work, delivery }));
        }
        rows.sort_by_key(TimelineRow::at);
        Ok(rows)
    }

    async fn due(&self, query: &DueQuery) -> Result<DuePage, StoreError> {
        let tables = self.reading("due")?;
        let leads = tables.wakes.iter().map(|((business, lead), wake)| {
            let hint = Hint::Lead { business: business.clone(), lead: *lead, class: wake.class };
            (wake.at, lead.to_string(), hint)
        });
        let rows = tables.waiting().filter_map(|(id, stored)| {
            let received_at = match stored {
                Stored::Readable(row) => row.received_at,
                Stored::Unreadable(_) => Timestamp::UNIX_EPOCH,
            };
            let responder = id.responder()?;
            let (business, identity) = (id.at.business.clone(), id.at.identity.clone());
            Some((received_at, id.at.identity.to_string(), Hint::Inbox { business, identity, responder }))
        });
        let mut due: Vec<(Timestamp, String, Hint)> = leads
            .chain(rows)
            .filter(|(at, key, hint)| {
                *at <= query.until && hint.class() == query.class && wake_shard(key) == query.shard
            })
            .collect();
        due.sort();
        let token =
            |(at, key, _): &(Timestamp, String, Hint)| format!("{:020}#{key}", at.as_nanosecond().max(0));
        let mut rest =
            due.into_iter().filter(|row| query.after.as_ref().is_none_or(|after| token(row) > *after));
        let page: Vec<_> = rest.by_ref().take(query.limit).collect();
        let next = rest.next().and(page.last().map(token));
        Ok(DuePage { due: page.into_iter().map(|(at, _, hint)| (at, hint)).collect(), next })
    }

    async fn put_notice(&self, notice: &Notice) -> Result<bool, StoreError> {
        let key = (notice.business.clone(), notice.key.clone());
        let mut tables = self.writing("put_notice")?;
        let is_new = !tables.notices.contains_key(&key);
        tables.notices.entry(key).or_insert_with(|| notice.clone());
        Ok(is_new)
    }

    async fn attention(&self, business: &BusinessId, limit: usize) -> Result<Vec<Attention>, StoreError> {
        let tables = self.reading("attention")?;
        let leads =
            tables.leads.values().filter(|lead| lead.business == *business).filter_map(|lead| {
                Some(Attention::Lead { lead: lead.id, reason: lead.attention()?.to_owned() })
            });
        let rows = tables.parked.iter().filter(|(id, _)| id.at.business == *business);
        let rows = rows.map(|(id, reason)| Attention::InboxRow { row: id.clone(), reason: reason.clone() });
        let notices = tables.notices.values().filter(|notice| notice.business == *business);
        let notices = notices
            .map(|notice| Attention::Notice { key: notice.key.clone(), reason: notice.reason.clone() });
        Ok(leads.chain(rows).chain(notices).take(limit).collect())
    }

    async fn roster(
        &self,
        business: &BusinessId,
        after: Option<LeadId>,
        limit: usize,
    ) -> Result<Vec<LeadId>, StoreError> {
        let tables = self.reading("roster")?;
        let leads = tables
            .leads
            .values()
            .filter(|lead| lead.business == *business && lead.erasing.is_none())
            .filter(|lead| after.is_none_or(|after| lead.id > after));
        Ok(leads.map(|lead| lead.id).take(limit).collect())
    }

    async fn heartbeat(&self) -> Result<Option<Heartbeat>, StoreError> {
        Ok(self.reading("heartbeat")?.heartbeat)
    }

    async fn put_heartbeat(&self, heartbeat: &Heartbeat) -> Result<(), StoreError> {
        self.writing("put_heartbeat")?.heartbeat = Some(*heartbeat);
        Ok(())
    }

    async fn released_table(&self) -> Result<Option<String>, StoreError> {
        Ok(self.reading("released_table")?.released.clone())
    }

    async fn release_table(&self, table: &str) -> Result<(), StoreError> {
        self.writing("release_table")?.released = Some(table.to_owned());
        Ok(())
    }

    async fn put_playbook(
        &self,
        business: &BusinessId,
        version: &PlaybookVersion,
        text: &str,
    ) -> Result<(), StoreError> {
        let key = (business.clone(), version.clone());
        self.writing("put_playbook")?.playbooks.entry(key).or_insert_with(|| text.to_owned());
        Ok(())
    }

    async fn set_current_playbook(
        &self,
        business: &BusinessId,
        version: &PlaybookVersion,
    ) -> Result<(), StoreError> {
        self.writing("set_current_playbook")?.current_playbooks.insert(business.clone(), version.clone());
        Ok(())
    }

    async fn businesses(&self) -> Result<Vec<BusinessId>, StoreError> {
        Ok(self.reading("businesses")?.current_playbooks.keys().cloned().collect())
    }

    async fn playbook(
        &self,
        business: &BusinessId,
        version: Option<&PlaybookVersion>,
    ) -> Result<Option<String>, StoreError> {
        let tables = self.reading("playbook")?;
        let current = tables.current_playbooks.get(business);
        let version = version.or(current).cloned();
        Ok(version.and_then(|version| tables.playbooks.get(&(business.clone(), version)).cloned()))
    }
}

#[async_trait]
impl CampaignStore for InMemoryStore {
    async fn campaign(
        &self,
        business: &BusinessId,
        name: &CampaignName,
    ) -> Result<Option<CampaignState>, StoreError> {
        Ok(self.reading("campaign")?.campaigns.get(&(business.clone(), name.clone())).cloned())
    }

    async fn grants(
        &self,
        business: &BusinessId,
        name: &CampaignName,
        leads: &[LeadId],
    ) -> Result<BTreeMap<LeadId, Grant>, StoreError> {
        let tables = self.reading("grants")?;
        let given = tables.grants.get(&(business.clone(), name.clone()));
        let of = |lead: &LeadId| Some((*lead, given?.get(lead)?.clone()));
        Ok(leads.iter().filter_map(of).collect())
    }

    async fn all_grants(
        &self,
        business: &BusinessId,
        name: &CampaignName,
        after: Option<LeadId>,
        limit: usize,
    ) -> Result<Vec<(LeadId, Grant)>, StoreError> {
        let tables = self.reading("all_grants")?;
        let given = tables.grants.get(&(business.clone(), name.clone())).into_iter().flatten();
        let rest = given.filter(|(lead, _)| after.is_none_or(|after| **lead > after));
        Ok(rest.take(limit).map(|(lead, grant)| (*lead, grant.clone())).collect())
    }

    async fn commit_campaign(&self, commit: &CampaignCommit) -> Result<(), CommitError> {
        let mut tables = self.writing("commit_campaign")?;
        let state = &commit.state;
        let key = (state.business.clone(), state.name.clone());
        let stored = tables.campaigns.get(&key).map_or(0, |stored| stored.version);
        let given = tables.grants.get(&key);
        let doubled = |(lead, _): &(LeadId, Grant)| given.is_some_and(|given| given.contains_key(lead));
        if stored + 1 != state.version || commit.grants.iter().any(doubled) {
            return Err(CommitError::Conflict(Conflict::Version));
        }
        tables.campaigns.insert(key.clone(), state.clone());
        tables.grants.entry(key).or_default().extend(commit.grants.iter().cloned());
        commit.inbox_done.iter().for_each(|row| tables.take(row));
        for row in &commit.inbox_new {
            tables.put(row.id(), Stored::Readable(Box::new(row.clone())));
        }
        Ok(())
    }

    async fn coupons(
        &self,
        business: &BusinessId,
        name: &CampaignName,
        from: u32,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let tables = self.reading("coupons")?;
        let pool = tables.coupons.get(&(business.clone(), name.clone()));
        let codes = pool.into_iter().flat_map(|pool| pool.range(from..));
        Ok(codes.take(limit).map(|(_, code)| code.clone()).collect())
    }

    async fn put_coupons(
        &self,
        business: &BusinessId,
        name: &CampaignName,
        from: u32,
        codes: &[String],
    ) -> Result<(), StoreError> {
        let mut tables = self.writing("put_coupons")?;
        let pool = tables.coupons.entry((business.clone(), name.clone())).or_default();
        for (place, code) in (from..).zip(codes) {
            pool.entry(place).or_insert_with(|| code.clone());
        }
        Ok(())
    }

    async fn pace(&self, business: &BusinessId, asset: &AssetId) -> Result<Option<Pace>, StoreError> {
        Ok(self.reading("pace")?.paces.get(&(business.clone(), asset.clone())).cloned())
    }

    async fn put_pace(&self, pace: &Pace) -> Result<(), CommitError> {
        let mut tables = self.writing("put_pace")?;
        let key = (pace.business.clone(), pace.asset.clone());
        if tables.paces.get(&key).map_or(0, |stored| stored.version) + 1 != pace.version {
            return Err(CommitError::Conflict(Conflict::Version));
        }
        tables.paces.insert(key, pace.clone());
        Ok(())
    }
}

#[async_trait]
impl BroadcastStore for InMemoryStore {
    async fn broadcast(
        &self,
        business: &BusinessId,
        name: &BroadcastName,
    ) -> Result<Option<Broadcast>, StoreError> {
        Ok(self.reading("broadcast")?.broadcasts.get(&(business.clone(), name.clone())).cloned())
    }

    async fn broadcasts(&self, business: &BusinessId) -> Result<Vec<Broadcast>, StoreError> {
        let tables = self.reading("broadcasts")?;
        let all = tables.broadcasts.iter().filter(|((of, _), _)| of == business);
        Ok(all.map(|(_, broadcast)| broadcast.clone()).collect())
    }

    async fn put_broadcast(&self, broadcast: &Broadcast) -> Result<(), CommitError> {
        let mut tables = self.writing("put_broadcast")?;
        let key = (broadcast.business.clone(), broadcast.name.clone());
        if tables.broadcasts.get(&key).map_or(0, |stored| stored.version) + 1 != broadcast.version {
            return Err(CommitError::Conflict(Conflict::Version));
        }
        tables.broadcasts.insert(key, broadcast.clone());
        Ok(())
    }
}

impl Tables {
    fn put_record(&mut self, lead: &Lead, wake: Option<Wake>, timeline: &[Entry]) {
        let key = (lead.business.clone(), lead.id);
        self.timelines.entry(key.clone()).or_default().extend(timeline.iter().cloned());
        match wake {
            Some(wake) => drop(self.wakes.insert(key.clone(), wake)),
            None => drop(self.wakes.remove(&key)),
        }
        self.leads.insert(key, lead.clone());
    }

    /// What is put again is no longer parked.
    fn put(&mut self, id: InboxRowId, stored: Stored) {
        self.parked.remove(&id);
        self.inbox.insert(id, stored);
    }

    fn take(&mut self, id: &InboxRowId) {
        self.parked.remove(id);
        self.inbox.remove(id);
    }

    fn waiting(&self) -> impl Iterator<Item = (&InboxRowId, &Stored)> {
        self.inbox.iter().filter(|(id, _)| !self.parked.contains_key(id))
    }
}

/// The conditions of a transaction, all of them before anything is written.
fn check(tables: &Tables, commit: &Commit) -> Result<(), Conflict> {
    let business = &commit.business;
    let name = |identity: &IdentityKey| tables.identities.get(&(business.clone(), identity.clone()));
    if let Some(lead) = &commit.lead {
        let stored = |id: LeadId| tables.leads.get(&(business.clone(), id)).map_or(0, |lead| lead.version);
        let other = commit.other.as_ref();
        if stored(lead.id) != commit.read_version
            || other.is_some_and(|other| stored(other.lead.id) != other.read_version)
        {
            return Err(Conflict::Version);
        }
        if commit.once.as_ref().is_some_and(|once| name(once).is_some()) {
            return Err(Conflict::Once);
        }
    }
    let owner = commit.lead.as_ref().map(|lead| lead.id);
    for (identity, write) in commit.names() {
        let Some(name) = name(identity) else { continue };
        let allowed = match write {
            NameWrite::Given => name.lead == owner,
            NameWrite::Repointed(from) => name.lead == owner || name.lead == Some(from),
            NameWrite::Revived | NameWrite::Erased(_) => name.lead.is_none() || name.lead == owner,
        };
        if !allowed {
            return Err(Conflict::Identity(identity.clone()));
        }
    }
    match &commit.seen {
        Some(event) => match tables.seen.get(&(business.clone(), event.clone())) {
            Some(until) if *until > commit.now => Err(Conflict::Seen),
            _ => Ok(()),
        },
        None => Ok(()),
    }
}
