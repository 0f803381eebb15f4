//! The lead's record and the roster.

use application::ports::{StoreError, wake_shard};
use domain::ids::{BusinessId, LeadId};
use domain::lead::{Lead, Wake};

use super::errors::unreadable;
use super::items::{Damaged, LeadItem};
use super::keys::{self, ROSTER, ROSTER_PK, ROSTER_SHARDS, ROSTER_SK};
use super::query::{Query, Sort};
use super::row::{Row, clipped, millis, number, text};
use super::schema::REASON;
use super::store::DynamoDbStore;

/// The record's version.
pub const VERSION: &str = "v";
/// As much of a reason as the attention index shows.
pub const REASON_BYTES_MAX: usize = 500;

/// The record as an item, with what the indexes show of it.
pub fn row_of(lead: &Lead, wake: Option<Wake>) -> Result<Row, Damaged> {
    let id = lead.id.to_string();
    let mut row = Row::at(&keys::lead(&lead.business, lead.id))
        .with_body_in_few_bytes(&LeadItem::from(lead))?
        .with(VERSION, number(lead.version));
    if lead.erasing.is_none() {
        // The same at every commit, so that the roster is written once.
        row = row
            .with(ROSTER_PK, text(&keys::roster_pk(&lead.business, keys::roster_shard(lead.id))))
            .with(ROSTER_SK, text(&id));
    }
    if let Some(wake) = wake {
        row = row
            .with(keys::WAKE_PK, text(&keys::wake_pk(wake.class, wake_shard(&id))))
            .with(keys::WAKE_SK, millis(wake.at));
    }
    if let Some(reason) = lead.attention() {
        row = row
            .with(keys::ATTENTION_PK, text(lead.business.as_str()))
            .with(keys::ATTENTION_SK, text(&keys::attention_of_lead(lead.id)))
            .with(REASON, text(clipped(reason, REASON_BYTES_MAX)));
    }
    Ok(row)
}

impl DynamoDbStore {
    pub(super) async fn read_lead(
        &self,
        business: &BusinessId,
        lead: LeadId,
    ) -> Result<Option<Lead>, StoreError> {
        let Some(row) = self.get("lead", &keys::lead(business, lead)).await? else { return Ok(None) };
        let read = || {
            let version = row.number(VERSION).ok_or(Damaged::Missing(VERSION))?;
            row.body::<LeadItem>()?.read(business, lead, version)
        };
        read().map(Some).map_err(|damaged| unreadable("a lead", &damaged))
    }

    /// The shards of the roster, one after the other, are in the order of ids.
    pub(super) async fn read_roster(
        &self,
        business: &BusinessId,
        after: Option<LeadId>,
        limit: usize,
    ) -> Result<Vec<LeadId>, StoreError> {
        let mut leads = Vec::new();
        for shard in after.map_or(0, keys::roster_shard)..ROSTER_SHARDS {
            let mut query = Query::index("roster", ROSTER, ROSTER_PK, &keys::roster_pk(business, shard));
            query.sort = after.map(|after| Sort::After(ROSTER_SK, after.to_string()));
            while leads.len() < limit {
                query.limit = Some(limit - leads.len());
                let page = self.page(query.clone()).await?;
                leads.extend(page.rows.iter().filter_map(|row| LeadId::parse(row.text(ROSTER_SK)?)));
                match page.next {
                    Some(next) => query.start = Some(next),
                    None => break,
                }
            }
        }
        Ok(leads)
    }
}
