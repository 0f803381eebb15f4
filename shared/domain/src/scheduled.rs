//! A message that a person of the business schedules for one lead. It is a piece of work like a journey's, and the same rules
//! ask about it when its time has come; no journey starts, stops or delays it.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use crate::context::Context;
use crate::decide::{Decision, Draft, Plan, describe, unreachable};
use crate::ids::{MessageName, WorkId};
use crate::lead::Lead;
use crate::playbook::{Kind, Message};
use crate::render::{self, RenderError};
use crate::timeline::{Entry, Fact, What};
use crate::work::{Action, Class, Purpose, Work, WorkState};

/// How many messages may be scheduled for one lead.
pub const SCHEDULED_MAX: usize = 16;
/// How long a note may be, in characters: with the words around it, what a template takes.
pub const NOTE_CHARS_MAX: usize = 700;
/// The field that a note is.
const NOTE: &str = "note";
/// How far ahead a message may be scheduled.
const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(366 * 24);
/// How late it may still go.
const WITHIN: SignedDuration = SignedDuration::from_hours(24);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub message: MessageName,
    pub at: Timestamp,
    /// What the message says as `{{ fields.note }}`.
    pub note: Option<String>,
}

/// Why a message cannot be scheduled, or what was scheduled not be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unschedulable {
    #[error("the playbook has no message \"{0}\"")]
    UnknownMessage(MessageName),
    #[error("{0}")]
    Unreachable(&'static str),
    #[error("this person has refused messages")]
    OptedOut,
    #[error("marketing needs consent, and this person has given none")]
    NoConsent,
    #[error("the message does not say {{{{ fields.note }}}}, so that what is written with it would be lost")]
    NoteNotSaid,
    #[error("the message says {{{{ fields.note }}}}; write what stands there")]
    NoteMissing,
    #[error("the message cannot be filled in for this person: {0}")]
    NotFilledIn(RenderError),
    #[error("that moment is over")]
    Past,
    #[error("a message is scheduled for at most a year ahead")]
    TooFar,
    #[error("{SCHEDULED_MAX} messages are scheduled for this person already")]
    TooMany,
    #[error("a note has at most {NOTE_CHARS_MAX} characters")]
    NoteTooLong,
    #[error("no such message is scheduled any more")]
    Unknown,
    #[error("it is on its way already")]
    OnItsWay,
}

/// The work that people of the business scheduled, in the order in which it is due.
pub fn scheduled(lead: &Lead) -> Vec<&Work> {
    let mut scheduled: Vec<&Work> = lead.work.iter().filter(|work| note_of(work).is_some()).collect();
    scheduled.sort_by_key(|work| (work.due_at, work.number));
    scheduled
}

/// What was written with a scheduled message, which may be nothing; `None` for any other work.
fn note_of(work: &Work) -> Option<&Option<String>> {
    match &work.action {
        Action::Send { purpose: Purpose::Scheduled { note }, .. } => Some(note),
        _ => None,
    }
}

/// Schedules a message. The same one for the same moment is scheduled once.
pub fn schedule(
    lead: &Lead,
    wanted: &Schedule,
    context: &Context<'_>,
) -> Result<(Decision, WorkId), Unschedulable> {
    check_moment(wanted.at, context)?;
    let mut draft = Draft::new(lead, context);
    let unknown = || Unschedulable::UnknownMessage(wanted.message.clone());
    let message = draft.message(&wanted.message).ok_or_else(unknown)?;
    let channel = draft.channel_for(message).ok_or_else(|| Unschedulable::Unreachable(unreachable(lead)))?;
    if lead.opt_out.is_some() {
        return Err(Unschedulable::OptedOut);
    }
    if message.kind == Kind::Marketing && !lead.has_consent() {
        return Err(Unschedulable::NoConsent);
    }
    check_note(wanted.note.as_deref(), message)?;
    let purpose = Purpose::Scheduled { note: wanted.note.clone() };
    let worded = message.worded(lead, channel);
    render::text(&worded.text, draft.playbook(), &with_note(lead, &purpose))
        .map_err(Unschedulable::NotFilledIn)?;
    let id = WorkId::for_event(
        context.pepper,
        lead.id,
        "scheduled",
        &format!("{} {} {}", wanted.message, wanted.at, wanted.note.as_deref().unwrap_or_default()),
    );
    if lead.work(id).is_none() && scheduled(lead).len() >= SCHEDULED_MAX {
        return Err(Unschedulable::TooMany);
    }
    let is_new = lead.work(id).is_none();
    draft.plan(Plan {
        id,
        class: Class::Bulk,
        action: Action::Send { message: wanted.message.clone(), channel, purpose },
        run: None,
        due_at: wanted.at,
        within: Some(WITHIN),
    });
    if let Some(work) = draft.lead.work(id).filter(|_| is_new).cloned() {
        let entry = describe(Entry::new(context.now, What::Scheduled), &work);
        draft.note(entry.with(Fact::Until, wanted.at));
    }
    Ok((draft.finish(), id))
}

/// Another moment for what was scheduled.
pub fn reschedule(
    lead: &Lead,
    id: WorkId,
    at: Timestamp,
    context: &Context<'_>,
) -> Result<Decision, Unschedulable> {
    check_moment(at, context)?;
    let work = still_here(lead, id)?;
    let mut draft = Draft::new(lead, context);
    draft.change_work(id, |work| {
        work.due_at = at;
        work.planned_at = at;
        work.expires_at = Some(at + WITHIN);
        work.state = WorkState::Planned;
    });
    draft.note(describe(Entry::new(context.now, What::Scheduled), &work).with(Fact::Until, at));
    Ok(draft.finish())
}

/// It does not go.
pub fn cancel(lead: &Lead, id: WorkId, context: &Context<'_>) -> Result<Decision, Unschedulable> {
    let work = still_here(lead, id)?;
    let mut draft = Draft::new(lead, context);
    draft.skip(&work, "called off by the business", None);
    Ok(draft.finish())
}

/// When a message that is due then leaves, by the business's nights and days of rest.
pub fn leaves_at(at: Timestamp, context: &Context<'_>) -> Timestamp {
    let playbook = &context.playbooks.current;
    playbook.quiet_hours.next_allowed(at, &playbook.business.zone, &playbook.business.zone).at
}

/// The lead, with what was written for it this once.
pub fn with_note<'l>(lead: &'l Lead, purpose: &Purpose) -> Cow<'l, Lead> {
    let Purpose::Scheduled { note: Some(note) } = purpose else { return Cow::Borrowed(lead) };
    let mut lead = lead.clone();
    lead.fields.insert(NOTE.to_owned(), note.clone());
    Cow::Owned(lead)
}

/// What is written is said by the message, and what the message says is written.
fn check_note(note: Option<&str>, message: &Message) -> Result<(), Unschedulable> {
    let says = |text: &str| {
        render::variables(text).is_ok_and(|variables| variables.contains(&format!("fields.{NOTE}")))
    };
    match note {
        Some(note) if note.chars().count() > NOTE_CHARS_MAX => Err(Unschedulable::NoteTooLong),
        Some(_) if !message.texts().all(says) => Err(Unschedulable::NoteNotSaid),
        None if message.texts().any(says) => Err(Unschedulable::NoteMissing),
        _ => Ok(()),
    }
}

fn check_moment(at: Timestamp, context: &Context<'_>) -> Result<(), Unschedulable> {
    if at <= context.now {
        return Err(Unschedulable::Past);
    }
    if at.duration_since(context.now) > AHEAD_MAX {
        return Err(Unschedulable::TooFar);
    }
    Ok(())
}

fn still_here(lead: &Lead, id: WorkId) -> Result<Work, Unschedulable> {
    let work = lead.work(id).filter(|work| note_of(work).is_some()).ok_or(Unschedulable::Unknown)?;
    let claimed = lead.claim.as_ref().is_some_and(|claim| claim.work == id);
    if claimed || work.tries > 0 || work.called_off {
        return Err(Unschedulable::OnItsWay);
    }
    Ok(work.clone())
}
