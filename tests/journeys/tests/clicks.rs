//! Links that tell when they are followed, from the message to the journey that they stop.

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use http::header;
use journeys::{NEVEH, Town, TownSettings, request_file, webhooks};
use serde_json::json;
use shared::domain::call::{Operation, WhatsAppContent};
use shared::domain::click::ClickToken;
use shared::domain::timeline::What;

const START: &str = "2026-11-30T09:00:00+02:00";

/// The Hebrew starter, whose follow-ups stop once the video was looked at.
async fn town() -> Town {
    let path = format!("{}/../../infra/local/playbook.he.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let plain = "  video: \"https://www.example.com/neveh/last-trip\"";
    let tracked = "  video: { url: \"https://www.example.com/neveh/last-trip\", tracked: true }";
    let booking = "  booking: \"https://calendly.com/neveh-tours/call\"";
    let told = "  booking: { url: \"https://calendly.com/neveh-tours/call\", tracked: true }";
    let stops = "stops: [lead.replied, deal.won, lead.opted-out]";
    let more = "stops: [lead.replied, { link.clicked: video }, deal.won, lead.opted-out]";
    for part in [plain, booking, stops] {
        assert!(text.contains(part), "the starter has no {part}");
    }
    let text = text.replacen(plain, tracked, 1).replacen(booking, told, 1).replacen(stops, more, 1);
    Town::of(&[text], TownSettings::default(), START.parse().unwrap()).await
}

async fn get(town: &Town, path: &str, agent: &str) -> ApiGatewayV2httpResponse {
    let mut request: ApiGatewayV2httpRequest = request_file("lead-intake/form.json");
    request.raw_path = Some(path.to_owned());
    request.request_context.http.method = http::Method::GET;
    request.request_context.http.path = Some(path.to_owned());
    request.headers.remove("x-form-key");
    request.headers.insert(header::USER_AGENT, agent.parse().unwrap());
    request.body = None;
    town.answer(request).await
}

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15";

/// What the person reads, whole.
fn texts(town: &Town) -> Vec<String> {
    let operations = town.calls().into_iter().map(|call| call.operation);
    let texts = operations.filter_map(|operation| match operation {
        Operation::SendWhatsApp { content, .. } => Some(match content {
            WhatsAppContent::Template { params, .. } => params.join(" "),
            WhatsAppContent::Text { body } | WhatsAppContent::Buttons { body, .. } => body,
            WhatsAppContent::Link { body, url, .. } => format!("{body} {url}"),
        }),
        _ => None,
    });
    texts.collect()
}

fn ours(text: &str) -> Vec<String> {
    let begin = "https://masa.example/r/";
    text.split_whitespace()
        .filter(|word| word.starts_with(begin))
        .map(|word| word["https://masa.example".len()..].to_owned())
        .collect()
}

#[tokio::test]
async fn a_followed_link_leads_on_and_ends_the_journey_and_a_preview_does_neither_end_nor_count() {
    let town = town().await;
    let second = town.world.clock.now().as_second();
    // They write first, so that the welcome goes as a text with the calendar's button.
    town.webhook(&webhooks::whatsapp_text("972541234567", "wamid.in", second, "שלום")).await;
    town.work().await;
    assert_eq!(town.form(&json!({ "name": "דנה כהן", "phone": "054-123-4567" })).await.0, 202);
    town.work().await;
    let lead = town.only_lead(NEVEH);
    assert!(lead.runs.iter().any(shared::domain::run::Run::is_active));
    let welcome = texts(&town).pop().unwrap();
    let links = ours(&welcome);
    assert_eq!(links.len(), 2, "{welcome}");
    assert!(!welcome.contains("example.com/neveh/last-trip") && !welcome.contains("calendly.com"));
    let (video, booking) = (&links[0], &links[1]);
    let token = ClickToken::of(&town.world.pepper, &NEVEH.into(), lead.id, "video");
    assert_eq!(*video, format!("/r/{}", token.as_str()));
    let location = |response: &ApiGatewayV2httpResponse| {
        response.headers.get(header::LOCATION).map(|url| url.to_str().unwrap().to_owned())
    };
    // WhatsApp looks the link up for its preview.
    for agent in ["facebookexternalhit/1.1", "WhatsApp/2.24 A"] {
        let preview = get(&town, video, agent).await;
        assert_eq!(location(&preview).as_deref(), Some("https://www.example.com/neveh/last-trip"));
    }
    assert!(town.only_lead(NEVEH).runs.iter().any(shared::domain::run::Run::is_active));
    for _ in 0..2 {
        let answer = get(&town, video, PHONE).await;
        assert_eq!(answer.status_code, 302);
        assert_eq!(location(&answer).as_deref(), Some("https://www.example.com/neveh/last-trip"));
    }
    town.work().await;
    let lead = town.only_lead(NEVEH);
    assert!(!lead.runs.iter().any(shared::domain::run::Run::is_active));
    let clicks = |whats: Vec<What>| whats.into_iter().filter(|what| *what == What::LinkClicked).count();
    assert_eq!(clicks(town.whats(&lead).await), 1, "two clicks in a moment are one");
    // The calendar opens with what is known of the person.
    let calendar = location(&get(&town, booking, PHONE).await).unwrap();
    assert!(
        calendar.starts_with("https://calendly.com/neveh-tours/call?name=")
            && calendar.contains("utm_content=")
    );
}

#[tokio::test]
async fn a_forged_link_and_one_of_a_playbook_that_has_it_no_more_lead_nowhere() {
    let town = town().await;
    assert_eq!(town.form(&json!({ "name": "דנה כהן", "phone": "054-123-4567" })).await.0, 202);
    town.work().await;
    let lead = town.only_lead(NEVEH);
    let token = |link: &str| {
        let token = ClickToken::of(&town.world.pepper, &NEVEH.into(), lead.id, link);
        format!("/r/{}", token.as_str())
    };
    let gone = token("brochure");
    let forged = token("video").replace("video", "guide");
    for path in [gone.as_str(), forged.as_str(), "/r/x", "/r/a.b.c.d"] {
        let answer = get(&town, path, PHONE).await;
        assert_eq!(answer.status_code, 404, "{path}");
        assert!(answer.headers.get(header::LOCATION).is_none());
    }
    let whats = town.whats(&town.only_lead(NEVEH)).await;
    assert_eq!(
        whats.iter().filter(|what| **what == What::LinkClicked).count(),
        1,
        "what we gave out was followed"
    );
}
