//! What Meta, or whoever has its secret, may put into a delivery.

use std::collections::{BTreeMap, BTreeSet};

use fuzz::json::{Tear, leaf, tears, torn, tree, word};
use fuzz::{Doors, corpus, holds, now, text};
use jiff::SignedDuration;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};
use shared::adapters::dynamodb::items::{EventItem, LeadItem, TimelineItem, from_body, to_body};
use shared::application::ports::{InboxRow, Store, TimelineRow};

use crate::stored_items::same_again;

const PAGE: &str = "101010101010101";
const INSTAGRAM: &str = "17841400000000001";
const NUMBER: &str = "106106106106106";
const ACCOUNT: &str = "102102102102102";
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

fn delivery() -> impl Strategy<Value = Value> {
    select(corpus::deliveries())
}

/// A sound message of somebody who writes nothing else, as an item of each object's lists.
fn sound_item(object: &str) -> Value {
    let millis = now().as_millisecond() - 60_000;
    match object {
        "whatsapp_business_account" => json!({ "field": "messages", "value": {
            "messaging_product": "whatsapp",
            "metadata": { "display_phone_number": "97230000000", "phone_number_id": NUMBER },
            "contacts": [{ "wa_id": "972549999999", "profile": { "name": "שכנה טובה" } }],
            "messages": [sound_whatsapp_message()],
        } }),
        _ => json!({
            "sender": { "id": "99999000001" }, "recipient": { "id": asset(object) }, "timestamp": millis,
            "message": { "mid": "m_of-a-good-neighbour", "text": "שלום" },
        }),
    }
}

fn sound_whatsapp_message() -> Value {
    json!({
        "from": "972549999999", "id": "wamid.of-a-good-neighbour", "type": "text", "text": { "body": "שלום" },
        "timestamp": (now().as_second() - 60).to_string(),
    })
}

fn asset(object: &str) -> &'static str {
    match object {
        "page" => PAGE,
        "instagram" => INSTAGRAM,
        _ => ACCOUNT,
    }
}

/// The list of an entry that its sound item stands in.
fn list(object: &str) -> &'static str {
    if object == "whatsapp_business_account" { "changes" } else { "messaging" }
}

fn sound_entry(object: &str) -> Value {
    json!({ "id": asset(object), "time": now().as_millisecond() - 50_000, list(object): [sound_item(object)] })
}

fn rows_of(body: &Value) -> BTreeMap<String, InboxRow> {
    let bytes = body.to_string().into_bytes();
    Doors::within(async |doors| {
        assert_eq!(doors.deliver(&bytes).await.status, 200);
        doors.rows().await
    })
}

/// The keys of what the sound item is, taken in all by itself.
fn sound_keys(object: &str) -> BTreeSet<String> {
    let alone = rows_of(&json!({ "object": object, "entry": [sound_entry(object)] }));
    assert!(!alone.is_empty(), "a sound item of {object} is an event");
    alone.values().map(|row| row.event.key.to_string()).collect()
}

fn keys(rows: &BTreeMap<String, InboxRow>) -> BTreeSet<String> {
    rows.values().map(|row| row.event.key.to_string()).collect()
}

/// Delivers, delivers again, drains, and asks at each stage for what has to hold of any body. Gives the keys of
/// the events that were taken.
fn taken_twice_and_worked_off(body: &[u8], names: &Value) -> BTreeSet<String> {
    Doors::within(async |doors| {
        doors.own_all_in(names).await;
        let first = doors.deliver(body).await;
        let readable = serde_json::from_slice::<Value>(body).is_ok_and(|body| body.is_object());
        match first.status {
            200 => {}
            400 => assert!(!readable, "an object was refused: {first:?}"),
            413 => assert!(body.len() > BODY_BYTES_MAX, "{first:?}"),
            other => panic!("status {other}: {first:?}"),
        }
        let rows = doors.rows().await;
        assert_eq!(rows.len(), doors.store.undecided());
        assert!(first.status == 200 || rows.is_empty(), "a refused body left rows");
        rows.values().for_each(is_kept_as_it_was);

        doors.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(doors.deliver(body).await.status, first.status);
        assert_eq!(keys(&doors.rows().await), keys(&rows), "the second time other events came out");

        doors.drain().await;
        assert_eq!(doors.deliver(body).await.status, first.status);
        doors.drain().await;
        for lead in doors.store.leads() {
            let again = from_body::<LeadItem>(&to_body(&LeadItem::from(&lead)).unwrap());
            assert_eq!(again.unwrap().read(&lead.business, lead.id, lead.version), Ok(lead.clone()));
            let rows = doors.store.timeline(&lead.business, lead.id).await.unwrap();
            let entries: Vec<_> = rows
                .into_iter()
                .filter_map(|row| match row {
                    TimelineRow::Entry(entry) => Some(entry),
                    TimelineRow::Delivery { .. } => None,
                })
                .collect();
            let again = from_body::<TimelineItem>(&to_body(&TimelineItem::of(&entries)).unwrap());
            assert_eq!(again.unwrap().read(), entries);
        }
        keys(&rows)
    })
}

/// What the table gives back is what was put there.
fn is_kept_as_it_was(row: &InboxRow) {
    let body = to_body(&EventItem::from(&row.event)).unwrap();
    let again = same_again(&row.event, &body);
    assert_eq!(again.as_ref(), Ok(&row.event), "{body}");
}

#[test]
fn a_torn_delivery_is_taken_and_worked_off_or_refused_as_no_json() {
    holds(48, (delivery(), tears()), |(whole, tears)| {
        let torn = torn(whole.clone(), &tears);
        taken_twice_and_worked_off(torn.to_string().as_bytes(), &whole);
    });
}

#[test]
fn a_delivery_out_of_nothing_is_taken_and_worked_off() {
    let entry =
        (select(&[PAGE, INSTAGRAM, NUMBER, ACCOUNT, "0", "7"][..]), leaf(), vec((word(), tree()), 0..4));
    let object = select(&["page", "instagram", "whatsapp_business_account", "user"][..]);
    let field = prop_oneof![select(&FIELDS[..]).prop_map(str::to_owned), word()];
    let strategy = (object, entry, vec((field, tree()), 0..4), vec(tree(), 0..4));
    holds(48, strategy, |(object, (id, time, more), changes, messaging)| {
        let mut entry = Value::Object(more.into_iter().collect());
        entry["id"] = id.into();
        entry["time"] = time;
        entry["messaging"] = messaging.into();
        entry["changes"] =
            changes.into_iter().map(|(field, value)| json!({ "field": field, "value": value })).collect();
        let body = json!({ "object": object, "entry": [entry] });
        taken_twice_and_worked_off(body.to_string().as_bytes(), &body);
    });
}

const FIELDS: [&str; 12] = [
    "feed",
    "leadgen",
    "mention",
    "mentions",
    "comments",
    "live_comments",
    "messages",
    "smb_message_echoes",
    "account_update",
    "user_preferences",
    "message_template_status_update",
    "phone_number_quality_update",
];

#[test]
fn a_torn_entry_never_costs_its_neighbour() {
    holds(48, (delivery(), tears(), any::<bool>()), |(whole, tears, first)| {
        let object = whole["object"].as_str().unwrap_or_default().to_owned();
        if !["page", "instagram", "whatsapp_business_account"].contains(&object.as_str()) {
            return;
        }
        let torn = torn(whole["entry"][0].clone(), &tears);
        let sound = sound_entry(&object);
        let entries = if first { vec![sound, torn] } else { vec![torn, sound] };
        expect_the_neighbour(&object, &json!({ "object": object, "entry": entries }), &whole);
    });
}

#[test]
fn a_torn_item_never_costs_the_next_one_in_its_entry() {
    holds(48, (delivery(), any::<Index>(), tears()), |(whole, which, tears)| {
        let object = whole["object"].as_str().unwrap_or_default().to_owned();
        let Some(items) = whole["entry"][0][list(&object)].as_array().filter(|items| !items.is_empty())
        else {
            return;
        };
        let torn = torn(items[which.index(items.len())].clone(), &tears);
        let items = json!([torn, sound_item(&object)]);
        let entry = json!({ "id": asset(&object), "time": now().as_millisecond(), list(&object): items });
        expect_the_neighbour(&object, &json!({ "object": object, "entry": [entry] }), &whole);
    });
}

#[test]
fn a_torn_whatsapp_message_never_costs_the_next_one_in_its_change() {
    let messages: Vec<Value> = corpus::deliveries()
        .iter()
        .filter_map(|delivery| delivery["entry"][0]["changes"][0]["value"]["messages"].as_array().cloned())
        .flatten()
        .collect();
    holds(48, (select(messages), tears()), |(message, tears): (Value, Vec<Tear>)| {
        let object = "whatsapp_business_account";
        let mut change = sound_item(object);
        change["value"]["messages"] = json!([torn(message, &tears), sound_whatsapp_message()]);
        let body = json!({ "object": object, "entry": [{ "id": ACCOUNT, "changes": [change] }] });
        expect_the_neighbour(object, &body, &body);
    });
}

fn expect_the_neighbour(object: &str, body: &Value, names: &Value) {
    let text = body.to_string();
    let too_deep = serde_json::from_str::<Value>(&text).is_err();
    let taken = taken_twice_and_worked_off(text.as_bytes(), names);
    assert!(too_deep || taken.is_superset(&sound_keys(object)), "the neighbour is missing");
}

#[test]
fn bytes_that_were_cut_or_spoilt_are_refused_or_taken_and_nothing_else() {
    let spoil = vec((any::<Index>(), any::<u8>()), 0..3);
    holds(48, (delivery(), any::<Index>(), spoil, any::<bool>()), |(whole, end, spoil, cut)| {
        let mut bytes = whole.to_string().into_bytes();
        if cut {
            bytes.truncate(end.index(bytes.len()));
        }
        for (at, byte) in spoil {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        taken_or_refused(&bytes);
    });
}

#[test]
fn any_bytes_are_refused_or_taken() {
    let odd = text::odd().prop_map(String::into_bytes);
    holds(64, prop_oneof![vec(any::<u8>(), 0..200), odd], |bytes| taken_or_refused(&bytes));
}

/// Half an emoji is mended: what serde_json does not read may be taken all the same.
fn taken_or_refused(bytes: &[u8]) {
    Doors::within(async |doors| {
        let status = doors.deliver(bytes).await.status;
        assert!([200, 400].contains(&status), "status {status}");
        doors.drain().await;
    });
}

#[test]
fn a_text_cut_in_the_middle_of_an_emoji_costs_nothing() {
    holds(24, (delivery(), any::<Index>(), any::<bool>()), |(whole, which, high)| {
        let half = if high { "\\ud83d" } else { "\\ude4f" };
        let text = whole.to_string();
        let ends: Vec<usize> = text.match_indices("\":\"").map(|(at, _)| at + 3).collect();
        if ends.is_empty() {
            return;
        }
        let at = ends[which.index(ends.len())];
        let body = format!("{}{half}{}", &text[..at], &text[at..]);
        Doors::within(async |doors| assert_eq!(doors.deliver(body.as_bytes()).await.status, 200));
    });
}

#[test]
fn a_thousand_items_in_one_delivery_are_all_taken_and_worked_off() {
    let torn_ones = vec((delivery(), tears()), 1..4);
    holds(1, (torn_ones, 200_usize..1_000), |(torn_ones, count)| {
        let object = "whatsapp_business_account";
        let mut messages: Vec<Value> = (0..count)
            .map(|number| {
                let mut message = sound_whatsapp_message();
                message["id"] = format!("wamid.{number}").into();
                message["from"] = format!("9725400{:05}", number % 300).into();
                message
            })
            .collect();
        for (whole, tears) in torn_ones {
            messages.push(torn(whole["entry"][0]["changes"][0]["value"]["messages"][0].clone(), &tears));
        }
        let mut change = sound_item(object);
        change["value"]["messages"] = messages.into();
        let body = json!({ "object": object, "entry": [{ "id": ACCOUNT, "changes": [change] }] });
        let text = body.to_string();
        assert!(taken_twice_and_worked_off(text.as_bytes(), &body).len() >= count);
    });
}

#[test]
fn a_body_is_taken_up_to_four_mebibytes_and_no_further() {
    for (bytes, status) in [(BODY_BYTES_MAX, 200), (BODY_BYTES_MAX + 1, 413)] {
        let filler = "x".repeat(bytes - r#"{"object":""}"#.len());
        let body = format!("{{\"object\":\"{filler}\"}}");
        let answered = Doors::within(async |doors| doors.deliver(body.as_bytes()).await.status);
        assert_eq!((body.len(), answered), (bytes, status));
    }
}
