//! One call to a platform, with nothing left to choose, and what its answer can be.

use std::borrow::Cow;
use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::alert::Alert;
use crate::catch_up::Reading;
use crate::channel::{Channel, Network};
use crate::event::{Comment, Details, LeadAd};
use crate::identity::Identity;
use crate::ids::{
    AssetId, BusinessId, CommentId, FormId, LeadAdId, LeadId, PlatformMessageId, PostId, WorkId,
};
use crate::mail::Mail;
use crate::phone::PhoneNumber;
use crate::playbook::Trigger;

/// How long a call may take before its answer counts as lost.
pub const CALL_TIMEOUT: SignedDuration = SignedDuration::from_secs(10);
/// How long a claim stands. Longer than the call, so that nobody calls beside a call that still runs.
pub const CLAIM_LENGTH: SignedDuration = SignedDuration::from_secs(30);
/// How long evidence is waited for after a lost answer.
pub const DOUBT_LENGTH: SignedDuration = SignedDuration::from_secs(60);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformCall {
    pub business: BusinessId,
    pub lead: LeadId,
    pub work: WorkId,
    /// The fence under which the answer finishes the work.
    pub number: u64,
    /// The name of the secret that holds the token.
    pub token: String,
    pub operation: Operation,
}

#[derive(Clone, PartialEq, Eq)]
pub enum Operation {
    SendWhatsApp {
        from: AssetId,
        to: WhatsAppRecipient,
        content: WhatsAppContent,
        /// The address of a picture above the text. A template has none.
        image: Option<String>,
    },
    SendMessage {
        channel: Channel,
        from: AssetId,
        to: Recipient,
        text: String,
        buttons: Vec<ReplyButton>,
        /// The address of a picture: the text is a card's then ([`crate::card`]).
        image: Option<String>,
    },
    ReplyToComment {
        network: Network,
        comment: CommentId,
        text: String,
    },
    Like {
        network: Network,
        asset: AssetId,
        comment: CommentId,
    },
    /// Takes a comment out of sight of others.
    Hide {
        network: Network,
        comment: CommentId,
    },
    ReadLeadAd {
        id: LeadAdId,
    },
    ReadComment {
        network: Network,
        comment: CommentId,
    },
    /// Whether this person, by their Instagram-scoped id, follows the business.
    ReadFollow {
        person: String,
    },
    /// What a comment or a post says that names the business.
    ReadMention {
        network: Network,
        asset: AssetId,
        post: Option<PostId>,
        comment: Option<CommentId>,
    },
    /// Answers it in public, under another's post.
    AnswerMention {
        network: Network,
        asset: AssetId,
        post: PostId,
        comment: Option<CommentId>,
        text: String,
    },
    /// Whether a public reply of ours stands under the comment: with this text, where nobody says whose it is.
    FindReply {
        network: Network,
        asset: AssetId,
        comment: CommentId,
        text: String,
    },
    /// Whether the conversation has this text of ours, not older than `since`.
    FindMessage {
        asset: AssetId,
        person: String,
        text: String,
        since: Timestamp,
    },
    /// One page of what a connection may have missed. It is of no lead.
    List {
        network: Network,
        asset: AssetId,
        reading: Reading,
        since: Timestamp,
    },
    SendEmail(Box<Mail>),
    /// An e-mail to somebody of the business.
    SendAlert(Box<Alert>),
    /// Tells the installation's event bus.
    Announce(Announcement),
}

/// What other systems are told of a lead. It names the lead by id: nothing in it is personal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    pub what: Trigger,
    pub happened_at: Timestamp,
    /// The word for where the lead came from last.
    pub source: Option<&'static str>,
    /// The playbook's own words for the lead.
    pub tags: Vec<String>,
}

#[derive(Clone, PartialEq, Eq)]
pub enum WhatsAppRecipient {
    Phone(PhoneNumber),
    /// A WhatsApp id that is no phone number.
    Id(String),
    /// A business-scoped user id: sent as `recipient`, not as `to`.
    User(String),
}

#[derive(Clone, PartialEq, Eq)]
pub enum WhatsAppContent {
    /// Free text, inside the window.
    Text { body: String },
    /// Text with up to three buttons that answer, inside the window.
    Buttons { body: String, buttons: Vec<ReplyButton> },
    /// Text with one button that opens a link, inside the window.
    Link { body: String, label: String, url: String },
    /// An approved template, at any time.
    Template {
        name: String,
        language: String,
        params: Vec<String>,
        /// The end of the link that the template's URL button opens.
        url_suffix: Option<String>,
        /// What the template's quick-reply buttons carry, in order, with their place among all its buttons.
        payloads: Vec<(usize, String)>,
    },
}

#[derive(Clone, PartialEq, Eq)]
pub struct ReplyButton {
    pub label: String,
    pub action: ButtonAction,
}

#[derive(Clone, PartialEq, Eq)]
pub enum ButtonAction {
    Payload(String),
    Url(String),
}

#[derive(Clone, PartialEq, Eq)]
pub enum Recipient {
    Person(String),
    Comment(CommentId),
}

/// What became of a call, by what it means for the work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done(Receipt),
    LeadAdRead(LeadAdFields),
    CommentRead(CommentFields),
    /// Whether the person follows; `None` where the answer does not say.
    FollowRead(Option<bool>),
    Listed(Listed),
    /// Evidence was looked for: found under this id, or not there.
    Found(PlatformMessageId),
    NotFound,
    Failed(CallFailure),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    pub id: Option<PlatformMessageId>,
    /// Names of the person that the platform's answer told.
    pub identities: Vec<Identity>,
    /// It was done, and the platform tells that most of what it allows is used: how long to leave it alone.
    pub pause: Option<SignedDuration>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeadAdFields {
    pub details: Details,
    pub form: Option<FormId>,
    pub ad: Option<String>,
}

/// What a platform tells of a comment when it is asked.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CommentFields {
    pub written_at: Option<Timestamp>,
    pub text: Option<String>,
    pub post: Option<PostId>,
    pub author: Option<Identity>,
    pub author_name: Option<String>,
    /// How many other people it names.
    pub friends: Option<u32>,
    pub is_reply: Option<bool>,
    pub is_hidden: bool,
}

/// One page of what a platform lists.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Listed {
    pub posts: Vec<PostId>,
    pub forms: Vec<FormId>,
    pub comments: Vec<ListedComment>,
    /// With when they were filled in.
    pub lead_ads: Vec<(LeadAd, Timestamp)>,
    /// The time of the last that is listed; they come newest first.
    pub oldest: Option<Timestamp>,
    /// Where the next page begins, if there is one.
    pub after: Option<String>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct ListedComment {
    pub author: Option<Identity>,
    pub comment: Comment,
    pub is_hidden: bool,
}

impl Listed {
    pub fn is_older_than(&self, since: Timestamp) -> bool {
        self.oldest.is_some_and(|oldest| oldest < since)
    }
}

/// Why a call did not do its work, by what to do about it (PLATFORM.md §7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallFailure {
    /// Certainly not done; another try may succeed. `wait` is what the platform asked for.
    /// `is_limit`: it is the connection that has reached a limit, so that others on it should wait as well.
    TryAgain { wait: Option<SignedDuration>, is_limit: bool, reason: String },
    /// It may have been done: the answer was lost, or said nothing certain.
    AnswerLost { reason: String },
    /// Certainly not done, and trying again changes nothing.
    Refused { why: Refusal, code: Option<i64>, reason: String },
}

impl CallFailure {
    /// The connection works, and lacks the permission for this kind of call (PLATFORM.md §7).
    pub fn lacks_permission(&self) -> bool {
        match self {
            Self::Refused { why: Refusal::ConnectionBroken, code: Some(code), .. } => {
                matches!(code, 3 | 10 | 200..=299)
            }
            _ => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The token, a permission or the connection. Nothing goes out until the operator mends it.
    ConnectionBroken,
    /// The account is blocked, restricted or unpaid.
    Account,
    /// The window is closed on the platform's side.
    Window,
    /// This person cannot be reached.
    Recipient,
    /// The person refused marketing on the platform.
    OptedOut,
    /// Not now for this person: at least a day, growing (R15).
    NotNow,
    /// A private reply that is already given, too late, or whose comment is gone.
    AlreadyAnswered,
    /// WhatsApp has no approved template of this name and language yet, or has paused it.
    Template,
    /// Our request is wrong: a template that does not fit, a bad parameter.
    Request,
}

macro_rules! hidden_debug {
    ($($name:ident)+) => {$(
        /// Names only the shape: contents and addresses are personal data.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}

hidden_debug! { CommentFields Listed WhatsAppRecipient WhatsAppContent ReplyButton ButtonAction Recipient }

impl Operation {
    /// The e-mail that this sends, if it sends one.
    pub fn mail(&self) -> Option<Cow<'_, Mail>> {
        match self {
            Self::SendEmail(mail) => Some(Cow::Borrowed(mail)),
            Self::SendAlert(alert) => Some(Cow::Owned(alert.mail())),
            _ => None,
        }
    }

    /// The word for this operation in logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::SendWhatsApp { .. } => "send-whatsapp",
            Self::SendMessage { channel: Channel::Instagram, .. } => "send-instagram",
            Self::SendMessage { .. } => "send-messenger",
            Self::ReplyToComment { .. } => "reply-to-comment",
            Self::Like { .. } => "like",
            Self::Hide { .. } => "hide",
            Self::ReadLeadAd { .. } => "read-lead-ad",
            Self::ReadComment { .. } => "read-comment",
            Self::ReadMention { .. } => "read-mention",
            Self::ReadFollow { .. } => "read-follow",
            Self::AnswerMention { .. } => "answer-mention",
            Self::FindReply { .. } => "find-reply",
            Self::FindMessage { .. } => "find-message",
            Self::List { .. } => "list",
            Self::SendEmail(_) => "send-email",
            Self::SendAlert(_) => "send-alert",
            Self::Announce(_) => "announce",
        }
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(…)", self.name())
    }
}
