//! People of the business hear by e-mail what leads do, with the starter playbook.

use journeys::{NEVEH, Town, TownSettings, request_file, webhooks};
use shared::domain::alert::Alert;
use shared::domain::call::{ButtonAction, Operation};
use shared::domain::timeline::{Fact, What};

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
    assert_eq!(told[0].mail().subject, format!("שיחה שהסתיימה: {}", phone.as_str()));
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
