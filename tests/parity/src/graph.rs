//! The smallest Graph API: takes what is sent, keeps it, and knows one lead ad. What Meta refuses is the sandbox's to know.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method, Uri};
use axum::{Json, Router, routing};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

/// A call of `sender`.
#[derive(Clone, Debug)]
pub struct Call {
    pub path: String,
    /// What stands in `Authorization`.
    pub token: String,
    pub body: Value,
}

/// Who filled the lead ad in.
pub const LEAD_AD_PHONE: &str = "+972541000002";

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

    /// The messages to a number, which WhatsApp writes without its plus.
    pub fn messages_to(&self, phone: &str) -> Vec<Call> {
        let to = phone.trim_start_matches('+');
        self.calls().into_iter().filter(|call| call.body["to"] == to).collect()
    }
}

impl Drop for Graph {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn take(
    State(calls): State<Calls>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Json<Value> {
    let token =
        headers.get(AUTHORIZATION).and_then(|token| token.to_str().ok()).unwrap_or_default().to_owned();
    let body = serde_json::from_str(&body).unwrap_or_default();
    let mut calls = calls.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    calls.push(Call { path: uri.path().to_owned(), token, body });
    if method == Method::GET {
        return Json(asked(uri.path()));
    }
    Json(
        json!({ "messaging_product": "whatsapp", "messages": [{ "id": format!("wamid.parity{}", calls.len()) }] }),
    )
}

/// What is read, by whoever looks at a lead ad or after the installation. The token may not do everything, and the Page
/// does not tell of everything.
fn asked(path: &str) -> Value {
    let name = path.rsplit('/').next().unwrap_or_default();
    match name {
        "debug_token" => json!({ "data": {
            "is_valid": true, "expires_at": 0,
            "scopes": ["whatsapp_business_messaging", "whatsapp_business_management", "pages_messaging", "leads_retrieval"],
        } }),
        "subscribed_apps" => {
            json!({ "data": [{ "id": "1", "subscribed_fields": ["feed", "leadgen", "messages"] }] })
        }
        "message_templates" => json!({ "data": [
            { "id": "1", "name": "lead_welcome", "language": "he", "status": "APPROVED", "category": "UTILITY" },
        ] }),
        _ => lead_ad(),
    }
}

/// What somebody filled in below an ad.
fn lead_ad() -> Value {
    json!({
        "form_id": "650000000000001",
        "field_data": [
            { "name": "full_name", "values": ["נועם לוי"] },
            { "name": "phone_number", "values": [LEAD_AD_PHONE] },
        ],
    })
}
