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
    /// When the newest of all that is known of it was said.
    pub changed_at: Timestamp,
    /// When its stage was said, and each date and fact, those that were taken back as well.
    pub stage_at: Option<Timestamp>,
    pub said_at: BTreeMap<String, Timestamp>,
}

impl Deal {
    /// One of which nothing is known yet.
    pub fn new(id: DealId, kind: DealKind, at: Timestamp) -> Self {
        Self {
            id,
            kind,
            stage: Stage::Open,
            dates: BTreeMap::new(),
            facts: BTreeMap::new(),
            changed_at: at,
            stage_at: None,
            said_at: BTreeMap::new(),
        }
    }

    /// Takes in what was said of it at a moment. What was said later holds, whichever comes first: a sender that tries again
    /// brings what is old behind what is new. `false` where nothing of it was news.
    pub fn hear(&mut self, change: &DealChange, at: Timestamp) -> bool {
        let mut heard = false;
        if let Some(stage) = change.stage.filter(|_| self.stage_at.is_none_or(|said| said <= at)) {
            (self.stage, self.stage_at, heard) = (stage, Some(at), true);
        }
        for (name, date) in &change.dates {
            if has_room(&self.dates, name) && self.is_news(name, at) {
                heard = true;
                match date {
                    Some(date) => drop(self.dates.insert(name.clone(), *date)),
                    None => drop(self.dates.remove(name)),
                }
            }
        }
        for (name, value) in &change.facts {
            if has_room(&self.facts, name) && self.is_news(name, at) {
                heard = true;
                self.facts.insert(name.clone(), value.chars().take(fact_chars_max(value)).collect());
            }
        }
        if heard {
            self.changed_at = self.changed_at.max(at);
        }
        heard
    }

    /// Whether nothing later was said under this name. Then it is what was said last.
    fn is_news(&mut self, name: &str, at: Timestamp) -> bool {
        if self.said_at.get(name).is_some_and(|said| *said > at) {
            return false;
        }
        if self.said_at.len() < 2 * DEAL_FACTS_MAX || self.said_at.contains_key(name) {
            self.said_at.insert(name.to_owned(), at);
        }
        true
    }
}

fn has_room<T>(known: &BTreeMap<String, T>, name: &str) -> bool {
    known.len() < DEAL_FACTS_MAX || known.contains_key(name)
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
