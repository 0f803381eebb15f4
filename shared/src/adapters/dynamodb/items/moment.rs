//! Points in time.

use std::fmt;

use jiff::Timestamp;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Milliseconds as a number, which is short; what falls between two of them as text, so that nothing is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl From<Moment> for Timestamp {
    fn from(moment: Moment) -> Self {
        moment.0
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let millis = self.0.as_millisecond();
        match Timestamp::from_millisecond(millis) {
            Ok(whole) if whole == self.0 => serializer.serialize_i64(millis),
            _ => serializer.collect_str(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MomentVisitor)
    }
}

struct MomentVisitor;

impl Visitor<'_> for MomentVisitor {
    type Value = Moment;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("milliseconds, or an instant as text")
    }

    fn visit_i64<E: Error>(self, millis: i64) -> Result<Moment, E> {
        Timestamp::from_millisecond(millis).map(Moment).map_err(|_| E::custom("out of range"))
    }

    fn visit_u64<E: Error>(self, millis: u64) -> Result<Moment, E> {
        i64::try_from(millis).map_err(|_| E::custom("out of range")).and_then(|millis| self.visit_i64(millis))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Moment, E> {
        text.parse().map(Moment).map_err(|_| E::custom("no instant"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_number_and_keeps_what_is_finer_than_milliseconds() {
        let cases = [
            ("2026-11-30T09:00:00.123Z", "1796029200123"),
            ("1969-12-31T23:59:59.999Z", "-1"),
            ("2026-11-30T09:00:00.123456789Z", "\"2026-11-30T09:00:00.123456789Z\""),
        ];
        for (instant, stored) in cases {
            let moment = Moment(instant.parse().unwrap());
            assert_eq!(serde_json::to_string(&moment).unwrap(), stored);
            assert_eq!(serde_json::from_str::<Moment>(stored).unwrap(), moment);
        }
    }
}
