//! What can happen to a lead from outside.
//!
//! An event is already split from its batch, belongs to one business, and names its author as well as the
//! platform told it. What the business itself does (its own comments, echoes of what we sent) is no event.

use jiff::Timestamp;

use crate::channel::{Channel, Network};
use crate::deal::DealChange;
use crate::delivery::DeliveryStatus;
use crate::email::EmailAddress;
use crate::event_key::EventKey;
use crate::grant::{Given, Wanted};
use crate::identity::Identity;
use crate::ids::{
    AssetId, BusinessId, CampaignName, CommentId, FormId, LeadAdId, LeadId, PlatformMessageId, PostId, WorkId,
};
use crate::name::PersonName;
use crate::phone::PhoneNumber;
use crate::playbook::TagPlace;
use crate::source::Source;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub business: BusinessId,
    pub key: EventKey,
    /// When it happened, by the platform's word; where it gives none, when it arrived.
    pub occurred_at: Timestamp,
    /// Whose lead this concerns. A comment without a known author stands for its author.
    pub author: Identity,
    /// Other names of the same person that came along.
    pub also: Vec<Identity>,
    pub kind: EventKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// Somebody left their details.
    Captured(Capture),
    /// A lead ad was filled in; its fields are still to be looked up.
    LeadAd(LeadAd),
    Called(Call),
    Commented(Comment),
    CommentEdited {
        comment: CommentId,
    },
    CommentRemoved {
        comment: CommentId,
    },
    CommentHidden {
        comment: CommentId,
    },
    /// Somebody wrote, pressed a button, or sent media.
    Messaged(Message),
    MessageEdited {
        channel: Channel,
        id: PlatformMessageId,
    },
    MessageUnsent {
        channel: Channel,
        id: PlatformMessageId,
    },
    /// A reaction is a person's act and opens the window, but says nothing.
    Reacted {
        channel: Channel,
        asset: AssetId,
    },
    /// A link or an ad led the person into an existing conversation.
    Referred {
        channel: Channel,
        asset: AssetId,
        source: Source,
    },
    /// A message left in the business's name that we did not send, or cannot tell from ours yet.
    Echoed {
        channel: Channel,
        id: Option<PlatformMessageId>,
        text: Option<String>,
    },
    /// Somebody wrote in a thread that another app holds: read, not answered (R22).
    Standby {
        channel: Channel,
    },
    /// The platform says how far messages have come, by their ids or up to a moment.
    Receipt {
        channel: Channel,
        status: DeliveryStatus,
        ids: Vec<PlatformMessageId>,
        up_to: Option<Timestamp>,
    },
    /// The platform gave a message up after it had accepted it.
    DeliveryFailed {
        id: PlatformMessageId,
        work: Option<WorkId>,
        code: i64,
    },
    /// The person stopped or resumed marketing with the platform's own switch (R14).
    MarketingStopped,
    MarketingResumed,
    /// E-mails to the person stop (R28).
    EmailStopped {
        why: EmailStop,
        /// What the e-mail was for, where SES says so.
        work: Option<WorkId>,
    },
    /// They followed a link of the playbook's that tells of it.
    LinkClicked {
        link: String,
    },
    /// People of the business say that the person answered where nothing is heard by itself: by e-mail.
    ReplyTold {
        channel: Channel,
        /// They want no more messages (R3).
        refuses: bool,
    },
    /// The person is known by another name from now on.
    IdentityChanged {
        to: Identity,
    },
    /// Another lead named this person's phone or address as theirs: the two may be one.
    Claimed {
        by: LeadId,
        /// The campaign that asked the other for it.
        asked: Option<CampaignName>,
    },
    /// Somebody named the business. Answered by the tag responder.
    Mentioned(Mention),
    /// The business's own system says how a deal stands, and when what happens.
    Deal(DealChange),
    /// Somebody is to get what a campaign gives. Concerns the campaign, whose inbox it is in.
    GrantWanted(Wanted),
    /// The campaign's answer.
    Granted(Given),
    /// The person's raffle number was drawn.
    Won {
        campaign: CampaignName,
        number: u32,
    },
    /// WhatsApp approved a template of the account, or took it back into use. Concerns whoever waits for it.
    TemplateApproved {
        name: String,
        language: String,
    },
}

/// Why e-mails stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailStop {
    /// They used the link of an e-mail.
    Unsubscribed,
    /// Nobody has the address.
    Bounced,
    /// They reported it as spam.
    Complained,
}

impl EmailStop {
    pub const ALL: [Self; 3] = [Self::Unsubscribed, Self::Bounced, Self::Complained];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unsubscribed => "unsubscribed",
            Self::Bounced => "bounced",
            Self::Complained => "complained",
        }
    }
}

/// What a form says of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    pub name: Option<PersonName>,
    pub phone: Option<PhoneNumber>,
    /// A number that could not be read, as it was typed, for the agent to look at.
    pub phone_unreadable: Option<String>,
    pub email: Option<EmailAddress>,
    /// Answers to the form's other questions, in the order asked.
    pub fields: Vec<(String, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    pub details: Details,
    pub source: Source,
    /// The text that the person agreed to, if the form showed one and they did.
    pub consent: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadAd {
    pub id: LeadAdId,
    pub page: AssetId,
    pub form: Option<FormId>,
    pub ad: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub kind: CallKind,
    pub phone: PhoneNumber,
    /// Who took the call or should have.
    pub agent: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    Missed,
    Ended,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub network: Network,
    /// The Page or the account under whose post it stands.
    pub asset: AssetId,
    pub id: CommentId,
    pub post: Option<PostId>,
    /// For a comment on an ad, the post that the ad shows.
    pub original_post: Option<PostId>,
    pub text: String,
    /// A full name on Facebook, a user name on Instagram.
    pub author_name: Option<String>,
    pub is_reply: bool,
    /// Under a live broadcast: private reply only, and only while it runs (R18).
    pub is_live: bool,
    /// Under an ad, where the platform says so.
    pub is_ad: bool,
    /// When it was written, where the platform says so: Instagram does not.
    pub written_at: Option<Timestamp>,
    /// How many other people it names; `None` where the platform does not show it.
    pub friends: Option<u32>,
}

/// Somebody named the business in a comment or a post. What it says is told only when it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub network: Network,
    /// The Page or the account that is named.
    pub asset: AssetId,
    pub comment: Option<CommentId>,
    /// Of the post or media, where it is told.
    pub post: Option<PostId>,
    /// Under a post of the business's own, where the comment comes as one, too.
    pub is_ours: bool,
}

impl Mention {
    pub fn place(&self) -> TagPlace {
        match (&self.comment, self.network) {
            (Some(_), _) => TagPlace::Comment,
            (None, Network::Instagram) => TagPlace::Caption,
            (None, Network::Facebook) => TagPlace::Post,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub channel: Channel,
    /// The Page, account or number that was written to.
    pub asset: AssetId,
    pub id: Option<PlatformMessageId>,
    pub text: Option<String>,
    /// What a pressed button carries. Buttons are routed by it, never by their text.
    pub payload: Option<String>,
    pub media: Option<Media>,
    /// The name that the platform shows for the person.
    pub sender_name: Option<String>,
    pub referral: Option<Source>,
}

/// What came instead of text, or with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    Image,
    Video,
    Audio,
    Document,
    Sticker,
    Location,
    Contacts,
    Form,
    StoryMention,
    StoryReply,
    /// Something that the platform does not hand to us.
    Unsupported,
    Other,
}

impl Media {
    const NAMES: [(Self, &str); 12] = [
        (Self::Image, "image"),
        (Self::Video, "video"),
        (Self::Audio, "audio"),
        (Self::Document, "document"),
        (Self::Sticker, "sticker"),
        (Self::Location, "location"),
        (Self::Contacts, "contacts"),
        (Self::Form, "form"),
        (Self::StoryMention, "story-mention"),
        (Self::StoryReply, "story-reply"),
        (Self::Unsupported, "unsupported"),
        (Self::Other, "other"),
    ];

    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(media, _)| *media == self).map_or("other", |(_, name)| name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, name)| *name == text).map(|(media, _)| *media)
    }
}

impl EventKind {
    /// The word for this kind in keys, logs and timelines.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Captured(_) => "form",
            Self::LeadAd(_) => "lead-ad",
            Self::Called(_) => "call",
            Self::Commented(_) => "comment",
            Self::CommentEdited { .. } => "comment-edited",
            Self::CommentRemoved { .. } => "comment-removed",
            Self::CommentHidden { .. } => "comment-hidden",
            Self::Messaged(_) => "message",
            Self::MessageEdited { .. } => "message-edited",
            Self::MessageUnsent { .. } => "message-unsent",
            Self::Reacted { .. } => "reaction",
            Self::Referred { .. } => "referral",
            Self::Echoed { .. } => "echo",
            Self::Standby { .. } => "standby",
            Self::Receipt { .. } => "receipt",
            Self::DeliveryFailed { .. } => "delivery-failed",
            Self::MarketingStopped => "marketing-stopped",
            Self::MarketingResumed => "marketing-resumed",
            Self::EmailStopped { .. } => "email-stopped",
            Self::LinkClicked { .. } => "link-clicked",
            Self::ReplyTold { .. } => "reply-told",
            Self::IdentityChanged { .. } => "identity-changed",
            Self::Claimed { .. } => "claimed",
            Self::Mentioned(_) => "mention",
            Self::Deal(_) => "deal",
            Self::GrantWanted(_) => "wish",
            Self::Granted(_) => "grant",
            Self::Won { .. } => "won",
            Self::TemplateApproved { .. } => "template-approved",
        }
    }

    /// What is over by this for good, also if nobody has heard of it yet: a comment that was taken back is not
    /// answered when it comes.
    pub fn ends(&self) -> Option<Identity> {
        match self {
            Self::CommentRemoved { comment } => Some(Identity::Comment(comment.clone())),
            _ => None,
        }
    }

    /// Whether the person did something, beside what their device tells by itself.
    pub fn is_of_the_person(&self) -> bool {
        matches!(
            self,
            Self::Captured(_)
                | Self::LeadAd(_)
                | Self::Called(_)
                | Self::Commented(_)
                | Self::Messaged(_)
                | Self::Reacted { .. }
                | Self::Referred { .. }
                | Self::Mentioned(_)
                | Self::LinkClicked { .. }
                | Self::ReplyTold { .. }
        )
    }

    /// Whether somebody whom nobody knows yet becomes a lead by this. The rest only adds to what is known.
    pub fn makes_a_lead(&self) -> bool {
        match self {
            Self::Captured(_)
            | Self::LeadAd(_)
            | Self::Called(_)
            | Self::Deal(_)
            | Self::Commented(_)
            | Self::Messaged(_)
            | Self::Reacted { .. }
            | Self::Referred { .. }
            // A refusal holds from before the first message.
            | Self::MarketingStopped
            | Self::Mentioned(_) => true,
            Self::CommentEdited { .. }
            | Self::CommentRemoved { .. }
            | Self::CommentHidden { .. }
            | Self::MessageEdited { .. }
            | Self::MessageUnsent { .. }
            | Self::Echoed { .. }
            | Self::Standby { .. }
            | Self::Receipt { .. }
            | Self::DeliveryFailed { .. }
            | Self::MarketingResumed
            | Self::EmailStopped { .. }
            | Self::LinkClicked { .. }
            | Self::ReplyTold { .. }
            | Self::IdentityChanged { .. }
            | Self::Claimed { .. }
            | Self::GrantWanted(_)
            | Self::Granted(_)
            | Self::Won { .. }
            | Self::TemplateApproved { .. } => false,
        }
    }

    /// Which function works this kind off.
    pub fn responder(&self) -> Responder {
        match self {
            Self::Captured(_)
            | Self::LeadAd(_)
            | Self::Called(_)
            | Self::Deal(_)
            | Self::EmailStopped { .. }
            | Self::LinkClicked { .. }
            | Self::ReplyTold { .. }
            | Self::Claimed { .. } => Responder::LeadIntake,
            Self::Commented(_)
            | Self::CommentEdited { .. }
            | Self::CommentRemoved { .. }
            | Self::CommentHidden { .. }
            | Self::GrantWanted(_)
            | Self::Granted(_)
            | Self::Won { .. } => Responder::Comment,
            Self::Messaged(_)
            | Self::MessageEdited { .. }
            | Self::MessageUnsent { .. }
            | Self::Reacted { .. }
            | Self::Referred { .. }
            | Self::Echoed { .. }
            | Self::Standby { .. }
            | Self::Receipt { .. }
            | Self::DeliveryFailed { .. }
            | Self::MarketingStopped
            | Self::MarketingResumed
            | Self::IdentityChanged { .. }
            | Self::TemplateApproved { .. } => Responder::Message,
            Self::Mentioned(_) => Responder::Tag,
        }
    }
}

/// The function that drains an identity's inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Responder {
    LeadIntake,
    Comment,
    Tag,
    Message,
}

impl Responder {
    pub const ALL: [Self; 4] = [Self::LeadIntake, Self::Comment, Self::Tag, Self::Message];

    /// One letter, so that a key of an inbox row names its responder to whoever reads only keys.
    pub fn letter(self) -> char {
        match self {
            Self::LeadIntake => 'l',
            Self::Comment => 'c',
            Self::Tag => 't',
            Self::Message => 'm',
        }
    }

    pub fn from_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|responder| responder.letter() == letter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_and_responders_are_read_back_as_they_were_written() {
        for (media, name) in Media::NAMES {
            assert_eq!((media.as_str(), Media::parse(name)), (name, Some(media)));
        }
        assert_eq!(Media::parse("hologram"), None);
        let letters = Responder::ALL.map(Responder::letter);
        assert_eq!(letters, ['l', 'c', 't', 'm'], "keys of rows that are stored begin with them");
        assert_eq!(letters.map(Responder::from_letter), Responder::ALL.map(Some));
    }

    #[test]
    fn a_stranger_becomes_a_lead_by_what_they_do_and_not_by_what_is_said_of_them() {
        let (channel, asset) = (Channel::WhatsApp, AssetId::new("106"));
        let becomes = [
            EventKind::Reacted { channel, asset },
            EventKind::MarketingStopped,
            EventKind::Mentioned(Mention {
                network: Network::Instagram,
                asset: "178".into(),
                comment: None,
                post: None,
                is_ours: false,
            }),
        ];
        let stays = [
            EventKind::MarketingResumed,
            EventKind::Standby { channel },
            EventKind::Echoed { channel, id: None, text: None },
            EventKind::CommentRemoved { comment: "c1".into() },
            EventKind::TemplateApproved { name: "welcome".into(), language: "he".into() },
        ];
        assert!(becomes.iter().all(EventKind::makes_a_lead));
        assert!(!stays.iter().any(EventKind::makes_a_lead));
    }
}
