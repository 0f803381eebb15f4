//! What journeys bring about: how many of those who were on one reached its goal, beside those who were held out.

use std::collections::BTreeMap;

use domain::ids::{BusinessId, JourneyName};
use domain::run::Run;

use crate::ports::{Store, StoreError};
use crate::roster::Roster;

/// Of one journey. A run is one person's way through it; who went through it twice counts twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    pub taken: Group,
    /// Left out, so that the two can be compared.
    pub held_out: Group,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Group {
    pub runs: usize,
    pub reached_goal: usize,
}

impl Group {
    fn count(&mut self, run: &Run) {
        self.runs += 1;
        self.reached_goal += usize::from(run.goal_at.is_some());
    }

    /// How many of a hundred reached the goal; `None` of nobody.
    pub fn percent(&self) -> Option<f64> {
        (self.runs > 0).then(|| 100.0 * self.reached_goal as f64 / self.runs as f64)
    }
}

/// Walks the roster of a business. A record keeps its last 24 runs; older ones are not counted any more.
pub async fn effects(
    store: &dyn Store,
    business: &BusinessId,
) -> Result<BTreeMap<JourneyName, Effect>, StoreError> {
    let mut effects: BTreeMap<JourneyName, Effect> = BTreeMap::new();
    let mut roster = Roster::of(store, business);
    loop {
        let page = roster.page().await?;
        if page.is_empty() {
            return Ok(effects);
        }
        for id in &page {
            let Some(lead) = store.lead(business, *id).await? else { continue };
            for run in &lead.runs {
                let effect = effects.entry(run.journey.clone()).or_default();
                match run.is_held_out {
                    true => effect.held_out.count(run),
                    false => effect.taken.count(run),
                }
            }
        }
    }
}
