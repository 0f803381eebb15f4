//! Reading what Meta spells in several ways. Every reader takes any JSON and gives `None` for what it is not.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// Longer than any id of Meta's; what is longer is none.
const ID_BYTES_MAX: usize = 512;
pub const TEXT_CHARS_MAX: usize = 8_000;
/// Names, campaign parameters and the like.
pub const WORDS_CHARS_MAX: usize = 500;

/// An id comes as a string or as a number.
pub fn id(value: &Value) -> Option<String> {
    let id = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) if !number.is_f64() => number.to_string(),
        _ => return None,
    };
    (!id.is_empty() && id.len() <= ID_BYTES_MAX).then_some(id)
}

/// A text that is not blank, cut to a length.
pub fn text(value: &Value, chars_max: usize) -> Option<String> {
    let text = value.as_str().filter(|text| !text.trim().is_empty())?;
    Some(text.chars().take(chars_max).collect())
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

pub fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(is) => *is,
        Value::String(text) => text == "true",
        Value::Number(number) => number.as_i64() == Some(1),
        _ => false,
    }
}

/// A code comes as a number or as its digits.
pub fn code(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// A moment in seconds or milliseconds, as a number, as its digits, or as a date. Nonsense is `None`: before
/// Meta had webhooks, or more than a day ahead.
pub fn time(value: &Value, now: Timestamp) -> Option<Timestamp> {
    const MILLISECONDS_FROM: i64 = 100_000_000_000; // As seconds, the year 5138.
    const EARLIEST: i64 = 1_262_304_000; // 2010-01-01T00:00:00Z
    let number = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let at = match number {
        Some(number) if number >= MILLISECONDS_FROM => Timestamp::from_millisecond(number).ok()?,
        Some(number) => Timestamp::from_second(number).ok()?,
        None => value.as_str()?.trim().parse().ok()?,
    };
    let latest = now.checked_add(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MAX);
    (at.as_second() >= EARLIEST && at <= latest).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_id_is_a_string_or_a_whole_number() {
        let cases = [
            (json!("17841400000000001"), Some("17841400000000001")),
            (json!(17841400000000001_u64), Some("17841400000000001")),
            (json!(" 7 "), Some("7")),
            (json!(""), None),
            (json!(1.5), None),
            (json!(true), None),
            (json!(["7"]), None),
            (json!("7".repeat(513)), None),
            (Value::Null, None),
        ];
        for (value, expected) in cases {
            assert_eq!(id(&value).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn a_time_is_read_in_every_spelling_and_nonsense_is_none() {
        let now: Timestamp = "2026-11-30T09:00:00Z".parse().unwrap();
        let then = Some("2026-11-29T09:00:00Z");
        let cases = [
            (json!(1795942800), then),
            (json!("1795942800"), then),
            (json!(1795942800000_i64), then),
            (json!("1795942800000"), then),
            (json!("2026-11-29T09:00:00+0000"), then),
            (json!("2026-11-29T11:00:00+02:00"), then),
            (json!(12_341), None),
            (json!(-1795942800), None),
            (json!(0), None),
            (json!(i64::MIN), None),
            (json!(u64::MAX), None),
            (json!(1.5e300), None),
            // A day ahead is a clock that runs fast; more is nonsense.
            (json!("2026-12-01T08:59:00Z"), Some("2026-12-01T08:59:00Z")),
            (json!("2026-12-01T09:01:00Z"), None),
            (json!("yesterday"), None),
            (json!({}), None),
            (Value::Null, None),
        ];
        for (value, expected) in cases {
            let expected = expected.map(|text| text.parse::<Timestamp>().unwrap());
            assert_eq!(time(&value, now), expected, "{value}");
        }
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(text(&json!("שלום"), 2).as_deref(), Some("של"));
        assert_eq!(text(&json!(" \n"), 2), None);
        assert_eq!(text(&json!(7), 2), None);
    }
}
