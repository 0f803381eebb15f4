//! What a message on Messenger or Instagram is written as: the Send API (PLATFORM.md §§2–4).

use domain::call::{ButtonAction, Recipient, ReplyButton};
use domain::card::card;
use domain::channel::Channel;
use serde_json::{Value, json};

use super::buttons::Buttons;

/// What Messenger's template with buttons takes; what exceeds it goes as quick replies.
const BUTTONS_MAX: usize = 3;
const BUTTON_TEXT_CHARACTERS_MAX: usize = 640;

/// The body of `POST /{page-or-account}/messages`.
pub fn body(channel: Channel, to: &Recipient, mut message: Value, opaque: &str) -> Value {
    // Only Messenger's echo brings it back; WhatsApp has an operation of its own.
    if channel == Channel::Messenger {
        message["metadata"] = json!(opaque);
    }
    match to {
        Recipient::Person(id) => {
            json!({ "recipient": { "id": id }, "messaging_type": "RESPONSE", "message": message })
        }
        Recipient::Comment(id) => json!({ "recipient": { "comment_id": id.as_str() }, "message": message }),
    }
}

/// What the message says.
pub fn content(channel: Channel, text: &str, buttons: &[ReplyButton], image: Option<&str>) -> Value {
    if let Some(image) = image {
        return card_template(text, buttons, image);
    }
    let fits_a_template = (1..=BUTTONS_MAX).contains(&buttons.len())
        && text.chars().count() <= BUTTON_TEXT_CHARACTERS_MAX
        && channel == Channel::Messenger;
    if fits_a_template {
        return button_template(text, buttons);
    }
    let buttons = Buttons::of(buttons);
    let mut message = json!({ "text": buttons.text_with_links(text) });
    if !buttons.answers.is_empty() {
        let quick_reply = |(title, payload): &(&str, &str)| json!({ "content_type": "text", "title": title, "payload": payload });
        message["quick_replies"] = buttons.answers.iter().map(quick_reply).collect();
    }
    message
}

fn card_template(text: &str, buttons: &[ReplyButton], image: &str) -> Value {
    let (title, line) = card(text);
    let mut element = json!({ "title": title, "image_url": image });
    if !line.is_empty() {
        element["subtitle"] = json!(line);
    }
    if !buttons.is_empty() {
        element["buttons"] = template_buttons(buttons);
    }
    let payload = json!({ "template_type": "generic", "elements": [element] });
    json!({ "attachment": { "type": "template", "payload": payload } })
}

fn button_template(text: &str, buttons: &[ReplyButton]) -> Value {
    let payload = json!({ "template_type": "button", "text": text, "buttons": template_buttons(buttons) });
    json!({ "attachment": { "type": "template", "payload": payload } })
}

fn template_buttons(buttons: &[ReplyButton]) -> Value {
    let button = |ReplyButton { label, action }: &ReplyButton| match action {
        ButtonAction::Payload(payload) => json!({ "type": "postback", "title": label, "payload": payload }),
        ButtonAction::Url(url) => json!({ "type": "web_url", "title": label, "url": url }),
    };
    buttons.iter().map(button).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buttons() -> Vec<ReplyButton> {
        let button = |label: &str, action| ReplyButton { label: label.into(), action };
        vec![
            button("מחירים", ButtonAction::Payload("prices".into())),
            button("לקביעה", ButtonAction::Url("https://example.com/book".into())),
        ]
    }

    fn person() -> Recipient {
        Recipient::Person("600".into())
    }

    #[test]
    fn an_answer_says_so_and_a_private_reply_does_not() {
        let cases = [
            (
                Channel::Messenger,
                person(),
                json!({"recipient": {"id": "600"}, "messaging_type": "RESPONSE",
                       "message": {"text": "שלום", "metadata": "masa:1:2"}}),
            ),
            (
                Channel::Messenger,
                Recipient::Comment("1_2".into()),
                json!({"recipient": {"comment_id": "1_2"}, "message": {"text": "שלום", "metadata": "masa:1:2"}}),
            ),
            (
                Channel::Instagram,
                person(),
                json!({"recipient": {"id": "600"}, "messaging_type": "RESPONSE", "message": {"text": "שלום"}}),
            ),
            (
                Channel::Instagram,
                Recipient::Comment("17".into()),
                json!({"recipient": {"comment_id": "17"}, "message": {"text": "שלום"}}),
            ),
        ];
        for (channel, to, expected) in cases {
            let hello = content(channel, "שלום", &[], None);
            assert_eq!(body(channel, &to, hello, "masa:1:2"), expected);
        }
    }

    #[test]
    fn messenger_has_buttons() {
        let message = content(Channel::Messenger, "בחרו", &buttons(), None);
        let expected = json!({
            "attachment": {"type": "template", "payload": {
                "template_type": "button",
                "text": "בחרו",
                "buttons": [
                    {"type": "postback", "title": "מחירים", "payload": "prices"},
                    {"type": "web_url", "title": "לקביעה", "url": "https://example.com/book"},
                ],
            }},
        });
        assert_eq!(message, expected);
    }

    #[test]
    fn instagram_has_quick_replies_and_its_links_join_the_text() {
        let message = content(Channel::Instagram, "בחרו", &buttons(), None);
        let expected = json!({
            "text": "בחרו\nלקביעה: https://example.com/book",
            "quick_replies": [{"content_type": "text", "title": "מחירים", "payload": "prices"}],
        });
        assert_eq!(message, expected);
    }

    #[test]
    fn what_does_not_fit_messengers_buttons_goes_as_on_instagram() {
        let four: Vec<_> = [buttons(), buttons()].concat();
        let message = content(Channel::Messenger, "בחרו", &four, None);
        assert_eq!(message["quick_replies"].as_array().map(Vec::len), Some(2));
        let long = "א".repeat(641);
        let message = content(Channel::Messenger, &long, &buttons(), None);
        assert_eq!(message["quick_replies"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn an_image_goes_as_a_card() {
        let image = Some("https://example.com/crete.jpg");
        let text = "ארבעה ימים בכרתים\nהחל מ-399 יורו";
        for channel in [Channel::Messenger, Channel::Instagram] {
            let expected = json!({"attachment": {"type": "template", "payload": {
                "template_type": "generic",
                "elements": [{
                    "title": "ארבעה ימים בכרתים",
                    "subtitle": "החל מ-399 יורו",
                    "image_url": "https://example.com/crete.jpg",
                    "buttons": [
                        {"type": "postback", "title": "מחירים", "payload": "prices"},
                        {"type": "web_url", "title": "לקביעה", "url": "https://example.com/book"},
                    ],
                }],
            }}});
            assert_eq!(content(channel, text, &buttons(), image), expected);
        }
        let element = json!([{"title": "כרתים", "image_url": "https://example.com/crete.jpg"}]);
        let bare = content(Channel::Instagram, "כרתים", &[], image);
        assert_eq!(bare["attachment"]["payload"]["elements"], element);
    }
}
