//! One person's way through one journey.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::ids::{DealId, JourneyName, PlaybookVersion, RunId, StepKey};

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
    /// The steps behind it, so that no version of the journey takes one twice. Empty when the run is over.
    pub taken: BTreeSet<StepKey>,
    /// The person's own act that carried it here: what is due no later is an answer to it.
    pub acted_at: Option<Timestamp>,
    /// The person is of those who are left out, so that the journey's effect can be told.
    pub is_held_out: bool,
    /// When the journey's goal was reached.
    pub goal_at: Option<Timestamp>,
}

impl Run {
    pub fn is_active(&self) -> bool {
        self.next_at.is_some()
    }

    /// Nothing more comes of it.
    pub fn end(&mut self) {
        self.next_at = None;
        self.taken.clear();
    }
}
