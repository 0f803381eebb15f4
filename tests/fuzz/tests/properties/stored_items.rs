//! What the table gives back: what was put there, or damage that is told by name.

use std::sync::OnceLock;

use fuzz::json::{tears, torn};
use fuzz::{Doors, corpus, holds, json, text};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};
use shared::adapters::dynamodb::items::{
    Damaged, DeliveryItem, EventItem, LeadItem, TimelineItem, from_body, to_body,
};
use shared::application::ports::{Store, TimelineRow};
use shared::domain::delivery::DeliveryStatus;
use shared::domain::event::{Event, Responder};
use shared::domain::event_key::{EventKey, Sameness};
use shared::domain::ids::{BusinessId, LeadId, Pepper};
use shared::domain::lead::Lead;

/// An event by its stored body.
pub fn same_again(event: &Event, body: &str) -> Result<Event, Damaged> {
    from_body::<EventItem>(body)?.read(&event.business, event.key.clone())
}

fn event(body: &str) -> Result<Event, Damaged> {
    let business = BusinessId::new("neveh");
    let same = Sameness::LeadAd { id: "1" };
    let key = EventKey::of(&Pepper::new([1; 32]), &business, Responder::Message, same);
    from_body::<EventItem>(body)?.read(&business, key)
}

fn lead(body: &str) -> Result<Lead, Damaged> {
    from_body::<LeadItem>(body)?.read(&BusinessId::new("neveh"), LeadId::new(1), 3)
}

/// Bodies of events, leads and timelines as the corpus leaves them.
struct Bodies {
    events: Vec<Value>,
    leads: Vec<Value>,
    timelines: Vec<Value>,
}

fn bodies() -> &'static Bodies {
    static BODIES: OnceLock<Bodies> = OnceLock::new();
    BODIES.get_or_init(|| {
        Doors::within(async |doors| {
            let mut bodies = Bodies { events: Vec::new(), leads: Vec::new(), timelines: Vec::new() };
            let value = |body: Result<String, Damaged>| serde_json::from_str(&body.unwrap()).unwrap();
            for delivery in corpus::deliveries() {
                doors.own_all_in(delivery).await;
                doors.deliver(delivery.to_string().as_bytes()).await;
                let rows = doors.rows().await.into_values();
                bodies.events.extend(rows.map(|row| value(to_body(&EventItem::from(&row.event)))));
                doors.drain().await;
            }
            doors.report_call(br#"{"phone":"054-123-4567","kind":"missed"}"#).await;
            for lead in doors.store.leads() {
                bodies.leads.push(value(to_body(&LeadItem::from(&lead))));
                for row in doors.store.timeline(&lead.business, lead.id).await.unwrap() {
                    if let TimelineRow::Entry(entry) = row {
                        bodies.timelines.push(value(to_body(&TimelineItem::of(&[entry]))));
                    }
                }
            }
            bodies
        })
    })
}

/// Torn bodies of one kind, whole ones, and any text.
fn body(of: &'static [Value]) -> impl Strategy<Value = String> {
    let torn = (select(of), tears()).prop_map(|(body, tears)| torn(body, &tears).to_string());
    let cut = (select(of), any::<Index>()).prop_map(|(body, end)| {
        let text = body.to_string();
        text.chars().take(end.index(text.chars().count())).collect()
    });
    prop_oneof![8 => torn, 1 => cut, 1 => text::odd(), 1 => json::tree().prop_map(|tree| tree.to_string())]
}

#[test]
fn a_stored_event_is_read_as_it_was_or_is_damaged() {
    holds(600, body(&bodies().events), |body| {
        if let Ok(read) = event(&body) {
            let again = to_body(&EventItem::from(&read)).unwrap();
            assert_eq!(event(&again), Ok(read), "{again}");
        }
    });
}

#[test]
fn a_stored_lead_is_read_as_it_was_or_is_damaged() {
    holds(600, body(&bodies().leads), |body| {
        if let Ok(read) = lead(&body) {
            let again = to_body(&LeadItem::from(&read)).unwrap();
            assert_eq!(lead(&again), Ok(read), "{again}");
        }
    });
}

#[test]
fn a_stored_timeline_is_read_as_it_was_or_is_damaged() {
    holds(400, body(&bodies().timelines), |body| {
        if let Ok(item) = from_body::<TimelineItem>(&body) {
            let read = item.read();
            let again = from_body::<TimelineItem>(&to_body(&TimelineItem::of(&read)).unwrap());
            assert_eq!(again.map(TimelineItem::read), Ok(read));
        }
    });
}

#[test]
fn a_stored_delivery_is_read_as_it_was_or_is_damaged() {
    let like_one = (json::leaf(), json::leaf(), json::leaf())
        .prop_map(|(format, at, id)| json!({ "f": format, "t": at, "i": id }).to_string());
    holds(400, prop_oneof![like_one, text::odd()], |body| {
        if let Ok(item) = from_body::<DeliveryItem>(&body) {
            let read = item.read(DeliveryStatus::Read);
            let again = from_body::<DeliveryItem>(&to_body(&DeliveryItem::from(&read)).unwrap());
            assert_eq!(again.map(|item| item.read(DeliveryStatus::Read)), Ok(read));
        }
    });
}

#[test]
fn what_is_damaged_is_told_without_its_content() {
    let whole = prop_oneof![select(&bodies().events[..]), select(&bodies().leads[..])];
    holds(300, (whole, tears()), |(whole, tears)| {
        let mut torn = torn(whole, &tears);
        if torn.is_object() {
            torn["a"] = "phone:0541234567".into();
        }
        let body = torn.to_string();
        for error in [event(&body).err(), lead(&body).err()].into_iter().flatten() {
            assert!(!error.to_string().contains("541234567"), "{error}");
        }
    });
}
