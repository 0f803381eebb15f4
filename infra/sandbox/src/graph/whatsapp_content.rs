//! What a free-form WhatsApp message may hold (PLATFORM.md §5). Templates are in `whatsapp_templates`.

use serde_json::Value;

use super::{Content, Refusal};
use crate::message::{Button, Press};

const TEXT_CHARACTERS_MAX: usize = 4096;
const BODY_CHARACTERS_MAX: usize = 1024;
const CAPTION_CHARACTERS_MAX: usize = 1024;
const TITLE_CHARACTERS_MAX: usize = 20;
const ROW_TITLE_CHARACTERS_MAX: usize = 24;
const BUTTONS_MAX: usize = 3;
const ROWS_MAX: usize = 10;
// General knowledge, not in PLATFORM.md.
const FOOTER_CHARACTERS_MAX: usize = 60;
const ROW_DESCRIPTION_CHARACTERS_MAX: usize = 72;
const ID_CHARACTERS_MAX: usize = 256;
const ADDRESS_CHARACTERS_MAX: usize = 2000;

/// Checks the object that has the name of its `kind`.
pub(super) fn read(kind: &str, object: &Value) -> Result<Content, Refusal> {
    match kind {
        "text" => {
            let body = required(&object["body"], TEXT_CHARACTERS_MAX, "text.body")?;
            Ok(Content { kind: kind.to_owned(), body, buttons: Vec::new() })
        }
        "image" | "video" | "audio" | "document" => media(kind, object),
        "interactive" => interactive(object),
        _ => Err(Refusal::whatsapp(
            131_051,
            "Unsupported message type",
            &format!("Message type {kind} is not supported"),
        )),
    }
}

fn media(kind: &str, object: &Value) -> Result<Content, Refusal> {
    let source = match (object["id"].as_str(), object["link"].as_str()) {
        (Some(id), None) => id.to_owned(),
        (None, Some(link)) => address(&Value::from(link), &format!("{kind}.link"))?,
        _ => return Err(missing(&format!("{kind}.id or {kind}.link"))),
    };
    let caption = optional(&object["caption"], CAPTION_CHARACTERS_MAX, "caption")?;
    let body = caption.map_or(source.clone(), |caption| format!("{caption}\n{source}"));
    Ok(Content { kind: kind.to_owned(), body, buttons: Vec::new() })
}

fn interactive(object: &Value) -> Result<Content, Refusal> {
    let body = required(&object["body"]["text"], BODY_CHARACTERS_MAX, "interactive.body.text")?;
    optional(&object["footer"]["text"], FOOTER_CHARACTERS_MAX, "interactive.footer.text")?;
    let action = &object["action"];
    let buttons = match object["type"].as_str() {
        Some("button") => reply_buttons(&action["buttons"])?,
        Some("list") => rows(action)?,
        Some("cta_url") => vec![link_button(action)?],
        _ => return Err(invalid("interactive.type is not supported")),
    };
    let header = &object["header"];
    let body = match header["type"].as_str() {
        Some(kind @ ("image" | "video" | "document")) => {
            format!("{body}\n{}", address(&header[kind]["link"], &format!("header.{kind}.link"))?)
        }
        _ => body,
    };
    Ok(Content { kind: "interactive".to_owned(), body, buttons })
}

fn reply_buttons(value: &Value) -> Result<Vec<Button>, Refusal> {
    let list = value.as_array().ok_or_else(|| missing("interactive.action.buttons"))?;
    if !(1..=BUTTONS_MAX).contains(&list.len()) {
        return Err(invalid("there must be 1 to 3 buttons"));
    }
    let buttons = list.iter().map(|button| {
        let payload = required(&button["reply"]["id"], ID_CHARACTERS_MAX, "button.reply.id")?;
        let title = required(&button["reply"]["title"], TITLE_CHARACTERS_MAX, "button.reply.title")?;
        Ok(Button { title, payload, press: Press::Reply })
    });
    distinct(buttons.collect::<Result<_, _>>()?)
}

fn rows(action: &Value) -> Result<Vec<Button>, Refusal> {
    required(&action["button"], TITLE_CHARACTERS_MAX, "interactive.action.button")?;
    let sections = action["sections"].as_array().ok_or_else(|| missing("interactive.action.sections"))?;
    let rows: Vec<_> = sections.iter().filter_map(|section| section["rows"].as_array()).flatten().collect();
    if !(1..=ROWS_MAX).contains(&rows.len()) {
        return Err(invalid("there must be 1 to 10 rows in all"));
    }
    let buttons = rows.iter().map(|row| {
        optional(&row["description"], ROW_DESCRIPTION_CHARACTERS_MAX, "row.description")?;
        let payload = required(&row["id"], ID_CHARACTERS_MAX, "row.id")?;
        let title = required(&row["title"], ROW_TITLE_CHARACTERS_MAX, "row.title")?;
        Ok(Button { title, payload, press: Press::Row })
    });
    distinct(buttons.collect::<Result<_, _>>()?)
}

fn link_button(action: &Value) -> Result<Button, Refusal> {
    if action["name"] != "cta_url" {
        return Err(invalid("interactive.action.name must be cta_url"));
    }
    let title = required(&action["parameters"]["display_text"], TITLE_CHARACTERS_MAX, "display_text")?;
    let payload = address(&action["parameters"]["url"], "url")?;
    Ok(Button { title, payload, press: Press::Link })
}

fn distinct(buttons: Vec<Button>) -> Result<Vec<Button>, Refusal> {
    let repeated = buttons.iter().enumerate().any(|(index, button)| {
        buttons[..index].iter().any(|other| other.payload == button.payload || other.title == button.title)
    });
    if repeated { Err(invalid("ids and titles must differ")) } else { Ok(buttons) }
}

/// Only the web: no `tel:` (PLATFORM.md §11).
fn address(value: &Value, name: &str) -> Result<String, Refusal> {
    let address = required(value, ADDRESS_CHARACTERS_MAX, name)?;
    if address.starts_with("https://") || address.starts_with("http://") {
        return Ok(address);
    }
    Err(invalid(&format!("{name} is not a web address")))
}

/// The text, which must be there and not be longer.
pub(super) fn required(value: &Value, characters_max: usize, name: &str) -> Result<String, Refusal> {
    optional(value, characters_max, name)?.filter(|text| !text.trim().is_empty()).ok_or_else(|| missing(name))
}

/// The text if it is there; it must not be longer.
pub(super) fn optional(value: &Value, characters_max: usize, name: &str) -> Result<Option<String>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.chars().count() <= characters_max => Ok(Some(text.clone())),
        Value::String(_) => Err(invalid(&format!("{name} is longer than {characters_max} characters"))),
        _ => Err(invalid(&format!("{name} is not text"))),
    }
}

pub(super) fn missing(name: &str) -> Refusal {
    Refusal::whatsapp(131_008, "Required parameter is missing", &format!("{name} is missing"))
}

pub(super) fn invalid(details: &str) -> Refusal {
    Refusal::whatsapp(131_009, "Parameter value is not valid", details)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn code(kind: &str, object: &Value) -> Option<u32> {
        read(kind, object).err().map(|refusal| refusal.code)
    }

    #[test]
    fn a_free_form_message_stays_within_the_limits() {
        // PLATFORM.md §5 (button title 20, rows 10, row title 24, body 1024, text 4096), §7 (131008, 131009, 131051), §11.
        let buttons = |count: usize, title: &str, body: &str| {
            let list: Vec<_> = (0..count).map(|index| json!({"type": "reply", "reply": {"id": format!("b{index}"), "title": format!("{index}{title}")}})).collect();
            json!({"type": "button", "body": {"text": body}, "action": {"buttons": list}})
        };
        let list = |count: usize, title: &str| {
            let rows: Vec<_> = (0..count)
                .map(|index| json!({"id": format!("r{index}"), "title": format!("{index}{title}")}))
                .collect();
            json!({"type": "list", "body": {"text": "בחרו"}, "action": {"button": "פתיחה", "sections": [{"title": "יעדים", "rows": rows}]}})
        };
        let link = |url: &str| json!({"type": "cta_url", "body": {"text": "בחרו"}, "action": {"name": "cta_url", "parameters": {"display_text": "לאתר", "url": url}}});
        let cases = [
            ("text", json!({"body": "א".repeat(4096)}), None),
            ("text", json!({"body": "א".repeat(4097)}), Some(131_009)),
            ("text", json!({}), Some(131_008)),
            ("interactive", buttons(3, &"א".repeat(19), &"א".repeat(1024)), None),
            ("interactive", buttons(4, "כן", "בחרו"), Some(131_009)),
            ("interactive", buttons(1, &"א".repeat(20), "בחרו"), Some(131_009)),
            ("interactive", buttons(1, "כן", &"א".repeat(1025)), Some(131_009)),
            ("interactive", list(10, &"א".repeat(23)), None),
            ("interactive", list(11, "א"), Some(131_009)),
            ("interactive", list(1, &"א".repeat(24)), Some(131_009)),
            ("interactive", link("https://example.com/book"), None),
            ("interactive", link("tel:+97230000000"), Some(131_009)),
            ("image", json!({"link": "https://example.com/a.jpg", "caption": "מסלול"}), None),
            ("document", json!({}), Some(131_008)),
            ("hologram", json!({}), Some(131_051)),
        ];
        for (kind, object, expected) in cases {
            assert_eq!(code(kind, &object), expected, "{kind} {object}");
        }
    }
}
