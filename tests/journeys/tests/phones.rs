//! From a comment into WhatsApp, through the functions: by a number that is left in the chat, and by a link.

use jiff::SignedDuration;
use journeys::{Town, TownSettings};
use serde_json::{Value, json};
use shared::application::ports::Clock;
use shared::domain::call::{Operation, WhatsAppContent};
use shared::domain::identity::Identity;
use shared::domain::link::LinkCode;
use shared::domain::phone::PhoneNumber;

const BUSINESS: &str = "tene";
const PAGE: &str = "501010101010101";
const NUMBER: &str = "506106106106106";
const DANA: &str = "972541234567";
const PSID: &str = "7001";

async fn town() -> Town {
    let path = format!("{}/../../infra/local/playbook.campaigns.he.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    Town::of(&[text], TownSettings::default(), "2027-10-25T09:00:00+03:00".parse().unwrap()).await
}

async fn tells(town: &Town, body: Value) {
    assert_eq!(town.webhook(&body).await.0, 200);
    town.work().await;
    town.clock.advance(SignedDuration::from_secs(30));
}

/// Asks for the menu under its post, and is asked for a number.
async fn comments(town: &Town) {
    let at = town.clock.now().as_second();
    let id = format!("{PAGE}_5004_1");
    tells(
        town,
        json!({ "object": "page", "entry": [{ "id": PAGE, "time": at, "changes": [{
            "field": "feed",
            "value": {
                "item": "comment", "verb": "add", "comment_id": id, "post_id": format!("{PAGE}_5004"),
                "parent_id": format!("{PAGE}_5004"), "from": { "id": PSID, "name": "דנה לוי" },
                "created_time": at, "message": "תפריט",
            },
        }] }] }),
    )
    .await;
}

async fn writes_on_messenger(town: &Town, mid: &str, text: &str) {
    let at = town.clock.now().as_millisecond();
    let message = json!({ "mid": mid, "text": text });
    let messaging = json!([{
        "sender": { "id": PSID }, "recipient": { "id": PAGE }, "timestamp": at, "message": message,
    }]);
    tells(town, json!({ "object": "page", "entry": [{ "id": PAGE, "time": at, "messaging": messaging }] }))
        .await;
}

async fn whatsapp(town: &Town, id: &str, content: Value) {
    let at = town.clock.now().as_second().to_string();
    let mut message = json!({ "from": DANA, "id": id, "timestamp": at });
    message.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
    tells(
        town,
        json!({ "object": "whatsapp_business_account", "entry": [{ "id": "502102102102102", "changes": [{
            "field": "messages",
            "value": {
                "messaging_product": "whatsapp",
                "metadata": { "display_phone_number": "972501230000", "phone_number_id": NUMBER },
                "contacts": [{ "profile": { "name": "דנה" }, "wa_id": DANA }],
                "messages": [message],
            },
        }] }] }),
    )
    .await;
}

async fn writes_on_whatsapp(town: &Town, id: &str, text: &str) {
    whatsapp(town, id, json!({ "type": "text", "text": { "body": text } })).await;
}

async fn confirms(town: &Town, id: &str) {
    let reply = json!({ "id": "masa:confirm-phone", "title": "כן, זה אני" });
    let press =
        json!({ "type": "interactive", "interactive": { "type": "button_reply", "button_reply": reply } });
    whatsapp(town, id, press).await;
}

/// What left, in its order.
fn said(town: &Town) -> Vec<String> {
    let said = |operation: Operation| match operation {
        Operation::SendMessage { text, .. } => Some(text),
        Operation::SendWhatsApp { content, .. } => Some(match content {
            WhatsAppContent::Template { name, .. } => format!("template {name}"),
            WhatsAppContent::Text { body }
            | WhatsAppContent::Buttons { body, .. }
            | WhatsAppContent::Link { body, .. } => body,
        }),
        _ => None,
    };
    town.calls().into_iter().filter_map(|call| said(call.operation)).collect()
}

#[tokio::test]
async fn a_number_that_is_left_in_the_chat_is_confirmed_on_whatsapp_and_the_journey_goes_on() {
    let town = town().await;
    comments(&town).await;
    writes_on_messenger(&town, "m1", "איזה מספר?").await;
    writes_on_messenger(&town, "m2", "050-12345").await;
    writes_on_messenger(&town, "m3", "אוקיי, 054 123 4567").await;
    assert!(said(&town)[0].contains("לאיזה מספר"));
    assert!(said(&town)[1].contains("לא הצלחנו לקרוא"));
    let after: Vec<String> = said(&town).split_off(2);
    assert_eq!(after.len(), 2, "{after:?}");
    assert!(after.iter().any(|text| text.contains("תודה")), "{after:?}");
    assert!(after.iter().any(|text| text == "template confirm_number"), "{after:?}");
    confirms(&town, "w1").await;
    assert!(said(&town).last().unwrap().contains("הנה התפריט"));
    let lead = town.only_lead(BUSINESS);
    assert_eq!(lead.phone, PhoneNumber::parse(DANA).ok());
}

#[tokio::test]
async fn the_number_of_somebody_else_stays_theirs_until_they_confirm_it() {
    let town = town().await;
    writes_on_whatsapp(&town, "w1", "היי, יש שולחן להיום?").await;
    comments(&town).await;
    writes_on_messenger(&town, "m1", "0541234567").await;
    assert_eq!(town.leads(BUSINESS).len(), 2);
    let asked = said(&town).iter().filter(|text| text.contains("המספר הזה נמסר לנו")).count();
    assert_eq!(asked, 1, "they are asked: {:?}", said(&town));
    writes_on_whatsapp(&town, "w2", "לא הבנתי").await;
    town.advance(SignedDuration::from_hours(1)).await;
    assert_eq!(town.leads(BUSINESS).len(), 2, "what else they write proves nothing");
    confirms(&town, "w3").await;
    town.advance(SignedDuration::from_hours(1)).await;
    let lead = town.only_lead(BUSINESS);
    assert!(lead.identities.contains(&Identity::Psid(PSID.into())));
    assert!(said(&town).iter().any(|text| text.contains("הנה התפריט")), "{:?}", said(&town));
}

#[tokio::test]
async fn whoever_goes_on_by_the_link_is_the_one_who_commented() {
    for knows_us in [false, true] {
        let town = town().await;
        if knows_us {
            writes_on_whatsapp(&town, "w1", "היי").await;
        }
        comments(&town).await;
        let asked = said(&town).pop().unwrap();
        let link = asked.split_whitespace().find(|word| word.starts_with("https://wa.me/")).unwrap();
        let code = link.rsplit("%28").next().and_then(|end| LinkCode::parse(end.trim_end_matches("%29")));
        let code = code.unwrap_or_else(|| panic!("{link}"));
        writes_on_whatsapp(&town, "w2", &format!("היי, אשמח לשמוע עוד ({})", code.as_str())).await;
        town.advance(SignedDuration::from_hours(1)).await;
        let lead = town.only_lead(BUSINESS);
        assert_eq!(lead.phone, PhoneNumber::parse(DANA).ok(), "knows us: {knows_us}");
        assert!(lead.identities.contains(&Identity::Psid(PSID.into())), "knows us: {knows_us}");
    }
}

#[tokio::test]
async fn a_code_of_nobody_joins_nobody() {
    let town = town().await;
    comments(&town).await;
    writes_on_whatsapp(&town, "w1", "היי (M-00000-00000)").await;
    town.advance(SignedDuration::from_hours(1)).await;
    assert_eq!(town.leads(BUSINESS).len(), 2);
}
