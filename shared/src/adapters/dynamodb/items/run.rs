//! One person's way through one journey.

use domain::ids::{DealId, JourneyName, PlaybookVersion, RunId};
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
        })
    }
}
