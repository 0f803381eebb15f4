//! What a site, a person or a program may post as a form.

use std::collections::BTreeMap;

use fuzz::{Answer, Doors, FORM_KEY, holds, json, text};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;
use shared::adapters::dynamodb::items::{LeadItem, from_body, to_body};
use shared::domain::email::EmailAddress;
use shared::domain::lead::Lead;
use shared::domain::phone::PhoneNumber;

const CONTACT: &str = "/forms/neveh/contact";
const ANSWERS: [i64; 6] = [202, 400, 401, 404, 413, 422];

type Fields = Vec<(String, String)>;

fn contact_name() -> impl Strategy<Value = String> {
    let names = [
        "phone",
        "טלפון",
        "Tel:",
        "email",
        "דוא\"ל",
        "name",
        "שם מלא",
        "first_name",
        "last_name",
        "utm_source",
    ];
    select(names.map(str::to_owned).to_vec())
}

fn phone() -> impl Strategy<Value = String> {
    prop_oneof![4 => "05[0-9]-?[0-9]{7}", 1 => "0[2-9]-?[0-9]{7}", 1 => "\\+[1-9][0-9]{6,15}", 1 => text::odd()]
}

fn email() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z.+]{1,12}@[a-z-]{1,10}\\.(com|co\\.il)",
        2 => "\\PC{1,70}@\\PC{1,70}\\.\\PC{1,10}",
        1 => "[\u{200E}\u{200F} ]{0,2}[a-z]{1,3}@[A-ZİẞΣ]{1,63}\\.[a-z]{2}[\u{200E}\u{200F} ]{0,2}",
    ]
}

fn field() -> impl Strategy<Value = (String, String)> {
    prop_oneof![
        4 => (Just("phone".to_owned()), phone()),
        3 => (Just("email".to_owned()), email()),
        2 => (Just("name".to_owned()), text::odd()),
        4 => (contact_name(), text::odd()),
        4 => (text::odd(), text::odd()),
        1 => (select(&["_website", "_key", "_", "_other"][..]).prop_map(str::to_owned), text::odd()),
    ]
}

fn fields() -> impl Strategy<Value = Fields> {
    prop_oneof![9 => vec(field(), 0..8), 1 => vec(field(), 90..120)]
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Encoded,
    Json,
    JsonCalledForm,
}

fn way() -> impl Strategy<Value = Way> {
    select(&[Way::Encoded, Way::Json, Way::JsonCalledForm][..])
}

/// The body and its content type, and the fields as they can be understood: an object has each name once.
fn written(fields: &Fields, way: Way) -> (&'static str, Vec<u8>, Fields) {
    const FORM: &str = "application/x-www-form-urlencoded";
    let object: serde_json::Map<String, Value> =
        fields.iter().map(|(name, value)| (name.clone(), Value::from(value.clone()))).collect();
    let once =
        || object.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()));
    match way {
        Way::Encoded => (FORM, serde_urlencoded::to_string(fields).unwrap().into_bytes(), fields.clone()),
        Way::Json => {
            let once = once().collect();
            ("application/json; charset=utf-8", Value::Object(object).to_string().into_bytes(), once)
        }
        Way::JsonCalledForm => {
            let once = once().collect();
            (FORM, Value::Object(object).to_string().into_bytes(), once)
        }
    }
}

async fn post(doors: &Doors, content_type: &str, body: &[u8]) -> Answer {
    doors.post(CONTACT, &[("content-type", content_type), ("x-form-key", FORM_KEY)], body).await
}

/// After a 202 that names a lead there is that one, and after anything else there is none.
fn one_lead_or_none(doors: &Doors, answer: &Answer) -> Option<Lead> {
    assert!(ANSWERS.contains(&answer.status), "{answer:?}");
    let mut leads = doors.store.leads();
    match answer.body["lead"].as_str() {
        Some(id) => {
            assert_eq!((answer.status, leads.len()), (202, 1));
            let lead = leads.remove(0);
            assert_eq!(lead.id.to_string(), id);
            let again = from_body::<LeadItem>(&to_body(&LeadItem::from(&lead)).unwrap());
            assert_eq!(again.unwrap().read(&lead.business, lead.id, lead.version), Ok(lead.clone()));
            Some(lead)
        }
        None => {
            assert!(leads.is_empty(), "{answer:?}");
            if answer.status != 202 {
                assert!(answer.body["error"]["message"].as_str().is_some_and(|message| !message.is_empty()));
            }
            None
        }
    }
}

#[test]
fn a_form_makes_the_lead_that_it_tells_of_or_none() {
    holds(160, (fields(), way()), |(fields, way)| {
        let (content_type, body, understood) = written(&fields, way);
        Doors::within(async |doors| {
            let answer = post(&doors, content_type, &body).await;
            match one_lead_or_none(&doors, &answer) {
                Some(lead) => holds_what_was_sent(&lead, &understood),
                None if answer.status == 202 => {
                    assert!(understood.iter().any(|(name, value)| name == "_website" && !value.is_empty()));
                }
                None => {}
            }
        });
    });
}

/// As far as a record holds it: 40 answers of 500 characters.
fn holds_what_was_sent(lead: &Lead, fields: &Fields) {
    let value_of = |wanted: &str| {
        let values = fields.iter().filter(|(name, value)| name == wanted && !value.trim().is_empty());
        values.map(|(_, value)| value.trim()).collect::<Vec<_>>()
    };
    let phones: Vec<PhoneNumber> =
        value_of("phone").into_iter().filter_map(|value| PhoneNumber::parse(value).ok()).collect();
    let other_names_of_phones = fields.iter().any(|(name, _)| ["טלפון", "Tel:"].contains(&name.as_str()));
    if let Some(first) = phones.first()
        && !other_names_of_phones
    {
        assert_eq!(lead.phone.as_ref(), Some(first));
    }
    if let [only] = value_of("email").as_slice()
        && let Ok(email) = EmailAddress::parse(only)
        && !fields.iter().any(|(name, _)| name == "דוא\"ל")
    {
        assert_eq!(lead.email, Some(email));
    }
    let mut questions: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, value) in fields.iter().filter(|(name, value)| is_a_question(name) && !value.trim().is_empty())
    {
        questions.insert(name, value.trim());
    }
    if questions.len() <= 20 {
        for (name, value) in questions {
            let kept: String = value.chars().take(500).collect();
            assert_eq!(lead.fields.get(name), Some(&kept), "{name:?}");
        }
    }
}

/// A name that no sender gives to contact details, campaigns or our own fields.
fn is_a_question(name: &str) -> bool {
    name.starts_with("שאלה")
}

#[test]
fn every_answer_to_a_question_is_kept() {
    let question = ("שאלה [א-ת]{1,6}", prop_oneof![text::odd(), "\\PC{480,520}"]);
    let question = question.prop_filter("what a form takes", |(_, value)| value.chars().count() <= 5_000);
    holds(96, (phone(), vec(question, 0..12), way()), |(phone, questions, way)| {
        let mut fields = vec![("phone".to_owned(), phone)];
        fields.extend(questions);
        let (content_type, body, understood) = written(&fields, way);
        Doors::within(async |doors| {
            let answer = post(&doors, content_type, &body).await;
            let lead = one_lead_or_none(&doors, &answer);
            assert_eq!(lead.is_none(), answer.status != 202, "{answer:?}");
            if let Some(lead) = lead {
                holds_what_was_sent(&lead, &understood);
            }
        });
    });
}

#[test]
fn the_same_form_twice_within_ten_minutes_makes_one_lead() {
    holds(96, (fields(), way(), 0_i64..600), |(fields, way, later)| {
        let (content_type, body, _) = written(&fields, way);
        Doors::within(async |doors| {
            let first = post(&doors, content_type, &body).await;
            let before = one_lead_or_none(&doors, &first);
            doors.clock.advance(jiff::SignedDuration::from_secs(later));
            let second = post(&doors, content_type, &body).await;
            assert_eq!(second, first);
            assert_eq!(one_lead_or_none(&doors, &second), before);
        });
    });
}

#[test]
fn any_bytes_with_any_content_type_are_answered() {
    let kind = prop_oneof![
        select(
            &[
                "",
                "application/json",
                "application/x-www-form-urlencoded",
                "text/plain",
                "multipart/form-data; boundary=x",
                "application/json;",
                ";",
                "APPLICATION/JSON",
                "image/png"
            ][..]
        )
        .prop_map(str::to_owned),
        "[ -~]{0,30}",
    ];
    let body = prop_oneof![
        vec(any::<u8>(), 0..400),
        json::tree().prop_map(|tree| tree.to_string().into_bytes()),
        "[a-z%0-9A-F&=+;_]{0,200}".prop_map(String::into_bytes),
        text::odd().prop_map(|text| format!("phone=0541234567&{text}").into_bytes()),
        (1_usize..2_000).prop_map(|depth| format!("{{\"phone\":{}1", "[".repeat(depth)).into_bytes()),
    ];
    holds(160, (kind, body), |(kind, body)| {
        Doors::within(async |doors| {
            let answer = post(&doors, &kind, &body).await;
            one_lead_or_none(&doors, &answer);
        });
    });
}

#[test]
fn whoever_has_no_key_or_another_one_leaves_nothing() {
    let key = prop_oneof![Just(None), text::odd().prop_map(Some), "sandbox-form-key.".prop_map(Some)];
    holds(64, (key, fields(), way()), |(key, mut fields, way)| {
        if key.as_deref() == Some(FORM_KEY) {
            return;
        }
        fields.retain(|(name, value)| name != "_key" || value != FORM_KEY);
        let (content_type, body, _) = written(&fields, way);
        let mut headers = vec![("content-type", content_type)];
        headers.extend(key.as_deref().map(|key| ("x-form-key", key)));
        Doors::within(async |doors| {
            let answer = doors.post(CONTACT, &headers, &body).await;
            assert_ne!(answer.status, 202);
            assert!(one_lead_or_none(&doors, &answer).is_none());
        });
    });
}

#[test]
fn any_address_and_any_headers_are_answered() {
    let part = prop_oneof![
        select(&["forms", "calls", "neveh", "contact", "", "..", "%2e%2e", "galil"][..])
            .prop_map(str::to_owned),
        text::odd(),
    ];
    let header = (
        select(&["origin", "content-type", "x-form-key", "authorization", "idempotency-key"][..]),
        text::odd(),
    );
    holds(160, (vec(part, 0..5), vec(header, 0..4), text::odd()), |(parts, headers, body)| {
        let path = format!("/{}", parts.join("/"));
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Doors::within(async |doors| {
            let answer = doors.post(&path, &headers, body.as_bytes()).await;
            assert!((400..500).contains(&answer.status), "{answer:?}");
            assert!(doors.store.leads().is_empty());
        });
    });
}

#[test]
fn a_body_that_is_too_large_is_refused_and_one_that_is_not_is_read() {
    for (bytes, status) in [(256 * 1024, 422), (256 * 1024 + 1, 413), (400 * 1024, 413), (3_000_000, 413)] {
        let body = format!("phone={}", "5".repeat(bytes - "phone=".len()));
        let answered = Doors::within(async |doors| post(&doors, "text/plain", body.as_bytes()).await.status);
        assert_eq!((bytes, answered), (bytes, status));
    }
}
