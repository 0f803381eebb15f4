//! Pressing a button: which message offers it, and how the platform tells of it.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::acting::hear;
use crate::message::{Button, Message, Press, Side};
use crate::place::Place;
use crate::world::World;
use crate::{Act, ActError, Channel, payloads};

/// A button, and the message that it stands under (menus have none).
struct Offer {
    button: Button,
    message: Option<String>,
}

/// Presses the button that `act` names by payload or title, in the latest message that offers it.
pub(crate) fn press(world: &mut World, now: Timestamp, place: Place, act: &Act) -> Result<String, ActError> {
    let wanted = act.payload.as_deref().or(act.text.as_deref()).ok_or(ActError::Missing("payload"))?;
    let offer = find(world, place, wanted)?;
    let id = world.message_id(place.channel);
    let title = act.text.clone().unwrap_or_else(|| offer.button.title.clone());
    let business = world.business(place.business);
    let payload = match place.channel {
        Channel::Whatsapp => {
            let mut content = reply(&offer.button, &title);
            let from = business.display_phone.chars().filter(char::is_ascii_digit).collect::<String>();
            content["context"] = json!({ "from": from, "id": offer.message });
            payloads::whatsapp::message(&business, world.people.get(place.person), now, &id, content)
        }
        channel => {
            let person = world.id_on(place.person, place.business, channel);
            if offer.button.press == Press::QuickReply {
                let message =
                    json!({ "mid": id, "text": title, "quick_reply": { "payload": offer.button.payload } });
                payloads::messaging::message(&business, channel, &person, now, message)
            } else {
                let postback = json!({ "mid": id, "title": title, "payload": offer.button.payload });
                payloads::messaging::postback(&business, channel, &person, now, postback)
            }
        }
    };
    hear(world, now, place, &id, "press", &title);
    world.notify(now, &payload);
    Ok(id)
}

/// How WhatsApp tells of a press: template buttons otherwise than session buttons.
fn reply(button: &Button, title: &str) -> Value {
    match button.press {
        Press::Template => {
            json!({ "type": "button", "button": { "payload": button.payload, "text": title } })
        }
        Press::Row => json!({
            "type": "interactive",
            "interactive": { "type": "list_reply", "list_reply": { "id": button.payload, "title": title } },
        }),
        Press::Reply | Press::QuickReply | Press::Postback | Press::Link => json!({
            "type": "interactive",
            "interactive": { "type": "button_reply", "button_reply": { "id": button.payload, "title": title } },
        }),
    }
}

fn find(world: &World, place: Place, wanted: &str) -> Result<Offer, ActError> {
    let none = std::collections::VecDeque::new();
    let messages = world.threads.get(place.thread()).map_or(&none, |thread| &thread.messages);
    let from_business = || messages.iter().rev().filter(|message| message.from == Side::Business);
    let fits = |button: &&Button| {
        button.press != Press::Link && (button.payload == wanted || button.title == wanted)
    };
    for message in from_business() {
        if let Some(button) = message.buttons.iter().find(fits) {
            return Ok(Offer { button: button.clone(), message: Some(message.id.clone()) });
        }
    }
    let latest = from_business().next();
    match (place.channel, latest) {
        // Ice breakers and the menu are there before any message.
        (Channel::Messenger | Channel::Instagram, _) => Ok(free(wanted, Press::Postback, None)),
        // The quick replies of a template are Meta's to know: the sandbox takes any.
        (Channel::Whatsapp, Some(message)) if message.kind == "template" => {
            Ok(free(wanted, Press::Template, Some(message)))
        }
        _ => {
            let buttons = from_business().flat_map(|message| &message.buttons);
            let titles: Vec<_> = buttons
                .filter(|button| button.press != Press::Link)
                .map(|button| button.title.as_str())
                .take(10)
                .collect();
            let offered = if titles.is_empty() { "none".to_owned() } else { titles.join(", ") };
            Err(ActError::NoSuchButton { button: wanted.to_owned(), offered })
        }
    }
}

fn free(wanted: &str, press: Press, message: Option<&Message>) -> Offer {
    let button = Button { title: wanted.to_owned(), payload: wanted.to_owned(), press };
    Offer { button, message: message.map(|message| message.id.clone()) }
}

#[cfg(test)]
mod tests {
    use crate::ActError;
    use crate::stage::{ACCOUNT, NUMBER, PAGE, Stage, welcome};
    use serde_json::{Value, json};

    fn message(webhook: &Value) -> Value {
        webhook["entry"][0]["changes"][0]["value"]["messages"][0].clone()
    }

    #[test]
    fn whatsapp_tells_template_buttons_from_session_buttons() {
        // PLATFORM.md §1: type "button" is a template's quick reply, interactive.button_reply a session button.
        let stage = Stage::new();
        let mut template = welcome("+972501234567");
        let quick = json!({"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [{"type": "payload", "payload": "FLOW:yes"}]});
        template["template"]["components"].as_array_mut().unwrap().push(quick);
        let sent = stage.post(&format!("{NUMBER}/messages"), template).body;
        stage.webhooks();
        stage.act(json!({"person": "0501234567", "do": "press", "payload": "FLOW:yes"}));
        let pressed = message(&stage.webhooks()[0]);
        assert_eq!((&pressed["type"], &pressed["button"]["payload"]), (&json!("button"), &json!("FLOW:yes")));
        assert_eq!(pressed["context"]["id"], sent["messages"][0]["id"]);

        let session = json!({"messaging_product": "whatsapp", "to": "+972501234567", "type": "interactive", "interactive": {
            "type": "button", "body": {"text": "מתי?"}, "action": {"buttons": [{"type": "reply", "reply": {"id": "FLOW:now", "title": "עכשיו"}}]},
        }});
        assert_eq!(
            stage.post(&format!("{NUMBER}/messages"), session).status,
            200,
            "the press has opened the window"
        );
        stage.webhooks();
        stage.act(json!({"person": "0501234567", "do": "press", "payload": "עכשיו"}));
        let pressed = message(&stage.webhooks()[0]);
        assert_eq!(pressed["interactive"]["button_reply"], json!({"id": "FLOW:now", "title": "עכשיו"}));
    }

    #[test]
    fn what_no_message_offers_cannot_be_pressed_on_whatsapp() {
        let stage = Stage::new();
        let refused = stage
            .try_act(json!({"person": "0501234567", "do": "press", "channel": "whatsapp", "payload": "x"}));
        assert!(matches!(refused, Err(ActError::NoSuchButton { .. })), "{refused:?}");
    }

    #[test]
    fn quick_replies_are_messages_and_buttons_are_postbacks() {
        // PLATFORM.md §4: quick_replies; §1: messaging_postbacks.
        let stage = Stage::new();
        stage.act(json!({"person": "דנה", "do": "message", "channel": "instagram", "text": "היי"}));
        stage.post(&format!("{ACCOUNT}/messages"), json!({"recipient": {"id": stage.igsid("דנה")}, "message": {
            "text": "בחרו", "quick_replies": [{"content_type": "text", "title": "מחיר", "payload": "FLOW:price"}],
        }}));
        stage.webhooks();
        stage.act(json!({"person": "דנה", "do": "press", "payload": "FLOW:price"}));
        let webhook = stage.webhooks().remove(0);
        let item = &webhook["entry"][0]["messaging"][0];
        assert_eq!((&webhook["object"], &item["message"]["text"]), (&json!("instagram"), &json!("מחיר")));
        assert_eq!(item["message"]["quick_reply"]["payload"], "FLOW:price");

        stage.act(json!({"person": "דנה", "do": "press", "channel": "messenger", "payload": "GET_STARTED"}));
        let webhook = stage.webhooks().remove(0);
        assert_eq!(webhook["entry"][0]["messaging"][0]["postback"]["payload"], "GET_STARTED");
        let answer = json!({"recipient": {"id": stage.psid("דנה")}, "message": {"text": "שלום"}});
        assert_eq!(
            stage.post(&format!("{PAGE}/messages"), answer).status,
            200,
            "the press has opened the window"
        );
    }
}
