//! Stands between the command and the emulator, and keeps what was asked for: what writes, and what only reads.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode};
use axum::{Router, routing};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

const BODY_BYTES_MAX: usize = 100 * 1024 * 1024;

/// Beginnings of the names of operations that change nothing.
const READS: [&str; 6] = ["Get", "Describe", "List", "Query", "BatchGet", "Head"];

/// A proxy on a port of its own. It ends when it is dropped.
pub struct Spy {
    pub url: String,
    seen: Arc<Mutex<Vec<String>>>,
    serving: AbortHandle,
}

struct Relay {
    to: String,
    http: reqwest::Client,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Spy {
    pub async fn start(to: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let relay = Arc::new(Relay { to: to.to_owned(), http, seen: Arc::clone(&seen) });
        let app = Router::new().fallback(routing::any(pass_on)).with_state(relay);
        let serving = tokio::spawn(async move { axum::serve(listener, app).await }).abort_handle();
        Self { url, seen, serving }
    }

    /// What was asked for since it was last asked.
    pub fn taken(&self) -> Vec<String> {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    /// The part of it that writes.
    pub fn writes(&self) -> Vec<String> {
        let writes = |operation: &String| !READS.iter().any(|read| operation.starts_with(read));
        self.taken().into_iter().filter(writes).collect()
    }
}

impl Drop for Spy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn pass_on(State(relay): State<Arc<Relay>>, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else { return refused() };
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let operation = operation(&head.method, path, &head.headers, &body);
    relay.seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(operation);
    let mut headers = head.headers;
    headers.remove(http::header::HOST);
    let url = format!("{}{path}", relay.to);
    let sent = relay.http.request(head.method, url).headers(headers).body(body).send().await;
    let Ok(answer) = sent else { return refused() };
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    let Ok(body) = answer.bytes().await else { return refused() };
    headers.remove(http::header::TRANSFER_ENCODING);
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

fn refused() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}

/// The name of what is asked for. The services say it in three ways.
fn operation(method: &Method, path: &str, headers: &HeaderMap, body: &[u8]) -> String {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    if let Some(target) = target {
        return target.rsplit('.').next().unwrap_or(target).to_owned();
    }
    let form: Vec<(String, String)> = serde_urlencoded::from_bytes(body).unwrap_or_default();
    if let Some((_, action)) = form.into_iter().find(|(name, _)| name == "Action") {
        return action;
    }
    let verb = match *method {
        Method::GET => "Get",
        Method::HEAD => "Head",
        _ => method.as_str(),
    };
    format!("{verb} {path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_named_however_it_is_asked_for() {
        let none = HeaderMap::new();
        let mut target = HeaderMap::new();
        target.insert("x-amz-target", "DynamoDB_20120810.PutItem".parse().unwrap());
        assert_eq!(operation(&Method::POST, "/", &target, b"{}"), "PutItem");
        assert_eq!(operation(&Method::POST, "/", &none, b"Action=CreateStack&StackName=x"), "CreateStack");
        assert_eq!(operation(&Method::PUT, "/bucket/key", &none, b"zip"), "PUT /bucket/key");
        assert_eq!(operation(&Method::HEAD, "/bucket/key", &none, b""), "Head /bucket/key");
    }
}
