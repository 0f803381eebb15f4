//! From one of Meta's deliveries to events, item by item.
//!
//! Pure: no I/O and nothing that can fail. Meta's shapes vary with age, app and mood, so every item is read
//! leniently and by itself; what cannot be used is counted with a reason and never costs its neighbours.

mod change;
mod entry;
mod exchange;
mod instagram;
mod lenient;
mod media;
mod messaging;
mod notice;
mod page;
mod place;
mod referral;
mod whatsapp;

use std::collections::{BTreeMap, BTreeSet};

use application::ports::Notice;
use domain::channel::Network;
use domain::delivery::Delivery;
use domain::event::Event;
use domain::ids::{AssetId, BusinessId, LeadId, Pepper, WorkId};
use jiff::Timestamp;
use serde_json::Value;

use place::Around;

/// Which business an asset belongs to, of the assets that a delivery names.
pub type Assets = BTreeMap<AssetId, BusinessId>;

/// What a platform said of a message of ours.
pub type ToldDelivery = (BusinessId, LeadId, WorkId, Delivery);

/// What is in a delivery.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    pub events: Vec<Event>,
    /// Statuses and echoes that carry our opaque data: they go beside the lead's timeline at once.
    pub deliveries: Vec<ToldDelivery>,
    /// What concerns no lead, or none that can be told, and that the operator has to see.
    pub notices: Vec<Notice>,
    /// How many items were left alone, by reason.
    pub ignored: BTreeMap<&'static str, usize>,
}

impl Split {
    fn ignore(&mut self, reason: &'static str) {
        *self.ignored.entry(reason).or_default() += 1;
    }
}

/// The assets that a delivery names. Whoever calls [`split`] looks them up first.
pub fn assets_named(delivery: &Value) -> BTreeSet<AssetId> {
    let known = Object::of(delivery).is_some();
    let entries = if known { lenient::list(&delivery["entry"]) } else { &[] };
    let numbers = entries.iter().flat_map(entry::changes).map(whatsapp::number_of);
    let named = entries.iter().map(|entry| lenient::id(&entry["id"])).chain(numbers);
    named.flatten().filter(|id| id != entry::DASHBOARD).map(AssetId::new).collect()
}

pub fn split(delivery: &Value, assets: &Assets, pepper: &Pepper, now: Timestamp) -> Split {
    let mut split = Split::default();
    let around = Around { assets, pepper, now };
    for one in lenient::list(&delivery["entry"]) {
        match Object::of(delivery) {
            Some(Object::Network(network)) => entry::of_network(&mut split, &around, network, one),
            Some(Object::WhatsApp) => entry::of_whatsapp(&mut split, &around, one),
            None => split.ignore("unknown-object"),
        }
    }
    split
}

/// What a delivery is about.
enum Object {
    Network(Network),
    WhatsApp,
}

impl Object {
    fn of(delivery: &Value) -> Option<Self> {
        Some(match delivery["object"].as_str()? {
            "page" => Self::Network(Network::Facebook),
            "instagram" => Self::Network(Network::Instagram),
            "whatsapp_business_account" => Self::WhatsApp,
            _ => return None,
        })
    }
}
