//! Broadcasts, beside the business's playbooks.

use application::commit::{CommitError, Conflict};
use application::ports::{BroadcastStore, StoreError};
use async_trait::async_trait;
use domain::broadcast::Broadcast;
use domain::ids::{BroadcastName, BusinessId};

use super::commit::version_is;
use super::errors::{unreadable, unwritable};
use super::items::{BroadcastItem, Damaged};
use super::keys;
use super::leads::VERSION;
use super::query::Query;
use super::requests::Written;
use super::row::{Row, number};
use super::store::DynamoDbStore;

#[async_trait]
impl BroadcastStore for DynamoDbStore {
    async fn broadcast(
        &self,
        business: &BusinessId,
        name: &BroadcastName,
    ) -> Result<Option<Broadcast>, StoreError> {
        let row = self.get("broadcast", &keys::broadcast(business, name)).await?;
        row.map(|row| read(&row, business, name.clone())).transpose()
    }

    async fn broadcasts(&self, business: &BusinessId) -> Result<Vec<Broadcast>, StoreError> {
        let all = keys::broadcasts(business);
        let prefix = all.sk.clone();
        let rows = self.all(Query::begins_with("broadcasts", all)).await?;
        let name = |row: &Row| Some(BroadcastName::new(row.text(keys::SK)?.strip_prefix(&prefix)?));
        rows.iter().filter_map(|row| Some(read(row, business, name(row)?))).collect()
    }

    async fn put_broadcast(&self, broadcast: &Broadcast) -> Result<(), CommitError> {
        let row = Row::at(&keys::broadcast(&broadcast.business, &broadcast.name))
            .with_body(&BroadcastItem::from(broadcast))
            .map_err(unwritable)?
            .with(VERSION, number(broadcast.version));
        match self.put("put-broadcast", row, Some(&version_is(broadcast.version - 1))).await? {
            Written::Yes => Ok(()),
            Written::No(_) => Err(CommitError::Conflict(Conflict::Version)),
        }
    }
}

fn read(row: &Row, business: &BusinessId, name: BroadcastName) -> Result<Broadcast, StoreError> {
    let read = || {
        let version = row.number(VERSION).ok_or(Damaged::Missing(VERSION))?;
        row.body::<BroadcastItem>()?.read(business, name, version)
    };
    read().map_err(|damaged: Damaged| unreadable("a broadcast", &damaged))
}
