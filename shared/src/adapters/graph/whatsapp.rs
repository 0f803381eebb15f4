//! What a message on WhatsApp is written as (PLATFORM.md §5).

use domain::call::{ReplyButton, WhatsAppContent, WhatsAppRecipient};
use serde_json::{Value, json};

use super::buttons::{Buttons, has_link};

/// The body of `POST /{phone-number-id}/messages`.
pub fn body(to: &WhatsAppRecipient, content: &WhatsAppContent, image: Option<&str>, opaque: &str) -> Value {
    let mut body = json!({
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "biz_opaque_callback_data": opaque,
    });
    match to {
        WhatsAppRecipient::Phone(phone) => body["to"] = json!(phone.digits()),
        WhatsAppRecipient::Id(id) => body["to"] = json!(id),
        WhatsAppRecipient::User(user) => body["recipient"] = json!(user),
    }
    let (kind, object) = match content {
        WhatsAppContent::Text { body } => ("text", text(body)),
        WhatsAppContent::Buttons { body, buttons } => with_buttons(body, buttons),
        WhatsAppContent::Link { body, label, url } => ("interactive", link(body, label, url)),
        WhatsAppContent::Template { name, language, params, url_suffix, payloads } => {
            let components = components(params, url_suffix.as_deref(), payloads);
            let object = json!({ "name": name, "language": { "code": language }, "components": components });
            ("template", object)
        }
    };
    let (kind, object) = match image {
        Some(image) => with_image(image, kind, object),
        None => (kind, object),
    };
    body["type"] = json!(kind);
    body[kind] = object;
    body
}

/// Above a text it is a message of its own kind, above buttons their header. An approved template stays as it is.
fn with_image(image: &str, kind: &'static str, mut object: Value) -> (&'static str, Value) {
    let link = json!({ "link": image });
    match kind {
        "text" => ("image", json!({ "link": image, "caption": object["body"].take() })),
        "interactive" => {
            object["header"] = json!({ "type": "image", "image": link });
            (kind, object)
        }
        _ => (kind, object),
    }
}

fn text(body: &str) -> Value {
    json!({ "preview_url": has_link(body), "body": body })
}

/// WhatsApp does not mix buttons that answer with links: links join the text.
fn with_buttons(body: &str, buttons: &[ReplyButton]) -> (&'static str, Value) {
    let buttons = Buttons::of(buttons);
    let body = buttons.text_with_links(body);
    if buttons.answers.is_empty() {
        return ("text", text(&body));
    }
    let reply =
        |(title, id): &(&str, &str)| json!({ "type": "reply", "reply": { "id": id, "title": title } });
    let replies: Vec<Value> = buttons.answers.iter().map(reply).collect();
    let object = json!({ "type": "button", "body": { "text": body }, "action": { "buttons": replies } });
    ("interactive", object)
}

fn link(body: &str, label: &str, url: &str) -> Value {
    json!({
        "type": "cta_url",
        "body": { "text": body },
        "action": { "name": "cta_url", "parameters": { "display_text": label, "url": url } },
    })
}

fn components(params: &[String], url_suffix: Option<&str>, payloads: &[(usize, String)]) -> Vec<Value> {
    let mut components = Vec::new();
    if !params.is_empty() {
        let params: Vec<Value> =
            params.iter().map(|param| json!({ "type": "text", "text": flat(param) })).collect();
        components.push(json!({ "type": "body", "parameters": params }));
    }
    if let Some(suffix) = url_suffix {
        components.push(button("url", 0, json!({ "type": "text", "text": suffix })));
    }
    for (index, payload) in payloads {
        components.push(button("quick_reply", *index, json!({ "type": "payload", "payload": payload })));
    }
    components
}

fn button(kind: &str, index: usize, parameter: Value) -> Value {
    json!({ "type": "button", "sub_type": kind, "index": index.to_string(), "parameters": [parameter] })
}

/// A template's parameter holds no line break, no tab and at most four spaces in a row, or Meta refuses it.
fn flat(text: &str) -> String {
    const GAPS: [char; 8] = [' ', '\t', '\n', '\r', '\u{b}', '\u{c}', '\u{2028}', '\u{2029}'];
    text.split(GAPS).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::call::ButtonAction;
    use domain::phone::PhoneNumber;

    const OPAQUE: &str = "masa:1:2";

    fn expect(to: WhatsAppRecipient, content: WhatsAppContent, address: Value, object: Value) {
        let mut expected = json!({
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "biz_opaque_callback_data": OPAQUE,
        });
        for part in [address, object] {
            for (name, value) in part.as_object().unwrap() {
                expected[name] = value.clone();
            }
        }
        assert_eq!(body(&to, &content, None, OPAQUE), expected);
    }

    fn phone() -> WhatsAppRecipient {
        WhatsAppRecipient::Phone(PhoneNumber::parse("054-123-4567").unwrap())
    }

    fn answer(label: &str, payload: &str) -> ReplyButton {
        ReplyButton { label: label.into(), action: ButtonAction::Payload(payload.into()) }
    }

    #[test]
    fn each_kind_of_address_has_its_field() {
        let hello = || WhatsAppContent::Text { body: "שלום".into() };
        let text = json!({"type": "text", "text": {"preview_url": false, "body": "שלום"}});
        expect(phone(), hello(), json!({"to": "972541234567"}), text.clone());
        let id = WhatsAppRecipient::Id("5678".into());
        expect(id, hello(), json!({"to": "5678"}), text.clone());
        let user = WhatsAppRecipient::User("IL.13491208655302741918".into());
        expect(user, hello(), json!({"recipient": "IL.13491208655302741918"}), text);
    }

    #[test]
    fn an_image_has_the_text_below_it_and_stands_above_buttons() {
        let shown = |content| body(&phone(), &content, Some("https://example.com/crete.jpg"), OPAQUE);
        let image = shown(WhatsAppContent::Text { body: "כרתים".into() });
        assert_eq!(image["image"], json!({"link": "https://example.com/crete.jpg", "caption": "כרתים"}));
        assert_eq!((&image["type"], image.get("text")), (&json!("image"), None));
        let buttons = vec![answer("כן", "yes")];
        let asked = shown(WhatsAppContent::Buttons { body: "כרתים?".into(), buttons });
        let header = json!({"type": "image", "image": {"link": "https://example.com/crete.jpg"}});
        assert_eq!((&asked["type"], &asked["interactive"]["header"]), (&json!("interactive"), &header));
        let template = WhatsAppContent::Template {
            name: "crete".into(),
            language: "he".into(),
            params: Vec::new(),
            url_suffix: None,
            payloads: Vec::new(),
        };
        assert_eq!(shown(template.clone()), body(&phone(), &template, None, OPAQUE));
    }

    #[test]
    fn a_link_in_the_text_is_previewed() {
        let content = WhatsAppContent::Text { body: "פרטים: https://example.com".into() };
        let text = json!({"preview_url": true, "body": "פרטים: https://example.com"});
        expect(phone(), content, json!({"to": "972541234567"}), json!({"type": "text", "text": text}));
    }

    #[test]
    fn buttons_that_answer_are_replies_and_links_join_the_text() {
        let link =
            ReplyButton { label: "לאתר".into(), action: ButtonAction::Url("https://example.com".into()) };
        let buttons = vec![answer("כן", "yes"), link.clone(), answer("לא", "no")];
        let object = json!({
            "type": "button",
            "body": {"text": "לקבוע שיחה?\nלאתר: https://example.com"},
            "action": {"buttons": [
                {"type": "reply", "reply": {"id": "yes", "title": "כן"}},
                {"type": "reply", "reply": {"id": "no", "title": "לא"}},
            ]},
        });
        let content = WhatsAppContent::Buttons { body: "לקבוע שיחה?".into(), buttons };
        let object = json!({"type": "interactive", "interactive": object});
        expect(phone(), content, json!({"to": "972541234567"}), object);
        let content = WhatsAppContent::Buttons { body: "ראו".into(), buttons: vec![link] };
        let text = json!({"preview_url": true, "body": "ראו\nלאתר: https://example.com"});
        expect(phone(), content, json!({"to": "972541234567"}), json!({"type": "text", "text": text}));
    }

    #[test]
    fn one_link_is_a_button_of_its_own() {
        let content = WhatsAppContent::Link {
            body: "קבעו שיחה".into(),
            label: "לקביעה".into(),
            url: "https://example.com/book".into(),
        };
        let object = json!({
            "type": "cta_url",
            "body": {"text": "קבעו שיחה"},
            "action": {"name": "cta_url", "parameters": {"display_text": "לקביעה", "url": "https://example.com/book"}},
        });
        let object = json!({"type": "interactive", "interactive": object});
        expect(phone(), content, json!({"to": "972541234567"}), object);
    }

    #[test]
    fn a_template_names_its_parameters_and_buttons() {
        let content = WhatsAppContent::Template {
            name: "lead_welcome".into(),
            language: "he".into(),
            params: vec!["דנה\n\tכהן      לוי".into(), "נועה".into()],
            url_suffix: Some("?utm_source=masa".into()),
            payloads: vec![(1, "more".into())],
        };
        let object = json!({"type": "template", "template": {
            "name": "lead_welcome",
            "language": {"code": "he"},
            "components": [
                {"type": "body", "parameters": [
                    {"type": "text", "text": "דנה כהן לוי"},
                    {"type": "text", "text": "נועה"},
                ]},
                {"type": "button", "sub_type": "url", "index": "0",
                 "parameters": [{"type": "text", "text": "?utm_source=masa"}]},
                {"type": "button", "sub_type": "quick_reply", "index": "1",
                 "parameters": [{"type": "payload", "payload": "more"}]},
            ],
        }});
        expect(phone(), content, json!({"to": "972541234567"}), object);
        let bare = WhatsAppContent::Template {
            name: "hello".into(),
            language: "he".into(),
            params: Vec::new(),
            url_suffix: None,
            payloads: Vec::new(),
        };
        let object = json!({"name": "hello", "language": {"code": "he"}, "components": []});
        let object = json!({"type": "template", "template": object});
        expect(phone(), bare, json!({"to": "972541234567"}), object);
    }
}
