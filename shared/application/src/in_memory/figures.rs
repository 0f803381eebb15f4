//! Figures that are kept to be looked at, or by nobody.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use domain::figure::Figure;
use domain::ids::BusinessId;
use jiff::{SignedDuration, Timestamp};

use crate::ports::Figures;

/// Keeps everything that was counted.
#[derive(Debug, Default)]
pub struct CountedFigures(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    of_businesses: BTreeMap<BusinessId, Vec<Figure>>,
    ticks: Vec<SignedDuration>,
}

impl CountedFigures {
    /// What was counted of a business, in order.
    pub fn of(&self, business: &BusinessId) -> Vec<Figure> {
        self.counted().of_businesses.get(business).cloned().unwrap_or_default()
    }

    /// The age of the oldest due work at each tick.
    pub fn ticks(&self) -> Vec<SignedDuration> {
        self.counted().ticks.clone()
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Figures for CountedFigures {
    fn count(&self, business: &BusinessId, figure: Figure) {
        self.counted().of_businesses.entry(business.clone()).or_default().push(figure);
    }

    fn tick(&self, oldest_due: SignedDuration) {
        self.counted().ticks.push(oldest_due);
    }

    fn flush(&self, _now: Timestamp) {}
}

/// Where nobody looks at figures.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFigures;

impl Figures for NoFigures {
    fn count(&self, _business: &BusinessId, _figure: Figure) {}

    fn tick(&self, _oldest_due: SignedDuration) {}

    fn flush(&self, _now: Timestamp) {}
}
