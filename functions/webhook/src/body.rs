//! From the request to the bytes that were signed, and from those to a JSON object.

use std::borrow::Cow;

use aws_lambda_events::event::apigw::ApiGatewayV2httpRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// WhatsApp sends up to 3 MB; Lambda takes 6 MB with everything escaped.
pub const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadBody {
    TooLarge,
    NotBase64,
}

/// Exactly the bytes that the sender signed.
pub fn bytes(request: &ApiGatewayV2httpRequest) -> Result<Cow<'_, [u8]>, BadBody> {
    let text = request.body.as_deref().unwrap_or_default();
    let body: Cow<'_, [u8]> = if request.is_base64_encoded {
        if text.len() > BODY_BYTES_MAX.div_ceil(3) * 4 {
            return Err(BadBody::TooLarge);
        }
        Cow::Owned(STANDARD.decode(text).map_err(|_| BadBody::NotBase64)?)
    } else {
        Cow::Borrowed(text.as_bytes())
    };
    if body.len() > BODY_BYTES_MAX { Err(BadBody::TooLarge) } else { Ok(body) }
}

/// The object in a body. serde_json goes 128 levels deep and no further, so no nesting reaches the stack's end.
pub fn json_object(bytes: &[u8]) -> Option<Value> {
    let parsed = serde_json::from_slice(bytes).or_else(|error| match mended(bytes) {
        Some(mended) => serde_json::from_slice(&mended),
        None => Err(error),
    });
    parsed.ok().filter(Value::is_object)
}

/// A text that was cut in the middle of an emoji leaves half of it, `\ud83d`, which no JSON parser takes. One
/// such text must not lose the batch: the half becomes U+FFFD. `None` where there is nothing to mend.
fn mended(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut mended = bytes.to_vec();
    let mut found = false;
    let mut at = 0;
    while at < mended.len() {
        if mended[at] != b'\\' {
            at += 1;
            continue;
        }
        match escaped_unit(&mended[at..]) {
            Some(0xD800..=0xDBFF) if is_low(mended.get(at + 6..)) => at += 12,
            Some(0xD800..=0xDFFF) => {
                mended[at + 2..at + 6].copy_from_slice(b"FFFD");
                found = true;
                at += 6;
            }
            Some(_) => at += 6,
            None => at += 2,
        }
    }
    found.then_some(mended)
}

fn is_low(rest: Option<&[u8]>) -> bool {
    rest.and_then(escaped_unit).is_some_and(|unit| (0xDC00..=0xDFFF).contains(&unit))
}

/// The UTF-16 unit of a `\uXXXX` at the start.
fn escaped_unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    let digits =
        std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_object_is_a_delivery() {
        for body in ["", " ", "null", "7", "\"page\"", "[]", "{", "{} {}", "{\"a\":\"\u{1}\"}"] {
            assert_eq!(json_object(body.as_bytes()), None, "{body}");
        }
        assert_eq!(json_object(b"{\"a\":\"\xff\"}"), None);
        assert!(json_object(b" {} ").is_some());
    }

    #[test]
    fn nesting_ends_before_the_stack_does() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(1_000_000), "]".repeat(1_000_000));
        assert_eq!(json_object(deep.as_bytes()), None);
    }

    #[test]
    fn half_an_emoji_is_mended_and_whole_ones_are_kept() {
        let cases = [
            (r#"{"a":"x\ud83d"}"#, "x\u{FFFD}"),
            (r#"{"a":"\ude4fx"}"#, "\u{FFFD}x"),
            (r#"{"a":"\ud83d\ud83d\ude4f"}"#, "\u{FFFD}🙏"),
            (r#"{"a":"\\ud83d \ude4f"}"#, "\\ud83d \u{FFFD}"),
            (r#"{"a":"\ud83d\ude4f"}"#, "🙏"),
        ];
        for (body, expected) in cases {
            assert_eq!(json_object(body.as_bytes()).unwrap()["a"], expected, "{body}");
        }
        for broken in [r#"{"a":"\ud83d"#, r#"{"a":"\ud83"}"#, r#"{"a":"\ud83d\"#, r"\", r"\u"] {
            assert_eq!(json_object(broken.as_bytes()), None, "{broken}");
        }
    }
}
