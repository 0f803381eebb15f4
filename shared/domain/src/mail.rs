//! An e-mail that is ready to be sent, and the link by which its reader stops them (RFC 8058).

use std::fmt;

use crate::call::ReplyButton;
use crate::email::EmailAddress;
use crate::ids::{BusinessId, LeadId, Pepper, is_plain_id};

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

/// Whose e-mails stop, and that we gave it out: `neveh.<lead>.<proof>`. It does nothing else, so that it need not end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsubscribeToken(String);

impl UnsubscribeToken {
    pub fn of(pepper: &Pepper, business: &BusinessId, lead: LeadId) -> Self {
        Self(format!("{business}.{lead}.{}", proof(pepper, business, lead)))
    }

    /// Whose it is, if it is one of ours.
    pub fn read(text: &str, pepper: &Pepper) -> Option<(BusinessId, LeadId)> {
        let mut parts = text.split('.');
        let (business, lead, told) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || !is_plain_id(business) {
            return None;
        }
        let (business, lead) = (BusinessId::new(business), LeadId::parse(lead)?);
        // What is compared is derived with a keyed hash: how long it takes tells nothing of the key.
        (told == proof(pepper, &business, lead)).then_some((business, lead))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn proof(pepper: &Pepper, business: &BusinessId, lead: LeadId) -> String {
    format!("{:032x}", pepper.derive("unsubscribe", &[business.as_str(), &lead.to_string()]))
}

/// A line of a header: whatever would begin another one is a space.
pub fn header_line(text: &str) -> String {
    let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_by_whoever_gave_it_and_by_nobody_else() {
        let (ours, theirs) = (Pepper::new([1; 32]), Pepper::new([2; 32]));
        let (business, lead) = (BusinessId::new("neveh"), LeadId::new(7));
        let token = UnsubscribeToken::of(&ours, &business, lead);
        assert_eq!(UnsubscribeToken::read(token.as_str(), &ours), Some((business, lead)));
        assert_eq!(UnsubscribeToken::read(token.as_str(), &theirs), None);
        let other = token.as_str().replace("neveh", "other");
        let cut = &token.as_str()[..token.as_str().len() - 1];
        let longer = format!("{}.x", token.as_str());
        for forged in [other.as_str(), cut, longer.as_str(), "", "..", "a.b.c", "neveh#L.1.2"] {
            assert_eq!(UnsubscribeToken::read(forged, &ours), None, "{forged}");
        }
    }

    #[test]
    fn no_text_begins_a_header_of_its_own() {
        assert_eq!(header_line("מבצע\r\nBcc: all@example.com\n\n<p>"), "מבצע Bcc: all@example.com <p>");
    }
}
