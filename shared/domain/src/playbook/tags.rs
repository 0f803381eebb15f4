//! What answers whoever names the business.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Playbook;
use crate::channel::Network;
use crate::ids::{CampaignName, MessageName};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagCampaign {
    pub name: CampaignName,
    pub networks: Vec<Network>,
    pub places: Vec<TagPlace>,
    pub starts_at: Option<Timestamp>,
    pub ends_at: Option<Timestamp>,
    /// How long one person is not answered again.
    pub not_again_within: Option<SignedDuration>,
    /// Public answers to draw from, where the platform takes one: under a comment, a caption or a post.
    pub replies: BTreeMap<Network, Vec<String>>,
    pub no_repeat: u32,
    /// What goes out in private, where the platform takes it: to whoever names us in a story, or answers ours.
    pub message: Option<MessageName>,
}

/// Where somebody names the business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TagPlace {
    Story,
    StoryReply,
    Comment,
    /// The text of a post on Instagram.
    Caption,
    /// A post on Facebook.
    Post,
}

impl TagPlace {
    pub const ALL: [Self; 5] = [Self::Story, Self::StoryReply, Self::Comment, Self::Caption, Self::Post];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Story => "story",
            Self::StoryReply => "story-reply",
            Self::Comment => "comment",
            Self::Caption => "caption",
            Self::Post => "post",
        }
    }

    /// Whether the platform takes a message there; elsewhere it takes an answer in public.
    pub fn is_private(self) -> bool {
        matches!(self, Self::Story | Self::StoryReply)
    }
}

impl TagCampaign {
    pub fn replies(&self, network: Network) -> &[String] {
        self.replies.get(&network).map_or(&[], Vec::as_slice)
    }
}

impl Playbook {
    /// What answers a mention at this moment: the first in the order of names.
    pub fn tag_campaign(&self, network: Network, place: TagPlace, at: Timestamp) -> Option<&TagCampaign> {
        self.tags.values().find(|campaign| {
            campaign.networks.contains(&network)
                && campaign.places.contains(&place)
                && campaign.starts_at.is_none_or(|starts_at| at >= starts_at)
                && campaign.ends_at.is_none_or(|ends_at| at < ends_at)
        })
    }
}
