//! What can be seen of the work from outside: figures, and logs that lead through the functions.

use async_trait::async_trait;
use jiff::SignedDuration;
use journeys::webhooks::{comment, instagram_comment, lead_ad, messenger_text, whatsapp_text};
use journeys::{NEVEH, Town, capture, request_file};
use serde_json::{Value, json};
use shared::application::erase::erase;
use shared::application::ports::Platforms;
use shared::domain::call::{CallFailure, LeadAdFields, Operation, Outcome, PlatformCall, Receipt};
use shared::domain::event::Details;
use shared::domain::figure::Figure;
use shared::domain::name::PersonName;
use shared::domain::phone::PhoneNumber;

/// How often each figure was counted.
fn counted(town: &Town, wanted: fn(&Figure) -> bool) -> usize {
    town.figures.of(&town.business()).iter().filter(|figure| wanted(figure)).count()
}

fn lines(log: &str) -> Vec<Value> {
    log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Every hint is brought twice.
async fn work_twice(town: &Town) {
    for _ in 0..20 {
        for hint in town.queue.take_due() {
            town.invoke(town.platforms.as_ref(), &hint).await;
            town.invoke(town.platforms.as_ref(), &hint).await;
        }
    }
}

#[tokio::test]
async fn what_is_brought_again_is_counted_once() {
    let town = Town::new().await;
    for _ in 0..3 {
        town.form(&json!({ "name": "דנה כהן", "phone": "054-123-4567" })).await;
        town.webhook(&whatsapp_text("972541234567", "wamid.in", 1_796_022_030, "כמה זה עולה?")).await;
        work_twice(&town).await;
        town.tick().await;
    }
    let sent = town.calls().len();
    assert!(sent > 0);
    assert_eq!(counted(&town, |figure| *figure == Figure::Lead), 1);
    assert_eq!(counted(&town, |figure| *figure == Figure::Reply), 1);
    assert_eq!(counted(&town, |figure| *figure == Figure::MessageSent), sent);
    assert_eq!(counted(&town, |figure| matches!(figure, Figure::SpeedToLead(_))), 1);
}

#[tokio::test]
async fn a_tick_tells_how_late_the_oldest_work_is() {
    let town = Town::new().await;
    town.tick().await;
    town.form(&json!({ "name": "דנה כהן", "phone": "054-123-4567" })).await;
    town.clock.advance(SignedDuration::from_secs(90));
    followup_dispatcher::handle(&town.world).await.unwrap();
    town.work().await;
    town.tick().await;
    let seconds: Vec<i64> = town.figures.ticks().iter().map(SignedDuration::as_secs).collect();
    assert_eq!(seconds, [0, 90, 0]);
}

#[tokio::test]
async fn one_id_leads_from_the_webhook_to_the_platform() {
    let (log, _guard) = capture();
    let town = Town::new().await;
    town.webhook(&whatsapp_text("972541234567", "wamid.in", 1_796_022_030, "היי")).await;
    town.webhook(&comment("c1", "777", "כמה?")).await;
    town.work().await;
    let writer = town.leads(NEVEH).into_iter().find(|lead| lead.phone.is_some()).unwrap();
    let lines = lines(&log.text());
    let of_lead = |line: &&Value| line["lead"] == writer.id.to_string();
    let inbox = lines.iter().filter(of_lead).find_map(|line| line["inbox"].as_str()).unwrap();
    let way: Vec<&str> = lines
        .iter()
        .filter(|line| of_lead(line) || line["inbox"] == inbox)
        .map(|line| {
            assert_eq!(line["business"], NEVEH, "{line}");
            line["target"].as_str().unwrap()
        })
        .collect();
    assert_eq!(way.first(), Some(&"application::accept"), "{way:?}");
    assert!(way.contains(&"application::decide_event"), "{way:?}");
    let event = |target: &str| {
        let line = lines.iter().find(|line| line["target"] == target && line["inbox"] == inbox);
        line.unwrap()["event"].as_str().unwrap()
    };
    assert_eq!(event("application::accept"), event("application::decide_event"));
    town.form(&json!({ "name": "דנה כהן", "phone": "054-123-4567" })).await;
    town.work().await;
    let delivered = self::lines(&log.text())
        .into_iter()
        .find(|line| line["target"] == "application::deliver" && line["lead"] == writer.id.to_string());
    assert!(delivered.is_some_and(|line| line["work"].is_string() && line["operation"].is_string()));
}

/// A person whose every word is one that nothing else says.
const NAME: &str = "זוהרית";
const PHONE: &str = "0541239876";
const EMAIL: &str = "zohorit@example.org";
const TEXTS: [&str; 5] = ["אבטיחים", "קרמבולה", "פיטאיות", "ליצ'ים", "גויאבות"];
const PSID: &str = "998877665544";
const IGSID: &str = "556677889900";
const LEAD_AD: &str = "334455667788";
const SECRETS: [&str; 4] =
    ["sandbox-app-secret", "sandbox-verify-token", "sandbox-api-key", "sandbox-form-key"];

/// Answers lead ads with the person's details, and loses or refuses what it is asked every few calls.
#[derive(Default)]
struct Moody(std::sync::Mutex<Vec<PlatformCall>>);

#[async_trait]
impl Platforms for Moody {
    async fn call(&self, call: &PlatformCall) -> Outcome {
        let number = {
            let mut calls = self.0.lock().unwrap();
            calls.push(call.clone());
            calls.len()
        };
        if let Operation::ReadLeadAd { .. } = call.operation {
            let details = Details {
                name: PersonName::parse(NAME),
                phone: PhoneNumber::parse(PHONE).ok(),
                ..Details::default()
            };
            return Outcome::LeadAdRead(LeadAdFields { details, ..LeadAdFields::default() });
        }
        match number % 4 {
            0 => Outcome::Failed(CallFailure::AnswerLost { reason: "no answer in time".into() }),
            1 => Outcome::Failed(CallFailure::TryAgain {
                wait: None,
                is_limit: false,
                reason: "too many calls".into(),
            }),
            _ => Outcome::Done(Receipt { id: Some("out".into()), ..Receipt::default() }),
        }
    }
}

#[tokio::test]
async fn no_log_says_anything_of_a_person() {
    let (log, _guard) = capture();
    let town = Town::new().await;
    let moody = Moody::default();
    let digits = format!("972{}", &PHONE[1..]);
    let at = 1_796_022_030;
    let bodies = [
        lead_ad(LEAD_AD),
        comment("c1", PSID, TEXTS[0]),
        instagram_comment("c2", IGSID, TEXTS[1]),
        messenger_text(PSID, "mid.1", at, TEXTS[2]),
        whatsapp_text(&digits, "wamid.1", at, TEXTS[3]),
        // Cannot be read: the operator gets a notice.
        json!({ "object": "page", "entry": [{ "id": "101010101010101", "time": at, "changes": [
            { "field": "feed", "value": { "item": "comment", "from": { "id": PSID, "name": NAME }, "message": TEXTS[0] } },
        ] }] }),
        whatsapp_text(&digits, "wamid.2", at + 60, "הסר"),
    ];
    let form = json!({ "name": NAME, "phone": PHONE, "email": EMAIL, "message": TEXTS[4] });
    let mut entered = form.to_string();
    for body in &bodies {
        entered.push_str(&body.to_string());
        assert_eq!(town.webhook(body).await.0, 200);
        town.work_with(&moody).await;
        assert_eq!(town.form(&form).await.0, 202);
        town.work_with(&moody).await;
        town.clock.advance(SignedDuration::from_mins(7));
        town.tick().await;
        town.work_with(&moody).await;
    }
    // What must be refused at the doors.
    let mut faulty = request_file("lead-intake/form.json");
    faulty.body = Some(json!({ "name": NAME, "email": "zohorit@" }).to_string());
    assert_eq!(town.http(faulty).await.0, 422);
    for lead in town.leads(NEVEH) {
        erase(&town.world, &town.business(), lead.id).await.unwrap();
    }
    town.advance(SignedDuration::from_hours(24 * 40)).await;
    let log = log.text();
    assert!(log.lines().count() > 40, "there is hardly anything to look through:\n{log}");
    let personal = [NAME, PHONE, EMAIL, PSID, IGSID, LEAD_AD, &PHONE[1..]].into_iter().chain(TEXTS);
    for personal in personal {
        assert!(entered.contains(personal), "{personal} never came in");
        let leaks: Vec<&str> = log.lines().filter(|line| line.contains(personal)).collect();
        assert_eq!(leaks, Vec::<&str>::new(), "{personal}");
    }
    for secret in SECRETS {
        assert!(!log.contains(secret), "{secret}");
    }
}
