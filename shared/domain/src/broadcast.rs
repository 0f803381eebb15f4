//! A message to everybody of a segment. The broadcast walks the roster and plans, lead by lead, a piece of work like any other: each
//! at a moment of its own, so that they leave at a pace, and each once, since the lead's record remembers it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::channel::Channel;
use crate::context::Context;
use crate::decide::{Decision, Draft, Plan, unreachable};
use crate::gates::{self, Gate};
use crate::ids::{BroadcastName, BusinessId, LeadId, MessageName, WorkId};
use crate::lead::Lead;
use crate::playbook::{Circumstances, Playbook};
use crate::work::{Action, Class, Purpose, Work, WorkState};

/// How many messages leave in a minute, if nothing is said.
pub const PER_MINUTE_DEFAULT: u32 = 60;
/// WhatsApp takes 80 a second from a number at most (PLATFORM.md §6).
pub const PER_MINUTE_MAX: u32 = 4_800;
/// How many broadcasts a lead's record remembers. The oldest is forgotten: its walk is long over.
pub const REMEMBERED_MAX: usize = 16;
/// How late a message may still go. Nights and days of rest are no delay: it was planned for behind them.
const WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// How long after its moment a message may still leave without asking for another. What is later (a worker was gone, a night came
/// between) takes a new moment behind the others, or all that is late would leave at once.
const LATE: SignedDuration = SignedDuration::from_secs(10);
const MINUTE: SignedDuration = SignedDuration::from_secs(60);
/// How far ahead a broadcast may be planned to begin.
const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(366 * 24);

/// What the operator asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub name: BroadcastName,
    pub message: MessageName,
    /// A segment of the playbook.
    pub segment: String,
    /// When the first message leaves; without it, now.
    pub starts_at: Option<Timestamp>,
    pub per_minute: u32,
    /// At most so many people.
    pub limit: Option<u32>,
}

/// Why a broadcast cannot begin, or go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsendable {
    #[error("the playbook has no message \"{0}\"")]
    UnknownMessage(MessageName),
    #[error("the playbook has no segment \"{name}\" under segments; it has: {known}")]
    UnknownSegment { name: String, known: String },
    #[error("there has been a broadcast \"{0}\" already; give this one another name")]
    NameTaken(BroadcastName),
    #[error("a broadcast's name is 1 to 40 of a-z, 0-9 and \"-\"")]
    NoName,
    #[error("say how many messages leave in a minute: 1 to {PER_MINUTE_MAX}")]
    Pace,
    #[error("a limit of 0 reaches nobody")]
    NoLimit,
    #[error("that moment is over")]
    Past,
    #[error("a broadcast begins within a year")]
    TooFar,
    #[error("it would reach nobody: {0}")]
    Nobody(String),
    #[error("there is no broadcast \"{0}\"")]
    Unknown(BroadcastName),
    #[error("it is over")]
    Over,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broadcast {
    pub business: BusinessId,
    pub name: BroadcastName,
    /// Of the stored record; 0 until it is stored.
    pub version: u64,
    pub message: MessageName,
    pub segment: String,
    pub per_minute: u32,
    pub limit: Option<u32>,
    pub created_at: Timestamp,
    /// Everybody on the roster up to this lead was asked about.
    pub after: Option<LeadId>,
    /// The next message leaves at this moment at the earliest.
    pub next_at: Timestamp,
    pub tally: Tally,
    pub state: State,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Going,
    /// By the operator, or for a reason that the operator can mend.
    Stopped {
        at: Timestamp,
        reason: String,
    },
    Ended {
        at: Timestamp,
    },
}

/// How many people were asked about, and what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub seen: u32,
    pub planned: u32,
    /// Of the segment, but not to be written to, by the reason.
    pub left_out: BTreeMap<String, u32>,
}

/// What a lead is to a broadcast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// A message is planned for them, or was before.
    Planned,
    NotOfSegment,
    LeftOut(&'static str),
}

impl Tally {
    pub fn took(&mut self, turn: &Turn) {
        self.seen += 1;
        match turn {
            Turn::Planned => self.planned += 1,
            Turn::NotOfSegment => {}
            Turn::LeftOut(reason) => *self.left_out.entry((*reason).to_owned()).or_default() += 1,
        }
    }

    /// Why nobody is reached, in words for the operator.
    pub fn why_nobody(&self) -> String {
        let reasons: Vec<String> =
            self.left_out.iter().map(|(reason, count)| format!("{reason} ({count})")).collect();
        match reasons.is_empty() {
            true => format!("none of {} people is of the segment", self.seen),
            false => reasons.join("; "),
        }
    }
}

impl Broadcast {
    pub fn new(wanted: &Wanted, playbook: &Playbook, now: Timestamp) -> Result<Self, Unsendable> {
        check(&wanted.message, &wanted.segment, playbook)?;
        if !crate::ids::is_plain_id(wanted.name.as_str()) {
            return Err(Unsendable::NoName);
        }
        if !(1..=PER_MINUTE_MAX).contains(&wanted.per_minute) {
            return Err(Unsendable::Pace);
        }
        let next_at = wanted.starts_at.unwrap_or(now);
        match (wanted.limit, next_at.duration_since(now)) {
            (Some(0), _) => return Err(Unsendable::NoLimit),
            (_, ahead) if ahead.is_negative() => return Err(Unsendable::Past),
            (_, ahead) if ahead > AHEAD_MAX => return Err(Unsendable::TooFar),
            _ => {}
        }
        Ok(Self {
            business: playbook.business.id.clone(),
            name: wanted.name.clone(),
            version: 0,
            message: wanted.message.clone(),
            segment: wanted.segment.clone(),
            per_minute: wanted.per_minute,
            limit: wanted.limit,
            created_at: now,
            after: None,
            next_at,
            tally: Tally::default(),
            state: State::Going,
        })
    }

    pub fn is_full(&self) -> bool {
        self.limit.is_some_and(|limit| self.tally.planned >= limit)
    }

    /// Between two messages. What leaves in a minute has its moment in that minute or in the [`LATE`] before it: so many are as
    /// many as the pace lets go.
    fn interval(&self) -> SignedDuration {
        let nanos = (MINUTE + LATE).as_nanos().div_euclid(i128::from(self.per_minute.max(1)));
        SignedDuration::from_nanos_i128(nanos + 1)
    }

    /// Takes the next moment, which is nobody else's once this record is stored.
    pub fn take_slot(&mut self, playbook: &Playbook, now: Timestamp) -> Timestamp {
        let slot = self.slot(playbook, now);
        self.next_at = slot + self.interval();
        slot
    }

    /// When the next message leaves: one span of the pace behind the last one, and not in a night or on a day of rest.
    pub fn slot(&self, playbook: &Playbook, now: Timestamp) -> Timestamp {
        let zone = &playbook.business.zone;
        playbook.quiet_hours.next_allowed(self.next_at.max(now), zone, zone).at
    }

    /// A lead had its turn.
    pub fn took(&mut self, lead: LeadId, turn: &Turn) {
        self.after = Some(lead);
        self.tally.took(turn);
    }

    pub fn end(&mut self, now: Timestamp) {
        self.state = State::Ended { at: now };
    }

    /// It goes no further until the operator lets it.
    pub fn stop(&mut self, reason: &str, now: Timestamp) -> Result<(), Unsendable> {
        if matches!(self.state, State::Ended { .. }) {
            return Err(Unsendable::Over);
        }
        self.state = State::Stopped { at: now, reason: reason.to_owned() };
        Ok(())
    }

    pub fn resume(&mut self) -> Result<(), Unsendable> {
        if matches!(self.state, State::Ended { .. }) {
            return Err(Unsendable::Over);
        }
        self.state = State::Going;
        Ok(())
    }
}

/// Whether a playbook has what a broadcast needs.
pub fn check(message: &MessageName, segment: &str, playbook: &Playbook) -> Result<(), Unsendable> {
    if !playbook.messages.contains_key(message) {
        return Err(Unsendable::UnknownMessage(message.clone()));
    }
    if !playbook.segments.contains_key(segment) {
        let known = playbook.segments.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        return Err(Unsendable::UnknownSegment { name: segment.to_owned(), known });
    }
    Ok(())
}

/// Plans the message for a lead at a moment. Without a decision there is nothing to write.
pub fn plan(
    lead: &Lead,
    broadcast: &Broadcast,
    slot: Timestamp,
    context: &Context<'_>,
) -> (Turn, Option<Decision>) {
    if lead.broadcasts.contains(&broadcast.name) {
        return (Turn::Planned, None);
    }
    let channel = match channel(lead, &broadcast.message, &broadcast.segment, slot, context) {
        Ok(channel) => channel,
        Err(turn) => return (turn, None),
    };
    let mut draft = Draft::new(lead, context);
    draft.lead.broadcasts.push(broadcast.name.clone());
    let surplus = draft.lead.broadcasts.len().saturating_sub(REMEMBERED_MAX);
    draft.lead.broadcasts.drain(..surplus);
    let id = WorkId::for_event(context.pepper, lead.id, "broadcast", broadcast.name.as_str());
    draft.plan(Plan {
        id,
        class: Class::Bulk,
        action: action(&broadcast.message, channel, &broadcast.name),
        run: None,
        due_at: slot,
        within: Some(WITHIN),
    });
    draft.change_work(id, |work| work.turn = Some(place(slot)));
    (Turn::Planned, Some(draft.finish()))
}

/// The moment as the record keeps it, so that a message which something else has moved is told from one that has its turn.
fn place(slot: Timestamp) -> u64 {
    u64::try_from(slot.as_millisecond()).unwrap_or_default()
}

/// The broadcast that a message has to ask for another moment: its own is over, or something has moved it.
pub fn asks_again(work: &Work, now: Timestamp) -> Option<&BroadcastName> {
    let Action::Send { purpose: Purpose::Broadcast { name }, .. } = &work.action else { return None };
    let has_its_turn = work.turn == Some(place(work.due_at)) && now.duration_since(work.due_at) <= LATE;
    (!has_its_turn).then_some(name)
}

/// The message waits for the moment that it was given.
pub fn wait(lead: &Lead, work: WorkId, slot: Timestamp, context: &Context<'_>) -> Decision {
    let mut draft = Draft::new(lead, context);
    draft.change_work(work, |work| {
        work.due_at = slot;
        work.turn = Some(place(slot));
    });
    draft.finish()
}

/// What a lead would be to a broadcast that left now.
pub fn preview(lead: &Lead, message: &MessageName, segment: &str, context: &Context<'_>) -> Turn {
    channel(lead, message, segment, context.now, context).map_or_else(|turn| turn, |_| Turn::Planned)
}

/// The first channel of the message's order on which the rules let it go then. What only delays it, delays it later.
fn channel(
    lead: &Lead,
    message: &MessageName,
    segment: &str,
    at: Timestamp,
    context: &Context<'_>,
) -> Result<Channel, Turn> {
    let playbook = &context.playbooks.current;
    let Some((message, segment)) = playbook.messages.get(message).zip(playbook.segments.get(segment)) else {
        return Err(Turn::NotOfSegment);
    };
    if lead.merged_into.is_some() || lead.erasing.is_some() {
        return Err(Turn::NotOfSegment);
    }
    if !segment.holds(lead, Circumstances::always(context.now)) {
        return Err(Turn::NotOfSegment);
    }
    let mut refusal = unreachable(lead);
    for channel in message.channels.iter().copied() {
        if lead.address(channel).is_none() || playbook.channels.asset(channel).is_none() {
            continue;
        }
        let work = Work {
            id: WorkId::for_event(context.pepper, lead.id, "broadcast", message.name.as_str()),
            number: 0,
            class: Class::Bulk,
            action: action(&message.name, channel, &BroadcastName::new("")),
            run: None,
            due_at: at,
            planned_at: at,
            expires_at: None,
            state: WorkState::Planned,
            tries: 0,
            called_off: false,
            turn: None,
        };
        let then = Context { now: at, ..*context };
        match gates::check(lead, &work, &then) {
            Gate::Pass | Gate::Move { .. } => return Ok(channel),
            Gate::Skip { reason, .. } => refusal = reason,
            Gate::Park { .. } => {}
        }
    }
    Err(Turn::LeftOut(refusal))
}

fn action(message: &MessageName, channel: Channel, name: &BroadcastName) -> Action {
    Action::Send { message: message.clone(), channel, purpose: Purpose::Broadcast { name: name.clone() } }
}
