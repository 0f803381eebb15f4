//! A parsed delivery becomes durable: assets are looked up, events split, and everything is stored.

use std::collections::BTreeMap;

use application::World;
use application::accept::accept;
use application::ports::{Store, StoreError};
use domain::figure::Figure;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use crate::split::{Assets, ToldDelivery, assets_named, split};

/// How many statuses are stored at once: a POST may hold 1000, and Meta waits five seconds.
const STATUSES_AT_ONCE: usize = 32;

/// What became of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenIn {
    /// Events and notices.
    accepted: usize,
    statuses: usize,
    ignored: BTreeMap<&'static str, usize>,
}

impl TakenIn {
    pub fn to_json(&self) -> Value {
        let ignored: usize = self.ignored.values().sum();
        json!({ "accepted": self.accepted, "statuses": self.statuses, "ignored": ignored })
    }
}

/// Returns when all that is in the delivery is durable. After an error it may be sent again without harm.
pub async fn take_in(world: &World, value: &Value) -> Result<TakenIn, StoreError> {
    let assets = look_up(world, value).await?;
    let split = split(value, &assets, &world.pepper, world.clock.now());
    let accepted = accept(world, split.events).await? + split.notices.len();
    let statuses = split.deliveries.len();
    put_deliveries(world.store.as_ref(), split.deliveries).await?;
    for notice in &split.notices {
        tracing::warn!(business = %notice.business, notice = notice.key, "noted something for the operator");
        if world.store.put_notice(notice).await? {
            world.figures.count(&notice.business, Figure::Parked);
        }
    }
    let ignored = split.ignored;
    tracing::info!(accepted, statuses, ?ignored, "took in a delivery");
    Ok(TakenIn { accepted, statuses, ignored })
}

/// Each asset is asked for once, however many events name it.
async fn look_up(world: &World, value: &Value) -> Result<Assets, StoreError> {
    let mut assets = Assets::new();
    for asset in assets_named(value) {
        if let Some(business) = world.store.asset(&asset).await? {
            assets.insert(asset, business);
        }
    }
    Ok(assets)
}

async fn put_deliveries(store: &dyn Store, deliveries: Vec<ToldDelivery>) -> Result<(), StoreError> {
    stream::iter(deliveries)
        .map(|(business, lead, work, delivery)| async move {
            store.put_delivery(&business, lead, work, &delivery).await
        })
        .buffer_unordered(STATUSES_AT_ONCE)
        .try_collect()
        .await
}
