//! Identities as `<kind>:<value>`.

use domain::email::EmailAddress;
use domain::identity::Identity;
use domain::phone::PhoneNumber;

use super::format::Damaged;

pub fn to_text(identity: &Identity) -> String {
    let value = match identity {
        // Its own spelling: the value that keys are made of is lower case.
        Identity::Email(email) => email.as_str().to_owned(),
        other => other.value(),
    };
    format!("{}:{value}", identity.kind())
}

pub fn from_text(text: &str) -> Result<Identity, Damaged> {
    let (kind, value) = text.split_once(':').ok_or(Damaged::Field("identity"))?;
    match kind {
        "phone" => phone(value).map(Identity::Phone),
        _ => Identity::parse(kind, value).ok_or(Damaged::Field("identity")),
    }
}

pub fn all_from_text(texts: &[String]) -> Result<Vec<Identity>, Damaged> {
    texts.iter().map(|text| from_text(text)).collect()
}

/// A number that was checked once. It is not checked again as a form would: WhatsApp knows numbers that no
/// numbering plan of ours has.
pub fn phone(stored: &str) -> Result<PhoneNumber, Damaged> {
    let digits = stored.strip_prefix('+').ok_or(Damaged::Field("phone"))?;
    PhoneNumber::from_whatsapp_id(digits).ok_or(Damaged::Field("phone"))
}

pub fn email(stored: &str) -> Result<EmailAddress, Damaged> {
    EmailAddress::parse(stored).map_err(|_| Damaged::Field("email"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::{CommentId, LeadAdId, LeadId};

    #[test]
    fn every_identity_is_read_back_as_it_was() {
        let identities = [
            Identity::Phone(PhoneNumber::parse("054-123-4567").unwrap()),
            // Israel has no such number, and WhatsApp said that somebody wrote from it.
            Identity::from_whatsapp("97212345678"),
            Identity::Email(EmailAddress::parse("Dana.Levi@example.com").unwrap()),
            Identity::WhatsAppId("5678".into()),
            Identity::WhatsAppUser("US.13491208655302741918".into()),
            Identity::Psid("6301:1".into()),
            Identity::Igsid("17841".into()),
            Identity::Comment(CommentId::new("101_202")),
            Identity::LeadAd(LeadAdId::new("777")),
            Identity::Lead(LeadId::new(7)),
        ];
        for identity in identities {
            assert_eq!(from_text(&to_text(&identity)), Ok(identity.clone()), "{}", to_text(&identity));
        }
    }
}
