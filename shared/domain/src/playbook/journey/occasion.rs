//! What starts, stops and carries on a journey.

use crate::ids::DealId;

macro_rules! triggers {
    ($($(#[$doc:meta])* $variant:ident = $word:literal,)+) => {
        /// A kind of thing that journeys wait for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Trigger { $($(#[$doc])* $variant,)+ }

        impl Trigger {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|trigger| trigger.as_str() == text)
            }
        }
    };
}

triggers! {
    /// Somebody left their details in a form or a lead ad. Of a form, by its name.
    LeadCaptured = "lead.captured",
    /// Somebody wrote, pressed a button, or reacted. Of a button, by what it says back.
    LeadReplied = "lead.replied",
    LeadOptedOut = "lead.opted-out",
    ConsentGiven = "consent.given",
    CallMissed = "call.missed",
    CallEnded = "call.ended",
    /// Of a network.
    CommentMade = "comment.made",
    /// Somebody gave their phone number because a campaign asked for it. Of a campaign.
    PhoneGiven = "phone.given",
    /// They confirmed it on WhatsApp, from the number itself.
    PhoneConfirmed = "phone.confirmed",
    /// The draw of a raffle drew the person's number. Of a campaign.
    RaffleWon = "raffle.won",
    /// The business's own system opened a deal, or won or lost it. Of a kind of deal.
    DealOpened = "deal.opened",
    DealWon = "deal.won",
    DealLost = "deal.lost",
    /// Somebody booked an appointment.
    BookingMade = "booking.made",
    /// The same appointment, at another time.
    BookingMoved = "booking.moved",
    BookingCancelled = "booking.cancelled",
    /// They followed a link that tells of it.
    LinkClicked = "link.clicked",
    TagAdded = "tag.added",
    /// An answer to a form is another one than before. Of a field.
    FieldChanged = "field.changed",
    SegmentEntered = "segment.entered",
    SegmentLeft = "segment.left",
}

impl Trigger {
    /// Whether somebody did it who waits for what comes of it. What follows from it at once is an answer; what follows
    /// from the others keeps to the clock.
    pub fn is_an_act(self) -> bool {
        match self {
            Self::LeadCaptured
            | Self::LeadReplied
            | Self::LeadOptedOut
            | Self::ConsentGiven
            | Self::CallMissed
            | Self::CallEnded
            | Self::CommentMade
            | Self::PhoneGiven
            | Self::PhoneConfirmed
            | Self::DealOpened
            | Self::DealWon
            | Self::DealLost
            | Self::BookingMade
            | Self::BookingMoved
            | Self::BookingCancelled
            | Self::LinkClicked => true,
            Self::RaffleWon
            | Self::TagAdded
            | Self::FieldChanged
            | Self::SegmentEntered
            | Self::SegmentLeft => false,
        }
    }

    /// What one of them can be told from another by, if it can be.
    pub fn told_apart_by(self) -> Option<&'static str> {
        match self {
            Self::LeadCaptured => Some("a form"),
            Self::LeadReplied => Some("a button's answer"),
            Self::CommentMade => Some("a network"),
            Self::PhoneGiven | Self::RaffleWon => Some("a campaign"),
            Self::DealOpened | Self::DealWon | Self::DealLost => Some("a kind of deal"),
            Self::TagAdded => Some("a tag"),
            Self::LinkClicked => Some("a tracked link"),
            Self::FieldChanged => Some("a field"),
            Self::SegmentEntered | Self::SegmentLeft => Some("a segment"),
            Self::LeadOptedOut
            | Self::ConsentGiven
            | Self::CallMissed
            | Self::CallEnded
            | Self::PhoneConfirmed
            | Self::BookingMade
            | Self::BookingMoved
            | Self::BookingCancelled => None,
        }
    }
}

/// What a journey waits for: `call.missed`, or `tag.added: vip`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occasion {
    pub trigger: Trigger,
    /// Only of this form, tag, field …; without it, any.
    pub of: Option<String>,
}

impl Occasion {
    pub fn any(trigger: Trigger) -> Self {
        Self { trigger, of: None }
    }

    pub fn is(&self, happened: &Happened<'_>) -> bool {
        self.trigger == happened.trigger && (self.of.is_none() || self.of.as_deref() == happened.of)
    }
}

/// Something that happened, as journeys see it.
#[derive(Clone, Copy, Debug)]
pub struct Happened<'a> {
    pub trigger: Trigger,
    pub of: Option<&'a str>,
    /// It is about this deal, and about no other.
    pub deal: Option<&'a DealId>,
    /// Who of the business it concerns, as the call's sender names them.
    pub by: Option<&'a str>,
    /// People of the business say so: they need not hear of it.
    pub is_told_by_us: bool,
    /// The key of the event, so that told twice it starts one run.
    pub event: &'a str,
}

impl<'a> Happened<'a> {
    pub fn new(trigger: Trigger, event: &'a str) -> Self {
        Self { trigger, of: None, deal: None, by: None, is_told_by_us: false, event }
    }

    pub fn of(self, of: Option<&'a str>) -> Self {
        Self { of, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_occasion_is_of_what_it_names_or_of_anything() {
        let happened = Happened::new(Trigger::TagAdded, "1").of(Some("vip"));
        let of = |of: Option<&str>| Occasion { trigger: Trigger::TagAdded, of: of.map(str::to_owned) };
        assert!(of(None).is(&happened) && of(Some("vip")).is(&happened));
        assert!(!of(Some("list")).is(&happened));
        assert!(!Occasion::any(Trigger::CallMissed).is(&happened));
        for trigger in Trigger::ALL {
            assert_eq!(Trigger::parse(trigger.as_str()), Some(*trigger));
        }
    }
}
