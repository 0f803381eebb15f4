//! An e-mail that is ready to be sent, and the link by which its reader stops them (RFC 8058).

use std::fmt;

use crate::call::ReplyButton;
use crate::email::EmailAddress;
use crate::ids::{BusinessId, LeadId, Pepper};
use crate::token;

const UNSUBSCRIBE: &str = "unsubscribe";

/// Everything but the form: who renders it decides how it looks.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    pub from: EmailAddress,
    pub from_name: String,
    /// Where an answer goes, if not to where it came from.
    pub reply_to: Option<EmailAddress>,
    pub to: EmailAddress,
    pub subject: String,
    pub text: String,
    /// Links only: nothing can be pressed in an e-mail that says something back.
    pub buttons: Vec<ReplyButton>,
    pub image: Option<String>,
    /// Read from where they lie just before it leaves.
    pub attachments: Vec<Attachment>,
    /// `he`, `en`: decides the direction, too.
    pub language: String,
    /// Of a mail to somebody of the business there is none.
    pub unsubscribe: Option<UnsubscribeToken>,
}

impl fmt::Debug for Mail {
    /// Contents and addresses are personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mail(…)")
    }
}

/// A file that goes with it.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// As its reader sees it: `tickets.pdf`.
    pub name: String,
    pub url: String,
}

/// Whose e-mails stop, and that we gave it out: `neveh.<lead>.<proof>`. It does nothing else, so that it need not end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsubscribeToken(String);

impl UnsubscribeToken {
    pub fn of(pepper: &Pepper, business: &BusinessId, lead: LeadId) -> Self {
        Self(token::seal(pepper, UNSUBSCRIBE, &[business.as_str(), &lead.to_string()]))
    }

    /// Whose it is, if it is one of ours.
    pub fn read(text: &str, pepper: &Pepper) -> Option<(BusinessId, LeadId)> {
        let [business, lead] = token::open(pepper, UNSUBSCRIBE, text)?;
        Some((BusinessId::new(business), LeadId::parse(lead)?))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A line of a header: whatever would begin another one is a space.
pub fn header_line(text: &str) -> String {
    let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where a file lies that others fetch: over TLS, and without what no address has in it.
pub fn is_file_address(url: &str) -> bool {
    let plain = !url.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    plain && url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_whose_emails_stop() {
        let (pepper, business, lead) = (Pepper::new([1; 32]), BusinessId::new("neveh"), LeadId::new(7));
        let token = UnsubscribeToken::of(&pepper, &business, lead);
        assert_eq!(UnsubscribeToken::read(token.as_str(), &pepper), Some((business, lead)));
    }

    #[test]
    fn no_text_begins_a_header_of_its_own() {
        assert_eq!(header_line("מבצע\r\nBcc: all@example.com\n\n<p>"), "מבצע Bcc: all@example.com <p>");
    }
}
