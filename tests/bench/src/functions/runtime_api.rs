//! The Runtime API of Lambda, as a function asks it for events and gives it answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::http_server::{self, Reply, Request};
use crate::{Failure, clock};

/// How long a function may take for an event, and how long the bench waits for a sign of it.
const DEADLINE: Duration = Duration::from_secs(30);

/// What a function said, and when it was heard.
pub enum Said {
    /// It asks for an event.
    Ready(Instant),
    Answered(Instant, Value),
    /// It failed on an event, or did not start.
    Failed(Value),
}

/// The API of one process.
pub struct RuntimeApi {
    port: u16,
    events: UnboundedSender<Value>,
    said: UnboundedReceiver<Said>,
}

struct Door {
    events: Mutex<UnboundedReceiver<Value>>,
    said: UnboundedSender<Said>,
    given: AtomicU64,
}

impl RuntimeApi {
    pub async fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let (events, taken) = unbounded_channel();
        let (saying, said) = unbounded_channel();
        let door = Arc::new(Door { events: Mutex::new(taken), said: saying, given: AtomicU64::new(0) });
        let handler = move |request| {
            let door = Arc::clone(&door);
            async move { door.answer(request).await }
        };
        tokio::spawn(http_server::serve(listener, handler));
        Ok(Self { port, events, said })
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The function gets it when it asks.
    pub fn put(&self, event: Value) -> Result<(), Failure> {
        Ok(self.events.send(event)?)
    }

    /// The next that the function says.
    pub async fn hear(&mut self) -> Result<Said, Failure> {
        match clock::within(DEADLINE, self.said.recv()).await.flatten() {
            Some(said) => Ok(said),
            None => Err("the function says nothing".into()),
        }
    }
}

impl Door {
    async fn answer(&self, request: Request) -> Reply {
        let now = clock::now();
        let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
        let said = match (request.method.as_str(), path.as_slice()) {
            ("GET", [_, "runtime", "invocation", "next"]) => {
                let _ = self.said.send(Said::Ready(now));
                return self.next().await;
            }
            ("POST", [_, "runtime", "invocation", _, "response"]) => Said::Answered(now, request.body),
            ("POST", [_, "runtime", "invocation", _, "error"] | [_, "runtime", "init", "error"]) => {
                Said::Failed(request.body)
            }
            _ => return Reply::Answer { status: 404, body: Value::Null },
        };
        let _ = self.said.send(said);
        Reply::Answer { status: 202, body: json!({ "status": "OK" }) }
    }

    /// Waits for an event.
    async fn next(&self) -> Reply {
        let Some(event) = self.events.lock().await.recv().await else { return Reply::Dropped };
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        let deadline = clock::today().as_millisecond() + DEADLINE.as_millis() as i64;
        let headers = vec![
            ("lambda-runtime-aws-request-id", format!("00000000-0000-4000-8000-{number:012}")),
            ("lambda-runtime-deadline-ms", deadline.to_string()),
            (
                "lambda-runtime-invoked-function-arn",
                "arn:aws:lambda:il-central-1:000000000000:function:bench".to_owned(),
            ),
            ("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000;Sampled=0".to_owned()),
        ];
        Reply::Written { status: 200, headers, body: event.to_string() }
    }
}
