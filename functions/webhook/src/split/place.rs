//! Where an item stands: whose it is, on which asset, and when its entry was made.

use application::ports::Notice;
use domain::event::{Event, EventKind};
use domain::event_key::{EventKey, Sameness};
use domain::identity::Identity;
use domain::ids::{AssetId, BusinessId, Pepper};
use jiff::Timestamp;
use serde_json::Value;

use super::{Assets, lenient, notice};

/// What is the same for a whole delivery.
pub struct Around<'a> {
    pub assets: &'a Assets,
    pub pepper: &'a Pepper,
    pub now: Timestamp,
}

impl<'a> Around<'a> {
    /// `None` if nobody here owns the asset.
    pub fn place(&'a self, asset: &AssetId, entry: &Value) -> Option<Place<'a>> {
        let business = self.assets.get(asset)?;
        let asset = asset.clone();
        let entry_at = lenient::time(&entry["time"], self.now);
        let entry_told = lenient::time(&entry["time"], Timestamp::MAX);
        Some(Place { around: self, business, asset, entry_at, entry_told })
    }
}

pub struct Place<'a> {
    around: &'a Around<'a>,
    pub business: &'a BusinessId,
    /// The Page, account or number that the item came to.
    pub asset: AssetId,
    entry_at: Option<Timestamp>,
    /// The same, were it nonsense today.
    entry_told: Option<Timestamp>,
}

impl Place<'_> {
    /// When an item happened: by its own word, else its entry's, else when it arrived.
    pub fn time(&self, told: &Value) -> Timestamp {
        lenient::time(told, self.around.now).unwrap_or_else(|| self.entry_time(&Value::Null))
    }

    /// When an item was reported, for items that repeat the time of what they are about.
    pub fn entry_time(&self, otherwise: &Value) -> Timestamp {
        let entry_at = self.entry_at.or_else(|| lenient::time(otherwise, self.around.now));
        entry_at.unwrap_or(self.around.now)
    }

    /// When an item says that it happened, for its key: the same each time it comes, also where nobody says when.
    pub fn told(&self, told: &Value) -> Timestamp {
        lenient::time(told, Timestamp::MAX).unwrap_or_else(|| self.entry_told(&Value::Null))
    }

    /// When an item says that it was reported, for its key.
    pub fn entry_told(&self, otherwise: &Value) -> Timestamp {
        let told = self.entry_told.or_else(|| lenient::time(otherwise, Timestamp::MAX));
        told.unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// A moment that may be missing.
    pub fn moment(&self, told: &Value) -> Option<Timestamp> {
        lenient::time(told, self.around.now)
    }

    /// Whether an id is the asset itself, or another of the same business.
    pub fn is_us(&self, id: &str) -> bool {
        id == self.asset.as_str() || self.around.assets.get(&AssetId::from(id)) == Some(self.business)
    }

    pub fn event(&self, author: Identity, at: Timestamp, kind: EventKind, same: Sameness<'_>) -> Event {
        let key = EventKey::of(self.around.pepper, self.business, kind.responder(), same);
        Event { business: self.business.clone(), key, occurred_at: at, author, also: Vec::new(), kind }
    }

    pub fn notice(&self, reason: &str, at: Timestamp, item: &Value) -> Notice {
        // Two reports of the same content at different times are two.
        let entry_at = self.entry_told.map(|at| at.to_string()).unwrap_or_default();
        notice::of(self.around.pepper, self.business, reason, &entry_at, at, item)
    }
}
