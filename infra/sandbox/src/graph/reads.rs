//! Reads: leads, profiles, conversations, assets, and what an app is subscribed to.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::objects::Object;
use super::{Call, Refusal};
use crate::message::Side;
use crate::numbers::digits;
use crate::payloads::messaging::APP_ID;
use crate::threads::ThreadKey;
use crate::world::World;
use crate::{Channel, limits};

/// The messages of a conversation that one read answers.
const CONVERSATION_MESSAGES_MAX: usize = 20;

/// Graph API's way to write a moment.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}

/// `GET /{leadgen-id}`
pub(super) fn lead(world: &World, id: &str, call: &Call) -> Result<Value, Refusal> {
    let lead = world.leads.get(id).ok_or_else(|| Refusal::unknown_object(id))?;
    let person = world.people.get(lead.person);
    let answers = [("full_name", &person.name), ("phone_number", &person.phone), ("email", &person.email)];
    let field_data: Vec<_> =
        answers.iter().map(|(name, value)| json!({ "name": name, "values": [value] })).collect();
    Ok(call.select(json!({
        "id": id,
        "created_time": time(lead.at),
        "form_id": lead.form,
        "platform": "fb",
        "field_data": field_data,
    })))
}

/// `GET /{psid}` and `GET /{igsid}`. Instagram answers only after the person has written (PLATFORM.md §3).
pub(super) fn profile(
    world: &World,
    person: usize,
    business: usize,
    channel: Channel,
    call: &Call,
) -> Result<Value, Refusal> {
    let id = world.id_on(person, business, channel);
    let thread = world.threads.get(ThreadKey { person, business, channel });
    let wrote = thread.is_some_and(|thread| thread.inbound_at.is_some() && !thread.blocked);
    let person = world.people.get(person);
    let (first, last) = person.name.split_once(' ').unwrap_or((&person.name, ""));
    match channel {
        Channel::Instagram if !wrote => Err(Refusal::consent()),
        Channel::Instagram => Ok(call.select(json!({
            "id": id,
            "name": person.name,
            "username": person.username,
            "follower_count": digits(&id, 3).parse::<u32>().unwrap_or_default(),
            "is_user_follow_business": person.scoped[business].follows,
            "is_business_follow_user": false,
            "is_verified_user": false,
        }))),
        Channel::Facebook | Channel::Messenger | Channel::Whatsapp | Channel::Email => {
            Ok(call.select(json!({
                "id": id,
                "first_name": first,
                "last_name": last,
                "name": person.name,
            })))
        }
    }
}

/// `GET /{page-or-ig-id}/conversations?user_id=…`: the conversation with one person, latest message first.
pub(super) fn conversations(world: &World, business: usize, call: &Call) -> Result<Value, Refusal> {
    let user = call.text("user_id").ok_or_else(|| Refusal::invalid("The parameter user_id is required"))?;
    let found = world.people.with_scoped_id(user).filter(|(_, owner, _)| *owner == business);
    let (person, _, channel) = found.ok_or_else(Refusal::no_such_user)?;
    let Some(thread) = world.threads.get(ThreadKey { person, business, channel }) else {
        return Ok(json!({ "data": [] }));
    };
    let owner = &world.businesses[business];
    let account = if channel == Channel::Instagram { owner.instagram_or_page() } else { &owner.page };
    let person_name = &world.people.get(person).name;
    let messages = thread.messages.iter().rev().take(CONVERSATION_MESSAGES_MAX).map(|message| {
        let (from, from_name, to) = match message.from {
            Side::Business => (account, &owner.name, user),
            Side::Person => (user, person_name, account),
        };
        json!({
            "id": message.id,
            "created_time": time(message.at),
            "from": { "id": from, "name": from_name },
            "to": { "data": [{ "id": to }] },
            "message": message.body,
        })
    });
    let updated = thread.messages.back().map(|message| time(message.at));
    Ok(json!({ "data": [{
        "id": format!("t_{}", digits(&format!("{account} {user}"), 15)),
        "updated_time": updated,
        "messages": { "data": messages.collect::<Vec<_>>() },
    }] }))
}

/// `GET /{whatsapp-account-id}/message_templates`
pub(super) fn templates(world: &World, business: usize, now: Timestamp) -> Value {
    let templates = world.templates(business, now).take(limits::LISTED_MAX).map(|(template, approved)| {
        let mut components = vec![json!({ "type": "BODY", "text": template.body })];
        if template.url_button {
            components.push(json!({ "type": "BUTTONS", "buttons": [{ "type": "URL" }] }));
        }
        json!({
            "name": template.name,
            "language": template.language,
            "category": template.category.to_uppercase(),
            "status": if approved { "APPROVED" } else { "PENDING" },
            "components": components,
        })
    });
    json!({ "data": templates.collect::<Vec<_>>() })
}

/// `GET /{id}` of a Page, account, or number.
pub(super) fn asset(world: &World, id: &str, object: &Object, call: &Call) -> Value {
    let name = |business: &usize| world.businesses[*business].name.clone();
    call.select(match object {
        Object::Page(business) | Object::Account(business) => json!({ "id": id, "name": name(business) }),
        Object::Instagram(business) => {
            json!({ "id": id, "name": name(business), "username": world.businesses[*business].id })
        }
        Object::Number(business) => json!({
            "id": id,
            "verified_name": name(business),
            "display_phone_number": world.businesses[*business].display_phone,
            "quality_rating": "GREEN",
        }),
        Object::Comment(_)
        | Object::Lead(_)
        | Object::Post { .. }
        | Object::Form(_)
        | Object::Mention(_)
        | Object::Person { .. } => {
            json!({ "id": id })
        }
    })
}

/// `POST /{id}/subscribed_apps`
pub(super) fn subscribe(world: &mut World, id: &str, object: &Object, call: &Call) -> Result<Value, Refusal> {
    check_subscribable(object)?;
    let fields = match call.parameters.get("subscribed_fields") {
        Some(Value::Array(fields)) => fields.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => call
            .text("subscribed_fields")
            .unwrap_or_default()
            .split(',')
            .map(|field| field.trim().to_owned())
            .collect::<Vec<_>>(),
    };
    let fields: Vec<_> =
        fields.into_iter().filter(|field| !field.is_empty()).take(limits::LISTED_MAX).collect();
    if fields.is_empty() && matches!(object, Object::Page(_)) {
        return Err(Refusal::invalid("The parameter subscribed_fields is required"));
    }
    world.subscriptions.insert(id.to_owned(), fields.into_iter().collect());
    Ok(json!({ "success": true }))
}

/// `GET /{id}/subscribed_apps`
pub(super) fn subscriptions(world: &World, id: &str, object: &Object) -> Result<Value, Refusal> {
    check_subscribable(object)?;
    let apps = world.subscriptions.get(id).map(|fields| {
        json!({
            "id": APP_ID.to_string(),
            "name": "sandbox",
            "subscribed_fields": fields,
        })
    });
    Ok(json!({ "data": apps.into_iter().collect::<Vec<_>>() }))
}

fn check_subscribable(object: &Object) -> Result<(), Refusal> {
    match object {
        Object::Page(_) | Object::Instagram(_) | Object::Account(_) => Ok(()),
        Object::Number(_)
        | Object::Comment(_)
        | Object::Lead(_)
        | Object::Post { .. }
        | Object::Form(_)
        | Object::Mention(_)
        | Object::Person { .. } => Err(Refusal::unknown_path()),
    }
}

#[cfg(test)]
mod tests {
    use crate::stage::{ACCOUNT, PAGE, Stage};
    use serde_json::json;

    #[test]
    fn a_lead_webhook_carries_ids_and_the_read_carries_the_answers() {
        // PLATFORM.md §2: the leadgen webhook has only ids.
        let stage = Stage::new();
        let lead = stage.act(json!({
            "person": {"name": "דנה כהן", "phone": "050-1234567", "email": "dana@example.com"}, "do": "lead", "on": "700",
        }));
        let webhook = stage.webhooks().remove(0);
        let value = &webhook["entry"][0]["changes"][0]["value"];
        assert_eq!((&value["leadgen_id"], &value["form_id"]), (&json!(lead), &json!("700")));
        assert!(!webhook.to_string().contains("972501234567"));
        let answer = stage.get_query(&lead, &[("fields", "field_data,form_id")]).body;
        assert_eq!(
            answer["field_data"],
            json!([
                {"name": "full_name", "values": ["דנה כהן"]},
                {"name": "phone_number", "values": ["+972501234567"]},
                {"name": "email", "values": ["dana@example.com"]},
            ])
        );
        assert_eq!(answer["created_time"], json!(null), "not among the fields");
    }

    #[test]
    fn instagram_shows_a_profile_only_of_who_has_written() {
        // PLATFORM.md §3: consent; a mere commenter gives an error.
        let stage = Stage::new();
        stage.act(json!({"person": "דנה כהן", "do": "comment", "channel": "instagram", "text": "וואו"}));
        let igsid = stage.igsid("דנה כהן");
        assert_eq!(stage.get(&igsid).body["error"]["code"], 230);
        stage.act(json!({"person": "דנה כהן", "do": "message", "channel": "instagram", "text": "היי"}));
        assert_eq!(stage.get(&igsid).body["name"], "דנה כהן");
        assert_eq!(stage.get(&igsid).body["is_user_follow_business"], false);
        stage.webhooks();
        stage.act(json!({"person": "דנה כהן", "do": "follow"}));
        assert_eq!(stage.get(&igsid).body["is_user_follow_business"], true);
        assert!(stage.webhooks().is_empty(), "PLATFORM.md §9: of a new follower no webhook tells");
    }

    #[test]
    fn a_conversation_is_looked_up_by_person() {
        // PLATFORM.md §6 names the Conversations API; DESIGN "Doubt" settles lost Instagram messages by it.
        let stage = Stage::new();
        stage.act(json!({"person": "דנה", "do": "message", "channel": "instagram", "text": "היי"}));
        let igsid = stage.igsid("דנה");
        let sent = stage.post(
            &format!("{ACCOUNT}/messages"),
            json!({"recipient": {"id": igsid}, "message": {"text": "שלום"}}),
        );
        for account in [PAGE, ACCOUNT] {
            let query = [
                ("user_id", igsid.as_str()),
                ("platform", "instagram"),
                ("fields", "messages{id,message,from,created_time}"),
            ];
            let answer = stage.get_query(&format!("{account}/conversations"), &query).body;
            let latest = &answer["data"][0]["messages"]["data"][0];
            assert_eq!((&latest["id"], &latest["message"]), (&sent.body["message_id"], &json!("שלום")));
            assert_eq!(latest["from"]["id"], ACCOUNT);
        }
    }

    #[test]
    fn a_page_keeps_the_fields_it_is_subscribed_to() {
        // PLATFORM.md §1: POST /{page-id}/subscribed_apps?subscribed_fields=…
        let stage = Stage::new();
        let edge = format!("{PAGE}/subscribed_apps");
        assert_eq!(stage.post(&edge, json!({})).body["error"]["code"], 100);
        assert_eq!(stage.post_query(&edge, &[("subscribed_fields", "feed,messages")]).status, 200);
        assert_eq!(stage.get(&edge).body["data"][0]["subscribed_fields"], json!(["feed", "messages"]));
    }
}
