//! When the sun sets, after the equations of NOAA's Solar Calculator (Meeus, *Astronomical Algorithms*): within a
//! minute, far below the margins by which Shabbat is kept.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::City;

/// The sun's upper edge at the horizon, with refraction: degrees from the zenith.
const ZENITH: f64 = 90.833;

/// Sunset of a civil day at a city, in places where the sun sets every day.
pub fn sunset(day: Date, city: &City) -> Timestamp {
    let midnight =
        day.to_zoned_datetime(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |midnight| midnight.timestamp());
    let mut minutes = 18.0 * 60.0 - 4.0 * city.longitude;
    // The sun moves while the day goes on: the second round reckons with where it is when it sets.
    for _ in 0..3 {
        minutes = minutes_after_midnight(midnight, minutes, city);
    }
    midnight + SignedDuration::from_millis((minutes * 60_000.0) as i64)
}

/// When the sun sets, were it all day where it is at `around` minutes of UTC.
fn minutes_after_midnight(midnight: Timestamp, around: f64, city: &City) -> f64 {
    let days = midnight.as_second() as f64 / 86_400.0 + around / 1_440.0;
    // Julian centuries since noon of 1 January 2000.
    let t = (days + 2_440_587.5 - 2_451_545.0) / 36_525.0;
    let mean_longitude = (280.466_46 + t * (36_000.769_83 + t * 0.000_303_2)).rem_euclid(360.0);
    let anomaly = (357.529_11 + t * (35_999.050_29 - 0.000_153_7 * t)).to_radians();
    let eccentricity = 0.016_708_634 - t * (0.000_042_037 + 0.000_000_126_7 * t);
    let centre = anomaly.sin() * (1.914_602 - t * (0.004_817 + 0.000_014 * t))
        + (2.0 * anomaly).sin() * (0.019_993 - 0.000_101 * t)
        + (3.0 * anomaly).sin() * 0.000_289;
    let node = (125.04 - 1_934.136 * t).to_radians();
    let longitude = (mean_longitude + centre - 0.005_69 - 0.004_78 * node.sin()).to_radians();
    let mean_tilt = 23.0 + (26.0 + (21.448 - t * (46.815 + t * (0.000_59 - t * 0.001_813))) / 60.0) / 60.0;
    let tilt = (mean_tilt + 0.002_56 * node.cos()).to_radians();
    let declination = (tilt.sin() * longitude.sin()).asin();
    let y = (tilt / 2.0).tan().powi(2);
    let l = mean_longitude.to_radians();
    let equation_of_time = 4.0
        * (y * (2.0 * l).sin() - 2.0 * eccentricity * anomaly.sin()
            + 4.0 * eccentricity * y * anomaly.sin() * (2.0 * l).cos()
            - 0.5 * y * y * (4.0 * l).sin()
            - 1.25 * eccentricity * eccentricity * (2.0 * anomaly).sin())
        .to_degrees();
    let latitude = city.latitude.to_radians();
    let cosine =
        ZENITH.to_radians().cos() / (latitude.cos() * declination.cos()) - latitude.tan() * declination.tan();
    let hour_angle = cosine.clamp(-1.0, 1.0).acos().to_degrees();
    720.0 - 4.0 * (city.longitude - hour_angle) - equation_of_time
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::CITIES;

    /// As astral 3 reckons them, after another source.
    const KNOWN: [(&str, &str); 25] = [
        ("jerusalem", "2026-01-02T14:46:48Z"),
        ("jerusalem", "2026-03-20T15:50:17Z"),
        ("jerusalem", "2027-03-26T15:54:11Z"),
        ("jerusalem", "2027-06-21T16:47:27Z"),
        ("jerusalem", "2028-02-29T15:36:19Z"),
        ("jerusalem", "2029-09-10T15:51:17Z"),
        ("jerusalem", "2030-12-20T14:38:42Z"),
        ("tel-aviv", "2026-01-02T14:47:47Z"),
        ("tel-aviv", "2026-03-20T15:52:02Z"),
        ("tel-aviv", "2027-03-26T15:56:00Z"),
        ("tel-aviv", "2027-06-21T16:50:00Z"),
        ("tel-aviv", "2029-09-10T15:53:10Z"),
        ("tel-aviv", "2030-12-20T14:39:40Z"),
        ("haifa", "2026-01-02T14:45:15Z"),
        ("haifa", "2027-06-21T16:51:00Z"),
        ("haifa", "2028-02-29T15:36:29Z"),
        ("haifa", "2030-12-20T14:37:05Z"),
        ("eilat", "2026-01-02T14:52:57Z"),
        ("eilat", "2027-06-21T16:43:01Z"),
        ("eilat", "2028-02-29T15:38:52Z"),
        ("eilat", "2030-12-20T14:45:00Z"),
        ("beer-sheva", "2026-03-20T15:51:57Z"),
        ("beer-sheva", "2027-03-26T15:55:45Z"),
        ("beer-sheva", "2029-09-10T15:52:43Z"),
        ("beer-sheva", "2030-12-20T14:41:39Z"),
    ];

    #[test]
    fn the_sun_sets_when_others_say_it_does() {
        for (name, known) in KNOWN {
            let city = CITIES.iter().find(|city| city.name == name).unwrap();
            let known: Timestamp = known.parse().unwrap();
            let ours = sunset(known.to_zoned_datetime(TimeZone::UTC).date(), city);
            let apart = ours.duration_since(known).abs();
            assert!(apart < SignedDuration::from_secs(60), "{name} {known}: {ours}");
        }
    }
}
