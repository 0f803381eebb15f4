//! What the platforms have accepted, in order: the list that tests read.

use jiff::Timestamp;
use serde::Serialize;

use crate::Channel;

/// One thing that a platform took from the business. A repeat without effect (a second like) is not in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sent {
    pub at: Timestamp,
    pub business: String,
    pub channel: Channel,
    /// The phone number (or, if it is hidden, the business-scoped id), PSID, IGSID, or the comment that was answered.
    pub to: String,
    /// `text`, `template`, `interactive`, `image` …, `private-reply`, `public-reply`, or `like`.
    pub kind: String,
    /// What the person reads.
    pub body: String,
    /// The platform's id for it.
    pub id: String,
    /// The template's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// The titles of the buttons.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<String>,
}
