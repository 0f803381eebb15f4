//! Something that a lead buys or thinks of buying: a trip, a policy, a table. Dates belong to it, and a lead may have
//! several.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::event::Details;
use crate::ids::{DealId, DealKind};

/// The kind of deal that an appointment is. Every playbook has it.
pub const BOOKING: &str = "booking";
/// The dates of an appointment.
pub const BOOKING_DATES: [&str; 2] = ["starts_at", "ends_at"];
/// What else is known of one.
pub const BOOKING_FACTS: [&str; 2] = ["what", "where"];

/// How many deals one lead's record keeps; of those on which no journey hangs the oldest goes first. With the other limits
/// it keeps the record far below what a table takes.
pub const DEALS_MAX: usize = 8;
/// How many dates and how many facts one deal has.
pub const DEAL_FACTS_MAX: usize = 16;

/// How long a fact is at most. An address that is cut leads nowhere, and signed ones are long.
pub fn fact_chars_max(fact: &str) -> usize {
    if fact.starts_with("https://") { 500 } else { 100 }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deal {
    /// As the business's own system calls it.
    pub id: DealId,
    /// One of the playbook's kinds.
    pub kind: DealKind,
    pub stage: Stage,
    /// When things happen: `departs_at`.
    pub dates: BTreeMap<String, Timestamp>,
    /// What else is known: `destination`.
    pub facts: BTreeMap<String, String>,
    pub changed_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Open,
    Won,
    Lost,
}

impl Stage {
    pub const ALL: [Self; 3] = [Self::Open, Self::Won, Self::Lost];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text)
    }
}

/// What a business's system says of a deal. What it does not say stays as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealChange {
    pub id: DealId,
    pub kind: DealKind,
    pub stage: Option<Stage>,
    /// A date without a moment is taken back.
    pub dates: BTreeMap<String, Option<Timestamp>>,
    pub facts: BTreeMap<String, String>,
    /// It goes on under this id: an appointment that was moved is booked anew.
    pub replaces: Option<DealId>,
    /// What is said of the person.
    pub details: Details,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_read_back_as_it_was_written() {
        for stage in Stage::ALL {
            assert_eq!(Stage::parse(stage.as_str()), Some(stage));
        }
        assert_eq!(Stage::parse("closed"), None);
    }
}
