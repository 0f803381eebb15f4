//! Reading a request: version, token, and parameters, wherever the caller put them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Refusal;
use crate::outbox::digest;
use crate::{Business, limits};

/// A request as HTTP brings it.
#[derive(Clone, Default)]
pub struct GraphRequest {
    /// In upper case.
    pub method: String,
    /// With the version, without the mount point.
    pub path: String,
    pub query: Vec<(String, String)>,
    /// The header's value.
    pub authorization: Option<String>,
    /// JSON or urlencoded.
    pub body: Vec<u8>,
}

/// A request whose token is good. It holds no secret, so it can be written down.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Call {
    /// The first business that has the token.
    pub(crate) business: String,
    pub(crate) method: String,
    /// Without the version.
    pub(crate) path: Vec<String>,
    pub(crate) parameters: Map<String, Value>,
}

impl Call {
    pub(crate) fn read(
        request: &GraphRequest,
        businesses: &[Arc<Business>],
        app_secret: &str,
    ) -> Result<Self, Refusal> {
        if request.body.len() > limits::CALL_BYTES_MAX {
            return Err(Refusal::invalid("The request is too large").with_status(413));
        }
        let mut parameters = body(&request.body)?;
        for (name, value) in &request.query {
            parameters.entry(name.clone()).or_insert_with(|| Value::from(value.clone()));
        }
        let parameter = parameters.remove("access_token");
        let header = request.authorization.as_deref().and_then(|value| value.strip_prefix("Bearer "));
        let token =
            header.or_else(|| parameter.as_ref().and_then(Value::as_str)).ok_or_else(Refusal::token)?;
        let known = businesses.iter().find(|business| business.token == token);
        let business = known.ok_or_else(Refusal::token)?.id.clone();
        let proof = parameters.remove("appsecret_proof");
        if proof.is_some_and(|proof| proof != digest(app_secret, token.as_bytes())) {
            return Err(Refusal::invalid("Invalid appsecret_proof provided in the API argument"));
        }
        Ok(Self { business, method: request.method.clone(), path: path(&request.path)?, parameters })
    }

    /// Whether the call is meant to change something.
    pub(crate) fn changes(&self) -> bool {
        self.method == "POST"
    }

    /// Whether the platform remembers the call even if it refuses it: likes are counted.
    pub(crate) fn counts_when_refused(&self) -> bool {
        self.method == "POST" && self.path.last().is_some_and(|edge| edge == "likes")
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.parameters.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// An object, also if a form brought it as JSON text.
    pub(crate) fn object(&self, name: &str) -> Option<Map<String, Value>> {
        match self.parameters.get(name)? {
            Value::Object(object) => Some(object.clone()),
            Value::String(text) => serde_json::from_str(text).ok(),
            _ => None,
        }
    }

    /// Of `value` only what the parameter `fields` names, and the id.
    pub(crate) fn select(&self, value: Value) -> Value {
        let (Some(fields), Value::Object(mut object)) = (self.text("fields"), value.clone()) else {
            return value;
        };
        let wanted = names(fields);
        object.retain(|name, _| name == "id" || wanted.contains(&name.as_str()));
        Value::Object(object)
    }
}

/// The names on the first level of `a,b{c,d},e.limit(3)`.
fn names(fields: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let top = fields.split(|character| {
        match character {
            '{' | '(' => depth += 1,
            '}' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0
    });
    top.map(|field| field.split(['{', '.', '(']).next().unwrap_or(field).trim()).collect()
}

/// The segments after the version. A path without one is served, too (PLATFORM.md §0).
fn path(path: &str) -> Result<Vec<String>, Refusal> {
    let mut segments: Vec<_> =
        path.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect();
    if segments.first().is_some_and(|segment| is_version(segment)) {
        segments.remove(0);
    }
    let well_formed = (1..=3).contains(&segments.len())
        && segments.iter().all(|segment| segment.len() <= limits::NAME_CHARACTERS_MAX);
    if well_formed { Ok(segments) } else { Err(Refusal::unknown_path()) }
}

fn is_version(segment: &str) -> bool {
    let parts = segment.strip_prefix('v').and_then(|number| number.split_once('.'));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    parts.is_some_and(|(major, minor)| digits(major) && digits(minor))
}

fn body(bytes: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let text = std::str::from_utf8(bytes).map_err(|_| Refusal::invalid("The body is not UTF-8"))?.trim();
    if text.is_empty() {
        return Ok(Map::new());
    }
    if text.starts_with(['{', '[', '"']) || !text.contains('=') {
        return serde_json::from_str(text).map_err(|_| Refusal::invalid("The body is not a JSON object"));
    }
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(text).map_err(|_| Refusal::invalid("The body is not a form"))?;
    Ok(pairs.into_iter().map(|(name, value)| (name, Value::from(value))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::Stage;
    use serde_json::json;

    #[test]
    fn a_missing_or_unknown_token_is_refused_with_190() {
        // PLATFORM.md §7: connection broken.
        let stage = Stage::new();
        for authorization in [None, Some("Bearer nobody"), Some("neveh-token")] {
            let request = GraphRequest {
                method: "GET".into(),
                path: "/v26.0/101010101010101".into(),
                authorization: authorization.map(str::to_owned),
                ..GraphRequest::default()
            };
            let answer = stage.sandbox.graph(stage.now(), &request);
            assert_eq!(
                (answer.status, &answer.body["error"]["code"]),
                (401, &json!(190)),
                "{authorization:?}"
            );
        }
    }

    #[test]
    fn the_token_may_be_a_parameter_and_its_proof_is_checked() {
        // PLATFORM.md §0: appsecret_proof.
        let stage = Stage::new();
        let with_proof = |proof: &str| {
            let query = vec![
                ("access_token".to_owned(), "neveh-token".to_owned()),
                ("appsecret_proof".to_owned(), proof.to_owned()),
            ];
            let request = GraphRequest {
                method: "GET".into(),
                path: "/v26.0/101010101010101".into(),
                query,
                ..GraphRequest::default()
            };
            stage.sandbox.graph(stage.now(), &request).status
        };
        assert_eq!(with_proof(&digest("app-secret", b"neveh-token")), 200);
        assert_eq!(with_proof("0000"), 400);
    }

    #[test]
    fn what_cannot_be_understood_is_refused_with_100() {
        // PLATFORM.md §7: request wrong.
        let stage = Stage::new();
        let cases: [(&str, &str, &[u8], serde_json::Value); 4] = [
            ("POST", "/v26.0/101010101010101/messages", b"{\"a\":", json!(null)),
            ("POST", "/v26.0/101010101010101/nonsense", b"", json!(null)),
            ("GET", "/v26.0/", b"", json!(null)),
            ("GET", "/v26.0/4040404", b"", json!(33)),
        ];
        for (method, path, body, subcode) in cases {
            let request = GraphRequest {
                method: method.into(),
                path: path.into(),
                authorization: Some("Bearer neveh-token".into()),
                body: body.to_vec(),
                ..GraphRequest::default()
            };
            let error = stage.sandbox.graph(stage.now(), &request).body["error"].clone();
            assert_eq!((&error["code"], &error["error_subcode"]), (&json!(100), &subcode), "{method} {path}");
        }
    }

    #[test]
    fn a_token_is_good_for_its_own_business_only() {
        // PLATFORM.md §7: 200–299.
        let stage = Stage::new();
        let answer = stage.get("202020202020202");
        assert_eq!(answer.body["error"]["code"], 200);
    }

    #[test]
    fn fields_choose_on_the_first_level() {
        assert_eq!(names("id, messages.limit(3){id,from{id}},name"), ["id", "messages", "name"]);
    }
}
