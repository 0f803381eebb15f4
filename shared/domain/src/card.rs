//! A message with an image. WhatsApp takes it with a text below; Messenger and Instagram take no image and text in one
//! message, but a card: the image, a title, and a line (the generic template of the Send API).

use crate::channel::Channel;

/// Of the title and of the line, on Messenger and Instagram (R26).
pub const CARD_CHARS_MAX: usize = 80;
/// Of the text below an image on WhatsApp (R26).
pub const CAPTION_CHARS_MAX: usize = 1_024;

/// The first line of a text is a card's title; the others become its line.
pub fn card(text: &str) -> (&str, String) {
    let (title, rest) = text.trim().split_once('\n').unwrap_or((text.trim(), ""));
    (title.trim(), rest.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Whether the text goes with an image.
pub fn fits(text: &str, channel: Channel) -> bool {
    let within = |text: &str, max: usize| text.chars().count() <= max;
    match channel {
        Channel::WhatsApp => within(text, CAPTION_CHARS_MAX),
        Channel::Email => true,
        Channel::Messenger | Channel::Instagram => {
            let (title, line) = card(text);
            within(title, CARD_CHARS_MAX) && within(&line, CARD_CHARS_MAX)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_the_title_and_the_others_are_one() {
        assert_eq!(
            card(" ארבעה ימים בכרתים \nהחל מ-399 יורו\n\nעם טיסה"),
            ("ארבעה ימים בכרתים", "החל מ-399 יורו עם טיסה".to_owned())
        );
        assert_eq!(card("שלום"), ("שלום", String::new()));
    }

    #[test]
    fn each_channel_has_its_measure() {
        let two_lines =
            |first: usize, second: usize| format!("{}\n{}", "א".repeat(first), "ב".repeat(second));
        let cases = [
            (Channel::WhatsApp, two_lines(1_000, 23), true),
            (Channel::WhatsApp, two_lines(1_000, 24), false),
            (Channel::Instagram, two_lines(80, 80), true),
            (Channel::Instagram, two_lines(81, 0), false),
            (Channel::Messenger, two_lines(1, 81), false),
        ];
        for (channel, text, holds) in cases {
            assert_eq!(fits(&text, channel), holds, "{channel:?} {}", text.chars().count());
        }
    }
}
