//! When nothing goes out that nobody waits for (R6).

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::calendar::{Rest, Rests};

/// Nights, days of rest and pauses, in the business's zone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QuietHours {
    /// From when to when, by the weekday on which it begins, Sunday first. One that ends before it begins runs over
    /// midnight.
    pub nights: [Option<(Time, Time)>; 7],
    pub rest: Option<Rest>,
    pub pauses: Vec<Pause>,
    /// Everything is held until the business says otherwise.
    pub is_paused: bool,
}

/// Whole days on which nothing goes out, both of them included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    pub from: Date,
    pub to: Date,
}

/// The first moment at which something may go out, and what was in the way before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    pub at: Timestamp,
    pub because: Option<&'static str>,
}

/// A business that is paused is asked again so often.
const PAUSED_LOOK: SignedDuration = SignedDuration::from_hours(1);
/// One thing may end where the next begins: a night, Shabbat, a holiday, a pause. More than this does not happen in
/// months.
const ENDS_MAX: usize = 200;

impl QuietHours {
    pub fn nightly(from: Time, to: Time) -> Self {
        Self { nights: [Some((from, to)); 7], ..Self::default() }
    }

    /// `now`, or the first moment after it at which something may go out. Nights are those of where the person is, who
    /// may be away; days of rest and pauses are the business's.
    pub fn next_allowed(&self, now: Timestamp, zone: &TimeZone, nights_in: &TimeZone) -> Allowed {
        if self.is_paused {
            return Allowed { at: now + PAUSED_LOOK, because: Some("the business is paused") };
        }
        let mut allowed = Allowed { at: now, because: None };
        for _ in 0..ENDS_MAX {
            match self.in_the_way(allowed.at, zone, nights_in) {
                Some((because, until)) if until > allowed.at => {
                    allowed = Allowed { at: until, because: allowed.because.or(Some(because)) };
                }
                _ => break,
            }
        }
        allowed
    }

    /// What holds a moment, and until when. Days of rest are named before the night in them.
    fn in_the_way(
        &self,
        now: Timestamp,
        zone: &TimeZone,
        nights_in: &TimeZone,
    ) -> Option<(&'static str, Timestamp)> {
        let rest = self.rest.and_then(|rest| rest.at(now, zone)).map(|(rests, until)| {
            let because = match rests {
                Rests::Shabbat => "Shabbat",
                Rests::Holiday(_) => "a holiday",
            };
            (because, until)
        });
        rest.or_else(|| self.pause(now, zone)).or_else(|| self.night(now, nights_in))
    }

    fn pause(&self, now: Timestamp, zone: &TimeZone) -> Option<(&'static str, Timestamp)> {
        let today = now.to_zoned_datetime(zone.clone()).date();
        let pause = self.pauses.iter().find(|pause| (pause.from..=pause.to).contains(&today))?;
        let after = pause.to.tomorrow().ok()?.to_zoned_datetime(zone.clone()).ok()?;
        Some(("a pause of the business", after.timestamp()))
    }

    fn night(&self, now: Timestamp, zone: &TimeZone) -> Option<(&'static str, Timestamp)> {
        let local = now.to_zoned_datetime(zone.clone());
        let (today, time) = (local.date(), local.time());
        let of = |day: Date| self.nights[night_of(day.weekday())];
        let day = match (of(today), today.yesterday().ok().and_then(of)) {
            (Some((from, to)), _) if from <= to && (from..to).contains(&time) => Some((today, to)),
            (Some((from, to)), _) if from > to && time >= from => Some((today.tomorrow().ok()?, to)),
            (_, Some((from, to))) if from > to && time < to => Some((today, to)),
            _ => None,
        };
        let (day, to) = day?;
        // A night that ends inside the hour that summer time leaves out ends when the clock jumps.
        let end = day.to_datetime(to).to_zoned_datetime(zone.clone()).ok()?;
        Some(("quiet hours", end.timestamp()))
    }
}

/// The place of a weekday among the nights.
pub fn night_of(weekday: Weekday) -> usize {
    usize::from(weekday.to_sunday_zero_offset().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;
    use crate::calendar::{CITIES, ENDS_AFTER};

    fn zone() -> TimeZone {
        TimeZone::get("Asia/Jerusalem").unwrap()
    }

    fn nights() -> QuietHours {
        QuietHours::nightly(time(21, 0, 0, 0), time(8, 0, 0, 0))
    }

    fn allowed(quiet: &QuietHours, now: &str) -> (String, Option<&'static str>) {
        let allowed = quiet.next_allowed(now.parse().unwrap(), &zone(), &zone());
        let at = allowed.at.to_zoned_datetime(zone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        (at, allowed.because)
    }

    #[test]
    fn what_falls_into_the_night_moves_to_its_end() {
        let cases = [
            ("2026-12-01T20:59:59+02:00", "2026-12-01T20:59:59+02:00"),
            ("2026-12-01T21:00:00+02:00", "2026-12-02T08:00:00+02:00"),
            ("2026-12-02T07:59:59+02:00", "2026-12-02T08:00:00+02:00"),
            ("2026-12-02T08:00:00+02:00", "2026-12-02T08:00:00+02:00"),
            // The night of the change to summer time is an hour shorter.
            ("2027-03-25T22:00:00+02:00", "2027-03-26T08:00:00+03:00"),
        ];
        for (now, at) in cases {
            assert_eq!(allowed(&nights(), now).0, at, "{now}");
        }
    }

    #[test]
    fn a_quiet_noon_lies_within_one_day() {
        let quiet = QuietHours::nightly(time(13, 0, 0, 0), time(15, 0, 0, 0));
        assert_eq!(allowed(&quiet, "2026-12-01T14:00:00+02:00").0, "2026-12-01T15:00:00+02:00");
    }

    #[test]
    fn a_weekday_has_a_night_of_its_own() {
        let mut quiet = nights();
        quiet.nights[night_of(Weekday::Friday)] = Some((time(14, 0, 0, 0), time(10, 0, 0, 0)));
        quiet.nights[night_of(Weekday::Saturday)] = None;
        assert_eq!(allowed(&quiet, "2026-12-04T15:00:00+02:00").0, "2026-12-05T10:00:00+02:00");
        assert_eq!(allowed(&quiet, "2026-12-05T23:00:00+02:00").0, "2026-12-05T23:00:00+02:00");
        assert_eq!(allowed(&quiet, "2026-12-06T07:00:00+02:00").0, "2026-12-06T07:00:00+02:00");
    }

    #[test]
    fn shabbat_ends_in_a_night_and_a_pause_on_a_day_of_rest() {
        let city = CITIES[0];
        let rest = Rest {
            city,
            shabbat: true,
            holidays: true,
            begins_before: city.lit_before,
            ends_after: ENDS_AFTER,
        };
        let pauses = vec![Pause { from: date(2027, 8, 2), to: date(2027, 8, 6) }];
        let quiet = QuietHours { rest: Some(rest), pauses, ..nights() };
        let moments = [
            "2027-05-14T20:00:00+03:00",
            "2027-04-28T10:00:00+03:00",
            // A pause of a week ends with a Friday, and so in Shabbat.
            "2027-08-03T10:00:00+03:00",
            // In the night before the eve of Passover nothing rests but the night.
            "2027-04-20T23:00:00+03:00",
        ];
        let told = moments.map(|now| {
            let (at, because) = allowed(&quiet, now);
            format!("{} -> {} {}", &now[..16], &at[..16], because.unwrap_or_default())
        });
        insta::assert_snapshot!(told.join("\n"), @"
        2027-05-14T20:00 -> 2027-05-15T20:08 Shabbat
        2027-04-28T10:00 -> 2027-04-28T19:56 a holiday
        2027-08-03T10:00 -> 2027-08-07T20:10 a pause of the business
        2027-04-20T23:00 -> 2027-04-21T08:00 quiet hours
        ");
    }

    #[test]
    fn a_paused_business_is_asked_again_and_again() {
        let quiet = QuietHours { is_paused: true, ..QuietHours::default() };
        let found = allowed(&quiet, "2026-12-01T10:00:00+02:00");
        assert_eq!(found, ("2026-12-01T11:00:00+02:00".to_owned(), Some("the business is paused")));
    }
}
