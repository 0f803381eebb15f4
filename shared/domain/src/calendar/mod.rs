//! Shabbat and the holidays of the Jewish calendar in Israel, from sunset to after nightfall.

mod holidays;
mod sun;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub use holidays::{Holiday, holiday};
pub use sun::sunset;

/// A city by which sunset is reckoned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct City {
    pub name: &'static str,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// How long before sunset candles are lit there, by custom.
    pub lit_before: SignedDuration,
}

const fn city(name: &'static str, latitude: f64, longitude: f64, lit_before_minutes: i64) -> City {
    City { name, latitude, longitude, lit_before: SignedDuration::from_mins(lit_before_minutes) }
}

pub const CITIES: [City; 8] = [
    city("jerusalem", 31.7683, 35.2137, 40),
    city("tel-aviv", 32.0853, 34.7818, 18),
    city("haifa", 32.7940, 34.9896, 30),
    city("beer-sheva", 31.2518, 34.7913, 18),
    city("ashdod", 31.8044, 34.6553, 18),
    city("netanya", 32.3215, 34.8532, 18),
    city("tiberias", 32.7922, 35.5312, 30),
    city("eilat", 29.5577, 34.9519, 18),
];

/// When a business rests: Shabbat, holidays, or both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rest {
    pub city: City,
    pub shabbat: bool,
    pub holidays: bool,
    /// How long before sunset it begins.
    pub begins_before: SignedDuration,
    /// How long after sunset it ends.
    pub ends_after: SignedDuration,
}

/// How long after sunset Shabbat ends, unless the business says otherwise: three stars are out.
pub const ENDS_AFTER: SignedDuration = SignedDuration::from_mins(40);

/// Why a moment is one of rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rests {
    Shabbat,
    Holiday(Holiday),
}

impl Rest {
    /// Whether a moment is one of rest, and then why and until when. Days of rest that follow each other are one.
    pub fn at(&self, now: Timestamp, zone: &TimeZone) -> Option<(Rests, Timestamp)> {
        let today = now.to_zoned_datetime(zone.clone()).date();
        let tomorrow = today.tomorrow().ok()?;
        let (day, rests) = match (self.of(today), self.of(tomorrow)) {
            (Some(rests), next) if now < self.ends(today) || next.is_some() => (today, rests),
            (_, Some(rests)) if now >= self.begins(today) => (tomorrow, rests),
            _ => return None,
        };
        // At most a holiday of two days with Shabbat after it.
        let mut last = day;
        for _ in 0..4 {
            match last.tomorrow() {
                Ok(next) if self.of(next).is_some() => last = next,
                _ => break,
            }
        }
        Some((rests, self.ends(last)))
    }

    fn of(&self, day: Date) -> Option<Rests> {
        let holiday = holiday(day).filter(|_| self.holidays).map(Rests::Holiday);
        let is_shabbat = self.shabbat && day.weekday() == Weekday::Saturday;
        holiday.or_else(|| is_shabbat.then_some(Rests::Shabbat))
    }

    fn begins(&self, eve: Date) -> Timestamp {
        sunset(eve, &self.city) - self.begins_before
    }

    fn ends(&self, day: Date) -> Timestamp {
        sunset(day, &self.city) + self.ends_after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest() -> Rest {
        let city = CITIES[0];
        Rest { city, shabbat: true, holidays: true, begins_before: city.lit_before, ends_after: ENDS_AFTER }
    }

    fn told(moment: &str) -> String {
        let zone = TimeZone::get("Asia/Jerusalem").unwrap();
        match rest().at(moment.parse().unwrap(), &zone) {
            None => "works".to_owned(),
            Some((rests, until)) => {
                let until = until.to_zoned_datetime(zone).strftime("%a %m-%d %H:%M").to_string();
                format!("{rests:?} until {until}")
            }
        }
    }

    #[test]
    fn rest_goes_from_the_eve_to_nightfall_and_joins_what_touches() {
        let moments = [
            // An ordinary Shabbat.
            "2027-05-14T17:00:00+03:00",
            "2027-05-14T18:55:00+03:00",
            "2027-05-15T12:00:00+03:00",
            "2027-05-15T20:30:00+03:00",
            // Passover 2027: Wednesday evening to Thursday, its seventh day a week later.
            "2027-04-21T17:00:00+03:00",
            "2027-04-21T19:00:00+03:00",
            "2027-04-28T08:00:00+03:00",
            "2027-04-28T21:00:00+03:00",
            // The New Year of 2026 falls on Shabbat and Sunday.
            "2026-09-11T19:00:00+03:00",
            "2026-09-13T08:00:00+03:00",
            // In 2028 it falls on Thursday and Friday, with Shabbat after it.
            "2028-09-21T12:00:00+03:00",
            "2028-09-22T22:00:00+03:00",
        ];
        let told = moments.map(|moment| format!("{}: {}", &moment[..16], told(moment)));
        insta::assert_snapshot!(told.join("\n"), @"
        2027-05-14T17:00: works
        2027-05-14T18:55: Shabbat until Sat 05-15 20:08
        2027-05-15T12:00: Shabbat until Sat 05-15 20:08
        2027-05-15T20:30: works
        2027-04-21T17:00: works
        2027-04-21T19:00: Holiday(Passover) until Thu 04-22 19:52
        2027-04-28T08:00: Holiday(SeventhOfPassover) until Wed 04-28 19:56
        2027-04-28T21:00: works
        2026-09-11T19:00: Holiday(RoshHashana) until Sun 09-13 19:27
        2026-09-13T08:00: Holiday(RoshHashana) until Sun 09-13 19:27
        2028-09-21T12:00: Holiday(RoshHashana) until Sat 09-23 19:14
        2028-09-22T22:00: Holiday(RoshHashana) until Sat 09-23 19:14
        ");
    }

    #[test]
    fn each_of_the_two_is_kept_only_where_it_is_wanted() {
        let zone = TimeZone::get("Asia/Jerusalem").unwrap();
        let at = |rest: Rest, moment: &str| rest.at(moment.parse().unwrap(), &zone).is_some();
        let (shabbat, passover) = ("2027-05-15T12:00:00+03:00", "2027-04-28T12:00:00+03:00");
        let without_shabbat = Rest { shabbat: false, ..rest() };
        let without_holidays = Rest { holidays: false, ..rest() };
        assert_eq!((at(without_shabbat, shabbat), at(without_shabbat, passover)), (false, true));
        assert_eq!((at(without_holidays, shabbat), at(without_holidays, passover)), (true, false));
    }
}
