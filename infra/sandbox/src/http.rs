//! The sandbox over HTTP: the Graph API, the acts, the lists, and the page. The host mounts it and posts the webhooks.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Json, Response};
use axum::routing::{any, get, post};
use bytes::Bytes;
use http_body_util::{Full, Limited};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Act, GraphAnswer, GraphRequest, Sandbox, limits};

/// Reads the host's clock.
type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;
/// Tells the host that webhooks may wait.
type Hook = Arc<dyn Fn() + Send + Sync>;

#[derive(Clone)]
struct Door {
    sandbox: Arc<Sandbox>,
    now: Now,
    hook: Hook,
}

/// The routes: `/graph/{*rest}`, `/sent` (all, or `?last=`), `/act`, `/people`, `/people/{id}`, `/businesses`, `/mail`, `/mail/{id}`, and the page at `/`.
/// `sent_hook` is called after each call and act that may have queued a webhook, so that the host takes it at once.
pub fn router(
    sandbox: Arc<Sandbox>,
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    sent_hook: Arc<dyn Fn() + Send + Sync>,
) -> Router {
    Router::new()
        .route("/", get(async || Html(include_str!("phones.html"))))
        .route("/sent", get(sent))
        .route("/businesses", get(businesses))
        .route("/people", get(people))
        .route("/people/{id}", get(phone))
        .route("/act", post(act).layer(DefaultBodyLimit::max(limits::ACT_BYTES_MAX)))
        .route("/mail", get(mails))
        .route("/mail/{id}", get(mail))
        .route("/graph/{*rest}", any(graph))
        .with_state(Door { sandbox, now, hook: sent_hook })
}

/// What part of a list is wanted.
#[derive(Deserialize)]
struct Part {
    last: Option<usize>,
}

async fn sent(State(door): State<Door>, Query(part): Query<Part>) -> Response {
    match part.last {
        Some(count) => Json(door.sandbox.latest_sent(count)).into_response(),
        None => Json(door.sandbox.sent()).into_response(),
    }
}

/// The e-mails that were taken, the latest first.
async fn mails(State(door): State<Door>) -> Response {
    let mut mails = door.sandbox.mails();
    mails.reverse();
    let mail = |mail: &crate::Mail| json!({ "id": mail.id, "at": mail.at, "subject": mail.subject });
    Json(mails.iter().map(mail).collect::<Vec<_>>()).into_response()
}

/// One of them, as its reader sees it.
async fn mail(State(door): State<Door>, Path(id): Path<String>) -> Response {
    match door.sandbox.mails().into_iter().find(|mail| mail.id == id) {
        Some(mail) => Html(mail.page).into_response(),
        None => failure(StatusCode::NOT_FOUND, "unknown-mail", "there is no such e-mail"),
    }
}

async fn businesses(State(door): State<Door>) -> Response {
    Json(door.sandbox.businesses()).into_response()
}

async fn people(State(door): State<Door>) -> Response {
    let mut people = door.sandbox.people();
    people.truncate(limits::PEOPLE_SHOWN_MAX);
    Json(people).into_response()
}

async fn phone(State(door): State<Door>, Path(id): Path<String>) -> Response {
    match door.sandbox.phone(&id) {
        Some(phone) => Json(phone).into_response(),
        None => failure(StatusCode::NOT_FOUND, "unknown-person", &format!("there is no person `{id}`")),
    }
}

async fn act(State(door): State<Door>, body: Bytes) -> Response {
    let act: Act = match serde_json::from_slice(&body) {
        Ok(act) => act,
        Err(error) => return failure(StatusCode::UNPROCESSABLE_ENTITY, "not-an-act", &error.to_string()),
    };
    match door.sandbox.act((door.now)(), &act) {
        Ok(acted) => {
            (door.hook)();
            Json(acted).into_response()
        }
        Err(error) => failure(StatusCode::UNPROCESSABLE_ENTITY, error.code(), &error.to_string()),
    }
}

async fn graph(State(door): State<Door>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, limits::CALL_BYTES_MAX).await else {
        return failure(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "the request is too large");
    };
    // The mount point is stripped by the host's `nest`.
    let path = parts.uri.path().strip_prefix("/graph").unwrap_or_default().to_owned();
    let query =
        parts.uri.query().and_then(|query| serde_urlencoded::from_str(query).ok()).unwrap_or_default();
    let authorization =
        parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let method = parts.method.as_str().to_owned();
    let answer = door
        .sandbox
        .graph((door.now)(), &GraphRequest { method, path, query, authorization, body: body.to_vec() });
    if parts.method == axum::http::Method::POST {
        (door.hook)();
    }
    response(answer)
}

fn response(answer: GraphAnswer) -> Response {
    let Ok(status) = StatusCode::from_u16(answer.status) else { return broken_off() };
    let mut response = (status, Json(answer.body)).into_response();
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// A response that cannot be finished: its body is longer than it may be, so the server closes the connection.
fn broken_off() -> Response {
    let body = Body::new(Limited::new(Full::new(Bytes::from_static(b"lost")), 1));
    (StatusCode::INTERNAL_SERVER_ERROR, body).into_response()
}

fn failure(status: StatusCode, code: &str, message: &str) -> Response {
    let body: Value = json!({ "error": { "code": code, "message": message } });
    (status, Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fault, stage};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    struct Server {
        address: std::net::SocketAddr,
        sandbox: Arc<Sandbox>,
        hooked: Arc<AtomicUsize>,
    }

    async fn serve() -> Server {
        let sandbox = Arc::new(Sandbox::new(stage::settings()).unwrap());
        let hooked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&hooked);
        let hook: Hook = Arc::new(move || {
            counter.fetch_add(1, Ordering::SeqCst);
        });
        let routes =
            Router::new().nest("/sandbox", router(Arc::clone(&sandbox), Arc::new(stage::start), hook));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Server { address, sandbox, hooked }
    }

    /// The whole answer, as far as it came.
    async fn exchange(server: &Server, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let head = "host: localhost\r\nconnection: close\r\nauthorization: Bearer neveh-token";
        let request =
            format!("{method} {path} HTTP/1.1\r\n{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // A reset after the head is as good as an end.
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    }

    #[tokio::test]
    async fn acts_and_calls_come_through_http_and_the_host_hears_of_them() {
        let server = serve().await;
        let act = r#"{"person": "0501234567", "do": "message", "text": "היי"}"#;
        let answer = exchange(&server, "POST", "/sandbox/act", act).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("wamid."), "{answer}");
        let call = format!("/sandbox/graph/v26.0/{}/messages", stage::NUMBER);
        let answer = exchange(&server, "POST", &call, &stage::text("+972501234567").to_string()).await;
        assert!(answer.contains("\"wa_id\":\"972501234567\""), "{answer}");
        assert_eq!(server.hooked.load(Ordering::SeqCst), 2);
        for path in ["/sandbox/sent", "/sandbox/sent?last=1"] {
            assert!(exchange(&server, "GET", path, "").await.contains("שלום"), "{path}");
        }
        assert!(exchange(&server, "GET", "/sandbox/sent?last=0", "").await.ends_with("[]"));
        assert!(exchange(&server, "GET", "/sandbox/people", "").await.contains("+972501234567"));
        assert!(exchange(&server, "GET", "/sandbox/people/0", "").await.contains("היי"));
        assert!(exchange(&server, "GET", "/sandbox/people/9", "").await.starts_with("HTTP/1.1 404"));
        assert!(exchange(&server, "GET", "/sandbox", "").await.contains("<!doctype html>"));
    }

    #[tokio::test]
    async fn an_act_that_cannot_be_says_why() {
        let server = serve().await;
        for (act, code) in [
            (r#"{"person": "x", "do": "dance"}"#, "not-an-act"),
            (r#"{"person": "x", "do": "book"}"#, "not-yet"),
        ] {
            let answer = exchange(&server, "POST", "/sandbox/act", act).await;
            assert!(answer.starts_with("HTTP/1.1 422") && answer.contains(code), "{answer}");
        }
        assert_eq!(server.hooked.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn a_lost_answer_is_a_connection_that_breaks() {
        let server = serve().await;
        server.sandbox.fail_next(1, Fault::DropAfter);
        let call = format!("/sandbox/graph/v26.0/{}/messages", stage::NUMBER);
        let answer = exchange(&server, "POST", &call, &stage::welcome("+972501234567").to_string()).await;
        assert!(!answer.contains("messages") && !answer.contains("200 OK"), "{answer}");
        eprintln!("SEEN {answer:?}");
        assert!(!answer.contains("lost"), "the body never comes: {answer}");
        assert_eq!(server.sandbox.sent().len(), 1);
    }
}
