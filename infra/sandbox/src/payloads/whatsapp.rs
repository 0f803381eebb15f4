//! Object `whatsapp_business_account`: messages, statuses, and preferences.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::Business;
use crate::people::Person;

/// The person has written or pressed; `content` holds `type` and the object of that name.
pub(crate) fn message(
    business: &Business,
    person: &Person,
    now: Timestamp,
    id: &str,
    mut content: Value,
) -> Value {
    content["id"] = json!(id);
    content["timestamp"] = json!(now.as_second().to_string());
    content["from_user_id"] = json!(person.bsuid);
    if !person.phone_hidden {
        content["from"] = json!(person.wa_id());
    }
    change(business, "messages", json!({ "contacts": [contact(person)], "messages": [content] }))
}

/// How far a message of the business has come. `status` holds what is particular to it.
pub(crate) fn status(business: &Business, person: &Person, now: Timestamp, mut status: Value) -> Value {
    status["timestamp"] = json!(now.as_second().to_string());
    let failed = status["status"] == "failed";
    if !person.phone_hidden {
        status["recipient_id"] = json!(person.wa_id());
    }
    // Failed statuses carry no contacts, and no user id if the send went to a phone.
    if failed {
        return change(business, "messages", json!({ "statuses": [status] }));
    }
    status["recipient_user_id"] = json!(person.bsuid);
    change(business, "messages", json!({ "contacts": [contact(person)], "statuses": [status] }))
}

/// The person wants no marketing from this number, or wants it again.
pub(crate) fn preference(business: &Business, person: &Person, now: Timestamp, value: &str) -> Value {
    let mut preference = json!({
        "user_id": person.bsuid,
        "detail": format!("User requested to {value} marketing messages"),
        "category": "marketing_messages",
        "value": value,
        "timestamp": now.as_second(),
    });
    if !person.phone_hidden {
        preference["wa_id"] = json!(person.wa_id());
    }
    change(
        business,
        "user_preferences",
        json!({ "contacts": [contact(person)], "user_preferences": [preference] }),
    )
}

fn contact(person: &Person) -> Value {
    let mut contact = json!({ "profile": { "name": person.name }, "user_id": person.bsuid });
    if person.phone_hidden {
        contact["profile"]["username"] = json!(format!("@{}", person.username));
    } else {
        contact["wa_id"] = json!(person.wa_id());
    }
    contact
}

fn change(business: &Business, field: &str, mut value: Value) -> Value {
    value["messaging_product"] = json!("whatsapp");
    value["metadata"] = json!({
        "display_phone_number": business.display_phone,
        "phone_number_id": business.whatsapp_number,
    });
    json!({
        "object": "whatsapp_business_account",
        "entry": [{
            "id": business.whatsapp_account,
            "changes": [{ "field": field, "value": value }],
        }],
    })
}
