//! A form's body as its fields, whichever way it was written.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Fields in the order in which they came.
pub type Fields = Vec<(String, String)>;

const FIELDS_MAX: usize = 100;
const NAME_CHARS_MAX: usize = 100;
const VALUE_CHARS_MAX: usize = 5_000;

#[derive(Debug, PartialEq, Eq)]
pub enum FormFault {
    /// No form at all: says what is expected.
    Unreadable(&'static str),
    Invalid(BTreeMap<String, String>),
}

/// What a body says, before anybody knows how its sender writes fields.
pub enum Body {
    Json(Map<String, Value>),
    /// A field may stand more than once.
    Urlencoded(Fields),
}

pub fn parse(content_type: Option<&str>, body: &[u8]) -> Result<Body, FormFault> {
    const NO_JSON: FormFault = FormFault::Unreadable(
        "the body is not JSON; send an object such as {\"name\": \"…\", \"phone\": \"…\"}",
    );
    let kind = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_lowercase();
    // Many senders, `curl -d` among them, send JSON and say that it is a form.
    let looks_like_json = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    match kind.as_str() {
        kind if kind == "application/json" || looks_like_json => {
            serde_json::from_slice(body).map(Body::Json).map_err(|_| NO_JSON)
        }
        "" | "text/plain" | "application/x-www-form-urlencoded" => {
            Ok(Body::Urlencoded(serde_urlencoded::from_bytes(body).unwrap_or_default()))
        }
        _ => Err(FormFault::Unreadable("send application/json or application/x-www-form-urlencoded")),
    }
}

/// The plain way: names and texts.
pub fn plain(body: Body) -> Result<Fields, FormFault> {
    let object = match body {
        Body::Json(object) => object,
        Body::Urlencoded(fields) => return check_sizes(fields),
    };
    let mut fields = Fields::new();
    let mut faults = BTreeMap::new();
    for (name, value) in object {
        match text_of(&value) {
            Some(text) => fields.push((name, text)),
            None => {
                drop(faults.insert(name, "send text, a number, true or false, or a list of those".to_owned()))
            }
        }
    }
    if faults.is_empty() { check_sizes(fields) } else { Err(FormFault::Invalid(faults)) }
}

pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        // Boxes that were ticked.
        Value::Array(items) => {
            let texts: Option<Vec<String>> =
                items.iter().filter(|item| !item.is_array()).map(text_of).collect();
            Some(texts?.join(", "))
        }
        Value::Object(_) => None,
    }
}

pub fn check_sizes(fields: Fields) -> Result<Fields, FormFault> {
    if fields.len() > FIELDS_MAX {
        return Err(FormFault::Unreadable("a form has at most 100 fields"));
    }
    let too_long = |(name, value): &&(String, String)| {
        name.chars().count() > NAME_CHARS_MAX || value.chars().count() > VALUE_CHARS_MAX
    };
    let faults: BTreeMap<String, String> = fields
        .iter()
        .filter(too_long)
        .map(|(name, _)| {
            let name = name.chars().take(NAME_CHARS_MAX).collect();
            (name, "a name has at most 100 characters and a value 5,000".to_owned())
        })
        .collect();
    if faults.is_empty() { Ok(fields) } else { Err(FormFault::Invalid(faults)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: Option<&str>, body: &[u8]) -> Result<Fields, FormFault> {
        plain(parse(content_type, body)?)
    }

    fn pairs(fields: &[(&str, &str)]) -> Fields {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn json_and_urlencoded_say_the_same() {
        let expected = Ok(pairs(&[("name", "דנה כהן"), ("phone", "054-123 4567")]));
        let json = "{\"name\":\"דנה כהן\",\"phone\":\"054-123 4567\"}";
        let encoded = "name=%D7%93%D7%A0%D7%94+%D7%9B%D7%94%D7%9F&phone=054-123+4567";
        assert_eq!(read(Some("application/json; charset=utf-8"), json.as_bytes()), expected);
        assert_eq!(read(None, json.as_bytes()), expected);
        assert_eq!(read(Some("application/x-www-form-urlencoded"), json.as_bytes()), expected);
        assert_eq!(read(Some("application/x-www-form-urlencoded"), encoded.as_bytes()), expected);
        assert_eq!(read(None, encoded.as_bytes()), expected);
    }

    #[test]
    fn numbers_and_ticked_boxes_are_text_and_objects_are_not() {
        let body = br#"{"adults": 2, "agree": true, "places": ["Rome", "Paris"], "note": null}"#;
        let expected = pairs(&[("adults", "2"), ("agree", "true"), ("note", ""), ("places", "Rome, Paris")]);
        let mut read_fields = read(None, body).unwrap();
        read_fields.sort();
        assert_eq!(read_fields, expected);
        let FormFault::Invalid(faults) = read(None, br#"{"phone": {"a": 1}, "b": [{"c": 1}]}"#).unwrap_err()
        else {
            panic!("objects are refused by their fields");
        };
        assert_eq!(faults.keys().collect::<Vec<_>>(), ["b", "phone"]);
    }

    #[test]
    fn what_is_no_form_is_told_what_to_send() {
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        for body in ["{", "{\"a\":", deep.as_str(), "[1]", "null"] {
            assert!(matches!(read(Some("application/json"), body.as_bytes()), Err(FormFault::Unreadable(_))));
        }
        assert!(matches!(read(Some("image/png"), b"x"), Err(FormFault::Unreadable(_))));
    }
}
