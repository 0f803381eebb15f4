//! What a WhatsApp message says, by its type.

use domain::event::Media;
use serde_json::Value;

use super::flow;
use crate::split::lenient::{self, TEXT_CHARS_MAX};
use crate::split::media;

/// Ids of buttons and rows have at most 256 characters.
const PAYLOAD_CHARS_MAX: usize = 2_000;

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Content {
    pub text: Option<String>,
    pub payload: Option<String>,
    pub media: Option<Media>,
}

impl Content {
    pub fn of(message: &Value) -> Self {
        let kind = message["type"].as_str().unwrap_or("unknown");
        let part = &message[kind];
        match kind {
            "text" => Self { text: text(&part["body"]), ..Self::default() },
            // The quick reply of a template.
            "button" => pressed(&part["payload"], &part["text"]),
            "interactive" => interactive(part),
            "image" => sent(Media::Image, part),
            "video" => sent(Media::Video, part),
            "audio" | "voice" => sent(Media::Audio, part),
            "document" => sent(Media::Document, part),
            "sticker" => sent(Media::Sticker, part),
            "location" => {
                let text = media::coordinates(&part["latitude"], &part["longitude"]);
                Self { text, media: Some(Media::Location), ..Self::default() }
            }
            "contacts" => Self { media: Some(Media::Contacts), ..Self::default() },
            "unsupported" | "unknown" => Self { media: Some(Media::Unsupported), ..Self::default() },
            _ => Self { text: text(&part["body"]), media: Some(Media::Other), ..Self::default() },
        }
    }
}

fn interactive(part: &Value) -> Content {
    for name in ["button_reply", "list_reply"] {
        if part[name].is_object() {
            return pressed(&part[name]["id"], &part[name]["title"]);
        }
    }
    let form = &part["nfm_reply"];
    if form.is_object() {
        let text = flow::answers(&form["response_json"]).or_else(|| text(&form["body"]));
        return Content { text, media: Some(Media::Form), ..Content::default() };
    }
    Content { media: Some(Media::Other), ..Content::default() }
}

fn pressed(payload: &Value, title: &Value) -> Content {
    Content {
        text: text(title),
        payload: lenient::text(payload, PAYLOAD_CHARS_MAX).or_else(|| lenient::id(payload)),
        media: None,
    }
}

fn sent(media: Media, part: &Value) -> Content {
    Content { text: text(&part["caption"]), media: Some(media), ..Content::default() }
}

fn text(value: &Value) -> Option<String> {
    lenient::text(value, TEXT_CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_type_says_its_own() {
        let interactive = |part: Value| json!({"type": "interactive", "interactive": part});
        let form =
            |response: &str| interactive(json!({"nfm_reply": {"response_json": response, "body": "Sent"}}));
        let cases = [
            (json!({"type": "text", "text": {"body": "מחיר?"}}), (Some("מחיר?"), None, None)),
            (
                json!({"type": "button", "button": {"payload": "yes", "text": "כן"}}),
                (Some("כן"), Some("yes"), None),
            ),
            (
                interactive(json!({"type": "button_reply", "button_reply": {"id": "b1", "title": "קבעו"}})),
                (Some("קבעו"), Some("b1"), None),
            ),
            (
                interactive(json!({"list_reply": {"id": 7, "title": "אתונה"}})),
                (Some("אתונה"), Some("7"), None),
            ),
            (form("{\"nights\":4,\"flow_token\":\"t\"}"), (Some("nights: 4"), None, Some(Media::Form))),
            (form("{broken"), (Some("Sent"), None, Some(Media::Form))),
            (json!({"type": "interactive"}), (None, None, Some(Media::Other))),
            (
                json!({"type": "image", "image": {"id": "1", "caption": "כאן"}}),
                (Some("כאן"), None, Some(Media::Image)),
            ),
            (json!({"type": "audio", "audio": {"voice": true}}), (None, None, Some(Media::Audio))),
            (
                json!({"type": "location", "location": {"latitude": 32.08, "longitude": 34.78}}),
                (Some("32.08,34.78"), None, Some(Media::Location)),
            ),
            (json!({"type": "location"}), (None, None, Some(Media::Location))),
            (json!({"type": "contacts", "contacts": []}), (None, None, Some(Media::Contacts))),
            (
                json!({"type": "unsupported", "errors": [{"code": 131051}]}),
                (None, None, Some(Media::Unsupported)),
            ),
            (json!({"type": "hologram"}), (None, None, Some(Media::Other))),
            (json!({}), (None, None, Some(Media::Unsupported))),
        ];
        for (message, (text, payload, media)) in cases {
            let expected =
                Content { text: text.map(str::to_owned), payload: payload.map(str::to_owned), media };
            assert_eq!(Content::of(&message), expected, "{message}");
        }
    }
}
