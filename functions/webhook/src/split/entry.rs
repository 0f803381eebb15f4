//! One entry: its items, and whose they are.

use domain::channel::Network;
use domain::ids::AssetId;
use serde_json::Value;

use super::change::Change;
use super::place::{Around, Place};
use super::{Split, instagram, lenient, messaging, page, whatsapp};

/// The entry id of the "Test" button in Meta's dashboard.
pub const DASHBOARD: &str = "0";

/// The changes of an entry. An Instagram-Login app may get field and value in the entry itself.
pub fn changes(entry: &Value) -> impl Iterator<Item = Change<'_>> {
    let in_itself = entry["field"].is_string().then_some(entry);
    lenient::list(&entry["changes"]).iter().chain(in_itself).map(Change::of)
}

/// An entry of a Page or of an Instagram account.
pub fn of_network(split: &mut Split, around: &Around<'_>, network: Network, entry: &Value) {
    let messages = lenient::list(&entry["messaging"]);
    let standby = lenient::list(&entry["standby"]);
    let items = messages.len() + standby.len() + changes(entry).count();
    let place = match whose(around, lenient::id(&entry["id"]), entry) {
        Ok(place) => place,
        Err(reason) => return (0..items.max(1)).for_each(|_| split.ignore(reason)),
    };
    if items == 0 {
        split.ignore("empty-entry");
    }
    messages.iter().for_each(|item| messaging::item(split, &place, network, item));
    standby.iter().for_each(|item| messaging::standby(split, &place, network, item));
    for change in changes(entry) {
        match network {
            _ if change.value.is_null() => split.ignore("no-value"),
            // A message wrapped in a change, as the dashboard and newer versions send it.
            _ if change.value["sender"].is_object() && change.value["recipient"].is_object() => {
                messaging::item(split, &place, network, change.value);
            }
            Network::Facebook => page::change(split, &place, change),
            Network::Instagram => instagram::change(split, &place, change),
        }
    }
}

/// An entry of a WhatsApp account: each of its changes says which number it came to.
pub fn of_whatsapp(split: &mut Split, around: &Around<'_>, entry: &Value) {
    let account = lenient::id(&entry["id"]);
    if changes(entry).next().is_none() {
        split.ignore("empty-entry");
    }
    for change in changes(entry) {
        if change.value.is_null() {
            split.ignore("no-value");
            continue;
        }
        let of_account = whatsapp::is_of_account(change);
        let asset = match &account {
            Some(account) if of_account || account == DASHBOARD => Some(account.clone()),
            _ => whatsapp::number_of(change),
        };
        match whose(around, asset, entry) {
            Ok(place) if of_account => whatsapp::of_account(split, &place, change),
            Ok(place) => whatsapp::of_number(split, &place, change),
            Err(reason) => split.ignore(reason),
        }
    }
}

fn whose<'a>(
    around: &'a Around<'_>,
    asset: Option<String>,
    entry: &Value,
) -> Result<Place<'a>, &'static str> {
    match asset {
        None => Err("unroutable"),
        Some(asset) if asset == DASHBOARD => Err("dashboard-test"),
        Some(asset) => around.place(&AssetId::new(asset), entry).ok_or("unknown-asset"),
    }
}
