//! A request to the Graph API as plain data.

use std::fmt;

use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// What to ask. The host, the version and the token are added by whoever sends it.
#[derive(Clone, PartialEq)]
pub struct Request {
    pub method: Method,
    /// Without a slash at its beginning, and without the version.
    pub path: String,
    pub query: Vec<(&'static str, String)>,
    pub body: Option<Value>,
}

/// RFC 3986: everything but the unreserved characters is escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Request {
    /// Reads an edge of an object, or the object itself for an empty edge.
    pub fn get(id: &str, edge: &str, query: Vec<(&'static str, String)>) -> Self {
        Self { method: Method::GET, path: path(id, edge), query, body: None }
    }

    pub fn post(id: &str, edge: &str, body: Value) -> Self {
        Self { method: Method::POST, path: path(id, edge), query: Vec::new(), body: Some(body) }
    }

    /// The whole address, under the root that the settings give.
    pub fn url(&self, root: &str) -> String {
        let mut url = format!("{root}/{}", self.path);
        for (index, (name, value)) in self.query.iter().enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            url.push_str(&format!("{separator}{name}={}", utf8_percent_encode(value, ESCAPED)));
        }
        url
    }
}

/// Ids come from outside: none of them may reach into another path.
fn path(id: &str, edge: &str) -> String {
    let id = utf8_percent_encode(id, ESCAPED);
    if edge.is_empty() { id.to_string() } else { format!("{id}/{edge}") }
}

impl fmt::Debug for Request {
    /// Names only the place: query and body hold texts and addresses of people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_comes_from_outside_stays_in_its_place() {
        let fields = "messages.limit(20){id,message}".to_owned();
        let request =
            Request::get("17?/../9", "replies", vec![("fields", fields), ("q", "מחיר & עוד".into())]);
        assert_eq!(
            request.url("https://example.com/v26.0"),
            "https://example.com/v26.0/17%3F%2F..%2F9/replies?fields=messages.limit%2820%29%7Bid%2Cmessage%7D\
             &q=%D7%9E%D7%97%D7%99%D7%A8%20%26%20%D7%A2%D7%95%D7%93"
        );
    }

    #[test]
    fn a_log_shows_no_text() {
        let request = Request::post("1", "messages", json!({"text": "שלום דנה"}));
        assert_eq!(format!("{request:?}"), "POST 1/messages");
    }
}
