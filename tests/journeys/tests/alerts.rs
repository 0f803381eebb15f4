//! People of the business hear by e-mail what leads do, with the starter playbook.

use journeys::{NEVEH, Town, TownSettings, request_file, webhooks};
use serde_json::json;
use shared::domain::alert::Alert;
use shared::domain::call::{ButtonAction, Operation};
use shared::domain::timeline::{Entry, Fact, What};

const START: &str = "2026-11-30T09:00:00+02:00";

async fn town(language: &str) -> Town {
    let path = format!("{}/../../infra/local/playbook.{language}.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    Town::of(&[text], TownSettings::default(), START.parse().unwrap()).await
}

fn alerts(town: &Town) -> Vec<Alert> {
    let operations = town.calls().into_iter().map(|call| call.operation);
    let alerts = operations.filter_map(|operation| match operation {
        Operation::SendAlert(alert) => Some(*alert),
        _ => None,
    });
    alerts.collect()
}

#[tokio::test]
async fn an_ended_call_opens_a_chat_and_a_reply_is_read_with_what_was_written() {
    let town = town("he").await;
    assert_eq!(town.http(request_file("lead-intake/call-ended.json")).await.0, 202);
    town.work().await;
    assert!(alerts(&town).is_empty(), "more of it may follow at once");
    town.move_to("2026-11-30T09:02:00+02:00").await;
    let lead = town.only_lead(NEVEH);
    let phone = lead.phone.clone().unwrap();
    let told = alerts(&town);
    assert_eq!(told.len(), 1);
    let links = told[0].links.iter().filter_map(|link| match &link.action {
        ButtonAction::Url(url) => Some(url.clone()),
        ButtonAction::Payload(_) => None,
    });
    let expected = [format!("https://wa.me/{}", phone.digits()), format!("tel:{}", phone.as_str())];
    assert_eq!(links.collect::<Vec<_>>(), expected);
    assert_eq!(told[0].mail().subject, format!("שיחה שהסתיימה: \u{2066}{}\u{2069}", phone.as_str()));
    let entries = town.entries(&lead).await;
    let sent =
        entries.iter().find(|entry| entry.fact(Fact::Agent) == Some("noa") && entry.what == What::Sent);
    assert!(sent.is_some_and(|entry| entry.fact(Fact::Event) == Some("alert")));
}

#[tokio::test]
async fn a_chat_is_one_mail_that_shows_it_in_the_business_s_language() {
    let town = town("en").await;
    let second = town.world.clock.now().as_second();
    for (number, text) in ["Hello", "How much is it?"].iter().enumerate() {
        let id = format!("wamid.{number}");
        let told = webhooks::whatsapp_text("972541230001", &id, second + number as i64, text);
        assert_eq!(town.webhook(&told).await.0, 200);
        town.work().await;
    }
    town.advance(jiff::SignedDuration::from_hours(2)).await;
    let told = alerts(&town);
    assert_eq!(told.len(), 1);
    let mail = told[0].mail();
    insta::assert_snapshot!(format!("{}\n\n{}", mail.subject, mail.text), @"
    New reply: דנה כהן

    New reply
    דנה כהן
    +972541230001

    The last messages:
    30.11 09:00 They: Hello
    30.11 09:00 They: How much is it?
    ");
}

async fn page(town: &Town, method: &str, path: &str, pressed: Option<&str>) -> (i64, String) {
    let mut request = request_file("lead-intake/form.json");
    request.raw_path = Some(path.to_owned());
    request.request_context.http.method = method.parse().unwrap();
    request.request_context.http.path = Some(path.to_owned());
    request.headers.remove("x-form-key");
    request.body = pressed.map(str::to_owned);
    let answer = town.answer(request).await;
    let Some(aws_lambda_events::encodings::Body::Text(page)) = answer.body else { panic!("no page") };
    (answer.status_code, page)
}

/// Somebody who is on a journey called, and the agent reads of it: the path of the link by which they say that an e-mail came.
async fn town_and_link(language: &str) -> (Town, String) {
    let town = town(language).await;
    let form = json!({ "name": "דנה כהן", "phone": "054-123-4567", "email": "dana@example.com" });
    assert_eq!(town.form(&form).await.0, 202);
    let mut call = request_file("lead-intake/call-ended.json");
    call.body = Some(json!({ "phone": "054-123-4567", "kind": "ended", "id": "1" }).to_string());
    assert_eq!(town.http(call).await.0, 202);
    town.work().await;
    town.move_to("2026-11-30T09:10:00+02:00").await;
    let link = alerts(&town)[0].links.last().unwrap().clone();
    let ButtonAction::Url(url) = &link.action else { panic!("{link:?}") };
    let path = url.strip_prefix("https://masa.example").unwrap().to_owned();
    assert!(path.starts_with("/answered/neveh."), "{path}");
    assert_eq!(runs(&town), 1);
    (town, path)
}

fn runs(town: &Town) -> usize {
    let lead = town.only_lead(NEVEH);
    lead.runs.iter().filter(|run| run.journey == "new-lead".into() && run.is_active()).count()
}

/// What the agent reads in their own mailbox counts as a reply once they say so.
#[tokio::test]
async fn an_answer_by_email_is_told_by_the_link_of_an_alert_and_a_look_or_a_forged_link_tells_nothing() {
    for (language, direction) in [("he", "dir=\"rtl\""), ("en", "dir=\"ltr\"")] {
        let (town, path) = town_and_link(language).await;
        let (status, asks) = page(&town, "GET", &path, None).await;
        assert!(
            status == 200 && asks.contains("<form method=\"post\">") && asks.contains(direction),
            "{asks}"
        );
        let end = path.len() - 1;
        let forged = format!("{}{}", &path[..end], if path.ends_with('0') { "1" } else { "0" });
        assert_eq!(page(&town, "POST", &forged, None).await.0, 404);
        assert_eq!(runs(&town), 1);
        for _ in 0..2 {
            assert_eq!(page(&town, "POST", &path, None).await.0, 200);
        }
        town.work().await;
        assert_eq!(runs(&town), 0);
        let entries = town.entries(&town.only_lead(NEVEH)).await;
        let by_email =
            |entry: &&Entry| entry.what == What::Wrote && entry.fact(Fact::Channel) == Some("email");
        assert_eq!(entries.iter().filter(by_email).count(), 1);
        town.advance(jiff::SignedDuration::from_hours(24)).await;
        assert_eq!(alerts(&town).len(), 1, "who told it need not hear of it");
        assert!(town.only_lead(NEVEH).opt_out.is_none());
    }
}

#[tokio::test]
async fn a_refusal_by_email_is_told_by_the_same_link_which_ends_after_a_month() {
    let (town, path) = town_and_link("he").await;
    assert_eq!(page(&town, "POST", &path, Some("refuses=yes")).await.0, 200);
    town.work().await;
    assert!(town.only_lead(NEVEH).opt_out.is_some(), "R3");
    town.advance(jiff::SignedDuration::from_hours(31 * 24)).await;
    for method in ["GET", "POST"] {
        assert_eq!(page(&town, method, &path, None).await.0, 410);
    }
}
