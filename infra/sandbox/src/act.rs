//! What people do, as the page and the tests say it. How the world changes by it is `acting`.

use serde::{Deserialize, Serialize};

use crate::Channel;

/// A person does something.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    pub person: Who,
    #[serde(rename = "do")]
    pub deed: Deed,
    /// Where; each deed has a usual place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// The form, the post or media, the comment that is answered, or `live`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The button's payload or title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// With whom; the first business if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business: Option<String>,
}

/// A person, by a name or phone number as typed, or in detail. The same words always mean the same person.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Who {
    Named(String),
    Detailed(Details),
}

/// A person in detail. What is not said is invented, the same each time.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Details {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Has taken a WhatsApp username: businesses see the business-scoped id and no number.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub phone_hidden: bool,
}

/// What there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    Comment,
    Message,
    Press,
    Lead,
    Book,
    Tag,
    OptOut,
    /// Wants marketing on WhatsApp again.
    OptIn,
    /// Blocks the business on Messenger, Instagram, or WhatsApp.
    Block,
    /// Follows the business on Instagram, of which the platform tells nobody.
    Follow,
    /// Removes the comment that `on` names.
    RemoveComment,
}

/// What came of an act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acted {
    /// The platform's id for what happened: the comment, message, or lead.
    pub event: String,
}

/// Why an act cannot be.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    #[error(
        "booking is not in the sandbox yet: send a Calendly webhook to /bookings/<business>/calendly instead"
    )]
    NotYet,
    #[error("there is no business `{0}` in this sandbox")]
    UnknownBusiness(String),
    #[error("`{0}` is missing")]
    Missing(&'static str),
    #[error("`{0}` is too long")]
    TooLong(&'static str),
    #[error("`{0}` is not a phone number")]
    NotAPhone(String),
    #[error("nobody can do that on {0:?}")]
    NotThere(Channel),
    #[error("the business has nothing on {0:?}")]
    NotConnected(Channel),
    #[error("no message offers the button `{button}`; there is: {offered}")]
    NoSuchButton { button: String, offered: String },
    #[error("the person has no comment `{0}`")]
    UnknownComment(String),
    #[error("the sandbox holds no more than {0}")]
    Full(usize),
    #[error("the journal could not be written")]
    Journal(#[source] std::io::Error),
}

impl ActError {
    /// A word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotYet => "not-yet",
            Self::UnknownBusiness(_) => "unknown-business",
            Self::Missing(_) => "missing",
            Self::TooLong(_) => "too-long",
            Self::NotAPhone(_) => "not-a-phone",
            Self::NotThere(_) => "not-there",
            Self::NotConnected(_) => "not-connected",
            Self::NoSuchButton { .. } => "no-such-button",
            Self::UnknownComment(_) => "unknown-comment",
            Self::Full(_) => "full",
            Self::Journal(_) => "journal",
        }
    }
}
