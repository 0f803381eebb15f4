//! What concerns the whole installation: assets, the heartbeat, the released table.

use application::ports::{Heartbeat, StoreError};
use domain::ids::{AssetId, BusinessId};
use serde::{Deserialize, Serialize};

use super::errors::{unreadable, unwritable};
use super::items::Moment;
use super::keys::{self, Key};
use super::row::{Row, text};
use super::store::DynamoDbStore;

const BUSINESS: &str = "b";
const TABLE: &str = "table";

#[derive(Serialize, Deserialize)]
struct HeartbeatItem {
    f: u32,
    /// When a sweep last ended.
    t: Moment,
    /// Since when bulk is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    h: Option<Moment>,
}

impl DynamoDbStore {
    pub(super) async fn read_asset(&self, asset: &AssetId) -> Result<Option<BusinessId>, StoreError> {
        let row = self.get("asset", &keys::asset(asset)).await?;
        Ok(row.as_ref().and_then(|row| row.text(BUSINESS)).map(BusinessId::new))
    }

    pub(super) async fn write_asset(&self, asset: &AssetId, business: &BusinessId) -> Result<(), StoreError> {
        self.overwrite("put-asset", Row::at(&keys::asset(asset)).with(BUSINESS, text(business.as_str())))
            .await
    }

    pub(super) async fn read_heartbeat(&self) -> Result<Option<Heartbeat>, StoreError> {
        let Some(row) = self.get("heartbeat", &keys::heartbeat()).await? else { return Ok(None) };
        let item: HeartbeatItem = row.body().map_err(|damaged| unreadable("the heartbeat", &damaged))?;
        Ok(Some(Heartbeat { swept_at: item.t.into(), held_since: item.h.map(Into::into) }))
    }

    pub(super) async fn write_heartbeat(&self, heartbeat: &Heartbeat) -> Result<(), StoreError> {
        let item = HeartbeatItem { f: 1, t: heartbeat.swept_at.into(), h: heartbeat.held_since.map(Moment) };
        let row = Row::at(&keys::heartbeat()).with_body(&item).map_err(unwritable)?;
        self.overwrite("put-heartbeat", row).await
    }

    pub(super) async fn read_released_table(&self) -> Result<Option<String>, StoreError> {
        let row = self.get("release", &keys::release()).await?;
        Ok(row.as_ref().and_then(|row| row.text(TABLE)).map(str::to_owned))
    }

    pub(super) async fn write_released_table(&self, table: &str) -> Result<(), StoreError> {
        let release: Key = keys::release();
        self.overwrite("put-release", Row::at(&release).with(TABLE, text(table))).await
    }

    pub(super) async fn overwrite(&self, what: &'static str, row: Row) -> Result<(), StoreError> {
        self.put(what, row, None).await.map(|_| ())
    }
}
