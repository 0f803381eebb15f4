//! What campaigns give, and how fast connections may go.

use std::collections::BTreeMap;

use application::commit::{CommitError, Conflict};
use application::grants::CampaignCommit;
use application::ports::{CampaignStore, StoreError};
use async_trait::async_trait;
use domain::grant::{CampaignState, Grant};
use domain::ids::{AssetId, BusinessId, CampaignName, LeadId};
use domain::pace::Pace;

use super::commit::{newest, version_is};
use super::condition::Condition;
use super::errors::{unreadable, unwritable};
use super::inbox;
use super::items::{CampaignItem, Damaged, GrantItem, PaceItem};
use super::keys;
use super::leads::VERSION;
use super::query::{Query, Sort};
use super::requests::{Transacted, Write, Written};
use super::row::{Row, number, text};
use super::store::DynamoDbStore;

/// A code of a pool.
const CODE: &str = "c";

#[async_trait]
impl CampaignStore for DynamoDbStore {
    async fn campaign(
        &self,
        business: &BusinessId,
        name: &CampaignName,
    ) -> Result<Option<CampaignState>, StoreError> {
        let Some(row) = self.get("campaign", &keys::campaign(business, name)).await? else {
            return Ok(None);
        };
        let read = || row.body::<CampaignItem>()?.read(business, name, version_of(&row)?);
        read().map(Some).map_err(|damaged| unreadable("a campaign", &damaged))
    }

    async fn grants(
        &self,
        business: &BusinessId,
        name: &CampaignName,
        leads: &[LeadId],
    ) -> Result<BTreeMap<LeadId, Grant>, StoreError> {
        let mut grants = BTreeMap::new();
        for lead in leads {
            if let Some(row) = self.get("grant", &keys::grant(business, name, *lead)).await? {
                grants.insert(*lead, grant_of(&row)?);
            }
        }
        Ok(grants)
    }

    async fn all_grants(
        &self,
        business: &BusinessId,
        name: &CampaignName,
        after: Option<LeadId>,
        limit: usize,
    ) -> Result<Vec<(LeadId, Grant)>, StoreError> {
        let all = keys::grants(business, name);
        let from = after.map_or(all.sk.clone(), |after| format!("{}{after}\0", all.sk));
        let between = Sort::Between(from, format!("{}~", all.sk));
        let mut query = Query::table("grants", &all.pk, between);
        let mut grants = Vec::new();
        while grants.len() < limit {
            query.limit = Some(limit - grants.len());
            let page = self.page(query.clone()).await?;
            for row in &page.rows {
                let sk = row.text(keys::SK).unwrap_or_default();
                if let Some(lead) = sk.strip_prefix(&all.sk).and_then(LeadId::parse) {
                    grants.push((lead, grant_of(row)?));
                }
            }
            match page.next {
                Some(next) => query.start = Some(next),
                None => break,
            }
        }
        Ok(grants)
    }

    async fn commit_campaign(&self, commit: &CampaignCommit) -> Result<(), CommitError> {
        let writes = writes_of(commit).map_err(unwritable)?;
        match self.transact("commit-campaign", writes, &self.write_name()).await? {
            Transacted::Yes => Ok(()),
            // Whoever was faster has changed the record, or gave to one of these people.
            Transacted::TokenTaken => Err(CommitError::Conflict(Conflict::Version)),
            Transacted::No(reasons) => {
                let codes = || reasons.iter().map(|reason| reason.code().unwrap_or_default());
                let met = |code: &str| matches!(code, "ConditionalCheckFailed" | "TransactionConflict");
                match codes().find(|code| !met(code) && !matches!(*code, "None" | "")) {
                    Some(other) if !codes().any(|code| code == "ConditionalCheckFailed") => {
                        Err(StoreError::Unavailable(format!("commit-campaign: {other}")).into())
                    }
                    _ => Err(CommitError::Conflict(Conflict::Version)),
                }
            }
        }
    }

    async fn coupons(
        &self,
        business: &BusinessId,
        name: &CampaignName,
        from: u32,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let first = keys::coupon(business, name, from);
        let between = Sort::Between(first.sk, keys::COUPONS_END.to_owned());
        let mut query = Query::table("coupons", &first.pk, between);
        let mut codes = Vec::new();
        while codes.len() < limit {
            query.limit = Some(limit - codes.len());
            let page = self.page(query.clone()).await?;
            codes.extend(page.rows.iter().filter_map(|row| row.text(CODE).map(str::to_owned)));
            match page.next {
                Some(next) => query.start = Some(next),
                None => break,
            }
        }
        Ok(codes)
    }

    async fn put_coupons(
        &self,
        business: &BusinessId,
        name: &CampaignName,
        from: u32,
        codes: &[String],
    ) -> Result<(), StoreError> {
        for (place, code) in (from..).zip(codes) {
            let row = Row::at(&keys::coupon(business, name, place)).with(CODE, text(code));
            self.put("put-coupon", row, Some(&Condition::absent())).await?;
        }
        Ok(())
    }

    async fn pace(&self, business: &BusinessId, asset: &AssetId) -> Result<Option<Pace>, StoreError> {
        let Some(row) = self.get("pace", &keys::pace(business, asset)).await? else { return Ok(None) };
        let read = || Ok(row.body::<PaceItem>()?.read(business, asset, version_of(&row)?));
        read().map(Some).map_err(|damaged: Damaged| unreadable("a pace", &damaged))
    }

    async fn put_pace(&self, pace: &Pace) -> Result<(), CommitError> {
        let row = Row::at(&keys::pace(&pace.business, &pace.asset))
            .with_body_in_few_bytes(&PaceItem::from(pace))
            .map_err(unwritable)?
            .with(VERSION, number(pace.version));
        match self.put("put-pace", row, Some(&version_is(pace.version - 1))).await? {
            Written::Yes => Ok(()),
            Written::No(_) => Err(CommitError::Conflict(Conflict::Version)),
        }
    }
}

fn version_of(row: &Row) -> Result<u64, Damaged> {
    row.number(VERSION).ok_or(Damaged::Missing(VERSION))
}

fn grant_of(row: &Row) -> Result<Grant, StoreError> {
    let item: Result<GrantItem, Damaged> = row.body();
    item.map(Into::into).map_err(|damaged| unreadable("a grant", &damaged))
}

fn writes_of(commit: &CampaignCommit) -> Result<Vec<Write>, Damaged> {
    let state = &commit.state;
    let record = Row::at(&keys::campaign(&state.business, &state.name))
        .with_body(&CampaignItem::from(state))?
        .with(VERSION, number(state.version));
    let mut writes = vec![Write::Put(record, Some(version_is(state.version - 1)))];
    for (lead, grant) in &commit.grants {
        let row = Row::at(&keys::grant(&state.business, &state.name, *lead));
        writes.push(Write::Put(row.with_body(&GrantItem::from(grant))?, Some(Condition::absent())));
    }
    writes.extend(commit.inbox_done.iter().map(|row| Write::Delete(keys::inbox_row(row))));
    for row in newest(&commit.inbox_new) {
        writes.push(Write::Put(inbox::row_or_notice(row)?, None));
    }
    Ok(writes)
}
