//! What WhatsApp tells about a message after it has accepted it: sent, delivered, read, or failed, and what it costs.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::message::Delivery;
use crate::numbers::coin;
use crate::place::Place;
use crate::world::World;
use crate::{payloads, phone};

/// What decides which rules hold.
pub(super) struct Class {
    pub(super) category: &'static str,
    pub(super) free_form: bool,
    pub(super) template: Option<String>,
}

/// How far a message comes: half of the people let it be seen that they have read.
pub(super) fn fate(phone: &str, blocked: bool) -> Delivery {
    if blocked || phone::is_landline(phone) {
        return Delivery::Failed;
    }
    if coin(&format!("reads {phone}")) { Delivery::Read } else { Delivery::Delivered }
}

/// PLATFORM.md §5: templates are paid for, but utility within the window, and all free-form messages, are free.
pub(super) fn pricing(class: &Class, in_window: bool) -> Value {
    let free = class.free_form || (in_window && class.category == "utility");
    let kind = if free { "free_customer_service" } else { "regular" };
    json!({ "billable": !free, "pricing_model": "PMP", "type": kind, "category": class.category })
}

pub(super) fn notify(
    world: &mut World,
    now: Timestamp,
    place: Place,
    id: &str,
    delivery: Delivery,
    pricing: &Value,
    opaque: Option<&str>,
) {
    let names: &[&str] = match delivery {
        Delivery::Failed => &["failed"],
        Delivery::Delivered => &["sent", "delivered"],
        Delivery::Read => &["sent", "delivered", "read"],
    };
    let business = world.business(place.business);
    for name in names {
        let mut status = json!({ "id": id, "status": name });
        if let Some(opaque) = opaque {
            status["biz_opaque_callback_data"] = json!(opaque);
        }
        match *name {
            // Pricing comes once with sent, and with one of delivered and read.
            "sent" | "delivered" => status["pricing"] = pricing.clone(),
            "failed" => status["errors"] = undeliverable(),
            _ => {}
        }
        let payload = payloads::whatsapp::status(&business, world.people.get(place.person), now, status);
        world.notify(now, &payload);
    }
}

fn undeliverable() -> Value {
    json!([{
        "code": 131_026,
        "title": "Message undeliverable",
        "message": "Message undeliverable",
        "error_data": { "details": "The recipient is incapable of receiving this message." },
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
    }])
}
