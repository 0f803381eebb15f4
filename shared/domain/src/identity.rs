//! What a person, or a thing a person made, is known by.

use std::fmt;

use crate::email::EmailAddress;
use crate::ids::{AssetId, BusinessId, CampaignName, CommentId, LeadAdId, LeadId, Pepper};
use crate::link::LinkCode;
use crate::phone::PhoneNumber;

/// One of the names under which a platform or a form knows a person. A comment whose author is not told, and a
/// lead ad whose fields are not read yet, stand for the person until more is known.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity {
    Phone(PhoneNumber),
    Email(EmailAddress),
    /// A WhatsApp id that is no phone number.
    WhatsAppId(String),
    /// A business-scoped WhatsApp user id, `CC.` and up to 128 alphanumerics (PLATFORM.md §1).
    WhatsAppUser(String),
    /// A page-scoped id of Facebook.
    Psid(String),
    /// An Instagram-scoped id.
    Igsid(String),
    Comment(CommentId),
    LeadAd(LeadAdId),
    /// A form that left nothing by which its sender could be reached: it stands for the person.
    Submission(String),
    /// A lead by its own id, as our opaque data names it to a platform.
    Lead(LeadId),
    /// An account of the business itself. No lead has this name: its inbox holds news of the account.
    Account(AssetId),
    /// The code in a link by which the person goes on in WhatsApp.
    Link(LinkCode),
    /// A campaign. No lead has this name either: its inbox holds what is wanted of it.
    Campaign(CampaignName),
}

impl Identity {
    /// What a WhatsApp payload calls its sender: a number, a business-scoped id placed there, or something else.
    pub fn from_whatsapp(id: &str) -> Self {
        if is_business_scoped(id) {
            return Self::WhatsAppUser(id.to_owned());
        }
        match PhoneNumber::from_whatsapp_id(id) {
            Some(phone) => Self::Phone(phone),
            None => Self::WhatsAppId(id.to_owned()),
        }
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Self::Phone(_) => "phone",
            Self::Email(_) => "email",
            Self::WhatsAppId(_) => "whatsapp",
            Self::WhatsAppUser(_) => "bsuid",
            Self::Psid(_) => "psid",
            Self::Igsid(_) => "igsid",
            Self::Comment(_) => "comment",
            Self::LeadAd(_) => "lead-ad",
            Self::Submission(_) => "submission",
            Self::Lead(_) => "lead",
            Self::Link(_) => "link",
            Self::Account(_) => "account",
            Self::Campaign(_) => "campaign",
        }
    }

    /// The value in its one spelling. Personal data.
    pub fn value(&self) -> String {
        match self {
            Self::Phone(phone) => phone.as_str().to_owned(),
            Self::Email(email) => email.key(),
            Self::WhatsAppId(id) | Self::WhatsAppUser(id) | Self::Psid(id) | Self::Igsid(id) => id.clone(),
            Self::Comment(id) => id.as_str().to_owned(),
            Self::LeadAd(id) => id.as_str().to_owned(),
            Self::Submission(id) => id.clone(),
            Self::Lead(id) => id.to_string(),
            Self::Link(code) => code.as_str().to_owned(),
            Self::Account(id) => id.as_str().to_owned(),
            Self::Campaign(name) => name.as_str().to_owned(),
        }
    }

    pub fn parse(kind: &str, value: &str) -> Option<Self> {
        let text = || value.to_owned();
        match kind {
            "phone" => PhoneNumber::parse(value).ok().map(Self::Phone),
            "email" => EmailAddress::parse(value).ok().map(Self::Email),
            "whatsapp" => Some(Self::WhatsAppId(text())),
            "bsuid" => Some(Self::WhatsAppUser(text())),
            "psid" => Some(Self::Psid(text())),
            "igsid" => Some(Self::Igsid(text())),
            "comment" => Some(Self::Comment(CommentId::new(text()))),
            "lead-ad" => Some(Self::LeadAd(LeadAdId::new(text()))),
            "submission" => Some(Self::Submission(text())),
            "lead" => LeadId::parse(value).map(Self::Lead),
            "link" => LinkCode::parse(value).map(Self::Link),
            "account" => Some(Self::Account(AssetId::new(text()))),
            "campaign" => Some(Self::Campaign(CampaignName::new(text()))),
            _ => None,
        }
    }

    /// What the table, its indexes and the queues call this identity.
    pub fn key(&self, pepper: &Pepper, business: &BusinessId) -> IdentityKey {
        let hash = pepper.derive("identity", &[business.as_str(), self.kind(), &self.value()]);
        IdentityKey(format!("{}#{hash:032x}", self.kind()))
    }

    /// A phone that may have WhatsApp.
    pub fn is_mobile(&self) -> bool {
        matches!(self, Self::Phone(phone) if phone.may_have_whatsapp())
    }

    /// Whether the identity is the thing itself: seen once, it is never new again, however late it is replayed.
    pub fn is_once_only(&self) -> bool {
        matches!(self, Self::Comment(_) | Self::LeadAd(_))
    }
}

/// `^[A-Z]{2}\.`, as the parent form `US.ENT.…` is, too.
fn is_business_scoped(id: &str) -> bool {
    matches!(id.as_bytes(), [a, b, b'.', ..] if a.is_ascii_uppercase() && b.is_ascii_uppercase())
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(…)", self.kind())
    }
}

/// An identity as a key: its kind, and a keyed hash of its value. Holds no personal data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityKey(String);

impl IdentityKey {
    /// Reads back what [`Identity::key`] made.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, hash) = text.split_once('#')?;
        let sound = !kind.is_empty() && hash.len() == 32 && hash.bytes().all(|b| b.is_ascii_hexdigit());
        sound.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether its inbox is a campaign's, which is no lead's.
    pub fn is_campaign(&self) -> bool {
        self.0.starts_with("campaign#")
    }
}

impl fmt::Display for IdentityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whatsapp_sender_is_a_phone_a_scoped_user_or_neither() {
        assert_eq!(Identity::from_whatsapp("972541234567").kind(), "phone");
        assert_eq!(Identity::from_whatsapp("US.13491208655302741918").kind(), "bsuid");
        assert_eq!(Identity::from_whatsapp("5678").kind(), "whatsapp");
    }

    #[test]
    fn a_key_shows_nothing_of_the_person_and_differs_between_businesses() {
        let pepper = Pepper::new([1; 32]);
        let phone = Identity::Phone(PhoneNumber::parse("054-123-4567").unwrap());
        let key = phone.key(&pepper, &"neveh".into());
        assert!(!key.as_str().contains("541234567"));
        assert_ne!(key, phone.key(&pepper, &"other".into()));
        assert_eq!(IdentityKey::parse(key.as_str()), Some(key));
    }

    fn one_of_each() -> [Identity; 13] {
        [
            Identity::Phone(PhoneNumber::parse("054-123-4567").unwrap()),
            Identity::Email(EmailAddress::parse("dana@example.com").unwrap()),
            Identity::WhatsAppId("5678".into()),
            Identity::WhatsAppUser("US.13491208655302741918".into()),
            Identity::Psid("9".into()),
            Identity::Igsid("9".into()),
            Identity::Comment("c1".into()),
            Identity::LeadAd("77".into()),
            Identity::Submission("s1".into()),
            Identity::Lead(LeadId::new(1)),
            Identity::Link(LinkCode::parse("M-7K3QF-9T2XW").unwrap()),
            Identity::Account("102".into()),
            Identity::Campaign("summer".into()),
        ]
    }

    #[test]
    fn an_identity_is_read_back_as_it_was_written() {
        for identity in one_of_each() {
            let (kind, value) = (identity.kind(), identity.value());
            assert_eq!(Identity::parse(kind, &value), Some(identity), "{kind}");
        }
        for (kind, value) in
            [("phone", "none"), ("email", "dana"), ("lead", "1"), ("link", "1"), ("fax", "1")]
        {
            assert_eq!(Identity::parse(kind, value), None, "{kind} {value}");
        }
    }

    #[test]
    fn only_a_comment_and_a_lead_ad_are_never_new_again() {
        let once = one_of_each().into_iter().filter(Identity::is_once_only);
        assert_eq!(once.map(|identity| identity.kind()).collect::<Vec<_>>(), ["comment", "lead-ad"]);
    }

    #[test]
    fn a_key_is_a_kind_and_32_digits() {
        let hash = "0123456789abcdef0123456789abcdef";
        assert!(IdentityKey::parse(&format!("phone#{hash}")).is_some());
        let short = &hash[1..];
        for text in
            [format!("#{hash}"), format!("phone#{short}"), format!("phone#{short}g"), format!("phone{hash}")]
        {
            assert_eq!(IdentityKey::parse(&text), None, "{text}");
        }
    }
}
