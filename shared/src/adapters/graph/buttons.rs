//! Buttons that a channel cannot show: links that become lines of the text.

use domain::call::{ButtonAction, ReplyButton};

/// A message's buttons by what they do.
#[derive(Default)]
pub struct Buttons<'a> {
    /// Label and payload.
    pub answers: Vec<(&'a str, &'a str)>,
    /// Label and address.
    pub links: Vec<(&'a str, &'a str)>,
}

impl<'a> Buttons<'a> {
    pub fn of(buttons: &'a [ReplyButton]) -> Self {
        let mut sorted = Self::default();
        for ReplyButton { label, action } in buttons {
            match action {
                ButtonAction::Payload(payload) => sorted.answers.push((label, payload)),
                ButtonAction::Url(url) => sorted.links.push((label, url)),
            }
        }
        sorted
    }

    /// The text with a line for each link.
    pub fn text_with_links(&self, text: &str) -> String {
        self.links.iter().fold(text.to_owned(), |text, (label, url)| format!("{text}\n{label}: {url}"))
    }
}

pub fn has_link(text: &str) -> bool {
    text.contains("https://") || text.contains("http://")
}

/// Whether `sent` is `text`, bare or with lines for its links.
pub fn is_text_with_links(sent: &str, text: &str) -> bool {
    match sent.trim().strip_prefix(text.trim()) {
        Some("") => true,
        Some(rest) => rest.strip_prefix('\n').is_some_and(|lines| lines.lines().all(has_link)),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_known_again_with_its_links_and_not_with_more() {
        let link = ReplyButton {
            label: "קביעה".into(),
            action: ButtonAction::Url("https://example.com".into()),
        };
        let buttons = [link.clone(), link];
        let sent = Buttons::of(&buttons).text_with_links("היי");
        assert_eq!(sent, "היי\nקביעה: https://example.com\nקביעה: https://example.com");
        let cases = [
            (sent.as_str(), true),
            (" היי\n", true),
            ("היי דנה", false),
            ("היי\nמה נשמע", false),
            ("היי\nלינק: https://example.com\nמה נשמע", false),
            ("שלום", false),
        ];
        for (found, expected) in cases {
            assert_eq!(is_text_with_links(found, "היי"), expected, "{found}");
        }
    }
}
