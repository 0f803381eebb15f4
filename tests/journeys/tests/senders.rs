//! Whoever sends forms in a way of their own: the same person becomes the same lead as by the plain form.

use journeys::{NEVEH, Town, TownSettings, request_file};
use serde_json::{Value, json};
use shared::domain::lead::Lead;

const START: &str = "2026-11-30T09:00:00+02:00";

const PLAYBOOK: &str = r#"
business: { id: neveh, name: נווה, zone: Asia/Jerusalem, language: he, agent: נועה }
channels: { whatsapp: { number: "106106106106106", account: "102102102102102" } }
sources:
  forms:
    contact: { consent: { text: "אני מסכימה לקבל הצעות", field: agree } }
    elementor: { from: elementor, consent: { text: "אני מסכימה לקבל הצעות", field: agree } }
    contact-form-7: { from: contact-form-7, consent: { text: "אני מסכימה לקבל הצעות", field: agree } }
    wix: { from: wix, consent: { text: "אני מסכימה לקבל הצעות", field: agree } }
    google-ads: { from: google-ads, consent: { text: "אני מסכימה לקבל הצעות", field: agree } }
    mapped-tiktok: { from: tiktok, fields: { ad: ad_id, יעד: changes.3.value } }
    tiktok: { from: tiktok, consent: { text: "אני מסכימה לקבל הצעות", field: agree } }
    make: { from: make, consent: { text: "אני מסכימה לקבל הצעות", field: agree } }
    mapped:
      consent: { text: "אני מסכימה לקבל הצעות", field: agree }
      fields:
        full_name: lead.person.display
        phone: lead.person.channels.phones.0.n
        email: lead.person.channels.mails.0
        יעד: { at: lead.wish.to, means: { ROM: רומא } }
        agree: lead.terms
        utm_source: { always: partner }
  bookings:
    fields:
      id: payload.uid
      status: { at: triggerEvent, means: { BOOKING_CREATED: booked, BOOKING_CANCELLED: cancelled } }
      starts_at: payload.startTime
      phone: payload.attendees.0.phone
messages:
  hello: { kind: service, text: "היי {{ first_name | default('') }}!", whatsapp-template: { name: hello } }
journeys:
  new-lead: { starts: [lead.captured], steps: [{ send: hello }] }
"#;

async fn town() -> Town {
    Town::of(&[PLAYBOOK.to_owned()], TownSettings::default(), START.parse().unwrap()).await
}

/// What a sample becomes, and how its sender is answered.
async fn lead_of(file: &str) -> (i64, Lead) {
    let town = town().await;
    let mut status = 0;
    // Each is sent twice: it is one lead, and one welcome.
    for _ in 0..2 {
        (status, _) = town.http(request_file(&format!("lead-intake/{file}.json"))).await;
        town.work().await;
    }
    let lead = town.only_lead(NEVEH);
    assert_eq!(town.call_names().len(), 1, "{file}");
    (status, lead)
}

#[tokio::test]
async fn every_sender_s_form_lands_as_the_plain_one() {
    let plain = {
        let town = town().await;
        let fields = json!({
            "name": "דנה כהן", "phone": "054-123-4567", "email": "dana@example.com", "יעד": "רומא", "agree": "on",
        });
        assert_eq!(town.form(&fields).await.0, 202);
        town.work().await;
        town.only_lead(NEVEH)
    };
    let destination = |lead: &Lead| lead.fields.get("יעד").cloned();
    assert_eq!(destination(&plain).as_deref(), Some("רומא"));
    let agreed = |lead: &Lead| lead.consents.iter().map(|consent| consent.text.clone()).collect::<Vec<_>>();
    assert_eq!(agreed(&plain).len(), 1);
    let samples = [
        ("form-elementor", 200),
        ("form-elementor-advanced", 200),
        ("form-contact-form-7", 200),
        ("form-wix", 200),
        ("form-google-ads", 200),
        ("form-tiktok", 200),
        ("form-make", 200),
        ("form-mapped", 202),
    ];
    for (file, expected) in samples {
        let (status, lead) = lead_of(file).await;
        assert_eq!(status, expected, "{file}");
        assert_eq!(lead.name, plain.name, "{file}");
        assert_eq!(lead.phone, plain.phone, "{file}");
        assert_eq!(lead.email, plain.email, "{file}");
        assert_eq!(destination(&lead), destination(&plain), "{file}");
        assert_eq!(agreed(&lead), agreed(&plain), "{file}");
        assert_eq!(lead.identities, plain.identities, "{file}");
    }
}

async fn answer(file: &str, change: impl Fn(&str) -> String) -> (i64, Value, usize) {
    let town = town().await;
    let mut request = request_file(&format!("lead-intake/{file}.json"));
    request.body = Some(change(request.body.as_deref().unwrap()));
    let (status, told) = town.http(request).await;
    town.work().await;
    (status, told, town.leads(NEVEH).len())
}

fn same(body: &str) -> String {
    body.to_owned()
}

#[tokio::test]
async fn a_map_that_does_not_fit_says_where_it_looked_and_makes_no_lead() {
    let (status, told, leads) = answer("form-unfitting", same).await;
    assert_eq!((status, leads), (422, 0));
    let fault = told["error"]["fields"]["phone"].as_str().unwrap();
    assert!(fault.contains("lead.person.channels.phones.0.n"), "{fault}");
    let (status, told, leads) =
        answer("form-mapped", |body| body.replace("\"ROM\"", "{\"city\": \"ROM\"}")).await;
    assert_eq!((status, leads), (422, 0));
    assert!(told["error"]["fields"]["יעד"].as_str().unwrap().contains("lead.wish.to"), "{told}");
}

#[tokio::test]
async fn google_s_key_opens_its_form_and_its_tests_become_nobody() {
    let (status, _, leads) =
        answer("form-google-ads", |body| body.replace("sandbox-form-key", "another")).await;
    assert_eq!((status, leads), (401, 0));
    let is_test = |body: &str| body.replace("\"is_test\": false", "\"is_test\": true");
    assert_eq!(answer("form-google-ads", is_test).await, (200, json!({}), 0));
    // A test with the wrong key shows that the key is wrong.
    let wrong = |body: &str| is_test(body).replace("sandbox-form-key", "another");
    assert_eq!(answer("form-google-ads", wrong).await.0, 401);
}

#[tokio::test]
async fn several_leads_of_tiktok_come_in_one_request_and_one_that_says_nothing_holds_up_none() {
    let second = |phone: &str| {
        let fields =
            json!([{ "field": "name", "value": "רון" }, { "field": phone, "value": "+972521112222" }]);
        json!({ "lead_id": "7300000000000000009", "changes": fields })
    };
    let with = |body: &str, entry: Value| {
        let mut body: Value = serde_json::from_str(body).unwrap();
        body["entry"].as_array_mut().unwrap().insert(0, entry);
        body.to_string()
    };
    let (status, _, leads) = answer("form-tiktok", |body| with(body, second("phone_number"))).await;
    assert_eq!((status, leads), (200, 2));
    let (status, told, leads) = answer("form-tiktok", |body| with(body, second("shoe size"))).await;
    assert_eq!((status, leads), (422, 1), "{told}");
    let (status, _, leads) = answer("form-tiktok", |_| json!({ "object": "LEAD" }).to_string()).await;
    assert_eq!((status, leads), (400, 0));
}

/// A place that the playbook names is of each lead's own entry, and never of another's.
#[tokio::test]
async fn of_several_leads_each_keeps_its_own() {
    let town = town().await;
    let mut request = request_file("lead-intake/form-tiktok.json");
    request.raw_path = Some("/forms/neveh/mapped-tiktok".to_owned());
    request.request_context.http.path = request.raw_path.clone();
    let mut body: Value = serde_json::from_str(request.body.as_deref().unwrap()).unwrap();
    let mut second = body["entry"][0].clone();
    second["lead_id"] = json!("7300000000000000009");
    second["changes"][1]["value"] = json!("+972521112222");
    second["changes"][2]["value"] = json!("ron@example.com");
    second["changes"][3]["value"] = json!("פריז");
    body["entry"].as_array_mut().unwrap().push(second);
    request.body = Some(body.to_string());
    assert_eq!(town.http(request).await.0, 200);
    let leads = town.leads(NEVEH);
    let mut cities: Vec<&str> = leads.iter().map(|lead| lead.fields["יעד"].as_str()).collect();
    cities.sort();
    assert_eq!(cities, ["פריז", "רומא"]);
}

#[tokio::test]
async fn a_calendar_s_own_words_become_an_appointment() {
    let town = town().await;
    let told = |event: &str| {
        json!({
            "triggerEvent": event,
            "payload": {
                "uid": "u-1", "startTime": "2026-12-03T10:00:00+02:00",
                "attendees": [{ "name": "דנה", "phone": "054-123-4567" }],
            },
        })
    };
    let stages = [("BOOKING_CREATED", "open"), ("BOOKING_CANCELLED", "lost")];
    for (event, stage) in stages {
        let mut request = request_file("lead-intake/booking.json");
        request.body = Some(told(event).to_string());
        let (status, answer) = town.http(request).await;
        assert_eq!(status, 202, "{answer}");
        town.work().await;
        let lead = town.only_lead(NEVEH);
        let deal = lead.deals.first().unwrap();
        assert_eq!(deal.stage.as_str(), stage);
    }
    let mut request = request_file("lead-intake/booking.json");
    request.body = Some(told("BOOKING_PAID").to_string());
    assert_eq!(town.http(request).await.0, 422);
}
