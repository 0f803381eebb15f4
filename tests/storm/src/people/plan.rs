//! The plan of a storm: who there is, what they do and when, and what weather there will be.

use std::collections::BTreeMap;

use jiff::Timestamp;
use shared::domain::channel::{Channel, Network};

use super::acts::{Act, ToldBy, TripNews, What, Who, Words};
use super::businesses::{BUSINESSES, TRAVELS, VERSIONS};
use crate::chance::Chance;
use crate::world::timers::{DAY, HOUR, MINUTE, Millis, SECOND};
use crate::world::weather::{Fault, Rates};

/// A person, with the names by which forms and platforms know them.
#[derive(Clone, Debug)]
pub struct Person {
    /// What stands behind the country code.
    pub national: String,
    pub phone: String,
    pub email: String,
    pub first_name: String,
    /// The person writes, presses and reacts. The others only leave details, call and comment.
    pub talks: bool,
    pub line: Line,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    Mobile,
    /// No WhatsApp there (R27).
    Landline,
    /// Marketing templates to +1 are blocked (R12).
    American,
}

impl Person {
    pub fn digits(&self) -> &str {
        self.phone.trim_start_matches('+')
    }

    /// A person is known to each Page under another id.
    pub fn psid(who: Who, business: usize) -> String {
        format!("5{business}00{who:04}")
    }

    pub fn igsid(who: Who, business: usize) -> String {
        format!("6{business}00{who:04}")
    }

    /// `generation`: it changes when the person changes their number.
    pub fn user_id(who: Who, business: usize, generation: u32) -> String {
        format!("IL.7{business}{generation}0{who:04}")
    }
}

/// What kind of seed this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No faults but what every queue and every platform does on a good day.
    Calm,
    /// Some kinds of fault, until the weather clears.
    Stormy,
    /// Nothing that depends on deadlines, nights, races or grants: played with a queue and without.
    Even,
}

#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    pub kind: Kind,
    pub start: Millis,
    pub people: Vec<Person>,
    pub acts: Vec<Act>,
    pub rates: Rates,
    /// When the weather clears.
    pub clears_at: Millis,
    /// From, to: the ticks that do not come.
    pub ticks_missed: Option<(Millis, Millis)>,
    /// When the table is restored, to which moment, and when the operator releases it.
    pub restore: Option<(Millis, Millis, Millis)>,
    /// When the history ends.
    pub end: Millis,
    pub index_lag: u64,
}

/// What people, platforms and the operator do of their own accord in a seed. The signs of what left come on top.
pub const ACTS: usize = 156;

impl Plan {
    pub fn of(seed: u64) -> Self {
        let mut chance = Chance::of(seed, 1);
        let kind = match chance.below(10) {
            0 | 1 => Kind::Calm,
            2 => Kind::Even,
            _ => Kind::Stormy,
        };
        Self::of_kind(seed, kind)
    }

    pub fn of_kind(seed: u64, kind: Kind) -> Self {
        let mut chance = Chance::of(seed, 2);
        let first: Timestamp = "2026-11-30T07:00:00Z".parse().unwrap_or(Timestamp::UNIX_EPOCH);
        // Any hour of a year and a half: nights, and both changes of summer time.
        let start = first.as_millisecond() + chance.between(0, 500) * DAY + chance.between(0, DAY);
        let people = people(&mut chance);
        let span = match kind {
            Kind::Even => 30 * DAY,
            _ => chance.pick(&[2 * HOUR, DAY, 4 * DAY, 12 * DAY, 25 * DAY]),
        };
        let mut acts = Acts {
            chance: chance.clone(),
            kind,
            people: &people,
            number: 0,
            comments: Vec::new(),
            booked: Vec::new(),
            trips: Vec::new(),
        };
        let acts = acts.all(span);
        let rates = if kind == Kind::Stormy { rates(&mut chance) } else { Rates::new() };
        let mut acts = acts;
        if rates.contains_key(&Fault::PoisonRow) {
            for number in 0..chance.between(1, 5) as u64 {
                let (who, business) = (chance.index(people.len()), chance.index(BUSINESSES));
                let what = What::Poison { who, business, id: 90_000 + number };
                acts.push(Act { after: chance.between(0, span), what });
            }
            acts.sort_by_key(|act| act.after);
        }
        let clears_at = start + span + chance.between(0, 2 * HOUR);
        let has = |fault| rates.contains_key(&fault);
        let ticks_missed = has(Fault::TicksMissed).then(|| {
            let from = start + chance.between(0, span);
            let length = chance.pick(&[5 * MINUTE, 40 * MINUTE, 3 * HOUR, 7 * HOUR, 11 * HOUR]);
            (from, from + length)
        });
        let restore = has(Fault::Restore).then(|| {
            let to = start + chance.between(0, span);
            let at = to + chance.between(MINUTE, 20 * HOUR);
            (at, to, at + chance.between(10 * MINUTE, 5 * HOUR))
        });
        let last = [Some(clears_at), ticks_missed.map(|(_, to)| to), restore.map(|(_, _, at)| at)];
        let clears_at = last.into_iter().flatten().max().unwrap_or(clears_at);
        let index_lag = if has(Fault::IndexLags) { chance.below(120) } else { 0 };
        let end = clears_at + 18 * DAY;
        Self { seed, kind, start, people, acts, rates, clears_at, ticks_missed, restore, end, index_lag }
    }

    pub fn has(&self, fault: Fault) -> bool {
        self.rates.contains_key(&fault)
    }
}

fn people(chance: &mut Chance) -> Vec<Person> {
    let count = chance.between(4, 16);
    (0..count)
        .map(|who| {
            let line = match chance.below(20) {
                0 => Line::Landline,
                1 => Line::American,
                _ => Line::Mobile,
            };
            let national = match line {
                Line::Mobile => format!("54{who:03}{:04}", chance.below(10_000)),
                Line::Landline => format!("3{who:03}{:04}", chance.below(10_000)),
                Line::American => format!("650{who:03}{:04}", chance.below(10_000)),
            };
            let phone = match line {
                Line::American => format!("+1{national}"),
                Line::Mobile | Line::Landline => format!("+972{national}"),
            };
            Person {
                phone,
                national,
                email: format!("person.{who}@example.com"),
                first_name: format!("אדם{who}"),
                talks: chance.one_in(2),
                line,
            }
        })
        .collect()
}

/// Some kinds of fault, each as often as chance says.
fn rates(chance: &mut Chance) -> Rates {
    let mut rates = Rates::new();
    for fault in Fault::ALL {
        let share = match fault {
            Fault::QueueDropsAll | Fault::Restore | Fault::TicksMissed => 6,
            Fault::PoisonRow => 4,
            _ => 2,
        };
        if chance.one_in(share) {
            let rate =
                if chance.one_in(3) { fault.most() } else { 1 + chance.below(fault.most().into()) as u32 };
            rates.insert(*fault, rate);
        }
    }
    rates
}

struct Acts<'a> {
    chance: Chance,
    kind: Kind,
    people: &'a [Person],
    number: u64,
    comments: Vec<(usize, u64, Millis)>,
    booked: Vec<(Who, usize, u64)>,
    trips: Vec<(Who, u64)>,
}

impl Acts<'_> {
    fn all(&mut self, span: Millis) -> Vec<Act> {
        let mut acts: Vec<Act> = Vec::with_capacity(ACTS + 40);
        for index in 0..ACTS {
            let after = match self.kind {
                // Far enough from each other that nothing races.
                Kind::Even => span / ACTS as Millis * index as Millis,
                _ if self.chance.one_in(4) && index > 0 => {
                    // Things come in bursts.
                    acts[self.chance.index(acts.len())].after + self.chance.between(0, 90 * SECOND)
                }
                _ => self.chance.between(0, span),
            };
            let what = self.what(after);
            acts.push(Act { after, what });
        }
        acts.sort_by_key(|act| act.after);
        acts
    }

    fn id(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    fn what(&mut self, after: Millis) -> What {
        let even = self.kind == Kind::Even;
        let business = if even { 2 } else { self.chance.index(BUSINESSES) };
        let who = self.chance.index(self.people.len());
        let talks = self.people[who].talks;
        match self.chance.below(100) {
            0..=13 => What::Form {
                who,
                business,
                ticked: self.chance.one_in(2),
                doubled: self.chance.one_in(4),
                email_of: None,
            },
            14..=15 => What::Form {
                who,
                business,
                ticked: true,
                doubled: false,
                email_of: Some(self.chance.index(self.people.len())),
            },
            16..=20 => What::LeadAd { who, business, id: self.id() },
            21..=24 if !even => self.trip(who),
            25 if !even => What::Unsubscribe { who, business: TRAVELS },
            26 => What::Click { who, business },
            27 if !even => What::ToldReply { who, business },
            28..=33 => What::Call { who, business, missed: true },
            34..=36 => What::Call { who, business, missed: false },
            37..=50 => self.comment(who, business, after),
            51..=54 => self.about_a_comment(after),
            55..=56 => What::OwnComment { business, network: self.network(), id: self.id() },
            57..=79 if talks => self.write(who, business),
            80..=81 if talks && !even => {
                What::AnsweredByHand { who, business, channel: self.channel(), id: self.id() }
            }
            82 if talks && !even => What::Standby { who, business, id: self.id() },
            83..=84 if talks => What::MarketingSwitch { who, business, stop: self.chance.one_in(2) },
            85..=87 => What::Mention {
                who,
                business,
                network: self.network(),
                id: self.id(),
                author_told: self.chance.one_in(2),
            },
            88..=89 if talks => What::StoryMention { who, business, id: self.id() },
            90 if talks => What::NewUserId { who, business, id: self.id() },
            91..=92 if !even => {
                What::Publish { business, version: self.chance.index(VERSIONS), moves: self.chance.one_in(2) }
            }
            93..=94 if !even => What::Redrive { business },
            95 if !even => What::Erase { who, business },
            96 if !even => What::Book { who, business, id: self.id(), cancels: false },
            97 if !even => self.book_again(who, business),
            98 if !even => What::Schedule { who, business },
            99 if !even && self.chance.one_in(2) => What::Broadcast { business, id: self.id() },
            _ => What::LeadAd { who, business, id: self.id() },
        }
    }

    /// A meeting that is called off, if there is one, or another.
    fn book_again(&mut self, who: Who, business: usize) -> What {
        match self.booked.pop() {
            Some((who, business, id)) => What::Book { who, business, id, cancels: true },
            None => {
                let id = self.id();
                self.booked.push((who, business, id));
                What::Book { who, business, id, cancels: false }
            }
        }
    }

    /// Something about a trip of which nothing may have been said yet, or of another.
    fn trip(&mut self, who: Who) -> What {
        let days = self.chance.between(2, 12);
        let known = match self.trips.is_empty() || self.chance.one_in(3) {
            true => None,
            false => Some(self.chance.index(self.trips.len())),
        };
        let (news, (who, id)) = match (known, self.chance.below(8)) {
            (None, _) => {
                let trip = (who, self.id());
                self.trips.push(trip);
                (TripNews::Won { days }, trip)
            }
            (Some(trip), 0) => (TripNews::Lost, self.trips.remove(trip)),
            (Some(trip), 1..=2) => (TripNews::Moved { days }, self.trips[trip]),
            (Some(trip), _) => (TripNews::Tickets, self.trips[trip]),
        };
        What::Trip { who, business: TRAVELS, id, news }
    }

    fn network(&mut self) -> Network {
        self.chance.pick(&[Network::Facebook, Network::Instagram])
    }

    fn channel(&mut self) -> Channel {
        // Nobody of the storm writes e-mails.
        self.chance.pick(&[Channel::WhatsApp, Channel::Messenger, Channel::Instagram])
    }

    fn comment(&mut self, who: Who, business: usize, after: Millis) -> What {
        let network = self.network();
        let id = self.id();
        // Instagram tells nothing of edits, removals and hiding.
        if network == Network::Facebook {
            self.comments.push((business, id, after));
        }
        What::Comment {
            who,
            business,
            network,
            id,
            author_told: !self.chance.one_in(5),
            is_reply: self.chance.one_in(8),
            is_live: network == Network::Instagram && self.chance.one_in(10),
        }
    }

    fn about_a_comment(&mut self, after: Millis) -> What {
        let before: Vec<(usize, u64)> = self
            .comments
            .iter()
            .filter(|(_, _, at)| *at <= after)
            .map(|(business, id, _)| (*business, *id))
            .collect();
        let Some((business, id)) = (!before.is_empty()).then(|| before[self.chance.index(before.len())])
        else {
            let network = self.network();
            return What::OwnComment { business: 0, network, id: self.id() };
        };
        match self.chance.below(3) {
            0 => What::CommentEdited { business, id },
            1 => What::CommentRemoved { business, id },
            _ => What::CommentHidden { business, id },
        }
    }

    fn write(&mut self, who: Who, business: usize) -> What {
        let words = match self.chance.below(20) {
            0 => Words::Refusal,
            1 => Words::RefusalPressed,
            2..=4 => Words::Agreed,
            5..=6 => Words::Pressed,
            7 => Words::Picture,
            8..=9 => Words::Reaction,
            _ => Words::Chat,
        };
        let told_by = self.chance.pick(&[ToldBy::Number, ToldBy::Number, ToldBy::UserId, ToldBy::Both]);
        What::Write { who, business, channel: self.channel(), words, id: self.id(), told_by }
    }
}

/// Whose an address on a platform is, by the business that writes to it.
#[derive(Clone, Debug, Default)]
pub struct Directory(BTreeMap<(usize, String), Who>);

impl Directory {
    pub fn of(plan: &Plan) -> Self {
        let mut people = BTreeMap::new();
        for business in 0..BUSINESSES {
            for (who, person) in plan.people.iter().enumerate() {
                let mut add = |name: String| people.insert((business, name), who);
                add(person.digits().to_owned());
                add(person.email.clone());
                add(Person::psid(who, business));
                add(Person::igsid(who, business));
                for generation in 0..GENERATIONS_MAX {
                    add(Person::user_id(who, business, generation));
                }
            }
        }
        Self(people)
    }

    pub fn whose(&self, business: usize, address: &str) -> Option<Who> {
        self.0.get(&(business, address.to_owned())).copied()
    }
}

/// How often a person may get another id on WhatsApp.
const GENERATIONS_MAX: u32 = 12;
