//! What a connection reads again.

use domain::catch_up::{CatchUp, Readable, Reading};
use domain::ids::{FormId, PostId};
use serde::{Deserialize, Serialize};

use super::moment::Moment;
use super::words::is_default;

#[derive(Debug, Serialize, Deserialize)]
pub struct CatchUpItem {
    /// Since when; when it started, goes on, and ended.
    s: Moment,
    t: Moment,
    n: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    e: Option<Moment>,
    /// Seen and found.
    #[serde(default, skip_serializing_if = "is_default")]
    v: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    f: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    w: Vec<ReadingItem>,
    /// The last trouble.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    r: Option<String>,
}

/// What, of which, and after what.
#[derive(Debug, Serialize, Deserialize)]
struct ReadingItem(char, String, Option<String>);

impl From<&Reading> for ReadingItem {
    fn from(reading: &Reading) -> Self {
        let (letter, of) = match &reading.what {
            Readable::Posts => ('p', String::new()),
            Readable::Comments(post) => ('c', post.to_string()),
            Readable::Forms => ('f', String::new()),
            Readable::Leads(form) => ('l', form.to_string()),
        };
        Self(letter, of, reading.after.clone())
    }
}

impl ReadingItem {
    /// What is not known any more is not read.
    fn read(self) -> Option<Reading> {
        let Self(letter, of, after) = self;
        let what = match letter {
            'p' => Readable::Posts,
            'c' => Readable::Comments(PostId::new(of)),
            'f' => Readable::Forms,
            'l' => Readable::Leads(FormId::new(of)),
            _ => return None,
        };
        Some(Reading { what, after })
    }
}

impl From<&CatchUp> for CatchUpItem {
    fn from(catch_up: &CatchUp) -> Self {
        Self {
            s: catch_up.since.into(),
            t: catch_up.started_at.into(),
            n: catch_up.next_at.into(),
            e: catch_up.ended_at.map(Moment),
            v: catch_up.seen,
            f: catch_up.found,
            w: catch_up.wanted.iter().map(Into::into).collect(),
            r: catch_up.trouble.clone(),
        }
    }
}

impl From<CatchUpItem> for CatchUp {
    fn from(item: CatchUpItem) -> Self {
        Self {
            since: item.s.into(),
            started_at: item.t.into(),
            wanted: item.w.into_iter().filter_map(ReadingItem::read).collect(),
            next_at: item.n.into(),
            seen: item.v,
            found: item.f,
            ended_at: item.e.map(Into::into),
            trouble: item.r,
        }
    }
}
