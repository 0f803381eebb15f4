//! `POST /{phone-number-id}/messages`: who may be written to on WhatsApp, and what comes back. What a message may hold
//! is in `whatsapp_content` and `whatsapp_templates`.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::whatsapp_content::{invalid, missing, optional};
use super::whatsapp_statuses::Class;
use super::{Call, Content, Refusal, whatsapp_content, whatsapp_statuses, whatsapp_templates};
use crate::act::{Details, Who};
use crate::message::{Message, Side};
use crate::place::Place;
use crate::threads::ThreadKey;
use crate::world::{WHATSAPP_ID, World};
use crate::{Channel, Sent, phone};

/// How long a business may write freely after the person did.
const WINDOW: SignedDuration = SignedDuration::from_hours(24);
/// The pair limit with its burst: PLATFORM.md §6 says one in 6 s, with short bursts borrowed.
const PAIR_MESSAGES_MAX: usize = 10;
const PAIR_SPAN: SignedDuration = SignedDuration::from_secs(6);
/// General knowledge, not in PLATFORM.md.
const OPAQUE_CHARACTERS_MAX: usize = 512;

/// To whom, before it is known whether the message may go.
struct Recipient {
    input: String,
    by_user_id: bool,
    /// In E.164 form.
    phone: String,
    person: Option<usize>,
}

pub(super) fn send(
    world: &mut World,
    now: Timestamp,
    business: usize,
    call: &Call,
) -> Result<Value, Refusal> {
    if call.text("messaging_product") != Some("whatsapp") {
        return Err(Refusal::invalid("The parameter messaging_product must be whatsapp"));
    }
    if call.text("status").is_some() {
        return mark_read(call);
    }
    let recipient = recipient(world, call)?;
    let (class, content) = content(world, now, business, call)?;
    let opaque = call.parameters.get("biz_opaque_callback_data").unwrap_or(&Value::Null);
    let opaque = optional(opaque, OPAQUE_CHARACTERS_MAX, "biz_opaque_callback_data")?;
    check_policy(world, now, business, &recipient, &class)?;
    deliver(world, now, business, recipient, class, content, opaque)
}

fn mark_read(call: &Call) -> Result<Value, Refusal> {
    if call.text("status") != Some("read") {
        return Err(invalid("status must be read"));
    }
    let id = call.text("message_id").ok_or_else(|| missing("message_id"))?;
    // Whose message it is does not matter here, only that it is one of this world's.
    if id.starts_with(WHATSAPP_ID) {
        Ok(json!({ "success": true }))
    } else {
        Err(invalid("message_id is not known"))
    }
}

/// `to` is a phone, `recipient` a business-scoped id; if both are given, `to` wins (PLATFORM.md §1).
fn recipient(world: &World, call: &Call) -> Result<Recipient, Refusal> {
    if let Some(to) = call.text("to") {
        let international = !to.trim_start_matches('+').starts_with('0');
        let typed = if to.starts_with('+') { to.to_owned() } else { format!("+{to}") };
        let phone = phone::parse(&typed)
            .filter(|_| international)
            .ok_or_else(|| invalid("to is not a phone number"))?;
        let person = world.people.with_phone(&phone);
        return Ok(Recipient { input: to.to_owned(), by_user_id: false, phone, person });
    }
    let input = call.text("recipient").ok_or_else(|| missing("to"))?.to_owned();
    let person = world.people.with_bsuid(&input);
    let person = person
        .ok_or_else(|| Refusal::whatsapp(131_026, "Message undeliverable", "there is no such user id"))?;
    Ok(Recipient {
        input,
        by_user_id: true,
        phone: world.people.get(person).phone.clone(),
        person: Some(person),
    })
}

fn content(world: &World, now: Timestamp, business: usize, call: &Call) -> Result<(Class, Content), Refusal> {
    let kind = call.text("type").unwrap_or("text");
    let object = call.object(kind).map(Value::Object).unwrap_or_default();
    if kind != "template" {
        let content = whatsapp_content::read(kind, &object)?;
        return Ok((Class { category: "service", free_form: true, template: None }, content));
    }
    let (template, content) = whatsapp_templates::read(world, now, business, &object)?;
    let marketing = template.category.eq_ignore_ascii_case("marketing");
    let category = if marketing { "marketing" } else { "utility" };
    Ok((Class { category, free_form: false, template: Some(template.name.clone()) }, content))
}

fn check_policy(
    world: &World,
    now: Timestamp,
    business: usize,
    recipient: &Recipient,
    class: &Class,
) -> Result<(), Refusal> {
    let key = recipient.person.map(|person| ThreadKey { person, business, channel: Channel::Whatsapp });
    let thread = key.and_then(|key| world.threads.get(key));
    if class.free_form && !thread.is_some_and(|thread| thread.open(now, WINDOW)) {
        return Err(Refusal::whatsapp(
            131_047,
            "Re-engagement message",
            "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
        ));
    }
    if class.category == "marketing" {
        // PLATFORM.md §5: blocked since 2025-04-01; it gives no code, and 131049 is §7's for marketing that is withheld.
        if recipient.phone.starts_with("+1") {
            return Err(Refusal::whatsapp(
                131_049,
                "Message not delivered",
                "Marketing templates to the United States are blocked.",
            ));
        }
        if thread.is_some_and(|thread| thread.marketing_stopped) {
            return Err(Refusal::whatsapp(
                131_050,
                "User has stopped marketing messages",
                "Recipient has opted out of marketing messages",
            ));
        }
    }
    if thread.is_some_and(|thread| thread.sends_within(now, PAIR_SPAN) >= PAIR_MESSAGES_MAX) {
        return Err(Refusal::whatsapp(
            131_056,
            "(Business Account, Consumer Account) pair rate limit hit",
            "Too many messages sent from this phone number to the same phone number in a short period of time.",
        ));
    }
    Ok(())
}

fn deliver(
    world: &mut World,
    now: Timestamp,
    business: usize,
    recipient: Recipient,
    class: Class,
    content: Content,
    opaque: Option<String>,
) -> Result<Value, Refusal> {
    let person = match recipient.person {
        Some(person) => person,
        None => {
            let who = Who::Detailed(Details { phone: Some(recipient.phone.clone()), ..Details::default() });
            let businesses = world.businesses.clone();
            world.people.find_or_add(&businesses, now, &who).map_err(|_| Refusal::rate(60))?
        }
    };
    let place = Place { person, business, channel: Channel::Whatsapp };
    let id = world.message_id(Channel::Whatsapp);
    let owner = world.business(business);
    world.note_sent(Sent {
        at: now,
        business: owner.id.clone(),
        channel: Channel::Whatsapp,
        to: world.id_on(person, business, Channel::Whatsapp),
        kind: content.kind.clone(),
        body: content.body.clone(),
        id: id.clone(),
        template: class.template.clone(),
        buttons: content.buttons.iter().map(|button| button.title.clone()).collect(),
    });
    let delivery = whatsapp_statuses::fate(
        &recipient.phone,
        world.threads.get(place.thread()).is_some_and(|thread| thread.blocked),
    );
    let in_window = world.threads.get(place.thread()).is_some_and(|thread| thread.open(now, WINDOW));
    whatsapp_statuses::notify(
        world,
        now,
        place,
        &id,
        delivery,
        &whatsapp_statuses::pricing(&class, in_window),
        opaque.as_deref(),
    );
    let thread = world.threads.get_mut(place.thread());
    thread.count_send(now, PAIR_MESSAGES_MAX);
    thread.add(Message {
        id: id.clone(),
        at: now,
        from: Side::Business,
        kind: content.kind,
        body: content.body,
        buttons: content.buttons,
        delivery: Some(delivery),
    });
    world.people.get_mut(person).active_at = now;
    Ok(accepted(world, &recipient, person, &id, !class.free_form))
}

fn accepted(world: &World, recipient: &Recipient, person: usize, id: &str, template: bool) -> Value {
    let person = world.people.get(person);
    let contact = if recipient.by_user_id {
        json!({ "input": recipient.input, "user_id": person.bsuid })
    } else {
        json!({ "input": recipient.input, "wa_id": person.wa_id() })
    };
    let mut message = json!({ "id": id });
    if template {
        message["message_status"] = json!("accepted");
    }
    json!({ "messaging_product": "whatsapp", "contacts": [contact], "messages": [message] })
}

#[cfg(test)]
mod tests {
    use crate::stage::{NUMBER, Stage, text, welcome};
    use jiff::ToSpan;
    use serde_json::{Value, json};

    fn send(stage: &Stage, body: &Value) -> Value {
        stage.post(&format!("{NUMBER}/messages"), body.clone()).body
    }

    #[test]
    fn free_form_goes_for_24_hours_after_the_person_wrote_and_templates_always() {
        // PLATFORM.md §5 (window) and §7 (131047).
        let stage = Stage::new();
        assert_eq!(send(&stage, &text("+972501234567"))["error"]["code"], 131_047);
        assert_eq!(send(&stage, &welcome("+972501234567"))["messages"][0]["message_status"], "accepted");
        stage.act(json!({"person": "0501234567", "do": "message", "text": "היי"}));
        stage.wait(24.hours());
        assert_eq!(
            send(&stage, &text("972501234567"))["contacts"][0],
            json!({"input": "972501234567", "wa_id": "972501234567"})
        );
        stage.wait(1.second());
        assert_eq!(send(&stage, &text("+972501234567"))["error"]["code"], 131_047);
    }

    #[test]
    fn statuses_follow_and_carry_the_opaque_data() {
        // PLATFORM.md §5: biz_opaque_callback_data is echoed in every status; pricing with sent and one other.
        let stage = Stage::new();
        let mut reads = 0;
        for index in 0..20 {
            let mut body = welcome(&format!("+9725012345{index:02}"));
            body["biz_opaque_callback_data"] = json!("lead:1");
            let id = send(&stage, &body)["messages"][0]["id"].clone();
            let webhooks = stage.webhooks();
            let statuses: Vec<_> = webhooks
                .iter()
                .map(|webhook| &webhook["entry"][0]["changes"][0]["value"]["statuses"][0])
                .collect();
            assert!(
                statuses
                    .iter()
                    .all(|status| status["id"] == id && status["biz_opaque_callback_data"] == "lead:1")
            );
            assert!(
                statuses
                    .iter()
                    .all(|status| status["timestamp"] == json!(stage.now().as_second().to_string()))
            );
            let names: Vec<_> = statuses.iter().map(|status| status["status"].as_str().unwrap()).collect();
            assert_eq!(names[..2], ["sent", "delivered"]);
            assert_eq!(statuses[0]["pricing"]["pricing_model"], "PMP");
            reads += names.len() - 2;
        }
        assert!((1..20).contains(&reads), "only some people show that they read: {reads}");
    }

    #[test]
    fn a_landline_is_accepted_and_fails_afterwards() {
        // PLATFORM.md §5 (accepted, not sent) and §7 (131026).
        let stage = Stage::new();
        assert!(send(&stage, &welcome("+97235551234"))["messages"][0]["id"].is_string());
        let webhooks = stage.webhooks();
        let status = &webhooks[0]["entry"][0]["changes"][0]["value"]["statuses"][0];
        assert_eq!(
            (webhooks.len(), &status["status"], &status["errors"][0]["code"]),
            (1, &json!("failed"), &json!(131_026))
        );
    }

    #[test]
    fn marketing_does_not_reach_the_united_states_nor_who_stopped_it() {
        // PLATFORM.md §5 (+1 is blocked; only marketing is affected by a stop) and §7 (131049, 131050).
        let stage = Stage::new();
        let sale = |to: &str| {
            json!({"messaging_product": "whatsapp", "to": to, "type": "template", "template": {
            "name": "spring_sale", "language": {"code": "he"}, "components": [
                {"type": "body", "parameters": [{"type": "text", "text": "דנה"}]},
                {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "abc"}]},
            ]}})
        };
        assert_eq!(send(&stage, &sale("+16505551234"))["error"]["code"], 131_049);
        assert!(send(&stage, &sale("+972501234567"))["messages"].is_array());
        stage.webhooks();
        stage.act(json!({"person": "0501234567", "do": "opt-out"}));
        let preference = stage.webhooks().remove(0)["entry"][0]["changes"][0].clone();
        assert_eq!(preference["field"], "user_preferences");
        assert_eq!(preference["value"]["user_preferences"][0]["value"], "stop");
        assert_eq!(send(&stage, &sale("+972501234567"))["error"]["code"], 131_050);
        assert!(send(&stage, &welcome("+972501234567"))["messages"].is_array(), "utility still goes");
    }

    #[test]
    fn one_person_gets_no_more_than_a_burst() {
        // PLATFORM.md §6 (pair rate) and §7 (131056).
        let stage = Stage::new();
        stage.act(json!({"person": "0501234567", "do": "message", "text": "היי"}));
        for _ in 0..10 {
            assert!(send(&stage, &text("+972501234567"))["messages"].is_array());
        }
        assert_eq!(send(&stage, &text("+972501234567"))["error"]["code"], 131_056);
        assert!(send(&stage, &welcome("+972527654321"))["messages"].is_array(), "others are not held back");
        stage.wait(6.seconds());
        assert!(send(&stage, &text("+972501234567"))["messages"].is_array());
    }

    #[test]
    fn a_person_without_a_number_is_answered_by_the_business_scoped_id() {
        // PLATFORM.md §1, "WhatsApp identity change 2026": from and wa_id may be absent; the answer has user_id.
        let stage = Stage::new();
        stage.act(json!({"person": {"name": "דנה", "phone_hidden": true}, "do": "message", "text": "היי"}));
        let webhook = stage.webhooks().remove(0);
        let message = &webhook["entry"][0]["changes"][0]["value"]["messages"][0];
        assert_eq!(message["from"], json!(null));
        let user = message["from_user_id"].clone();
        let answer = send(
            &stage,
            &json!({"messaging_product": "whatsapp", "recipient": user, "type": "text", "text": {"body": "שלום"}}),
        );
        assert_eq!(answer["contacts"][0], json!({"input": user, "user_id": user}));
        assert_eq!(
            stage.webhooks()[0]["entry"][0]["changes"][0]["value"]["statuses"][0]["recipient_id"],
            json!(null)
        );
    }

    #[test]
    fn a_message_can_be_marked_read() {
        // PLATFORM.md §5: {"status":"read","message_id"}.
        let stage = Stage::new();
        let id = stage.act(json!({"person": "0501234567", "do": "message", "text": "היי"}));
        let read = |id: &str| json!({"messaging_product": "whatsapp", "status": "read", "message_id": id});
        assert_eq!(send(&stage, &read(&id)), json!({"success": true}));
        assert_eq!(send(&stage, &read("wamid.other"))["error"]["code"], 131_009);
    }
}
