//! What a call is answered.

use serde_json::{Value, json};

use super::Refusal;

/// The answer to a Graph API call.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphAnswer {
    /// 0 means that the connection breaks without an answer.
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

impl GraphAnswer {
    pub(crate) fn done(body: Value) -> Self {
        Self { status: 200, headers: usage(), body }
    }

    pub(crate) fn lost() -> Self {
        Self { status: 0, headers: Vec::new(), body: Value::Null }
    }
}

impl Refusal {
    pub(crate) fn answer(self) -> GraphAnswer {
        let mut headers = usage();
        if let Some(minutes) = self.wait_minutes {
            let usage = json!({ "sandbox": [{
                "type": "pages",
                "call_count": 100,
                "total_cputime": 0,
                "total_time": 0,
                "estimated_time_to_regain_access": minutes,
            }] });
            headers.push(("X-Business-Use-Case-Usage".to_owned(), usage.to_string()));
        }
        GraphAnswer { status: self.status, headers, body: self.body() }
    }
}

fn usage() -> Vec<(String, String)> {
    let usage = json!({ "call_count": 1, "total_cputime": 1, "total_time": 1 });
    vec![("X-App-Usage".to_owned(), usage.to_string())]
}
