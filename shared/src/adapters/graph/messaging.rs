//! What a message on Messenger or Instagram is written as: the Send API (PLATFORM.md §§2–4).

use domain::call::{ButtonAction, Recipient, ReplyButton};
use domain::channel::Channel;
use serde_json::{Value, json};

use super::buttons::Buttons;

/// What Messenger's template with buttons takes; what exceeds it goes as quick replies.
const BUTTONS_MAX: usize = 3;
const BUTTON_TEXT_CHARACTERS_MAX: usize = 640;

/// The body of `POST /{page-or-account}/messages`.
pub fn body(channel: Channel, to: &Recipient, text: &str, buttons: &[ReplyButton], opaque: &str) -> Value {
    let mut message = content(channel, text, buttons);
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

fn content(channel: Channel, text: &str, buttons: &[ReplyButton]) -> Value {
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

fn button_template(text: &str, buttons: &[ReplyButton]) -> Value {
    let button = |ReplyButton { label, action }: &ReplyButton| match action {
        ButtonAction::Payload(payload) => json!({ "type": "postback", "title": label, "payload": payload }),
        ButtonAction::Url(url) => json!({ "type": "web_url", "title": label, "url": url }),
    };
    let buttons: Vec<Value> = buttons.iter().map(button).collect();
    let payload = json!({ "template_type": "button", "text": text, "buttons": buttons });
    json!({ "attachment": { "type": "template", "payload": payload } })
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
            assert_eq!(body(channel, &to, "שלום", &[], "masa:1:2"), expected);
        }
    }

    #[test]
    fn messenger_has_buttons() {
        let message = body(Channel::Messenger, &person(), "בחרו", &buttons(), "masa:1:2")["message"].clone();
        let expected = json!({
            "metadata": "masa:1:2",
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
        let message = body(Channel::Instagram, &person(), "בחרו", &buttons(), "masa:1:2")["message"].clone();
        let expected = json!({
            "text": "בחרו\nלקביעה: https://example.com/book",
            "quick_replies": [{"content_type": "text", "title": "מחירים", "payload": "prices"}],
        });
        assert_eq!(message, expected);
    }

    #[test]
    fn what_does_not_fit_messengers_buttons_goes_as_on_instagram() {
        let four: Vec<_> = [buttons(), buttons()].concat();
        let message = body(Channel::Messenger, &person(), "בחרו", &four, "masa:1:2")["message"].clone();
        assert_eq!(message["quick_replies"].as_array().map(Vec::len), Some(2));
        let long = "א".repeat(641);
        let message = body(Channel::Messenger, &person(), &long, &buttons(), "masa:1:2")["message"].clone();
        assert_eq!(message["quick_replies"].as_array().map(Vec::len), Some(1));
    }
}
