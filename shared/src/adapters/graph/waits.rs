//! How long the platform asks to be left alone (PLATFORM.md §6).

use http::HeaderMap;
use http::header::RETRY_AFTER;
use jiff::SignedDuration;
use serde_json::Value;

use super::json;

/// Meta's longest window is a day; what a header says beyond that is a mistake.
const WAIT_MAX: SignedDuration = SignedDuration::from_hours(24);

/// The longest wait that the headers ask for, if they ask for any.
pub fn asked_for(headers: &HeaderMap) -> Option<SignedDuration> {
    let waits = [retry_after(headers), business_use_case(headers)];
    waits.into_iter().flatten().max().map(|wait| wait.min(WAIT_MAX))
}

/// From this share of what is allowed on, in percent, a connection is left alone for a while.
const NEARLY: i64 = 95;
/// For how long, where Meta does not say.
const BREATH: SignedDuration = SignedDuration::from_mins(5);

/// How long to leave a connection alone of which most is used up, by an answer that was none of refusal.
pub fn nearly_used_up(headers: &HeaderMap) -> Option<SignedDuration> {
    let read = |name| serde_json::from_str::<Value>(headers.get(name)?.to_str().ok()?).ok();
    let percent = |usage: &Value| {
        let shares = ["call_count", "total_cputime", "total_time"].map(|share| json::integer(&usage[share]));
        shares.into_iter().flatten().max().unwrap_or_default()
    };
    let app = read("x-app-usage").map(|usage| percent(&usage)).unwrap_or_default();
    let business = read("x-business-use-case-usage");
    let entries = business.iter().filter_map(Value::as_object).flat_map(|usage| usage.values());
    let of_business = entries.filter_map(Value::as_array).flatten().map(percent).max().unwrap_or_default();
    let asked = business_use_case(headers);
    let is_near = app.max(of_business) >= NEARLY || asked.is_some();
    is_near.then(|| asked.unwrap_or(BREATH).min(WAIT_MAX))
}

fn retry_after(headers: &HeaderMap) -> Option<SignedDuration> {
    let seconds: u32 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    (seconds > 0).then(|| SignedDuration::from_secs(seconds.into()))
}

/// `{"<business>": [{"estimated_time_to_regain_access": <minutes>, …}, …]}`
fn business_use_case(headers: &HeaderMap) -> Option<SignedDuration> {
    let usage: Value = serde_json::from_str(headers.get("x-business-use-case-usage")?.to_str().ok()?).ok()?;
    let entries = usage.as_object()?.values().filter_map(Value::as_array).flatten();
    let minutes =
        entries.filter_map(|entry| json::integer(&entry["estimated_time_to_regain_access"])).max()?;
    // Bounded before it is multiplied.
    (minutes > 0).then(|| SignedDuration::from_mins(minutes.min(WAIT_MAX.as_mins())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_is_nearly_used_up_is_left_alone() {
        let cases: [(&str, &str, Option<i64>); 5] = [
            ("x-app-usage", r#"{"call_count": 94, "total_time": 12}"#, None),
            ("x-app-usage", r#"{"call_count": 4, "total_cputime": 95}"#, Some(5)),
            ("x-business-use-case-usage", r#"{"1": [{"call_count": 99}]}"#, Some(5)),
            (
                "x-business-use-case-usage",
                r#"{"1": [{"call_count": 99, "estimated_time_to_regain_access": 12}]}"#,
                Some(12),
            ),
            ("x-app-usage", "garbage", None),
        ];
        for (name, value, minutes) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(http::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
            assert_eq!(nearly_used_up(&headers), minutes.map(SignedDuration::from_mins), "{value}");
        }
    }

    #[test]
    fn the_longest_wait_is_kept() {
        const USAGE: &str = "X-Business-Use-Case-Usage";
        let usage = r#"{"1": [{"type": "pages", "estimated_time_to_regain_access": 3}], "2": [{"estimated_time_to_regain_access": "7"}]}"#;
        let huge = format!(r#"{{"1": [{{"estimated_time_to_regain_access": {}}}]}}"#, i64::MAX);
        type Headers<'a> = &'a [(&'a str, &'a str)];
        let cases: [(Headers<'_>, Option<SignedDuration>); 8] = [
            (&[], None),
            (&[("Retry-After", "90")], Some(SignedDuration::from_secs(90))),
            (&[("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT")], None),
            (&[(USAGE, usage)], Some(SignedDuration::from_mins(7))),
            (&[(USAGE, usage), ("Retry-After", "600")], Some(SignedDuration::from_mins(10))),
            (&[(USAGE, r#"{"1": [{"estimated_time_to_regain_access": 0}]}"#)], None),
            (&[(USAGE, "garbage")], None),
            (&[(USAGE, &huge)], Some(WAIT_MAX)),
        ];
        for (given, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in given {
                headers.insert(http::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
            }
            assert_eq!(asked_for(&headers), expected, "{given:?}");
        }
    }
}
