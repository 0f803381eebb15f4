//! What a phone app or a switchboard may report.

use fuzz::{Answer, Doors, holds, json, now, text};
use jiff::SignedDuration;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use shared::adapters::dynamodb::items::{LeadItem, from_body, to_body};
use shared::domain::lead::Lead;
use shared::domain::phone::PhoneNumber;

const ANSWERS: [i64; 4] = [202, 400, 413, 422];

fn phone() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => "0[2-9][0-9]-?[0-9]{6,7}".prop_map(Value::from),
        2 => (100_000_000_u64..999_999_999_999).prop_map(Value::from),
        1 => json::leaf(),
    ]
}

fn kind() -> impl Strategy<Value = Value> {
    prop_oneof![6 => select(&["missed", "ended", " missed "][..]).prop_map(Value::from), 1 => json::leaf()]
}

/// A moment, sound or not, from the beginning of time to its end.
fn at() -> impl Strategy<Value = Value> {
    let near = (-100_000_i64..100_000).prop_map(|off| (now() + SignedDuration::from_secs(off)).to_string());
    let far = select(
        &[
            "-009999-01-02T01:59:59Z",
            "9999-12-30T22:00:00.999999999Z",
            "1969-12-31T23:59:59Z",
            "0000-01-01T00:00:00Z",
            "2026-11-30T09:00:00+25:59",
            "2026-11-30T09:00:00[Asia/Jerusalem]",
            "2026-11-30",
        ][..],
    );
    prop_oneof![
        4 => near.prop_map(Value::from),
        2 => far.prop_map(Value::from),
        1 => "-?[0-9]{4,6}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z".prop_map(Value::from),
        1 => json::leaf(),
    ]
}

fn call() -> impl Strategy<Value = Value> {
    let more =
        vec((prop_oneof![Just("agent".to_owned()), Just("id".to_owned()), text::odd()], json::leaf()), 0..3);
    (phone(), kind(), proptest::option::of(at()), more).prop_map(|(phone, kind, at, more)| {
        let mut call = json!({ "phone": phone, "kind": kind });
        for (name, value) in more.into_iter().chain(at.map(|at| ("at".to_owned(), at))) {
            call[name] = value;
        }
        call
    })
}

fn one_lead_or_none(doors: &Doors, answer: &Answer) -> Option<Lead> {
    assert!(ANSWERS.contains(&answer.status), "{answer:?}");
    let mut leads = doors.store.leads();
    assert_eq!(leads.len(), usize::from(answer.status == 202), "{answer:?}");
    let lead = leads.pop()?;
    assert_eq!(answer.body["lead"], lead.id.to_string());
    let again = from_body::<LeadItem>(&to_body(&LeadItem::from(&lead)).unwrap());
    assert_eq!(again.unwrap().read(&lead.business, lead.id, lead.version), Ok(lead.clone()));
    Some(lead)
}

#[test]
fn a_call_makes_the_caller_a_lead_or_is_refused() {
    holds(240, call(), |call| {
        Doors::within(async |doors| {
            let answer = doors.report_call(call.to_string().as_bytes()).await;
            if let Some(lead) = one_lead_or_none(&doors, &answer) {
                let written = match &call["phone"] {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                assert_eq!(lead.phone, PhoneNumber::parse(&written).ok());
            }
        });
    });
}

#[test]
fn the_same_call_twice_within_its_minute_is_one() {
    holds(120, (call(), 0_i64..60), |(call, later)| {
        Doors::within(async |doors| {
            let body = call.to_string();
            let first = doors.report_call(body.as_bytes()).await;
            let before = one_lead_or_none(&doors, &first);
            doors.clock.advance(SignedDuration::from_secs(later));
            let second = doors.report_call(body.as_bytes()).await;
            let after = one_lead_or_none(&doors, &second);
            assert_eq!(second, first);
            // A moment that was ahead of our clock is another one once the clock has moved.
            if call.get("at").is_none() {
                assert_eq!(after, before);
            }
        });
    });
}

#[test]
fn any_body_is_answered() {
    let body = prop_oneof![
        vec(any::<u8>(), 0..300),
        text::odd().prop_map(String::into_bytes),
        json::tree().prop_map(|tree| tree.to_string().into_bytes()),
    ];
    holds(120, body, |body| {
        Doors::within(async |doors| {
            let answer = doors.report_call(&body).await;
            one_lead_or_none(&doors, &answer);
        });
    });
}

#[test]
fn whoever_has_no_key_leaves_nothing() {
    let header = prop_oneof![Just(None), text::odd().prop_map(Some), "Bearer .{0,20}".prop_map(Some)];
    holds(60, (header, call()), |(header, call)| {
        let headers: Vec<_> = header.as_deref().map(|value| ("authorization", value)).into_iter().collect();
        Doors::within(async |doors| {
            let answer = doors.post("/calls/neveh", &headers, call.to_string().as_bytes()).await;
            assert_eq!((answer.status, doors.store.leads().len()), (401, 0));
        });
    });
}
