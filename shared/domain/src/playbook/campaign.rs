//! What answers a comment.

use crate::channel::Network;
use crate::ids::{CampaignName, MessageName};

/// A public reply drawn from a pool, a like, and one private reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    pub name: CampaignName,
    pub networks: Vec<Network>,
    /// Texts to draw from. Empty: no public reply.
    pub replies: Vec<String>,
    pub like: bool,
    pub private_reply: Option<MessageName>,
    /// Whether comments on comments are answered, too.
    pub answers_replies: bool,
}
