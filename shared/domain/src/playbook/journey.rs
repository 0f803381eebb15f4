//! A journey: what starts and stops it, and its steps in time.

use jiff::SignedDuration;
use jiff::civil;

use crate::ids::{DealKind, JourneyName, MessageName};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey {
    pub name: JourneyName,
    pub starts: Vec<Trigger>,
    pub stops: Vec<Trigger>,
    /// A start within this time of the last one is the same occasion: three missed calls, one message.
    pub not_again_within: Option<SignedDuration>,
    pub steps: Vec<Step>,
}

impl Journey {
    /// The kind of deal on whose dates the steps hang. Each deal of that kind has a run of its own.
    pub fn deal_kind(&self) -> Option<&DealKind> {
        self.steps.iter().find_map(|step| Some(&step.delay.date()?.kind))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub action: StepAction,
    pub delay: Delay,
    /// The civil time of the business's zone at which the step goes out, on its day.
    pub at: Option<civil::Time>,
    /// How late it may still go.
    pub within: SignedDuration,
    /// Whether quiet hours hold it.
    pub ignores_quiet_hours: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepAction {
    Send(MessageName),
    Tag(String),
}

impl StepAction {
    pub fn message(&self) -> Option<&MessageName> {
        match self {
            Self::Send(message) => Some(message),
            Self::Tag(_) => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delay {
    /// Counted from the journey's start.
    After(Wait),
    /// Counted from the step before.
    ThenAfter(Wait),
    /// Counted back from a date of the run's deal.
    Before(DealDate, Wait),
    /// Counted from a date of the run's deal.
    Since(DealDate, Wait),
}

/// A date of a kind of deal: `trip.departs_at`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealDate {
    pub kind: DealKind,
    pub date: String,
}

impl Delay {
    /// The date on which it hangs, if it hangs on one.
    pub fn date(&self) -> Option<&DealDate> {
        match self {
            Self::After(_) | Self::ThenAfter(_) => None,
            Self::Before(date, _) | Self::Since(date, _) => Some(date),
        }
    }
}

/// A span as a marketer writes it. With a civil time, days and weeks are civil; without, they are 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    pub amount: u32,
    pub unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Minutes,
    Hours,
    Days,
    Weeks,
}

impl Wait {
    pub const NONE: Self = Self { amount: 0, unit: Unit::Minutes };

    pub fn duration(self) -> SignedDuration {
        let minutes: i64 = match self.unit {
            Unit::Minutes => 1,
            Unit::Hours => 60,
            Unit::Days => 24 * 60,
            Unit::Weeks => 7 * 24 * 60,
        };
        SignedDuration::from_mins(minutes * i64::from(self.amount))
    }

    /// Whole civil days, for the units that have them.
    pub fn days(self) -> Option<i64> {
        match self.unit {
            Unit::Days => Some(i64::from(self.amount)),
            Unit::Weeks => Some(7 * i64::from(self.amount)),
            Unit::Minutes | Unit::Hours => None,
        }
    }
}

macro_rules! triggers {
    ($($(#[$doc:meta])* $variant:ident = $word:literal,)+) => {
        /// What starts or stops a journey.
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
    /// Somebody left their details in a form or a lead ad.
    LeadCaptured = "lead.captured",
    /// Somebody wrote, pressed a button, or reacted.
    LeadReplied = "lead.replied",
    LeadOptedOut = "lead.opted-out",
    ConsentGiven = "consent.given",
    CallMissed = "call.missed",
    CallEnded = "call.ended",
    CommentMade = "comment.made",
    /// The business's own system opened a deal, or won or lost it.
    DealOpened = "deal.opened",
    DealWon = "deal.won",
    DealLost = "deal.lost",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_as_long_as_the_marketer_reads_it() {
        let cases = [
            (Unit::Minutes, 30, None),
            (Unit::Hours, 120, None),
            (Unit::Days, 2_880, Some(2)),
            (Unit::Weeks, 20_160, Some(14)),
        ];
        for (unit, minutes, days) in cases {
            let wait = Wait { amount: if unit == Unit::Minutes { 30 } else { 2 }, unit };
            assert_eq!(
                (wait.duration(), wait.days()),
                (SignedDuration::from_mins(minutes), days),
                "{unit:?}"
            );
        }
        assert_eq!(Wait::NONE.duration(), SignedDuration::ZERO);
    }
}
