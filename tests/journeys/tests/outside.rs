//! What the world around a business says and is told: templates that are approved, and the event bus.

use jiff::SignedDuration;
use journeys::{NEVEH, Town, TownSettings, webhooks};
use serde_json::json;
use shared::application::ports::Clock;
use shared::domain::call::{CallFailure, Operation, Outcome, Refusal};
use shared::domain::timeline::What;

fn not_approved() -> Outcome {
    let reason = "not approved".to_owned();
    Outcome::Failed(CallFailure::Refused { why: Refusal::Template, code: Some(132_001), reason })
}

fn person(number: u32) -> serde_json::Value {
    json!({ "name": "דנה", "phone": format!("054-123-{number:04}"), "consent": "on" })
}

#[tokio::test]
async fn an_approved_template_wakes_everybody_who_waits_for_it_and_nobody_else() {
    let town = Town::new().await;
    for number in 0..3 {
        town.platforms.answer_next(not_approved());
        assert_eq!(town.form(&person(number)).await.0, 202);
        town.work().await;
    }
    assert_eq!(town.call_names(), ["template lead_welcome"; 3]);
    town.advance(SignedDuration::from_mins(1)).await;
    let other = webhooks::template_approved("follow_up_1", "he");
    assert_eq!(town.webhook(&other).await.0, 200);
    town.work().await;
    assert_eq!(town.call_names().len(), 3, "another template was approved");
    let approved = webhooks::template_approved("lead_welcome", "he");
    assert_eq!(town.webhook(&approved).await.0, 200);
    town.work().await;
    assert_eq!(town.call_names(), ["template lead_welcome"; 6]);
    for lead in town.leads(NEVEH) {
        let whats = town.whats(&lead).await;
        assert!(whats.contains(&What::Redriven) && whats.contains(&What::Sent), "{whats:?}");
    }
    assert_eq!(town.webhook(&approved).await.0, 200);
    town.work().await;
    assert_eq!(town.call_names().len(), 6, "said twice, it is heard once");
}

#[tokio::test]
async fn other_systems_are_told_of_what_the_playbook_names_and_learn_nothing_personal() {
    let playbook_more = "bus: [lead.captured, lead.opted-out]\n";
    let town = Town::with(TownSettings { playbook_more, ..TownSettings::default() }).await;
    assert_eq!(town.form(&person(1)).await.0, 202);
    town.work().await;
    let second = town.clock.now().as_second();
    town.webhook(&webhooks::whatsapp_text("972541230001", "wamid.in", second + 60, "הסר")).await;
    town.work().await;
    let calls = town.calls();
    let told: Vec<_> = calls
        .iter()
        .filter_map(|call| match &call.operation {
            Operation::Announce(announcement) => Some((announcement, call)),
            _ => None,
        })
        .collect();
    let words: Vec<_> = told.iter().map(|(announcement, _)| announcement.what.as_str()).collect();
    assert_eq!(words, ["lead.captured", "lead.opted-out"], "a reply is not on the list");
    let lead = town.only_lead(NEVEH);
    for (announcement, call) in told {
        let detail = shared::adapters::announcement::detail(call, announcement).to_string();
        assert!(
            detail.contains(&lead.id.to_string()) && !detail.contains("דנה") && !detail.contains("541230001")
        );
    }
    let names = town.call_names();
    assert_eq!(names[..2], ["template lead_welcome", "announce"], "what a person waits for goes first");
}
