//! The open work of a lead: what still has to leave.

use jiff::Timestamp;

use crate::channel::{Channel, Network};
use crate::event::{Comment, Mention};
use crate::ids::{
    AssetId, BroadcastName, CampaignName, CommentId, LeadAdId, MessageName, PostId, RuleName, RunId, WorkId,
};
use crate::playbook::{Occasion, Trigger};

/// How many pieces of open work one lead may have. More is a fault of the playbook, and is parked.
pub const OPEN_WORK_MAX: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    pub id: WorkId,
    /// The order in which it was asked for.
    pub number: u32,
    pub class: Class,
    pub action: Action,
    /// The journey's run that asked for it.
    pub run: Option<RunId>,
    pub due_at: Timestamp,
    /// When it was first to leave, however often it was moved.
    pub planned_at: Timestamp,
    /// After this it is too late, and is skipped.
    pub expires_at: Option<Timestamp>,
    pub state: WorkState,
    /// Calls made so far.
    pub tries: u32,
    /// Nobody wants it any more, but a call for it may be under way. That one may still get through; there is no
    /// other.
    pub called_off: bool,
    /// Its place in the queue of its post, while it waits for the connection's pace.
    pub turn: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkState {
    Planned,
    /// It is tried again by itself, and the operator can end the waiting: WhatsApp has not approved its template.
    Waiting {
        reason: String,
    },
    /// A call was made and its answer was lost. Evidence is waited for until `until`.
    InDoubt {
        since: Timestamp,
        until: Timestamp,
    },
    /// It cannot go on by itself: the operator sees it, mends the cause and drives it again.
    Parked {
        reason: String,
    },
}

/// What someone waits for goes first, and is tried again after doubt; the rest waits its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    Conversation,
    Bulk,
}

impl Class {
    pub const ALL: [Self; 2] = [Self::Conversation, Self::Bulk];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conversation => "conversation",
            Self::Bulk => "bulk",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == text)
    }
}

/// References only; they are rendered when the claim is made, so that a mended text is mended for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    Send {
        message: MessageName,
        channel: Channel,
        purpose: Purpose,
    },
    PrivateReply {
        to: CommentAt,
        message: MessageName,
        /// What it can tell of was given by this campaign.
        campaign: CampaignName,
    },
    /// `pick` chooses the reply of the rule's pool. It is chosen anew when the first call is made, so that a post
    /// does not show the same words again and again.
    PublicReply {
        to: CommentAt,
        campaign: CampaignName,
        rule: RuleName,
        pick: u32,
    },
    Like {
        to: CommentAt,
    },
    Hide {
        to: CommentAt,
    },
    /// An answer in public to whoever named the business.
    AnswerMention {
        network: Network,
        asset: AssetId,
        post: PostId,
        comment: Option<CommentId>,
        campaign: CampaignName,
        pick: u32,
    },
    /// What a mention says, which no webhook tells.
    LookUpMention {
        mention: Box<Mention>,
    },
    /// What the webhook did not tell of a comment, and its answer depends on.
    LookUpComment {
        comment: Box<Comment>,
    },
    /// Whether the person follows the business on Instagram.
    LookUpFollow,
    LookUpLeadAd {
        id: LeadAdId,
        page: AssetId,
    },
    /// Tells other systems on the installation's event bus what happened.
    Announce {
        what: Trigger,
        happened_at: Timestamp,
    },
    /// Tells an agent, by the playbook's name for them, by e-mail what happened.
    Alert {
        to: String,
        about: Vec<Occasion>,
    },
}

/// A comment, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentAt {
    pub network: Network,
    /// The Page or the account.
    pub asset: AssetId,
    pub comment: CommentId,
    pub post: Option<PostId>,
    /// Whoever watches a broadcast waits for the answer now.
    pub is_live: bool,
}

/// Why a message is written, as far as a rule asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// As the playbook says of the message.
    Playbook,
    /// A person of the business chose it for this lead and this moment, and may have written something with it.
    Scheduled { note: Option<String> },
    /// It goes to everybody of a segment, and to nobody without consent.
    Broadcast { name: BroadcastName },
    /// The one answer to an opt-out, which alone may follow it (R3).
    OptOutConfirmation,
}

/// What is ordered among itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    Channel(Channel),
    LookUp,
    Bus,
    Alerts,
}

/// How doubt about an action is settled (DESIGN.md, *Doubt*).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The platform tells us by itself: a status, or an echo with our data.
    Arrives,
    /// Asking again does no harm, and the answer tells.
    Repeat,
    /// The platform has to be asked.
    LookUp,
}

impl Action {
    pub fn lane(&self) -> Lane {
        match self {
            Self::Send { channel, .. } => Lane::Channel(*channel),
            Self::PrivateReply { to, .. }
            | Self::PublicReply { to, .. }
            | Self::Like { to }
            | Self::Hide { to } => Lane::Channel(to.network.private_channel()),
            Self::AnswerMention { network, .. } => Lane::Channel(network.private_channel()),
            Self::LookUpLeadAd { .. }
            | Self::LookUpComment { .. }
            | Self::LookUpMention { .. }
            | Self::LookUpFollow => Lane::LookUp,
            Self::Announce { .. } => Lane::Bus,
            Self::Alert { .. } => Lane::Alerts,
        }
    }

    pub fn evidence(&self) -> Evidence {
        match self {
            // Nothing arrives and nothing can be asked: see [`Action::may_be_repeated`].
            Self::AnswerMention { .. } => Evidence::Arrives,
            Self::Send { channel: Channel::WhatsApp | Channel::Messenger | Channel::Email, .. } => {
                Evidence::Arrives
            }
            Self::Send { channel: Channel::Instagram, .. } | Self::PublicReply { .. } => Evidence::LookUp,
            // "Already answered" means sent; a second like has no effect; reading changes nothing; who listens to
            // the bus knows a repeated announcement by its id, and an agent sees a repeated mail once, by its id as well.
            Self::PrivateReply { .. }
            | Self::Like { .. }
            | Self::Hide { .. }
            | Self::LookUpLeadAd { .. }
            | Self::LookUpComment { .. }
            | Self::LookUpMention { .. }
            | Self::LookUpFollow
            | Self::Announce { .. }
            | Self::Alert { .. } => Evidence::Repeat,
        }
    }

    pub fn comment(&self) -> Option<&CommentId> {
        match self {
            Self::PrivateReply { to, .. }
            | Self::PublicReply { to, .. }
            | Self::Like { to }
            | Self::Hide { to } => Some(&to.comment),
            Self::LookUpComment { comment } => Some(&comment.id),
            Self::AnswerMention { comment, .. } => comment.as_ref(),
            Self::LookUpMention { mention } => mention.comment.as_ref(),
            Self::Send { .. }
            | Self::LookUpLeadAd { .. }
            | Self::LookUpFollow
            | Self::Announce { .. }
            | Self::Alert { .. } => None,
        }
    }

    pub fn message(&self) -> Option<&MessageName> {
        match self {
            Self::Send { message, .. } | Self::PrivateReply { message, .. } => Some(message),
            Self::PublicReply { .. }
            | Self::Like { .. }
            | Self::Hide { .. }
            | Self::LookUpLeadAd { .. }
            | Self::LookUpComment { .. }
            | Self::LookUpMention { .. }
            | Self::LookUpFollow
            | Self::AnswerMention { .. }
            | Self::Announce { .. }
            | Self::Alert { .. } => None,
        }
    }

    /// Whether it may be done again after its answer was lost and no sign of it came. Under another's post nobody
    /// tells whether an answer of ours stands there.
    pub fn may_be_repeated(&self) -> bool {
        !matches!(self, Self::AnswerMention { .. })
    }

    pub fn confirms_opt_out(&self) -> bool {
        matches!(self, Self::Send { purpose: Purpose::OptOutConfirmation, .. })
    }

    /// Whether it writes to nobody: neither lateness nor a hold after an outage is about it.
    pub fn is_silent(&self) -> bool {
        matches!(
            self,
            Self::Hide { .. }
                | Self::LookUpLeadAd { .. }
                | Self::LookUpComment { .. }
                | Self::LookUpMention { .. }
                | Self::LookUpFollow
                | Self::Announce { .. }
                | Self::Alert { .. }
        )
    }

    /// The word for this action in timelines and logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Send { .. } => "message",
            Self::PrivateReply { .. } => "private-reply",
            Self::PublicReply { .. } => "public-reply",
            Self::Like { .. } => "like",
            Self::Hide { .. } => "hiding",
            Self::LookUpLeadAd { .. } => "lead-ad-look-up",
            Self::LookUpComment { .. } => "comment-look-up",
            Self::LookUpMention { .. } => "mention-look-up",
            Self::LookUpFollow => "follow-look-up",
            Self::AnswerMention { .. } => "mention-reply",
            Self::Announce { .. } => "announcement",
            Self::Alert { .. } => "alert",
        }
    }
}

impl Work {
    pub fn lane(&self) -> Lane {
        self.action.lane()
    }

    pub fn is_parked(&self) -> bool {
        matches!(self.state, WorkState::Parked { .. })
    }

    pub fn is_waiting(&self) -> bool {
        matches!(self.state, WorkState::Waiting { .. })
    }

    pub fn is_in_doubt(&self) -> bool {
        matches!(self.state, WorkState::InDoubt { .. })
    }
}

/// The right to make one call for a lead. While it stands nobody else calls, and `wake_at` is `until`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub work: WorkId,
    /// The fence: an answer that comes under an older number finishes nothing.
    pub number: u64,
    pub started_at: Timestamp,
    pub until: Timestamp,
    pub intent: Intent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    Act,
    /// Ask the platform whether an earlier call got through.
    LookForEvidence,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_read_back_as_it_was_written() {
        for class in Class::ALL {
            assert_eq!(Class::parse(class.as_str()), Some(class));
        }
        assert_eq!(Class::parse("urgent"), None);
    }
}
