//! One person's way through one journey.

use jiff::Timestamp;

use crate::ids::{DealId, JourneyName, PlaybookVersion, RunId};

/// How many runs a lead's record keeps, ended ones included.
pub const RUNS_MAX: usize = 24;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub id: RunId,
    pub journey: JourneyName,
    /// The playbook whose steps, delays and branches this run follows to its end.
    pub version: PlaybookVersion,
    pub started_at: Timestamp,
    /// The deal on whose dates its steps hang, and whose texts they are.
    pub deal: Option<DealId>,
    /// The index of the step that comes next.
    pub next: usize,
    /// When it is due. `None` when the run is over.
    pub next_at: Option<Timestamp>,
    /// When the step before was due: what `then-after` counts from.
    pub last_step_at: Timestamp,
}

impl Run {
    pub fn is_active(&self) -> bool {
        self.next_at.is_some()
    }
}
