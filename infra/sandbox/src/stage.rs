//! What the tests of this crate share: two businesses, a clock that is moved by hand, and short ways to call and act.

use std::cell::Cell;

use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use crate::{
    Act, ActError, Acted, Business, GraphAnswer, GraphRequest, PersonView, Sandbox, Settings, Template,
};

pub(crate) const PAGE: &str = "101010101010101";
pub(crate) const ACCOUNT: &str = "17841400000000001";
pub(crate) const NUMBER: &str = "106106106106106";

pub(crate) fn start() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

pub(crate) fn settings() -> Settings {
    let template = |name: &str, category: &str, body_parameters, url_button, body: &str| Template {
        name: name.into(),
        language: "he".into(),
        category: category.into(),
        body_parameters,
        url_button,
        body: body.into(),
    };
    let neveh = Business {
        id: "neveh".into(),
        name: "נווה תיירות".into(),
        page: PAGE.into(),
        instagram: Some(ACCOUNT.into()),
        whatsapp_number: Some(NUMBER.into()),
        whatsapp_account: Some("102102102102102".into()),
        display_phone: "+972 55-000-0000".into(),
        token: "neveh-token".into(),
        templates: vec![
            template("lead_welcome", "utility", 2, false, "היי {{1}}, כאן {{2}}"),
            template("spring_sale", "marketing", 1, true, "מבצע אביב, {{1}}"),
        ],
    };
    let galil = Business {
        id: "galil".into(),
        name: "גליל טיולים".into(),
        page: "202020202020202".into(),
        instagram: None,
        whatsapp_number: None,
        whatsapp_account: None,
        display_phone: String::new(),
        token: "galil-token".into(),
        templates: Vec::new(),
    };
    Settings { businesses: vec![neveh, galil], app_secret: "app-secret".into(), journal: None }
}

/// A free-form WhatsApp text.
pub(crate) fn text(to: &str) -> Value {
    json!({"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": "שלום"}})
}

/// The utility template.
pub(crate) fn welcome(to: &str) -> Value {
    let parameters = json!([{"type": "text", "text": "דנה"}, {"type": "text", "text": "נועה"}]);
    json!({"messaging_product": "whatsapp", "to": to, "type": "template", "template": {
        "name": "lead_welcome", "language": {"code": "he"}, "components": [{"type": "body", "parameters": parameters}],
    }})
}

/// A sandbox and its time.
pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    now: Cell<Timestamp>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(settings())
    }

    pub(crate) fn with(settings: Settings) -> Self {
        Self { sandbox: Sandbox::new(settings).unwrap(), now: Cell::new(start()) }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now.get()
    }

    pub(crate) fn wait(&self, span: Span) {
        self.now.set(self.now.get() + span);
    }

    /// Acts, and tells the event's id.
    pub(crate) fn act(&self, act: Value) -> String {
        self.try_act(act).unwrap().event
    }

    pub(crate) fn try_act(&self, act: Value) -> Result<Acted, ActError> {
        let act: Act = serde_json::from_value(act).unwrap();
        self.sandbox.act(self.now(), &act)
    }

    pub(crate) fn get(&self, path: &str) -> GraphAnswer {
        self.call("GET", path, &[], Vec::new())
    }

    pub(crate) fn get_query(&self, path: &str, query: &[(&str, &str)]) -> GraphAnswer {
        self.call("GET", path, query, Vec::new())
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> GraphAnswer {
        self.call("POST", path, &[], body.to_string().into_bytes())
    }

    pub(crate) fn post_query(&self, path: &str, query: &[(&str, &str)]) -> GraphAnswer {
        self.call("POST", path, query, Vec::new())
    }

    fn call(&self, method: &str, path: &str, query: &[(&str, &str)], body: Vec<u8>) -> GraphAnswer {
        let request = GraphRequest {
            method: method.into(),
            path: format!("/v26.0/{path}"),
            query: query.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            authorization: Some("Bearer neveh-token".into()),
            body,
        };
        self.sandbox.graph(self.now(), &request)
    }

    /// Takes all webhooks that are due, answers them, and reads their bodies.
    pub(crate) fn webhooks(&self) -> Vec<Value> {
        let webhooks = self.sandbox.take_webhooks(self.now());
        for webhook in &webhooks {
            self.sandbox.webhook_answered(self.now(), webhook.number, 200);
        }
        webhooks.iter().map(|webhook| serde_json::from_slice(&webhook.body).unwrap()).collect()
    }

    pub(crate) fn psid(&self, name: &str) -> String {
        self.person(name).scoped[0].psid.clone()
    }

    pub(crate) fn igsid(&self, name: &str) -> String {
        self.person(name).scoped[0].igsid.clone()
    }

    fn person(&self, name: &str) -> PersonView {
        self.sandbox.people().into_iter().find(|person| person.name == name).unwrap()
    }
}
