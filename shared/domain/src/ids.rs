//! Ids with a type each, so that they cannot be swapped by mistake.
//!
//! Ids of ours are derived from what they identify with a keyed hash: a retry finds the same row, and neither
//! an index nor a queue nor a log shows a phone number or a platform's id.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    )+};
}

/// How long a business's id may be, in characters.
pub const ID_CHARS_MAX: usize = 40;

/// Whether a text may be an id that people write: it stands in addresses and in the keys of the table.
pub fn is_plain_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !id.is_empty() && id.len() <= ID_CHARS_MAX && id.bytes().all(plain)
}

text_ids! {
    /// A deal, as the business's own system calls it.
    DealId;
    /// A kind of deal of the playbook: `trip`.
    DealKind;
    /// A business in this installation, for example `neveh`.
    BusinessId;
    /// A Page, an Instagram account, a WhatsApp phone number or a WhatsApp account, as Meta numbers them.
    AssetId;
    /// A comment as the platform numbers it.
    CommentId;
    /// A post, reel or ad as the platform numbers it.
    PostId;
    /// A lead of a lead ad (`leadgen_id`).
    LeadAdId;
    /// A form: of a lead ad, or of the business's site.
    FormId;
    /// A message as the platform numbers it (wamid, mid), or the reply to a comment.
    PlatformMessageId;
    /// The name of a message in the playbook.
    MessageName;
    /// The name of a journey in the playbook.
    JourneyName;
    /// A step of a journey, in every version of it.
    StepId;
    /// What its operator calls a broadcast: `summer-offer`.
    BroadcastName;
    /// The name of a campaign in the playbook.
    CampaignName;
    /// A rule of a campaign, as the playbook calls it.
    RuleName;
    /// What a playbook was when it was published: the hash of its text.
    PlaybookVersion;
}

/// The secret with which ids are derived. Phone numbers are few enough to be guessed from a plain hash.
#[derive(Clone)]
pub struct Pepper([u8; 32]);

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pepper(…)")
    }
}

impl Pepper {
    pub fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// 128 bits that depend on every part and on where one ends and the next begins.
    pub fn derive(&self, purpose: &str, parts: &[&str]) -> u128 {
        // HMAC fills a short key up with zeros itself; here it is done before, so that nothing can fail.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        for part in std::iter::once(&purpose).chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        let digest = mac.finalize().into_bytes();
        let mut first = [0; 16];
        first.copy_from_slice(&digest[..16]);
        u128::from_be_bytes(first)
    }
}

/// 32 bits of a text (FNV-1a): stable across versions and machines, which the standard hasher does not promise.
pub fn short_hash(text: &str) -> u32 {
    text.bytes().fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

impl StepId {
    /// A short name for the records of leads: 32 bits, of which a journey's sixty steps share none.
    pub fn key(&self) -> StepKey {
        StepKey(short_hash(&self.0))
    }
}

/// A step, shortly: see [`StepId::key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepKey(pub u32);

macro_rules! derived_ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            pub fn new(value: u128) -> Self {
                Self(value)
            }

            /// Reads what `Display` wrote: 32 hexadecimal digits.
            pub fn parse(text: &str) -> Option<Self> {
                if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
                    return None;
                }
                u128::from_str_radix(text, 16).ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:032x}", self.0)
            }
        }
    )+};
}

derived_ids! {
    /// A lead: derived from the business, the identity and the event that first brought the person.
    LeadId;
    /// A piece of work: derived from the lead and from what asked for it, so that asking twice gives one.
    WorkId;
    /// One person's way through one journey: derived from the lead, the journey and what started it.
    RunId;
}

impl LeadId {
    pub fn derive(pepper: &Pepper, business: &BusinessId, identity: &str, event: &str) -> Self {
        Self(pepper.derive("lead", &[business.as_str(), identity, event]))
    }
}

impl RunId {
    /// The same event starts the same run of a journey, and a later one another.
    pub fn derive(pepper: &Pepper, lead: LeadId, journey: &JourneyName, event: &str) -> Self {
        Self(pepper.derive("run", &[&lead.to_string(), journey.as_str(), event]))
    }
}

impl WorkId {
    /// The same step of the same run always gives the same id, so a redelivered event cannot send it twice.
    pub fn for_step(pepper: &Pepper, run: RunId, step: &StepId) -> Self {
        Self(pepper.derive("step", &[&run.to_string(), step.as_str()]))
    }

    /// What an event asks for at once, for example `like` for a comment.
    pub fn for_event(pepper: &Pepper, lead: LeadId, event: &str, what: &str) -> Self {
        Self(pepper.derive("answer", &[&lead.to_string(), event, what]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_people_s_cannot_reach_into_another_key() {
        for id in ["neveh", "my-business-2", &"a".repeat(ID_CHARS_MAX)] {
            assert!(is_plain_id(id), "{id}");
        }
        for id in ["", "neveh#L#1", "Neveh", "נווה", "a b", "*", &"a".repeat(ID_CHARS_MAX + 1)] {
            assert!(!is_plain_id(id), "{id}");
        }
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let pepper = Pepper::new([7; 32]);
        assert_ne!(pepper.derive("p", &["ab", "c"]), pepper.derive("p", &["a", "bc"]));
        assert_ne!(pepper.derive("p", &["ab"]), Pepper::new([8; 32]).derive("p", &["ab"]));
    }

    #[test]
    fn a_derived_id_is_read_back_as_it_was_written() {
        let id = LeadId::new(0x0123);
        assert_eq!(LeadId::parse(&id.to_string()), Some(id));
        assert_eq!(LeadId::parse("0123"), None);
        assert_eq!(LeadId::parse(&"+".repeat(32)), None);
    }
}
