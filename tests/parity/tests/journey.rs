//! One form through everything that was deployed: the HTTP API, `lead-intake`, the table, a queue, `sender`, Graph API.

use std::time::Duration;

use parity::emulator::Emulator;
use parity::graph::{Call, Graph};
use parity::installation::{APP_STACK, Installation, TABLE};
use parity::masa::{GIVEN, Masa, target};
use serde_json::json;

const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A queue is looked at every second or so, and a debug build takes its time to start.
const LOOKS_MAX: u32 = 120;

#[tokio::test(flavor = "multi_thread")]
async fn a_form_becomes_a_lead_and_is_answered_on_whatsapp() {
    let Some(emulator) = Emulator::start(&target()).await else { return };
    let masa = Masa::build();
    let graph = Graph::start().await;
    let made = masa.deploy(&emulator.url, &["--yes", "--graph-url", &graph.url]).await;
    assert!(made.ok, "{}", made.text);
    let there = Installation::at(&emulator.url).await;
    there.give_functions_what_lambda_gives(&emulator.url).await;
    there.give_pollers_a_number(&emulator.url).await;

    let api = Api::of(&there, &emulator.url).await;
    let unknown = api.form("no such key", json!({ "name": "דנה כהן", "phone": "054-123-4567" })).await;
    assert_eq!(unknown, 401);
    let key = there.secret("MASA_FORM_KEY").await;
    let accepted = api.form(&key, json!({ "name": "דנה כהן", "phone": "054-123-4567" })).await;
    assert!((200..300).contains(&accepted), "{accepted}");
    assert_eq!(leads(&there).await, 1);

    let (path, body) = first_call(&graph).await;
    assert!(path.ends_with("/106106106106106/messages"), "{path}");
    assert_eq!(body["to"], "972541234567", "{body}");
    assert_eq!(body["template"]["name"], "lead_welcome", "{body}");

    // Twice is once: the same form is known by its fields.
    let again = api.form(&key, json!({ "name": "דנה כהן", "phone": "054-123-4567" })).await;
    assert!((200..300).contains(&again), "{again}");
    assert_eq!(leads(&there).await, 1);
    assert_eq!(graph.calls().len(), 1);
    assert!(graph.calls().iter().all(|(path, _)| GIVEN.iter().all(|(_, secret)| !path.contains(secret))));
}

/// The HTTP API. Its real name leads to AWS, so it is asked by the emulator's address under the name it has there.
struct Api {
    http: reqwest::Client,
    url: String,
    host: String,
}

impl Api {
    async fn of(there: &Installation, emulator: &str) -> Self {
        let url = there.output(APP_STACK, "ApiUrl").await;
        let name = url.trim_start_matches("http://").trim_start_matches("https://");
        let id = name.split('.').next().expect("the API's id");
        Self {
            http: reqwest::Client::builder().no_proxy().build().expect("a client"),
            url: emulator.to_owned(),
            host: format!("{id}.execute-api.localhost"),
        }
    }

    async fn form(&self, key: &str, fields: serde_json::Value) -> u16 {
        let post = self.http.post(format!("{}/forms/neveh/contact", self.url));
        let sent = post.header("host", &self.host).header("x-form-key", key).json(&fields).send().await;
        sent.expect("an answer").status().as_u16()
    }
}

async fn leads(there: &Installation) -> usize {
    let rows = there.dynamodb.scan().table_name(TABLE).send().await.expect("the table");
    rows.items().iter().filter(|item| item["sk"].as_s().is_ok_and(|sk| sk == "LEAD")).count()
}

async fn first_call(graph: &Graph) -> Call {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    for _ in 0..LOOKS_MAX {
        looks.tick().await;
        if let Some(call) = graph.calls().into_iter().next() {
            return call;
        }
    }
    panic!("nothing was sent; see parity.log in the build folder")
}
