//! When nothing goes out that nobody waits for (R6).

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;

/// The nights of the business's zone. A night that ends before it starts runs over midnight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuietHours {
    pub night: Option<(civil::Time, civil::Time)>,
}

impl QuietHours {
    /// `now`, or the first moment after it at which something may go out.
    pub fn next_allowed(&self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        let Some((from, to)) = self.night else { return now };
        let local = now.to_zoned_datetime(zone.clone());
        let time = local.time();
        let (quiet, ends_tomorrow) = if from <= to {
            ((from..to).contains(&time), false)
        } else {
            (time >= from || time < to, time >= from)
        };
        if !quiet {
            return now;
        }
        let day = local.date();
        let day = if ends_tomorrow { day.tomorrow().unwrap_or(day) } else { day };
        // A night that ends inside the hour that summer time leaves out ends when the clock jumps.
        day.to_datetime(to).to_zoned_datetime(zone.clone()).map_or(now, |end| end.timestamp().max(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> TimeZone {
        TimeZone::get("Asia/Jerusalem").unwrap()
    }

    #[test]
    fn what_falls_into_the_night_moves_to_its_end() {
        let quiet = QuietHours { night: Some((civil::time(21, 0, 0, 0), civil::time(8, 0, 0, 0))) };
        let cases = [
            ("2026-12-01T20:59:59+02:00", "2026-12-01T20:59:59+02:00"),
            ("2026-12-01T21:00:00+02:00", "2026-12-02T08:00:00+02:00"),
            ("2026-12-02T07:59:59+02:00", "2026-12-02T08:00:00+02:00"),
            ("2026-12-02T08:00:00+02:00", "2026-12-02T08:00:00+02:00"),
            // The night of the change to summer time is an hour shorter.
            ("2027-03-25T22:00:00+02:00", "2027-03-26T08:00:00+03:00"),
        ];
        for (now, allowed) in cases {
            let next = quiet.next_allowed(now.parse().unwrap(), &zone());
            assert_eq!(next, allowed.parse().unwrap(), "{now}");
        }
    }

    #[test]
    fn a_quiet_noon_lies_within_one_day() {
        let quiet = QuietHours { night: Some((civil::time(13, 0, 0, 0), civil::time(15, 0, 0, 0))) };
        let next = quiet.next_allowed("2026-12-01T14:00:00+02:00".parse().unwrap(), &zone());
        assert_eq!(next, "2026-12-01T15:00:00+02:00".parse().unwrap());
    }
}
