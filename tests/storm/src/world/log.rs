//! What the judge may know: what entered, and what the platforms received and told. Beside that the log counts
//! what occurred, and writes lines for people if asked to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;
use shared::application::commit::Commit;
use shared::domain::call::Refusal;
use shared::domain::channel::{Channel, Network};
use shared::domain::identity::Identity;
use shared::domain::ids::{LeadId, WorkId};
use shared::domain::timeline::What as Noted;

use crate::people::acts::What;
use crate::world::executor::TaskId;
use crate::world::timers::Millis;

/// Something that entered: what, when it happened, and when it was acknowledged.
#[derive(Clone, Debug)]
pub struct Entry {
    pub at: Millis,
    pub what: What,
    pub acknowledged_at: Option<Millis>,
}

/// What a call wanted of a platform, in the platform's own words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wanted {
    Send {
        channel: Channel,
        from: String,
        to: String,
        /// The name that stands in the text or is the template's.
        message: String,
        template: bool,
    },
    PrivateReply {
        network: Network,
        comment: String,
        message: String,
    },
    PublicReply {
        network: Network,
        comment: String,
    },
    Like {
        comment: String,
    },
    Hide {
        comment: String,
    },
    /// The comment or the post that named us.
    AnswerMention {
        at: String,
    },
    ReadLeadAd {
        id: String,
    },
    Look,
    /// Tells the event bus.
    Announce {
        what: String,
        happened_at: Timestamp,
    },
    /// Tells somebody of the business.
    Alert {
        about: Vec<String>,
        /// The lead, as the mail names them.
        of: String,
    },
}

impl Wanted {
    pub fn comment(&self) -> Option<&str> {
        match self {
            Self::PrivateReply { comment, .. }
            | Self::PublicReply { comment, .. }
            | Self::Like { comment }
            | Self::Hide { comment } => Some(comment),
            Self::Send { .. }
            | Self::ReadLeadAd { .. }
            | Self::Look
            | Self::AnswerMention { .. }
            | Self::Announce { .. }
            | Self::Alert { .. } => None,
        }
    }
}

/// What the worker was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Done,
    Lost,
    /// To come again, after so many milliseconds if the platform says when.
    Wait(Option<Millis>),
    Refused(Refusal),
}

#[derive(Clone, Debug)]
pub struct Call {
    pub business: usize,
    pub lead: LeadId,
    pub work: WorkId,
    pub number: u64,
    pub task: TaskId,
    pub wanted: Wanted,
    /// The words that people get to read: a text, or what fills a template in.
    pub words: Option<String>,
    /// Of a mail: where the files lie that go along, and the path by which its reader stops mails.
    pub files: Vec<String>,
    pub stops_at: Option<String>,
    /// When the worker began to call.
    pub begun_at: Millis,
    /// When the platform did what was wanted, if it did.
    pub accepted_at: Option<Millis>,
    /// When the worker had an answer, or was gone.
    pub ended_at: Option<Millis>,
    pub told: Option<Told>,
    /// The worker's next commit after the answer went through, and it was told so.
    pub recorded: bool,
}

/// Two records became one: the names by which each was known until then.
#[derive(Clone, Debug)]
pub struct Joined {
    pub at: Millis,
    pub business: usize,
    pub ours: BTreeSet<Identity>,
    pub theirs: BTreeSet<Identity>,
}

/// A sign that a message left, which the product acknowledged.
#[derive(Clone, Debug)]
pub struct Sign {
    pub lead: LeadId,
    pub work: WorkId,
    pub acknowledged_at: Millis,
}

/// What the operator did, and what befell the installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    TicksStop,
    TicksComeBack,
    /// The operator let go what was held.
    Released,
    /// The table was restored to this moment.
    RestoredTo(Millis),
    /// The operator set going what was parked, of this business.
    Redriven(usize),
    WeatherClears,
}

#[derive(Default)]
pub struct History {
    pub entries: Vec<Entry>,
    pub calls: Vec<Call>,
    pub signs: Vec<Sign>,
    pub turns: Vec<(Millis, Turn)>,
    /// When a lead's record was first committed with an opt-out, and when it was taken back.
    pub opt_outs: BTreeMap<(usize, LeadId), Vec<(Millis, bool)>>,
    /// Leads that another record was merged into, with what it had been through.
    pub winners: BTreeSet<LeadId>,
    pub joined: Vec<Joined>,
    /// The names of each record, as it was committed last.
    names: BTreeMap<(usize, LeadId), BTreeSet<Identity>>,
    /// Messages that WhatsApp took, and said later that it could not deliver.
    pub given_up: BTreeSet<WorkId>,
    /// What the businesses read of what happened, how often.
    pub noted: BTreeMap<(usize, Noted), usize>,
    /// Records that were erased, and those that had been merged into them.
    pub erased: BTreeSet<(usize, LeadId)>,
    pub counts: BTreeMap<String, u64>,
    pub lines: Option<Vec<(Millis, String)>>,
}

#[derive(Default)]
pub struct Log(Mutex<History>);

impl Log {
    pub fn new(narrates: bool) -> Arc<Self> {
        let history = History { lines: narrates.then(Vec::new), ..History::default() };
        Arc::new(Self(Mutex::new(history)))
    }

    pub fn lock(&self) -> MutexGuard<'_, History> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub fn count(&self, what: &str) {
        let mut history = self.lock();
        match history.counts.get_mut(what) {
            Some(count) => *count += 1,
            None => drop(history.counts.insert(what.to_owned(), 1)),
        }
    }

    /// A line for people. The text is only made if somebody reads it.
    pub fn say(&self, at: Millis, line: impl FnOnce() -> String) {
        let mut history = self.lock();
        if let Some(lines) = &mut history.lines {
            lines.push((at, line()));
        }
    }

    pub fn turn(&self, at: Millis, turn: Turn) {
        self.lock().turns.push((at, turn));
        self.say(at, || format!("-- {turn:?}"));
    }
}

impl Log {
    /// A record was committed. The judge wants to know when it was opted out first, and when that was taken back.
    pub fn opt_out(&self, at: Millis, business: usize, lead: &shared::domain::lead::Lead) {
        let mut history = self.lock();
        let known =
            history.opt_outs.get(&(business, lead.id)).and_then(|all| all.last()).map(|(_, out)| *out);
        let out = lead.opt_out.is_some();
        if out != known.unwrap_or(false) {
            history.opt_outs.entry((business, lead.id)).or_default().push((at, out));
        }
    }

    /// By which names a commit's records are known from now on, and whose records became one by it.
    pub fn named(&self, at: Millis, business: usize, commit: &Commit) {
        let mut history = self.lock();
        let Some(lead) = &commit.lead else { return };
        let other = commit.other.as_ref().map(|other| &other.lead);
        if let Some(other) = other {
            let of = |lead| history.names.get(&(business, lead)).cloned().unwrap_or_default();
            let joined = Joined { at, business, ours: of(lead.id), theirs: of(other.id) };
            history.joined.push(joined);
        }
        for lead in other.into_iter().chain([lead]) {
            history.names.insert((business, lead.id), lead.identities.clone());
        }
    }

    /// What a commit tells the business, and whom it erases.
    pub fn noted(&self, business: usize, commit: &Commit) {
        let mut history = self.lock();
        let others = commit.other.iter().flat_map(|other| &other.timeline);
        for entry in commit.timeline.iter().chain(others) {
            *history.noted.entry((business, entry.what)).or_default() += 1;
        }
        if let Some(stone) = commit.lead.as_ref().filter(|lead| lead.erasing.is_some()) {
            history.erased.extend(stone.absorbed.iter().chain([&stone.id]).map(|lead| (business, *lead)));
        }
    }

    /// A commit of this worker on this lead went through, and it was told so: what it was answered before is recorded.
    pub fn recorded(&self, task: TaskId, lead: Option<LeadId>) {
        let mut history = self.lock();
        let mut calls = history.calls.iter_mut().rev().take(40).filter(|call| call.task == task);
        if let Some(call) = calls.next().filter(|call| call.told.is_some() && Some(call.lead) == lead) {
            call.recorded = true;
        }
    }

    /// The worker is gone, and with it whatever it was calling for.
    pub fn died(&self, at: Millis, task: TaskId) {
        let mut history = self.lock();
        for call in history.calls.iter_mut().rev().take(60) {
            if call.task == task && call.ended_at.is_none() {
                call.ended_at = Some(at);
            }
        }
    }
}
