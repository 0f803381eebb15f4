//! What people, platforms and the operator do.

use std::fmt;

use shared::domain::channel::{Channel, Network};

/// A person by their place in the plan.
pub type Who = usize;

#[derive(Clone, Debug)]
pub struct Act {
    /// Milliseconds after the start.
    pub after: i64,
    pub what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    Chat,
    /// A word of refusal.
    Refusal,
    /// The opt-out button.
    RefusalPressed,
    /// The consent button.
    Agreed,
    /// Another button.
    Pressed,
    Picture,
    /// A reaction says nothing, and opens the window.
    Reaction,
}

impl Words {
    pub fn refuses(self) -> bool {
        matches!(self, Self::Refusal | Self::RefusalPressed)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Form {
        who: Who,
        business: usize,
        ticked: bool,
        /// Sent twice within a second, without a key of the sender's.
        doubled: bool,
        /// The e-mail address of this person, typed along with one's own number.
        email_of: Option<Who>,
    },
    LeadAd {
        who: Who,
        business: usize,
        id: u64,
    },
    Call {
        who: Who,
        business: usize,
        missed: bool,
    },
    Comment {
        who: Who,
        business: usize,
        network: Network,
        id: u64,
        /// The platform says who it was.
        author_told: bool,
        is_reply: bool,
        is_live: bool,
    },
    CommentEdited {
        business: usize,
        id: u64,
    },
    CommentRemoved {
        business: usize,
        id: u64,
    },
    CommentHidden {
        business: usize,
        id: u64,
    },
    /// The business's own comment: answering it would never end.
    OwnComment {
        business: usize,
        network: Network,
        id: u64,
    },
    Write {
        who: Who,
        business: usize,
        channel: Channel,
        words: Words,
        id: u64,
        /// On WhatsApp: by which of their names the platform tells the person.
        told_by: ToldBy,
    },
    /// A meeting, or its end: in a calendar that knows the person by their number.
    Book {
        who: Who,
        business: usize,
        id: u64,
        cancels: bool,
    },
    /// The business's own system says something of a trip of theirs.
    Trip {
        who: Who,
        business: usize,
        id: u64,
        news: TripNews,
    },
    /// The person stops e-mails, by the button of the newest one.
    Unsubscribe {
        who: Who,
        business: usize,
    },
    /// SES tells that a mail came back, or that its reader complained of it. Nobody plans it.
    MailStopped {
        who: Who,
        business: usize,
        complained: bool,
    },
    /// The operator wants a message to go to the person in two hours.
    Schedule {
        who: Who,
        business: usize,
    },
    /// The operator writes to everybody.
    Broadcast {
        business: usize,
        id: u64,
    },
    /// The person follows the link of the newest message that has one.
    Click {
        who: Who,
        business: usize,
    },
    /// Somebody of the business says that the person answered by e-mail.
    ToldReply {
        who: Who,
        business: usize,
    },
    /// Somebody of the business answered by hand.
    AnsweredByHand {
        who: Who,
        business: usize,
        channel: Channel,
        id: u64,
    },
    /// Another app holds the thread.
    Standby {
        who: Who,
        business: usize,
        id: u64,
    },
    MarketingSwitch {
        who: Who,
        business: usize,
        stop: bool,
    },
    Mention {
        who: Who,
        business: usize,
        network: Network,
        id: u64,
        author_told: bool,
    },
    StoryMention {
        who: Who,
        business: usize,
        id: u64,
    },
    NewUserId {
        who: Who,
        business: usize,
        id: u64,
    },
    /// `moves`: who is on a journey goes over to its new steps.
    Publish {
        business: usize,
        version: usize,
        moves: bool,
    },
    Redrive {
        business: usize,
    },
    Erase {
        who: Who,
        business: usize,
    },
    /// A row that nobody can read appears in the person's inbox.
    Poison {
        who: Who,
        business: usize,
        id: u64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TripNews {
    /// In so many days they leave.
    Won {
        days: i64,
    },
    /// Now it is in so many.
    Moved {
        days: i64,
    },
    /// Their tickets are there.
    Tickets,
    Lost,
}

/// WhatsApp users may come with their number, with a business-scoped id, or with both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToldBy {
    Number,
    UserId,
    Both,
}

impl What {
    pub const KINDS: [&str; 39] = [
        "form",
        "form doubled",
        "form with another's e-mail",
        "lead ad",
        "call missed",
        "call ended",
        "facebook comment",
        "instagram comment",
        "live comment",
        "comment edited",
        "comment removed",
        "comment hidden",
        "own comment",
        "message",
        "refusal",
        "consent",
        "reaction",
        "booking",
        "booking cancelled",
        "trip won",
        "trip moved",
        "tickets there",
        "trip lost",
        "unsubscribe",
        "mail came back",
        "mail complained of",
        "scheduled message",
        "broadcast",
        "click",
        "reply told",
        "answered by hand",
        "standby",
        "marketing switch",
        "tag",
        "story tag",
        "new user id",
        "publish",
        "redrive",
        "erase",
    ];

    /// The word under which occurrences are counted.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Form { email_of: Some(_), .. } => "form with another's e-mail",
            Self::Form { doubled: true, .. } => "form doubled",
            Self::Form { .. } => "form",
            Self::LeadAd { .. } => "lead ad",
            Self::Call { missed: true, .. } => "call missed",
            Self::Call { .. } => "call ended",
            Self::Comment { is_live: true, .. } => "live comment",
            Self::Comment { network: Network::Facebook, .. } => "facebook comment",
            Self::Comment { .. } => "instagram comment",
            Self::CommentEdited { .. } => "comment edited",
            Self::CommentRemoved { .. } => "comment removed",
            Self::CommentHidden { .. } => "comment hidden",
            Self::OwnComment { .. } => "own comment",
            Self::Write { words, .. } if words.refuses() => "refusal",
            Self::Write { words: Words::Agreed, .. } => "consent",
            Self::Write { words: Words::Reaction, .. } => "reaction",
            Self::Write { .. } => "message",
            Self::Book { cancels: true, .. } => "booking cancelled",
            Self::Book { .. } => "booking",
            Self::Trip { news: TripNews::Won { .. }, .. } => "trip won",
            Self::Trip { news: TripNews::Moved { .. }, .. } => "trip moved",
            Self::Trip { news: TripNews::Tickets, .. } => "tickets there",
            Self::Trip { news: TripNews::Lost, .. } => "trip lost",
            Self::Unsubscribe { .. } => "unsubscribe",
            Self::MailStopped { complained: false, .. } => "mail came back",
            Self::MailStopped { .. } => "mail complained of",
            Self::Schedule { .. } => "scheduled message",
            Self::Broadcast { .. } => "broadcast",
            Self::Click { .. } => "click",
            Self::ToldReply { .. } => "reply told",
            Self::AnsweredByHand { .. } => "answered by hand",
            Self::Standby { .. } => "standby",
            Self::MarketingSwitch { .. } => "marketing switch",
            Self::Mention { .. } => "tag",
            Self::StoryMention { .. } => "story tag",
            Self::NewUserId { .. } => "new user id",
            Self::Publish { moves: true, .. } => "publish and move",
            Self::Publish { .. } => "publish",
            Self::Redrive { .. } => "redrive",
            Self::Erase { .. } => "erase",
            Self::Poison { .. } => "poison row",
        }
    }

    pub fn business(&self) -> usize {
        match self {
            Self::Form { business, .. }
            | Self::LeadAd { business, .. }
            | Self::Call { business, .. }
            | Self::Comment { business, .. }
            | Self::CommentEdited { business, .. }
            | Self::CommentRemoved { business, .. }
            | Self::CommentHidden { business, .. }
            | Self::OwnComment { business, .. }
            | Self::Write { business, .. }
            | Self::Book { business, .. }
            | Self::Trip { business, .. }
            | Self::Unsubscribe { business, .. }
            | Self::MailStopped { business, .. }
            | Self::Schedule { business, .. }
            | Self::Broadcast { business, .. }
            | Self::Click { business, .. }
            | Self::ToldReply { business, .. }
            | Self::AnsweredByHand { business, .. }
            | Self::Standby { business, .. }
            | Self::MarketingSwitch { business, .. }
            | Self::Mention { business, .. }
            | Self::StoryMention { business, .. }
            | Self::NewUserId { business, .. }
            | Self::Publish { business, .. }
            | Self::Redrive { business }
            | Self::Erase { business, .. }
            | Self::Poison { business, .. } => *business,
        }
    }

    /// The person who did it, or whom it concerns.
    pub fn who(&self) -> Option<Who> {
        match self {
            Self::Form { who, .. }
            | Self::LeadAd { who, .. }
            | Self::Call { who, .. }
            | Self::Comment { who, .. }
            | Self::Write { who, .. }
            | Self::Book { who, .. }
            | Self::Trip { who, .. }
            | Self::Unsubscribe { who, .. }
            | Self::MailStopped { who, .. }
            | Self::Schedule { who, .. }
            | Self::Click { who, .. }
            | Self::ToldReply { who, .. }
            | Self::AnsweredByHand { who, .. }
            | Self::Standby { who, .. }
            | Self::MarketingSwitch { who, .. }
            | Self::Mention { who, .. }
            | Self::StoryMention { who, .. }
            | Self::NewUserId { who, .. }
            | Self::Erase { who, .. }
            | Self::Poison { who, .. } => Some(*who),
            Self::CommentEdited { .. }
            | Self::CommentRemoved { .. }
            | Self::CommentHidden { .. }
            | Self::OwnComment { .. }
            | Self::Broadcast { .. }
            | Self::Publish { .. }
            | Self::Redrive { .. } => None,
        }
    }

    /// Whether the person was captured by it: a form or a lead ad.
    pub fn captures(&self) -> bool {
        matches!(self, Self::Form { .. } | Self::LeadAd { .. })
    }

    /// Whether it stops a journey that stops when the person replies.
    pub fn replies(&self) -> bool {
        matches!(self, Self::Write { .. } | Self::StoryMention { .. } | Self::ToldReply { .. })
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self:?}", self.kind())
    }
}
