//! The wake index as DynamoDB keeps it: apart from the table, and behind it by some operations.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use shared::application::ports::{DuePage, DueQuery, InboxId, InboxRowId, wake_shard};
use shared::domain::hint::Hint;
use shared::domain::ids::{BusinessId, LeadId};
use shared::domain::lead::Wake;
use shared::domain::work::Class;

use super::timers::{Millis, SECOND, timestamp};

/// What an item of the table shows in the index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    Lead(BusinessId, LeadId),
    Row(InboxRowId),
}

/// Where an item stands in the index: its shard, its moment, and what it hints at.
type Place = (Class, u32, Millis, Hint);

/// What one shard shows, in the order in which it is asked for.
type Shard = BTreeSet<(Millis, Hint, Item)>;

/// An item shows something else, or nothing.
type Change = (Item, Option<(Millis, Hint)>);

/// No lag is longer than this, however few operations there are.
const LAG_MAX: Millis = 5 * SECOND;

#[derive(Clone, Debug, Default)]
pub struct WakeIndex {
    /// What the index shows.
    shown: BTreeMap<(Class, u32), Shard>,
    places: BTreeMap<Item, Place>,
    /// The same by moment alone.
    moments: BTreeSet<(Millis, Item)>,
    /// What it will show, from which operation or moment on.
    coming: VecDeque<(u64, Millis, Change)>,
    operations: u64,
    /// By how many operations it may lag.
    lag: u64,
}

impl WakeIndex {
    pub fn with_lag(lag: u64) -> Self {
        Self { lag, ..Self::default() }
    }

    pub fn lead(&mut self, business: &BusinessId, lead: LeadId, wake: Option<Wake>, now: Millis) {
        let hint = |class| Hint::Lead { business: business.clone(), lead, class };
        // The index keeps whole milliseconds.
        let shown = wake.map(|wake| (wake.at.as_millisecond(), hint(wake.class)));
        self.change((Item::Lead(business.clone(), lead), shown), now);
    }

    pub fn row(&mut self, row: &InboxRowId, received_at: Option<Millis>, now: Millis) {
        let shown = received_at.zip(row.responder()).map(|(at, responder)| {
            let (business, identity) = (row.at.business.clone(), row.at.identity.clone());
            (at, Hint::Inbox { business, identity, responder })
        });
        self.change((Item::Row(row.clone()), shown), now);
    }

    /// The rows of an inbox whose events happened up to a moment are gone.
    pub fn forget_rows(&mut self, at: &InboxId, up_to: Millis, now: Millis) {
        let ours = |item: &Item| match item {
            Item::Row(row) if row.at == *at => {
                let occurred = row.sort.split_once('#').and_then(|(occurred, _)| occurred.parse().ok());
                occurred.is_some_and(|occurred: Millis| occurred <= up_to)
            }
            _ => false,
        };
        let coming = self.coming.iter().map(|(_, _, (item, _))| item);
        let gone: BTreeSet<Item> =
            self.places.keys().chain(coming).filter(|item| ours(item)).cloned().collect();
        gone.into_iter().for_each(|item| self.change((item, None), now));
    }

    fn change(&mut self, change: Change, now: Millis) {
        let until = self.operations + self.lag;
        self.coming.push_back((until, now + LAG_MAX, change));
        self.catch_up(now);
    }

    /// An operation went by.
    pub fn pass(&mut self, now: Millis) {
        self.operations += 1;
        self.catch_up(now);
    }

    fn catch_up(&mut self, now: Millis) {
        while let Some((_, _, change)) =
            self.coming.pop_front_if(|(operation, at, _)| *operation <= self.operations || *at <= now)
        {
            self.show(change);
        }
    }

    fn show(&mut self, (item, shown): Change) {
        if let Some((class, shard, at, hint)) = self.places.remove(&item) {
            self.moments.remove(&(at, item.clone()));
            if let Some(shown) = self.shown.get_mut(&(class, shard)) {
                shown.remove(&(at, hint, item.clone()));
            }
        }
        let Some((at, hint)) = shown else { return };
        let shard = match &item {
            Item::Lead(_, lead) => wake_shard(&lead.to_string()),
            Item::Row(row) => wake_shard(row.at.identity.as_str()),
        };
        let class = hint.class();
        self.places.insert(item.clone(), (class, shard, at, hint.clone()));
        self.moments.insert((at, item.clone()));
        self.shown.entry((class, shard)).or_default().insert((at, hint, item));
    }

    /// The earliest moment that it shows or will show.
    pub fn first(&self) -> Option<Millis> {
        let shown = self.moments.first().map(|(at, _)| *at);
        let coming = self.coming.iter().filter_map(|(_, _, (_, shown))| Some(shown.as_ref()?.0));
        shown.into_iter().chain(coming).min()
    }

    /// How many rows of inboxes it shows or will show.
    pub fn rows(&self) -> usize {
        let mut rows: BTreeSet<&Item> = self.places.keys().collect();
        for (_, _, (item, shown)) in &self.coming {
            if shown.is_some() {
                rows.insert(item)
            } else {
                rows.remove(item)
            };
        }
        rows.into_iter().filter(|item| matches!(item, Item::Row(_))).count()
    }

    pub fn due(&self, query: &DueQuery) -> DuePage {
        let until = query.until.as_millisecond();
        let after: Option<(Millis, usize)> = query.after.as_ref().and_then(|after| {
            let (at, skip) = after.split_once('#')?;
            Some((at.parse().ok()?, skip.parse().ok()?))
        });
        let shard = self.shown.get(&(query.class, query.shard));
        let all = shard.into_iter().flatten().take_while(|(at, _, _)| *at <= until);
        // The place of a page: the moment of its last row, and how many rows of that moment it had.
        let mut due = Vec::new();
        let mut of_moment = (Millis::MIN, 0);
        let mut next = None;
        for (at, hint, _) in all {
            of_moment = if of_moment.0 == *at { (*at, of_moment.1 + 1) } else { (*at, 1) };
            if after.is_some_and(|after| of_moment <= after) {
                continue;
            }
            if due.len() == query.limit {
                next = due.last().map(|(_, place): &(_, (Millis, usize))| format!("{}#{}", place.0, place.1));
                break;
            }
            due.push(((timestamp(*at), hint.clone()), of_moment));
        }
        DuePage { due: due.into_iter().map(|(row, _)| row).collect(), next }
    }
}
