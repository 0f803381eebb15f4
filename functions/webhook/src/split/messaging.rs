//! Messenger and Instagram Direct: what came from a person, what left in our name, and what concerns neither.

use domain::channel::Network;
use domain::delivery::{Delivery, DeliveryStatus, opaque};
use domain::ids::PlatformMessageId;
use serde_json::Value;

use super::exchange::Exchange;
use super::lenient::{self, WORDS_CHARS_MAX};
use super::place::Place;
use super::{Split, ToldDelivery};

pub fn item(split: &mut Split, place: &Place<'_>, network: Network, item: &Value) {
    let policy = ["policy-enforcement", "policy_enforcement"].map(|name| &item[name]);
    if let Some(policy) = policy.into_iter().find(|policy| policy.is_object()) {
        return policy_enforced(split, place, item, policy);
    }
    let message = &item["message"];
    if message.is_object() && lenient::is_true(&message["is_echo"]) {
        return echo(split, place, network, item);
    }
    let Some(exchange) = Exchange::of(place, network, item) else {
        if message.is_object() || item["postback"].is_object() {
            let reason = "a message came without its sender; nobody can be answered";
            let notice = place.notice(reason, place.time(&item["timestamp"]), item);
            return split.notices.push(notice);
        }
        return split.ignore("no-sender");
    };
    if place.is_us(&exchange.person) {
        return split.ignore("own-message");
    }
    match exchange.event() {
        Ok(event) => split.events.push(event),
        Err(reason) => split.ignore(reason),
    }
}

/// Another app holds the thread: what is said there is noted, and not answered (R22).
pub fn standby(split: &mut Split, place: &Place<'_>, network: Network, item: &Value) {
    let message = &item["message"];
    if message.is_object() && lenient::is_true(&message["is_echo"]) {
        if let Some(told) = told_of_ours(place, item) {
            return split.deliveries.push(told);
        }
        let Some(person) = echoed_to(place, item) else { return split.ignore("echo-to-nobody") };
        return split.events.push(Exchange { place, network, item, person }.standby());
    }
    if !message.is_object() && !item["postback"].is_object() {
        return split.ignore("standby-other");
    }
    match Exchange::of(place, network, item) {
        Some(exchange) if place.is_us(&exchange.person) => split.ignore("own-message"),
        Some(exchange) => split.events.push(exchange.standby()),
        None => split.ignore("no-sender"),
    }
}

/// Something left in the business's name. With our metadata it is evidence of a message of ours; without, a
/// person may have written.
fn echo(split: &mut Split, place: &Place<'_>, network: Network, item: &Value) {
    let message = &item["message"];
    if lenient::is_true(&message["is_self"]) {
        return split.ignore("self-message");
    }
    if lenient::is_true(&message["is_deleted"]) {
        return split.ignore("own-unsent");
    }
    if let Some(told) = told_of_ours(place, item) {
        return split.deliveries.push(told);
    }
    let Some(person) = echoed_to(place, item) else { return split.ignore("echo-to-nobody") };
    split.events.push(Exchange { place, network, item, person }.echoed());
}

fn told_of_ours(place: &Place<'_>, item: &Value) -> Option<ToldDelivery> {
    let message = &item["message"];
    let (lead, work) = opaque::read(message["metadata"].as_str()?)?;
    let id = lenient::id(&message["mid"]).map(PlatformMessageId::new);
    let delivery = Delivery { status: DeliveryStatus::Sent, at: place.time(&item["timestamp"]), id };
    Some((place.business.clone(), lead, work, delivery))
}

/// The person whom an echo went to: the recipient, unless old fixtures of Meta's have the sides swapped.
fn echoed_to(place: &Place<'_>, item: &Value) -> Option<String> {
    let sides = [&item["recipient"]["id"], &item["sender"]["id"]];
    sides.into_iter().filter_map(lenient::id).find(|id| !place.is_us(id))
}

fn policy_enforced(split: &mut Split, place: &Place<'_>, item: &Value, policy: &Value) {
    let action = lenient::text(&policy["action"], WORDS_CHARS_MAX).unwrap_or_else(|| "unknown".to_owned());
    let reason = format!("Meta enforced its policies on the asset {}: {action}", place.asset);
    split.notices.push(place.notice(&reason, place.time(&item["timestamp"]), item));
}
