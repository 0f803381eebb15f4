//! What a decision may know beside the lead and the event.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::ids::{Pepper, PlaybookVersion};
use crate::playbook::{Journey, Playbook};
use crate::run::Run;

/// Time, chance and the playbooks, as arguments.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub now: Timestamp,
    pub seed: u64,
    pub playbooks: &'a Playbooks,
    pub pepper: &'a Pepper,
    /// Where the installation's own pages are, without a slash at the end. Unknown where nothing is sent.
    pub public_url: Option<&'a str>,
}

/// The playbook that is current, and those by which the lead's runs began.
#[derive(Clone, Debug)]
pub struct Playbooks {
    /// Texts, template bindings, quiet hours, caps and consent rules are always these.
    pub current: Arc<Playbook>,
    /// Steps, delays and branches of a run are those of the version on which it started.
    pub pinned: BTreeMap<PlaybookVersion, Arc<Playbook>>,
}

impl Playbooks {
    pub fn only(current: Arc<Playbook>) -> Self {
        Self { current, pinned: BTreeMap::new() }
    }

    /// The journey that a run follows.
    pub fn journey(&self, run: &Run) -> Option<&Journey> {
        let playbook = if run.version == self.current.version {
            &self.current
        } else {
            self.pinned.get(&run.version)?
        };
        playbook.journeys.get(&run.journey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_follows_the_playbook_on_which_it_began() {
        let playbook = |version: &str, steps| {
            let mut playbook = crate::testing::playbook();
            playbook.version = version.into();
            playbook.journeys.get_mut(&"new-lead".into()).unwrap().steps.truncate(steps);
            Arc::new(playbook)
        };
        let (current, old) = (playbook("v2", 4), playbook("v1", 2));
        let playbooks = Playbooks { current, pinned: BTreeMap::from([("v1".into(), old)]) };
        let steps = |version: &str| {
            let started_at = Timestamp::UNIX_EPOCH;
            let run = Run {
                id: crate::ids::RunId::new(1),
                journey: "new-lead".into(),
                version: version.into(),
                started_at,
                deal: None,
                next: 0,
                next_at: None,
                last_step_at: started_at,
                taken: Default::default(),
                acted_at: None,
                is_held_out: false,
                goal_at: None,
            };
            playbooks.journey(&run).map(|journey| journey.steps.len())
        };
        assert_eq!([steps("v2"), steps("v1"), steps("v0")], [Some(4), Some(2), None]);
    }
}
