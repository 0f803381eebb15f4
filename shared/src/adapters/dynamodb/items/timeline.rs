//! The entries of one commit.

use std::collections::BTreeMap;

use domain::timeline::{Entry, Fact, What};
use serde::{Deserialize, Serialize};

use super::format::FORMAT;
use super::moment::Moment;

/// Facts longer than this are cut when a commit's entries would not fit an item.
const FACT_CHARS_MAX: usize = 1_000;

#[derive(Debug, Serialize, Deserialize)]
pub struct TimelineItem {
    f: u32,
    e: Vec<EntryItem>,
}

#[derive(Debug, Serialize, Deserialize)]
struct EntryItem {
    t: Moment,
    w: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    d: BTreeMap<String, String>,
}

impl TimelineItem {
    pub fn of(entries: &[Entry]) -> Self {
        Self { f: FORMAT, e: entries.iter().map(|entry| entry_item(entry, usize::MAX)).collect() }
    }

    /// The same with long facts cut, so that it fits whatever somebody typed into a form.
    pub fn clipped(entries: &[Entry]) -> Self {
        Self { f: FORMAT, e: entries.iter().map(|entry| entry_item(entry, FACT_CHARS_MAX)).collect() }
    }

    pub fn read(self) -> Vec<Entry> {
        self.e.into_iter().map(EntryItem::read).collect()
    }
}

fn entry_item(entry: &Entry, chars_max: usize) -> EntryItem {
    let fact = |(fact, value): (&Fact, &String)| {
        let value =
            if value.len() <= chars_max { value.clone() } else { value.chars().take(chars_max).collect() };
        (fact.as_str().to_owned(), value)
    };
    EntryItem {
        t: entry.at.into(),
        w: entry.what.as_str().to_owned(),
        d: entry.facts.iter().map(fact).collect(),
    }
}

impl EntryItem {
    fn read(self) -> Entry {
        // Words that only a newer version knows: the kind is told as a note, a fact says nothing to this one.
        let what = What::parse(&self.w);
        let known = self.d.into_iter().filter_map(|(fact, value)| Some((Fact::parse(&fact)?, value)));
        let entry = Entry { at: self.t.into(), what: what.unwrap_or(What::Note), facts: known.collect() };
        if what.is_none() { entry.with(Fact::Text, self.w) } else { entry }
    }
}
