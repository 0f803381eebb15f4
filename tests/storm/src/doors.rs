//! The product's doors, as those outside knock at them.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue, Method};
use lead_intake::LeadIntake;
use serde_json::{Map, Value, json};
use sha2::Sha256;
use shared::domain::hint::Hint;
use shared::domain::ids::{LeadId, WorkId};
use shared::lambda::hint_text;
use webhook::Webhook;

use crate::people::acts::{TripNews, What};
use crate::people::businesses::{self, CONSENT_FIELD, SENDERS, tickets_of};
use crate::people::plan::{Line, Plan};
use crate::world::timers::{DAY, Millis, timestamp};

pub const APP_SECRET: &str = "storm-app-secret";
pub const API_KEY: &str = "storm-api-key";
pub const FORM_KEY: &str = "storm-form-key";

/// What a sender proves itself with. Whoever has none sends nothing of it.
#[derive(Clone, Copy, Debug)]
pub struct Keys<'a> {
    pub app_secret: Option<&'a str>,
    pub api_key: Option<&'a str>,
    pub form_key: Option<&'a str>,
}

impl Keys<'static> {
    /// Those of the installation.
    pub const OURS: Self =
        Self { app_secret: Some(APP_SECRET), api_key: Some(API_KEY), form_key: Some(FORM_KEY) };
}

#[derive(Clone, Debug)]
pub enum Request {
    /// A delivery of Meta's, which is signed.
    Delivery(String),
    Form {
        path: String,
        content_type: &'static str,
        body: String,
        key: Option<String>,
    },
    Call {
        path: String,
        body: String,
    },
    /// A link of ours is followed.
    Click {
        path: String,
    },
    /// A mail program presses for its reader (RFC 8058).
    Unsubscribe {
        path: String,
    },
    /// What SES tells, which a queue brings.
    MailEvent(String),
}

impl Request {
    /// The status of the answer.
    pub async fn put_to(&self, webhook: &Webhook, intake: &LeadIntake) -> i64 {
        self.put_with(Keys::OURS, webhook, intake).await
    }

    /// The same from somebody who has these keys.
    pub async fn put_with(&self, keys: Keys<'_>, webhook: &Webhook, intake: &LeadIntake) -> i64 {
        match self {
            Self::Delivery(body) => {
                let signature = keys.app_secret.map(|secret| signature(secret, body));
                let headers: Vec<_> =
                    signature.iter().map(|signature| ("x-hub-signature-256", signature.as_str())).collect();
                webhook::handle(webhook, request("/meta/webhook", body, &headers)).await.status_code
            }
            Self::Form { path, content_type, body, key } => {
                let mut headers = vec![("content-type", *content_type)];
                headers.extend(keys.form_key.map(|key| ("x-form-key", key)));
                headers.extend(key.as_ref().map(|key| ("idempotency-key", key.as_str())));
                lead_intake::handle_http(intake, request(path, body, &headers)).await.status_code
            }
            Self::Call { path, body } => {
                let key = keys.api_key.map(|key| format!("Bearer {key}"));
                let headers: Vec<_> = key.iter().map(|key| ("authorization", key.as_str())).collect();
                lead_intake::handle_http(intake, request(path, body, &headers)).await.status_code
            }
            Self::Click { path } => {
                let mut request = request(path, "", &[]);
                request.request_context.http.method = Method::GET;
                match lead_intake::handle_http(intake, request).await.status_code {
                    // They are led on.
                    302 => 200,
                    status => status,
                }
            }
            Self::Unsubscribe { path } => {
                let request = request(path, "List-Unsubscribe=One-Click", &[]);
                lead_intake::handle_http(intake, request).await.status_code
            }
            Self::MailEvent(body) => {
                let mut event = SqsEvent::default();
                event.records = vec![record(0, body.clone())];
                match lead_intake::handle_sqs(&intake.world, event).await.batch_item_failures.is_empty() {
                    true => 200,
                    // The queue brings it again.
                    false => 503,
                }
            }
        }
    }
}

/// `entry` names the submission where the sender gives it a key.
pub fn form(plan: &Plan, what: &What, entry: usize) -> Request {
    let What::Form { who, business, ticked, doubled, email_of } = what else {
        unreachable!("only a form is sent as one")
    };
    let person = &plan.people[*who];
    let email = &plan.people[email_of.unwrap_or(*who)].email;
    let phone = match person.line {
        Line::American => person.phone.clone(),
        Line::Mobile | Line::Landline => format!("0{}", person.national),
    };
    // What makes two submissions of one person two: people do not type the same again after a week.
    let message = format!("פנייה {entry}");
    let mut fields = vec![("name", person.first_name.as_str()), ("phone", &phone), ("email", email)];
    fields.push(("message", &message));
    if *ticked {
        fields.push((CONSENT_FIELD, "on"));
    }
    let sender = SENDERS[entry % SENDERS.len()];
    let (content_type, body) = written(sender, &fields, entry);
    Request::Form {
        path: format!("/forms/{}/{sender}", businesses::id(*business)),
        content_type,
        body,
        key: (sender == SENDERS[0] && !doubled).then(|| format!("submission-{entry}")),
    }
}

const JSON: &str = "application/json";

/// The body as this sender writes it.
fn written(sender: &str, fields: &[(&str, &str)], entry: usize) -> (&'static str, String) {
    let id = format!("submission-{entry}");
    let list = |name: &str, value: &str| -> Vec<Value> {
        fields.iter().map(|(field, text)| json!({ name: field, value: text })).collect()
    };
    let all: Map<String, Value> =
        fields.iter().map(|(field, text)| ((*field).to_owned(), (*text).into())).collect();
    let body = match sender {
        "elementor" => {
            let all: Vec<(&str, &str)> = fields.iter().copied().chain([("form_id", "5f1c2aa")]).collect();
            let body = serde_urlencoded::to_string(&all);
            let body = body.unwrap_or_else(|error| unreachable!("pairs of text can be written: {error}"));
            return ("application/x-www-form-urlencoded", body);
        }
        "wix" => json!({ "data": { "submissionId": id, "submissions": list("label", "value") } }),
        "google-ads" => {
            json!({ "lead_id": id, "api_version": "1.0", "user_column_data": list("column_name", "string_value") })
        }
        "tiktok" => {
            json!({ "object": "LEAD", "entry": [{ "lead_id": id, "changes": list("field", "value") }] })
        }
        "make" => json!({ "leadId": id, "data": all }),
        _ => Value::Object(all),
    };
    (JSON, body.to_string())
}

pub fn call(plan: &Plan, what: &What, now: Millis) -> Request {
    let What::Call { who, business, missed } = what else { unreachable!("only a call is reported as one") };
    let kind = if *missed { "missed" } else { "ended" };
    let body = json!({ "phone": plan.people[*who].phone, "kind": kind, "at": timestamp(now).to_string() });
    Request::Call { path: format!("/calls/{}", businesses::id(*business)), body: body.to_string() }
}

/// A booking as the generic door takes it.
pub fn booking(plan: &Plan, what: &What, now: Millis) -> Request {
    let What::Book { who, business, id, cancels } = what else {
        unreachable!("only a booking is reported as one")
    };
    let status = if *cancels { "cancelled" } else { "booked" };
    let starts = timestamp(now + 5 * DAY);
    let body = json!({
        "id": format!("b{id}"), "status": status, "starts_at": starts.to_string(), "phone": plan.people[*who].phone,
        "at": timestamp(now).to_string(),
    });
    Request::Call { path: format!("/bookings/{}", businesses::id(*business)), body: body.to_string() }
}

/// What the business's own system says of a trip.
pub fn trip(plan: &Plan, what: &What, now: Millis) -> Request {
    let What::Trip { who, business, id, news } = what else { unreachable!("only a trip is told of as one") };
    let departs = |days: i64| json!({ "departs_at": timestamp(departs_at(now, days)).to_string() });
    let mut body = json!({
        "id": format!("t{id}"), "kind": "trip", "phone": plan.people[*who].phone, "at": timestamp(now).to_string(),
    });
    match news {
        TripNews::Won { days } => {
            body["stage"] = "won".into();
            body["dates"] = departs(*days);
        }
        TripNews::Moved { days } => body["dates"] = departs(*days),
        TripNews::Tickets => body["facts"] = json!({ "tickets": tickets_of(*id) }),
        TripNews::Lost => body["stage"] = "lost".into(),
    }
    Request::Call { path: format!("/deals/{}", businesses::id(*business)), body: body.to_string() }
}

/// When they leave, by what was said at a moment.
pub fn departs_at(said_at: Millis, days: i64) -> Millis {
    said_at + days * DAY
}

/// What SES tells of a mail, as it comes by way of EventBridge.
pub fn mail_event(business: usize, lead: LeadId, work: WorkId, kind: &str, id: u64, at: Millis) -> String {
    let at = timestamp(at).to_string();
    let mut detail = json!({
        "eventType": kind,
        "mail": {
            "timestamp": at, "messageId": format!("ses-{id}"),
            "tags": {
                "business": [businesses::id(business).as_str()], "lead": [lead.to_string()],
                "work": [work.to_string()], "kind": ["message"],
            },
        },
    });
    detail[kind.to_lowercase()] = json!({ "timestamp": at, "bounceType": "Permanent" });
    json!({ "source": "aws.ses", "detail": detail }).to_string()
}

/// Hints as a queue hands them to a function.
pub fn batch<'a>(hints: impl Iterator<Item = &'a Hint>) -> SqsEvent {
    let mut event = SqsEvent::default();
    event.records = hints.enumerate().map(|(index, hint)| record(index, hint_text::write(hint))).collect();
    event
}

fn record(index: usize, body: String) -> SqsMessage {
    let mut record = SqsMessage::default();
    record.message_id = Some(index.to_string());
    record.body = Some(body);
    record
}

/// Which of a batch have to come again.
pub fn failed(response: &SqsBatchResponse) -> Vec<usize> {
    response.batch_item_failures.iter().filter_map(|failure| failure.item_identifier.parse().ok()).collect()
}

fn signature(secret: &str, body: &str) -> String {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes())
        .unwrap_or_else(|error| unreachable!("a key of any length will do: {error}"));
    mac.update(body.as_bytes());
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

fn request(path: &str, body: &str, headers: &[(&'static str, &str)]) -> ApiGatewayV2httpRequest {
    let mut request = ApiGatewayV2httpRequest::default();
    request.raw_path = Some(path.to_owned());
    request.body = Some(body.to_owned());
    request.request_context.http.method = Method::POST;
    request.request_context.http.path = Some(path.to_owned());
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).unwrap_or_else(|_| unreachable!("headers here are plain"));
        map.insert(*name, value);
    }
    request.headers = map;
    request
}
