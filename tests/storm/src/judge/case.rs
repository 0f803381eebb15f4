//! What the judge has before it, with the questions that several rules ask.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use shared::domain::channel::Channel;
use shared::domain::identity::Identity;
use shared::domain::ids::LeadId;

use super::{Gifts, Violation};
use crate::people::acts::{What, Who, Words};
use crate::people::businesses::{NEWS, VERSIONS, asks_for_consent};
use crate::people::plan::{Directory, Kind, Line, Plan};
use crate::people::webhooks::{comment_of, lead_ad_id};
use crate::world::log::{Call, Entry, History, Told, Turn, Wanted};
use crate::world::timers::{HOUR, MINUTE, Millis, SECOND};

/// What is left when everything should be settled.
#[derive(Clone, Debug, Default)]
pub struct Ending {
    /// Whether the storm came to its end by itself.
    pub ended: bool,
    /// Leads with something due for longer than two ticks: since when.
    pub overdue: Vec<(usize, LeadId, Millis)>,
    /// Events that nobody decided.
    pub undecided: usize,
    /// Numbers by which somebody is still known, `+` and all, by business.
    pub numbers: BTreeMap<(usize, String), LeadId>,
    /// Records of people who were erased that still say something of them.
    pub kept: Vec<(usize, LeadId)>,
    /// What the campaigns gave, by business, where they give anything.
    pub gifts: BTreeMap<usize, Gifts>,
    pub now: Millis,
}

pub struct Case<'a> {
    pub plan: &'a Plan,
    pub history: &'a History,
    pub ending: Ending,
    pub directory: Directory,
    /// Every hint was lost: each step waits for two ticks.
    pub without_queue: bool,
    /// People whose records became one with another person's.
    pub mixed_up: BTreeSet<(usize, Who)>,
}

/// An item may be delivered so much later than it happened.
pub const LATE_MAX: Millis = 7 * HOUR;
/// The longest gap between ticks after which nothing is held.
const GAP_MAX: Millis = 6 * HOUR;
/// A version that was published is everybody's after this: what is current is believed for half a minute.
const BELIEVED: Millis = 100 * SECOND;
/// On a calm day what is acknowledged has its effect within two ticks, and some time to work.
pub const PROMPT: Millis = 6 * MINUTE;

/// Messages that go out by the clock and that nobody waits for.
pub fn is_bulk(message: &str) -> bool {
    message.starts_with("follow-") || message == "offer" || message == NEWS
}

impl<'a> Case<'a> {
    pub fn new(plan: &'a Plan, history: &'a History, ending: Ending, without_queue: bool) -> Self {
        let (directory, mixed_up) = (Directory::of(plan), BTreeSet::new());
        let mut case = Self { plan, history, ending, directory, without_queue, mixed_up };
        // An address that somebody else typed goes with whoever is erased of the two, and what it brings with it.
        let erased = |who: Who, business| case.ever(business, who, |what| matches!(what, What::Erase { .. }));
        let named = history.entries.iter().filter_map(|entry| match entry.what {
            What::Form { who, business, email_of: Some(other), .. } if who != other => {
                (erased(who, business) || erased(other, business))
                    .then_some([(business, who), (business, other)])
            }
            _ => None,
        });
        let named: Vec<_> = named.flatten().collect();
        case.mixed_up.extend(named);
        for joined in &history.joined {
            let mut people = case.people_of(joined.business, &joined.ours);
            people.extend(case.people_of(joined.business, &joined.theirs));
            if people.len() > 1 {
                case.mixed_up.extend(people.into_iter().map(|who| (joined.business, who)));
            }
        }
        case
    }

    pub fn is_calm(&self) -> bool {
        self.plan.kind != Kind::Stormy
    }

    pub fn restored_at(&self) -> Option<Millis> {
        self.turn(|turn| matches!(turn, Turn::RestoredTo(_)))
    }

    pub fn turn(&self, wanted: impl Fn(&Turn) -> bool) -> Option<Millis> {
        self.history.turns.iter().find(|(_, turn)| wanted(turn)).map(|(at, _)| *at)
    }

    /// Whether the operator set going what was parked.
    pub fn redriven(&self, business: usize, from: Millis, to: Millis) -> bool {
        let wanted = Turn::Redriven(business);
        self.history.turns.iter().any(|(at, turn)| *turn == wanted && (from..=to).contains(at))
    }

    /// When nothing may leave that nobody waits for, since the ticks had not come for over six hours: until the
    /// operator releases it.
    pub fn held_after_gap(&self) -> Option<Range<Millis>> {
        let (from, to) = self.plan.ticks_missed.filter(|(from, to)| to - from > GAP_MAX + 2 * MINUTE)?;
        if self.plan.restore.is_some() {
            return None;
        }
        let mut turns = self.history.turns.iter();
        let released = turns.find(|(at, turn)| *turn == Turn::Released && *at >= to);
        // The last sweep before may have been a minute earlier, and a claim takes a while to call.
        Some(from + GAP_MAX + 100 * SECOND..released.map_or(Millis::MAX, |(at, _)| *at))
    }

    /// By when what was acknowledged at `at` must have had its effect.
    pub fn settled_by(&self, at: Millis) -> Millis {
        let steps = if self.without_queue { 3 } else { 1 };
        if self.is_calm() { at + steps * PROMPT } else { self.ending.now }
    }

    /// By when what was acknowledged holds, whatever the weather was.
    pub fn holds_from(&self, entry: &Entry) -> Option<Millis> {
        let acknowledged = entry.acknowledged_at?;
        Some(match self.is_calm() {
            true => self.settled_by(acknowledged),
            false => self.plan.clears_at.max(acknowledged) + HOUR,
        })
    }

    pub fn entries_of(&self, business: usize, who: Who) -> impl Iterator<Item = &'a Entry> {
        let of = move |entry: &&Entry| entry.what.who() == Some(who) && entry.what.business() == business;
        self.history.entries.iter().filter(of)
    }

    /// Whether the person did something of the kind between two moments, give or take how late it is told.
    pub fn did(
        &self,
        business: usize,
        who: Who,
        from: Millis,
        to: Millis,
        what: impl Fn(&What) -> bool,
    ) -> bool {
        self.entries_of(business, who)
            .any(|entry| (from - LATE_MAX..=to).contains(&entry.at) && what(&entry.what))
    }

    pub fn ever(&self, business: usize, who: Who, what: impl Fn(&What) -> bool) -> bool {
        self.entries_of(business, who).any(|entry| what(&entry.what))
    }

    /// Whether a person became known once more between two moments, so that the journey may have begun again; by a
    /// lead ad that is when its fields are read.
    pub fn captured_again(&self, business: usize, who: Who, from: Millis, to: Millis) -> bool {
        self.entries_of(business, who).any(|entry| match &entry.what {
            What::Form { .. } => (from - MINUTE..=to).contains(&entry.at),
            What::LeadAd { id, .. } => {
                let name = lead_ad_id(business, *id);
                self.history.calls.iter().any(|call| {
                    matches!(&call.wanted, Wanted::ReadLeadAd { id } if *id == name)
                        && (from - MINUTE..=to).contains(&call.begun_at)
                })
            }
            _ => false,
        })
    }

    pub fn line(&self, who: Who) -> Line {
        self.plan.people[who].line
    }

    /// Whom a call was for, if the business could know anybody by that name.
    pub fn recipient(&self, call: &Call) -> Option<Who> {
        match &call.wanted {
            Wanted::Send { to, .. } => self.directory.whose(call.business, to),
            Wanted::PrivateReply { comment, .. }
            | Wanted::PublicReply { comment, .. }
            | Wanted::Like { comment } => self.author(comment),
            Wanted::ReadLeadAd { .. }
            | Wanted::Look
            | Wanted::Hide { .. }
            | Wanted::AnswerMention { .. }
            | Wanted::Announce { .. }
            | Wanted::Alert { .. } => None,
        }
    }

    pub fn author(&self, comment: &str) -> Option<Who> {
        let (business, number) = comment_of(comment)?;
        self.history.entries.iter().find_map(|entry| match &entry.what {
            What::Comment { who, business: of, id, .. } if (*of, *id) == (business, number) => Some(*who),
            _ => None,
        })
    }

    /// All calls for a message to a person.
    pub fn calls_for(&self, business: usize, who: Who, name: &str) -> impl Iterator<Item = &'a Call> {
        self.history.calls.iter().filter(move |call| {
            call.business == business
                && matches!(&call.wanted, Wanted::Send { message, .. } if message == name)
                && self.recipient(call) == Some(who)
        })
    }

    /// Whether the platform refused such a call for good.
    pub fn refused(&self, business: usize, who: Who, name: &str) -> bool {
        use shared::domain::call::Refusal::{NotNow, OptedOut, Recipient, Window};
        self.calls_for(business, who, name)
            .any(|call| matches!(call.told, Some(Told::Refused(Recipient | OptedOut | NotNow | Window))))
    }

    /// The people whom these names stand for, but for addresses that somebody typed.
    pub fn people_of(&self, business: usize, names: &BTreeSet<Identity>) -> BTreeSet<Who> {
        let whose = |name: &Identity| match name {
            Identity::Phone(phone) => self.directory.whose(business, phone.digits()),
            Identity::Comment(id) => self.author(id.as_str()),
            Identity::LeadAd(id) => self.history.entries.iter().find_map(|entry| match entry.what {
                What::LeadAd { who, business: of, id: number } if lead_ad_id(of, number) == id.as_str() => {
                    Some(who)
                }
                _ => None,
            }),
            Identity::Email(_)
            | Identity::Submission(_)
            | Identity::Lead(_)
            | Identity::Link(_)
            | Identity::Account(_)
            | Identity::Campaign(_) => None,
            Identity::WhatsAppId(_) | Identity::WhatsAppUser(_) | Identity::Psid(_) | Identity::Igsid(_) => {
                self.directory.whose(business, &name.value())
            }
        };
        names.iter().filter_map(whose).collect()
    }

    /// Somebody whose record became one with another person's, as far as that may be ([`super::merges`]), or whose address
    /// was erased with another's.
    pub fn is_mixed_up(&self, business: usize, who: Who) -> bool {
        self.mixed_up.contains(&(business, who))
    }

    /// The versions of a playbook that may be followed at a moment: what is current is believed for half a minute.
    pub fn versions(&self, business: usize, at: Millis) -> BTreeSet<usize> {
        let mut current = BTreeSet::from([0]);
        for entry in &self.history.entries {
            match &entry.what {
                What::Publish { business: of, version, .. } if *of == business && entry.at <= at => {
                    if entry.at + BELIEVED <= at {
                        current.clear();
                    }
                    current.insert(*version);
                }
                _ => {}
            }
        }
        match self.restored_at() {
            // The playbook that is current is an older one again.
            Some(restored) if restored <= at => (0..VERSIONS).collect(),
            _ => current,
        }
    }

    /// Those that may be followed at some moment of a time.
    pub fn versions_between(&self, business: usize, from: Millis, to: Millis) -> BTreeSet<usize> {
        let published = self.history.entries.iter().filter_map(|entry| match &entry.what {
            What::Publish { business: of, version, .. }
                if *of == business && (from..=to).contains(&entry.at) =>
            {
                Some(*version)
            }
            _ => None,
        });
        self.versions(business, from).into_iter().chain(published).collect()
    }

    /// Those that a run may follow at a moment that began in this time: the one that was current then, or one to which it
    /// was moved since.
    pub fn followed(&self, business: usize, began: (Millis, Millis), at: Millis) -> BTreeSet<usize> {
        let moved = self.moves(business, began.0, at).map(|(_, version)| version);
        self.versions_between(business, began.0, began.1).into_iter().chain(moved).collect()
    }

    /// When people were moved, and to which version. The operator's walk takes a moment.
    pub fn moves(&self, business: usize, from: Millis, to: Millis) -> impl Iterator<Item = (Millis, usize)> {
        self.history.entries.iter().filter_map(move |entry| match &entry.what {
            What::Publish { business: of, version, moves: true }
                if *of == business && (from..=to).contains(&entry.at) =>
            {
                Some((entry.at, *version))
            }
            _ => None,
        })
    }

    /// Whether an entry gives consent to marketing.
    pub fn consents(&self, what: &What) -> bool {
        match what {
            What::Form { business, ticked, .. } => *ticked || !asks_for_consent(*business),
            What::LeadAd { .. } => true,
            What::Write { words: Words::Agreed, .. } => true,
            _ => false,
        }
    }

    pub fn violates(&self, rule: &'static str, at: Millis, what: String) -> Violation {
        Violation { rule, at, what }
    }
}

/// The addresses of a person on a channel, as the one who wrote was told.
pub fn is_refusal_on(what: &What) -> Option<Channel> {
    match what {
        What::Write { channel, words, .. } if words.refuses() => Some(*channel),
        _ => None,
    }
}
