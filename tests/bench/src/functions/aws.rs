//! As much of AWS as a function calls, on this machine: DynamoDB by the embedded engine, queues that keep what they
//! are given, and the secrets. It notes what it was asked, by the kind of row.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use engine::{Engine, Retries};
use serde_json::{Value, json};
use shared::adapters::dynamodb::{DynamoDbStore, ensure_table};
use shared::adapters::system::SystemChance;
use shared::application::ports::Store;
use shared::application::publish::publish;
use shared::playbook::parse;
use tokio::net::TcpListener;

use super::asked;
use super::environment::secret;
use crate::Failure;
use crate::http_server::{self, Reply, Request};

pub const TABLE: &str = "masa-bench";

const PLAYBOOK: &str = include_str!("../../../../infra/local/playbook.he.yaml");

pub struct Aws {
    engine: Engine,
    state: Mutex<State>,
    port: u16,
}

#[derive(Default)]
struct State {
    /// What was asked since it was last taken.
    asked: Vec<String>,
    /// The bodies of the messages by the last part of the queue's address.
    queues: BTreeMap<String, VecDeque<String>>,
}

impl Aws {
    /// Listens with an empty table, whose business is the starter playbook's. Port 0 takes any free one.
    pub async fn start(port: u16) -> Result<Arc<Self>, Failure> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let port = listener.local_addr()?.port();
        let engine = Engine::memory()?;
        let client = engine.client(Retries::Disabled);
        ensure_table(&client, TABLE).await?;
        let store = DynamoDbStore::new(client, TABLE, Arc::new(SystemChance));
        let text = without_quiet_hours(PLAYBOOK);
        let playbook = parse("the starter playbook", &text).map_err(|faults| faults.to_string())?;
        publish(&store, &playbook, &text).await?;
        store.release_table(TABLE).await?;
        let aws = Arc::new(Self { engine, state: Mutex::default(), port });
        let handling = Arc::clone(&aws);
        let handler = move |request| {
            let aws = Arc::clone(&handling);
            async move { aws.answer(request).await }
        };
        tokio::spawn(http_server::serve(listener, handler));
        Ok(aws)
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn queue_url(&self, queue: &str) -> String {
        format!("{}/000000000000/{queue}", self.url())
    }

    /// What was asked since this was last called.
    pub fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state().asked)
    }

    /// The oldest message of a queue.
    pub fn take_message(&self, queue: &str) -> Option<String> {
        self.state().queues.get_mut(queue)?.pop_front()
    }

    async fn answer(&self, request: Request) -> Reply {
        let target = request.headers.get("x-amz-target").map(String::as_str).unwrap_or_default();
        let Some((service, operation)) = target.split_once('.') else {
            return refused("UnknownOperationException", "only the JSON protocols of AWS are spoken here");
        };
        let service = service.split('_').next().unwrap_or_default();
        self.state().asked.push(asked::name(operation, &request.body));
        match service {
            "DynamoDB" => match self.engine.answer(operation, request.bytes.clone()).await {
                Ok(answer) => {
                    Reply::Written { status: answer.status, headers: Vec::new(), body: answer.body }
                }
                Err(error) => refused("InternalServerError", &error.to_string()),
            },
            "AmazonSQS" => self.queue(operation, &request.body),
            "AmazonSSM" => parameters(&request.body),
            _ => refused("UnknownOperationException", &format!("there is no {service} here")),
        }
    }

    fn queue(&self, operation: &str, body: &Value) -> Reply {
        let url = body["QueueUrl"].as_str().unwrap_or_default();
        let name = url.rsplit('/').next().unwrap_or_default().to_owned();
        let mut state = self.state();
        let queue = state.queues.entry(name).or_default();
        match operation {
            "SendMessageBatch" => {
                let mut taken = Vec::new();
                for entry in body["Entries"].as_array().into_iter().flatten() {
                    queue.push_back(entry["MessageBody"].as_str().unwrap_or_default().to_owned());
                    let id = &entry["Id"];
                    taken.push(json!({ "Id": id, "MessageId": "bench", "MD5OfMessageBody": "" }));
                }
                Reply::Answer { status: 200, body: json!({ "Successful": taken, "Failed": [] }) }
            }
            "GetQueueAttributes" => {
                let depth = queue.len().to_string();
                let attributes = json!({ "Attributes": { "ApproximateNumberOfMessages": depth } });
                Reply::Answer { status: 200, body: attributes }
            }
            _ => refused("UnknownOperationException", &format!("the queues do not know {operation}")),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn parameters(body: &Value) -> Reply {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for name in body["Names"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        match secret(name) {
            Some(value) => known.push(json!({ "Name": name, "Type": "SecureString", "Value": value })),
            None => unknown.push(name),
        }
    }
    Reply::Answer { status: 200, body: json!({ "Parameters": known, "InvalidParameters": unknown }) }
}

fn refused(kind: &str, message: &str) -> Reply {
    Reply::Answer { status: 400, body: json!({ "__type": kind, "message": message }) }
}

/// The playbook without its nights: what a function does must not depend on the hour of the run.
fn without_quiet_hours(playbook: &str) -> String {
    playbook
        .lines()
        .filter(|line| !line.starts_with("quiet-hours:"))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_work_at_any_hour() {
        let playbook = parse("the starter playbook", &without_quiet_hours(PLAYBOOK)).unwrap();
        assert_eq!(playbook.quiet_hours, Default::default());
        let whole = parse("the starter playbook", PLAYBOOK).unwrap();
        assert_ne!(whole.quiet_hours, playbook.quiet_hours);
    }
}
