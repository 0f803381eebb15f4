//! When a step is due: what it counts from, and where.

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::ids::DealKind;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delay {
    /// Counted from the journey's start.
    After(Wait),
    /// Counted from the step before.
    ThenAfter(Wait),
    /// Counted back from a date of the run's deal.
    Before(DealDate, Wait),
    /// Counted from a date of the run's deal.
    Since(DealDate, Wait),
}

/// A date of a kind of deal: `trip.departs_at`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealDate {
    pub kind: DealKind,
    pub date: String,
}

impl Delay {
    /// The date on which it hangs, if it hangs on one.
    pub fn date(&self) -> Option<&DealDate> {
        match self {
            Self::After(_) | Self::ThenAfter(_) => None,
            Self::Before(date, _) | Self::Since(date, _) => Some(date),
        }
    }
}

/// The time zone of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepZone {
    Named(TimeZone),
    /// A fact of the run's deal names it: `trip.zone`.
    OfDeal {
        kind: DealKind,
        fact: String,
    },
}

/// A span as a marketer writes it. With a civil time, days and weeks are civil; without, they are 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    pub amount: u32,
    pub unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Minutes,
    Hours,
    Days,
    Weeks,
}

impl Wait {
    pub const NONE: Self = Self { amount: 0, unit: Unit::Minutes };

    pub fn duration(self) -> SignedDuration {
        let minutes: i64 = match self.unit {
            Unit::Minutes => 1,
            Unit::Hours => 60,
            Unit::Days => 24 * 60,
            Unit::Weeks => 7 * 24 * 60,
        };
        SignedDuration::from_mins(minutes * i64::from(self.amount))
    }

    /// Whole civil days, for the units that have them.
    pub fn days(self) -> Option<i64> {
        match self.unit {
            Unit::Days => Some(i64::from(self.amount)),
            Unit::Weeks => Some(7 * i64::from(self.amount)),
            Unit::Minutes | Unit::Hours => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_as_long_as_the_marketer_reads_it() {
        let cases = [
            (Unit::Minutes, 30, None),
            (Unit::Hours, 120, None),
            (Unit::Days, 2_880, Some(2)),
            (Unit::Weeks, 20_160, Some(14)),
        ];
        for (unit, minutes, days) in cases {
            let wait = Wait { amount: if unit == Unit::Minutes { 30 } else { 2 }, unit };
            assert_eq!(
                (wait.duration(), wait.days()),
                (SignedDuration::from_mins(minutes), days),
                "{unit:?}"
            );
        }
        assert_eq!(Wait::NONE.duration(), SignedDuration::ZERO);
    }
}
