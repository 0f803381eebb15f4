//! How far a message of ours has come. Only the opaque data and the message's id say which: the recipient may
//! be missing, and its number may differ from the one that was written to.

use domain::delivery::{Delivery, DeliveryStatus, opaque};
use domain::event::EventKind;
use domain::event_key::Sameness;
use domain::identity::Identity;
use domain::ids::{PlatformMessageId, WorkId};
use serde_json::Value;

use crate::split::place::Place;
use crate::split::{Split, lenient};

pub fn one(split: &mut Split, place: &Place<'_>, status: &Value) {
    let Some(id) = lenient::id(&status["id"]) else { return split.ignore("status-without-id") };
    let ours = status["biz_opaque_callback_data"].as_str().and_then(opaque::read);
    match (status["status"].as_str().and_then(DeliveryStatus::parse), ours) {
        (Some(DeliveryStatus::Failed), Some((lead, work))) => {
            failed(split, place, status, &id, Identity::Lead(lead), Some(work));
        }
        (Some(DeliveryStatus::Failed), None) => match recipient(status) {
            Some(recipient) => failed(split, place, status, &id, recipient, None),
            None => {
                let reason = "WhatsApp gave up a message, and it is not told whose";
                split.notices.push(place.notice(reason, place.time(&status["timestamp"]), status));
            }
        },
        (Some(told), Some((lead, work))) => {
            let at = place.time(&status["timestamp"]);
            let delivery = Delivery { status: told, at, id: Some(PlatformMessageId::new(id)) };
            split.deliveries.push((place.business.clone(), lead, work, delivery));
        }
        (Some(_), None) => split.ignore("status-not-ours"),
        (None, _) => split.ignore("status-unknown"),
    }
}

fn failed(
    split: &mut Split,
    place: &Place<'_>,
    status: &Value,
    id: &str,
    author: Identity,
    work: Option<WorkId>,
) {
    let errors = lenient::list(&status["errors"]);
    let code = errors.iter().find_map(|error| lenient::code(&error["code"])).unwrap_or_default();
    let kind = EventKind::DeliveryFailed { id: PlatformMessageId::from(id), work, code };
    let same = Sameness::Status { id, status: "failed" };
    split.events.push(place.event(author, place.time(&status["timestamp"]), kind, same));
}

fn recipient(status: &Value) -> Option<Identity> {
    let told = lenient::id(&status["recipient_id"]).or_else(|| lenient::id(&status["recipient_user_id"]));
    told.map(|id| Identity::from_whatsapp(&id))
}
