//! What comes in through the doors, good and bad: answers, and what is kept.

use std::sync::Arc;

use aws_lambda_events::sqs::SqsEvent;
use journeys::{NEVEH, Town, event_file, request_file};
use lead_intake::LeadIntake;
use serde_json::Value;
use shared::application::in_memory::Broken;
use shared::domain::timeline::{Fact, What};
use shared::secrets::{FixedSecrets, names, own};

fn form(body: &str) -> aws_lambda_events::apigw::ApiGatewayV2httpRequest {
    let mut request = request_file("lead-intake/form.json");
    request.body = Some(body.to_owned());
    request
}

fn call(body: &str) -> aws_lambda_events::apigw::ApiGatewayV2httpRequest {
    let mut request = request_file("lead-intake/call-missed.json");
    request.body = Some(body.to_owned());
    request
}

fn faults(answer: &Value) -> Vec<String> {
    answer["error"]["fields"].as_object().map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
}

#[tokio::test]
async fn a_form_becomes_a_lead_with_its_source_its_consent_and_its_answers() {
    let town = Town::new().await;
    let (status, answer) = town.http(request_file("lead-intake/form.json")).await;
    let lead = town.only_lead(NEVEH);
    assert_eq!((status, answer["lead"].as_str()), (202, Some(lead.id.to_string().as_str())));
    assert_eq!(lead.name.as_ref().unwrap().first(), "דנה");
    assert_eq!(lead.phone.as_ref().unwrap().as_str(), "+972541234567");
    assert_eq!(lead.fields.get("יעד").map(String::as_str), Some("רומא"));
    let source = lead.first_source.as_ref().unwrap();
    assert_eq!(source.kind.as_str(), "form");
    assert!(source.campaign.contains(&("utm_source".to_owned(), "instagram".to_owned())));
    assert!(lead.consents[0].text.contains("מאשר") && lead.consents[0].source == "form contact");
}

#[tokio::test]
async fn the_form_key_may_stand_in_the_address_for_senders_without_headers() {
    let town = Town::new().await;
    let (status, _) = town.http(request_file("lead-intake/form-urlencoded.json")).await;
    assert_eq!((status, town.only_lead(NEVEH).name.unwrap().full().to_owned()), (202, "רון לוי".to_owned()));
}

#[tokio::test]
async fn a_landline_or_an_unreadable_number_keeps_the_lead_without_whatsapp_and_says_so() {
    for file in ["lead-intake/form-landline.json", "lead-intake/form-unreadable-phone.json"] {
        let town = Town::new().await;
        let (status, _) = town.http(request_file(file)).await;
        town.work().await;
        let lead = town.only_lead(NEVEH);
        let said = town.entries(&lead).await.into_iter().find(|entry| entry.what == What::NoWhatsApp);
        assert_eq!(
            (status, said.as_ref().and_then(|entry| entry.fact(Fact::Rule))),
            (202, Some("R27")),
            "{file}"
        );
        assert!(town.call_names().is_empty(), "{file}");
    }
}

#[tokio::test]
async fn bad_forms_are_told_what_to_change_and_leave_nothing_half_done() {
    let town = Town::new().await;
    let cases: [(&str, i64, &[&str]); 8] = [
        (r#"{"name":"דנה"}"#, 422, &["email", "phone"]),
        (r#"{"name":"דנה","email":"dana@"}"#, 422, &["email"]),
        (r#"{"phone":{"number":"054"},"note":[{"a":1}]}"#, 422, &["note", "phone"]),
        ("", 422, &["email", "phone"]),
        ("{", 400, &[]),
        ("[1,2]", 400, &[]),
        ("null", 400, &[]),
        (&format!("{}{}", "[".repeat(50_000), "]".repeat(50_000)), 400, &[]),
    ];
    for (body, expected, fields) in cases {
        let mut request = form(body);
        if body.is_empty() {
            request.headers.remove("content-type");
        }
        let (status, answer) = town.http(request).await;
        assert_eq!(
            (status, faults(&answer)),
            (expected, fields.iter().map(|f| (*f).to_owned()).collect()),
            "{body:.40}"
        );
        assert!(answer["error"]["message"].as_str().is_some_and(|message| !message.is_empty()));
    }
    let (status, _) = town.http(form(&format!(r#"{{"name":"{}"}}"#, "x".repeat(300 * 1024)))).await;
    assert_eq!(status, 413);
    assert!(town.leads(NEVEH).is_empty());
}

#[tokio::test]
async fn strangers_are_kept_out_and_the_unknown_is_not_found() {
    let town = Town::new().await;
    let mut no_key = request_file("lead-intake/form.json");
    no_key.headers.remove("x-form-key");
    assert_eq!(town.http(no_key).await.0, 401);
    let mut wrong_key = request_file("lead-intake/form.json");
    wrong_key.headers.insert("x-form-key", "other".parse().unwrap());
    assert_eq!(town.http(wrong_key).await.0, 401);
    let mut no_bearer = request_file("lead-intake/call-missed.json");
    no_bearer.headers.remove("authorization");
    assert_eq!(town.http(no_bearer).await.0, 401);
    for (file, path) in [
        ("lead-intake/form.json", "/forms/nobody/contact"),
        ("lead-intake/form.json", "/forms/neveh/other"),
        ("lead-intake/call-missed.json", "/calls/nobody"),
        ("lead-intake/form.json", "/elsewhere"),
    ] {
        let mut request = request_file(file);
        request.raw_path = Some(path.to_owned());
        assert_eq!(town.http(request).await.0, 404, "{path}");
    }
    assert!(town.leads(NEVEH).is_empty());
}

#[tokio::test]
async fn an_address_that_no_business_can_have_is_not_even_looked_up() {
    let town = Town::new().await;
    town.store.break_down(Broken::Call("playbook"));
    for (business, status) in [("somebody", 503), ("neveh%23L%231", 404), ("Neveh", 404)] {
        let mut request = request_file("lead-intake/form.json");
        request.raw_path = Some(format!("/forms/{business}/contact"));
        assert_eq!(town.http(request).await.0, status, "{business}");
    }
}

#[tokio::test]
async fn a_program_that_fills_the_hidden_field_is_thanked_and_forgotten() {
    let town = Town::new().await;
    let body = r#"{"name":"x","phone":"054-123-4567","_website":"http://example.com"}"#;
    let (status, answer) = town.http(form(body)).await;
    assert_eq!((status, &answer["lead"]), (202, &Value::Null));
    assert!(town.leads(NEVEH).is_empty());
}

#[tokio::test]
async fn a_call_is_told_each_of_its_faults() {
    let town = Town::new().await;
    let cases: [(&str, i64, &[&str]); 5] = [
        (r#"{"phone":"אין","kind":"rang","at":"yesterday"}"#, 422, &["at", "kind", "phone"]),
        (r#"{"kind":"missed"}"#, 422, &["phone"]),
        ("[]", 400, &[]),
        ("", 400, &[]),
        (r#"{"phone":"054-765-4321","kind":"missed"}"#, 202, &[]),
    ];
    for (body, expected, fields) in cases {
        let (status, answer) = town.http(call(body)).await;
        assert_eq!(
            (status, faults(&answer)),
            (expected, fields.iter().map(|f| (*f).to_owned()).collect()),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_call_with_an_id_is_one_call_however_often_it_is_told() {
    let town = Town::new().await;
    for _ in 0..3 {
        assert_eq!(town.http(request_file("lead-intake/call-ended.json")).await.0, 202);
        town.clock.advance(jiff::SignedDuration::from_mins(2));
    }
    town.work().await;
    let lead = town.only_lead(NEVEH);
    let told = town.whats(&lead).await.iter().filter(|what| **what == What::CallEnded).count();
    assert_eq!((told, town.call_names()), (1, vec!["template after_call".to_owned()]));
}

#[tokio::test]
async fn a_browser_on_another_site_is_answered_as_it_asks() {
    let town = Town::new().await;
    let mut request = request_file("lead-intake/form.json");
    request.request_context.http.method = "OPTIONS".parse().unwrap();
    request.headers.insert("origin", "https://www.example.com".parse().unwrap());
    assert_eq!(town.http(request).await.0, 204);
}

#[tokio::test]
async fn a_batch_reports_only_the_record_that_could_not_be_read() {
    let town = Town::new().await;
    let batch: SqsEvent = serde_json::from_value(event_file("sender/one-broken-of-two.json")).unwrap();
    let response = sender::handle(&town.world, town.platforms.as_ref(), batch).await;
    let failed: Vec<String> =
        response.batch_item_failures.into_iter().map(|item| item.item_identifier).collect();
    assert_eq!(failed, ["22222222-2222-4222-8222-222222222222"]);
}

#[tokio::test]
async fn every_sample_event_reaches_its_function() {
    let town = Town::new().await;
    let batch = |file: &str| serde_json::from_value::<SqsEvent>(event_file(file)).unwrap();
    let responses = [
        lead_intake::handle_sqs(&town.world, batch("lead-intake/inbox-hint.json")).await,
        comment_responder::handle(&town.world, batch("comment-responder/inbox-hint.json")).await,
        tag_responder::handle(&town.world, batch("tag-responder/inbox-hint.json")).await,
        message_responder::handle(&town.world, batch("message-responder/inbox-hint.json")).await,
        sender::handle(&town.world, town.platforms.as_ref(), batch("sender/lead-hint.json")).await,
    ];
    assert!(responses.iter().all(|response| response.batch_item_failures.is_empty()));
    assert!(event_file("followup-dispatcher/tick.json").is_object());
    town.tick().await;
    let (status, answer) = town.http(request_file("lead-intake/form-faults.json")).await;
    assert_eq!((status, faults(&answer)), (422, vec!["note".to_owned()]));
}

#[tokio::test]
async fn a_business_s_own_key_opens_it_and_another_s_does_not() {
    let town = Town::new().await;
    let secrets = FixedSecrets::from_iter([
        (own(&NEVEH.into(), names::API_KEY), "of neveh"),
        (own(&"other".into(), names::API_KEY), "of another"),
        (names::API_KEY.to_owned(), "of all"),
    ]);
    let intake = LeadIntake { world: Arc::clone(&town.world), secrets: Arc::new(secrets) };
    let mut statuses = Vec::new();
    for key in ["of neveh", "of all", "of another", ""] {
        let mut call = request_file("lead-intake/call-missed.json");
        call.headers.insert("authorization", format!("Bearer {key}").parse().unwrap());
        statuses.push(journeys::answered(lead_intake::handle_http(&intake, call).await).0);
    }
    assert_eq!(statuses, [202, 202, 401, 401]);
}
