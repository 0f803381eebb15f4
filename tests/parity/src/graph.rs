//! The smallest Graph API: takes what is sent, and keeps it. What Meta refuses is the sandbox's to know.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::Uri;
use axum::{Json, Router, routing};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

/// A call of `sender`: its path, and its body.
pub type Call = (String, Value);

type Calls = Arc<Mutex<Vec<Call>>>;

/// A server on a port of its own. It ends when it is dropped.
pub struct Graph {
    pub url: String,
    calls: Calls,
    serving: AbortHandle,
}

impl Graph {
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let calls = Calls::default();
        let app = Router::new().fallback(routing::any(take)).with_state(Arc::clone(&calls));
        let serving = tokio::spawn(async move { axum::serve(listener, app).await }).abort_handle();
        Self { url, calls, serving }
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
}

impl Drop for Graph {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn take(State(calls): State<Calls>, uri: Uri, body: String) -> Json<Value> {
    let body = serde_json::from_str(&body).unwrap_or_default();
    let mut calls = calls.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    calls.push((uri.path().to_owned(), body));
    Json(
        json!({ "messaging_product": "whatsapp", "messages": [{ "id": format!("wamid.parity{}", calls.len()) }] }),
    )
}
