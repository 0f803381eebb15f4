//! What a message on Messenger or Instagram may hold.

use serde_json::{Map, Value};

use super::{Content, Refusal};
use crate::Channel;
use crate::message::{Button, Press};

// PLATFORM.md §3 (1000) and §4 (13, 20, 3, 10, 1000); 2000 and 640 are general knowledge.
const INSTAGRAM_TEXT_CHARACTERS_MAX: usize = 1000;
const MESSENGER_TEXT_CHARACTERS_MAX: usize = 2000;
const TEMPLATE_TEXT_CHARACTERS_MAX: usize = 640;
const TITLE_CHARACTERS_MAX: usize = 20;
const PAYLOAD_CHARACTERS_MAX: usize = 1000;
const METADATA_CHARACTERS_MAX: usize = 1000;
const QUICK_REPLIES_MAX: usize = 13;
const BUTTONS_MAX: usize = 3;
const ELEMENTS_MAX: usize = 10;

/// Checks `message` against the channel's limits.
pub(super) fn read(channel: Channel, message: &Map<String, Value>) -> Result<Content, Refusal> {
    check_length(message.get("metadata"), METADATA_CHARACTERS_MAX, "metadata")?;
    let mut content = match (message.get("text"), message.get("attachment")) {
        (Some(text), None) => text_content(channel, text)?,
        (None, Some(attachment)) => attachment_content(attachment)?,
        _ => return Err(Refusal::invalid("A message has either text or an attachment")),
    };
    if let Some(quick_replies) = message.get("quick_replies") {
        content.buttons.extend(quick_reply_buttons(quick_replies)?);
    }
    Ok(content)
}

fn text_content(channel: Channel, text: &Value) -> Result<Content, Refusal> {
    let characters_max = match channel {
        Channel::Instagram => INSTAGRAM_TEXT_CHARACTERS_MAX,
        Channel::Facebook | Channel::Messenger | Channel::Whatsapp | Channel::Email => {
            MESSENGER_TEXT_CHARACTERS_MAX
        }
    };
    let body = required(Some(text), characters_max, "text")?;
    Ok(Content { kind: "text".to_owned(), body, buttons: Vec::new() })
}

fn attachment_content(attachment: &Value) -> Result<Content, Refusal> {
    let payload = &attachment["payload"];
    match attachment["type"].as_str() {
        Some(kind @ ("image" | "audio" | "video" | "file")) => {
            let address = required(payload.get("url"), 2000, "url")?;
            Ok(Content { kind: kind.to_owned(), body: address, buttons: Vec::new() })
        }
        Some("template") => match payload["template_type"].as_str() {
            Some("button") => {
                let body = required(payload.get("text"), TEMPLATE_TEXT_CHARACTERS_MAX, "text")?;
                Ok(Content { kind: "template".to_owned(), body, buttons: buttons(&payload["buttons"], 1)? })
            }
            Some("generic") => generic_content(&payload["elements"]),
            _ => Err(Refusal::invalid("Unknown template_type")),
        },
        _ => Err(Refusal::invalid("Unknown attachment type")),
    }
}

fn generic_content(elements: &Value) -> Result<Content, Refusal> {
    let elements = elements.as_array().filter(|elements| (1..=ELEMENTS_MAX).contains(&elements.len()));
    let elements = elements.ok_or_else(|| Refusal::invalid("A generic template has 1 to 10 elements"))?;
    let mut content = Content { kind: "template".to_owned(), body: String::new(), buttons: Vec::new() };
    let mut lines = Vec::new();
    for element in elements {
        lines.push(required(element.get("title"), 80, "title")?);
        if element.get("subtitle").is_some() {
            lines.push(required(element.get("subtitle"), 80, "subtitle")?);
        }
        if let Some(image) = element["image_url"].as_str() {
            lines.push(image.to_owned());
        }
        if element.get("buttons").is_some() {
            content.buttons.extend(buttons(&element["buttons"], 1)?);
        }
    }
    content.body = lines.join("\n");
    Ok(content)
}

fn buttons(value: &Value, least: usize) -> Result<Vec<Button>, Refusal> {
    let list = value.as_array().filter(|list| (least..=BUTTONS_MAX).contains(&list.len()));
    let list = list.ok_or_else(|| Refusal::invalid("A template has 1 to 3 buttons"))?;
    list.iter().map(button).collect()
}

fn button(button: &Value) -> Result<Button, Refusal> {
    let title = required(button.get("title"), TITLE_CHARACTERS_MAX, "title")?;
    let (payload, press) = match button["type"].as_str() {
        Some("web_url") => (required(button.get("url"), 2000, "url")?, Press::Link),
        Some("postback") => {
            (required(button.get("payload"), PAYLOAD_CHARACTERS_MAX, "payload")?, Press::Postback)
        }
        Some("phone_number") => (required(button.get("payload"), 20, "payload")?, Press::Link),
        _ => return Err(Refusal::invalid("Unknown button type")),
    };
    Ok(Button { title, payload, press })
}

fn quick_reply_buttons(value: &Value) -> Result<Vec<Button>, Refusal> {
    let list = value.as_array().filter(|list| list.len() <= QUICK_REPLIES_MAX);
    let list = list.ok_or_else(|| Refusal::invalid("A message has at most 13 quick replies"))?;
    list.iter().map(quick_reply_button).collect()
}

fn quick_reply_button(reply: &Value) -> Result<Button, Refusal> {
    let (title, payload) = match reply["content_type"].as_str() {
        Some("text") => {
            let payload = required(reply.get("payload"), PAYLOAD_CHARACTERS_MAX, "payload")?;
            (required(reply.get("title"), TITLE_CHARACTERS_MAX, "title")?, payload)
        }
        Some(kind @ ("user_phone_number" | "user_email")) => (kind.to_owned(), kind.to_owned()),
        _ => return Err(Refusal::invalid("Unknown content_type of a quick reply")),
    };
    Ok(Button { title, payload, press: Press::QuickReply })
}

fn required(value: Option<&Value>, characters_max: usize, name: &str) -> Result<String, Refusal> {
    let text = value.and_then(Value::as_str).filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| Refusal::invalid(&format!("The parameter {name} is required")))?;
    check_length(value, characters_max, name)?;
    Ok(text.to_owned())
}

fn check_length(value: Option<&Value>, characters_max: usize, name: &str) -> Result<(), Refusal> {
    let characters = value.and_then(Value::as_str).map_or(0, |text| text.chars().count());
    if characters > characters_max {
        return Err(Refusal::invalid(&format!(
            "Length of param {name} must be less than or equal to {characters_max}"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn code(channel: Channel, message: Value) -> Option<u32> {
        read(channel, message.as_object().unwrap()).err().map(|refusal| refusal.code)
    }

    #[test]
    fn a_message_stays_within_the_limits_of_its_channel() {
        // PLATFORM.md §3 (1000 characters on Instagram) and §4 (quick replies, buttons, metadata).
        let quick = |count: usize, title: &str| {
            let one = json!({"content_type": "text", "title": title, "payload": "p"});
            json!({"text": "בחרו", "quick_replies": vec![one; count]})
        };
        let buttons = |count: usize| {
            let one = json!({"type": "postback", "title": "כן", "payload": "yes"});
            json!({"attachment": {"type": "template", "payload": {"template_type": "button", "text": "בחרו", "buttons": vec![one; count]}}})
        };
        let cases = [
            (Channel::Instagram, json!({"text": "א".repeat(1000)}), None),
            (Channel::Instagram, json!({"text": "א".repeat(1001)}), Some(100)),
            (Channel::Messenger, json!({"text": "א".repeat(1001)}), None),
            (Channel::Messenger, json!({"text": ""}), Some(100)),
            (Channel::Messenger, json!({}), Some(100)),
            (Channel::Messenger, json!({"text": "א", "metadata": "m".repeat(1001)}), Some(100)),
            (Channel::Messenger, quick(13, "כן"), None),
            (Channel::Messenger, quick(14, "כן"), Some(100)),
            (Channel::Messenger, quick(1, &"א".repeat(21)), Some(100)),
            (Channel::Messenger, buttons(3), None),
            (Channel::Messenger, buttons(4), Some(100)),
            (
                Channel::Instagram,
                json!({"attachment": {"type": "image", "payload": {"url": "https://example.com/a.jpg"}}}),
                None,
            ),
        ];
        for (channel, message, expected) in cases {
            assert_eq!(code(channel, message.clone()), expected, "{message}");
        }
    }
}
