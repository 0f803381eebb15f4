//! Where people and businesses meet.

use serde::{Deserialize, Serialize};

/// A place on Meta's platforms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// The Page: its posts, their comments, its lead ads.
    Facebook,
    Instagram,
    Whatsapp,
    Messenger,
    /// No platform of Meta's: the mail server beside it.
    Email,
}
