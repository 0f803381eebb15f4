//! Open work, the claim on it, and what left last.

use domain::ids::{PlatformMessageId, RunId, WorkId};
use domain::lead::{Fallback, RecentSend};
use domain::work::{Claim, Intent, Work, WorkState};
use serde::{Deserialize, Serialize};

use super::action::ActionItem;
use super::format::Damaged;
use super::moment::Moment;
use super::words::{channel, channel_letter, class, class_letter, is_default};

#[derive(Debug, Serialize, Deserialize)]
pub struct WorkItem {
    i: String,
    /// Its number in the order of asking.
    n: u32,
    /// The class.
    c: char,
    a: ActionItem,
    /// The run that asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    r: Option<String>,
    /// When it is due.
    d: Moment,
    /// When it was first to leave, where that is another moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<Moment>,
    /// When it is too late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<Moment>,
    /// The state, where it is not simply planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    s: Option<StateItem>,
    /// Calls made so far.
    #[serde(default, skip_serializing_if = "is_default")]
    t: u32,
    /// Called off.
    #[serde(default, skip_serializing_if = "is_default")]
    o: bool,
    /// Its turn in the queue of its post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    q: Option<u64>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum StateItem {
    Doubt { s: Moment, u: Moment },
    Parked(String),
    Waiting(String),
}

impl From<&Work> for WorkItem {
    fn from(work: &Work) -> Self {
        Self {
            i: work.id.to_string(),
            n: work.number,
            c: class_letter(work.class),
            a: (&work.action).into(),
            r: work.run.map(|run| run.to_string()),
            d: work.due_at.into(),
            p: (work.planned_at != work.due_at).then(|| work.planned_at.into()),
            x: work.expires_at.map(Moment),
            s: match &work.state {
                WorkState::Planned => None,
                WorkState::InDoubt { since, until } => {
                    Some(StateItem::Doubt { s: (*since).into(), u: (*until).into() })
                }
                WorkState::Parked { reason } => Some(StateItem::Parked(reason.clone())),
                WorkState::Waiting { reason } => Some(StateItem::Waiting(reason.clone())),
            },
            t: work.tries,
            o: work.called_off,
            q: work.turn,
        }
    }
}

impl WorkItem {
    pub fn read(self) -> Result<Work, Damaged> {
        let run = |text: &String| RunId::parse(text).ok_or(Damaged::Field("work's run"));
        Ok(Work {
            id: work_id(&self.i)?,
            number: self.n,
            class: class(self.c)?,
            action: self.a.read()?,
            run: self.r.as_ref().map(run).transpose()?,
            due_at: self.d.into(),
            planned_at: self.p.unwrap_or(self.d).into(),
            expires_at: self.x.map(Into::into),
            state: match self.s {
                None => WorkState::Planned,
                Some(StateItem::Doubt { s, u }) => WorkState::InDoubt { since: s.into(), until: u.into() },
                Some(StateItem::Parked(reason)) => WorkState::Parked { reason },
                Some(StateItem::Waiting(reason)) => WorkState::Waiting { reason },
            },
            tries: self.t,
            called_off: self.o,
            turn: self.q,
        })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub struct ClaimItem {
    w: String,
    n: u64,
    t: Moment,
    u: Moment,
    /// It looks for evidence instead of acting.
    #[serde(default, skip_serializing_if = "is_default")]
    e: bool,
}

impl From<&Claim> for ClaimItem {
    fn from(claim: &Claim) -> Self {
        Self {
            w: claim.work.to_string(),
            n: claim.number,
            t: claim.started_at.into(),
            u: claim.until.into(),
            e: match claim.intent {
                Intent::Act => false,
                Intent::LookForEvidence => true,
            },
        }
    }
}

impl ClaimItem {
    pub fn read(self) -> Result<Claim, Damaged> {
        let intent = if self.e { Intent::LookForEvidence } else { Intent::Act };
        let work = work_id(&self.w)?;
        Ok(Claim { work, number: self.n, started_at: self.t.into(), until: self.u.into(), intent })
    }
}

/// When, channel, class, the platform's id.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendItem(Moment, char, char, Option<String>);

impl From<&RecentSend> for SendItem {
    fn from(send: &RecentSend) -> Self {
        let id = send.id.as_ref().map(PlatformMessageId::to_string);
        Self(send.at.into(), channel_letter(send.channel), class_letter(send.class), id)
    }
}

impl SendItem {
    pub fn read(self) -> Result<RecentSend, Damaged> {
        let Self(at, channel_is, class_is, id) = self;
        let id = id.map(PlatformMessageId::new);
        Ok(RecentSend { at: at.into(), channel: channel(channel_is)?, class: class(class_is)?, id })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub struct FallbackItem {
    w: String,
    k: char,
    a: ActionItem,
}

impl From<&Fallback> for FallbackItem {
    fn from(fallback: &Fallback) -> Self {
        let Fallback { work, class, action } = fallback;
        Self { w: work.to_string(), k: class_letter(*class), a: action.into() }
    }
}

impl FallbackItem {
    pub fn read(self) -> Result<Fallback, Damaged> {
        Ok(Fallback { work: work_id(&self.w)?, class: class(self.k)?, action: self.a.read()? })
    }
}

pub fn work_id(text: &str) -> Result<WorkId, Damaged> {
    WorkId::parse(text).ok_or(Damaged::Field("work id"))
}
