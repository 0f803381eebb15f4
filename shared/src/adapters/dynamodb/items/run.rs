//! One person's way through one journey.

use domain::ids::{DealId, JourneyName, PlaybookVersion, RunId, StepKey};
use domain::run::Run;
use serde::{Deserialize, Serialize};

use super::format::Damaged;
use super::moment::Moment;
use super::words::is_default;

#[derive(Debug, Serialize, Deserialize)]
pub struct RunItem {
    i: String,
    /// The journey.
    j: String,
    /// The playbook's version.
    v: String,
    /// When it started.
    t: Moment,
    /// The deal on which its steps hang.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    o: Option<String>,
    /// The next step's index.
    #[serde(default, skip_serializing_if = "is_default")]
    n: usize,
    /// When that step is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    d: Option<Moment>,
    /// When the step before was due, where it is not the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    l: Option<Moment>,
    /// The steps behind it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    k: Vec<u32>,
    /// The person's act that carried it here, where that is not its start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    a: Option<Moment>,
    /// It was started by no act of a person, and none has carried it since.
    #[serde(default, skip_serializing_if = "is_default")]
    c: bool,
    /// The person is held out.
    #[serde(default, skip_serializing_if = "is_default")]
    h: bool,
    /// When the goal was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    g: Option<Moment>,
}

impl From<&Run> for RunItem {
    fn from(run: &Run) -> Self {
        Self {
            i: run.id.to_string(),
            j: run.journey.to_string(),
            v: run.version.to_string(),
            t: run.started_at.into(),
            o: run.deal.as_ref().map(DealId::to_string),
            n: run.next,
            d: run.next_at.map(Moment),
            l: (run.last_step_at != run.started_at).then(|| run.last_step_at.into()),
            k: run.taken.iter().map(|step| step.0).collect(),
            a: run.acted_at.filter(|at| *at != run.started_at).map(Moment),
            c: run.acted_at.is_none(),
            h: run.is_held_out,
            g: run.goal_at.map(Moment),
        }
    }
}

impl RunItem {
    pub fn read(self) -> Result<Run, Damaged> {
        Ok(Run {
            id: RunId::parse(&self.i).ok_or(Damaged::Field("run id"))?,
            journey: JourneyName::new(self.j),
            version: PlaybookVersion::new(self.v),
            started_at: self.t.into(),
            deal: self.o.map(DealId::new),
            next: self.n,
            next_at: self.d.map(Into::into),
            last_step_at: self.l.unwrap_or(self.t).into(),
            taken: self.k.into_iter().map(StepKey).collect(),
            acted_at: (!self.c).then(|| self.a.unwrap_or(self.t).into()),
            is_held_out: self.h,
            goal_at: self.g.map(Into::into),
        })
    }
}
