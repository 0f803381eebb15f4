//! Broadcasts through the functions: everybody of a segment once, at a pace, and nobody without consent, whatever breaks on the way.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use journeys::{NEVEH, Town, TownSettings};
use serde_json::json;
use shared::application::broadcasts::{self, BroadcastError};
use shared::application::in_memory::Broken;
use shared::application::ports::{BroadcastStore, Clock};
use shared::domain::broadcast::{Broadcast, State, Unsendable, Wanted};
use shared::domain::ids::{BroadcastName, BusinessId};
use shared::domain::timeline::{Fact, What};

const START: &str = "2026-12-01T09:00:00+02:00";

const PLAYBOOK: &str = r#"
business: { id: neveh, name: נווה, zone: Asia/Jerusalem, language: he, agent: נועה }
channels: { whatsapp: { number: "106106106106106", account: "102102102102102" } }
sources: { forms: { contact: { consent: { text: "אני מסכים לקבל הצעות", field: agree } } } }
quiet-hours: { nights: "21:00-08:00" }
segments:
  rome: { field: { city: [רומא] } }
  lately: { active-within: 2 days }
messages:
  offer:
    kind: marketing
    channels: [whatsapp]
    text: "פרסומת: היי {{ first_name | default('') }}, כאן {{ business.name }}. יש מבצע לרומא. להסרה: הסר"
    whatsapp-template: { name: offer, params: ["first_name | default('לך')"] }
  closed:
    kind: service
    channels: [whatsapp]
    text: "היום אנחנו סגורים. להתראות!"
    whatsapp-template: { name: closed }
journeys: {}
"#;

async fn town() -> Town {
    Town::of(&[PLAYBOOK.to_owned()], TownSettings::default(), START.parse().unwrap()).await
}

fn neveh() -> BusinessId {
    BusinessId::new(NEVEH)
}

async fn fill_in(town: &Town, number: usize, city: &str, agree: bool) {
    let phone = format!("054{number:07}");
    let mut form = json!({ "name": "דנה כהן", "phone": phone, "city": city });
    if agree {
        form["agree"] = json!("on");
    }
    assert_eq!(town.form(&form).await.0, 202);
    town.work().await;
}

fn wanted(message: &str, segment: &str, per_minute: u32) -> Wanted {
    Wanted {
        name: BroadcastName::new("summer"),
        message: message.into(),
        segment: segment.into(),
        starts_at: None,
        per_minute,
        limit: None,
    }
}

async fn standing(town: &Town) -> Broadcast {
    town.store.broadcast(&neveh(), &BroadcastName::new("summer")).await.unwrap().unwrap()
}

/// A minute passes, moment by moment, and ends with a tick.
async fn minute(town: &Town) {
    town.advance(SignedDuration::from_mins(1)).await;
}

/// Until nothing moves any more.
async fn minutes_until_it_ends(town: &Town) {
    for _ in 0..10_000 {
        if matches!(standing(town).await.state, State::Ended { .. }) {
            for _ in 0..4 {
                minute(town).await;
            }
            return;
        }
        minute(town).await;
    }
    panic!("the broadcast does not end");
}

/// How many messages each person got, and when each left.
async fn sent(town: &Town) -> (BTreeMap<String, usize>, Vec<Timestamp>) {
    let (mut by_person, mut moments) = (BTreeMap::new(), Vec::new());
    for lead in town.leads(NEVEH) {
        let entries = town.entries(&lead).await;
        for entry in entries.iter().filter(|entry| entry.what == What::Sent) {
            *by_person.entry(lead.id.to_string()).or_default() += 1;
            moments.push(entry.at);
        }
    }
    moments.sort();
    (by_person, moments)
}

fn in_the_fullest_minute(moments: &[Timestamp]) -> usize {
    let minute = SignedDuration::from_mins(1);
    let within = |from: &Timestamp| {
        moments.iter().filter(|at| *at >= from && at.duration_since(*from) < minute).count()
    };
    moments.iter().map(within).max().unwrap_or_default()
}

#[tokio::test]
async fn everybody_of_the_segment_who_consented_is_reached_once_at_the_pace() {
    let town = town().await;
    for number in 0..60 {
        fill_in(&town, number, if number % 3 == 0 { "פריז" } else { "רומא" }, number % 10 != 1).await;
    }
    let preview = broadcasts::preview(&town.world, &neveh(), &"offer".into(), "rome").await.unwrap();
    assert_eq!((preview.seen, preview.planned), (60, 36));
    assert_eq!(preview.left_out.values().sum::<u32>(), 4);
    assert!(preview.left_out.keys().all(|reason| reason.contains("consent")), "{preview:?}");
    broadcasts::start(&town.world, &neveh(), &wanted("offer", "rome", 6)).await.unwrap();
    minutes_until_it_ends(&town).await;
    let (people, moments) = sent(&town).await;
    assert_eq!(people.len(), 36);
    assert!(people.values().all(|count| *count == 1), "{people:?}");
    assert!(in_the_fullest_minute(&moments) <= 6, "{moments:?}");
    let tally = standing(&town).await.tally;
    assert_eq!(tally, preview);
    let lead = town.leads(NEVEH).into_iter().find(|lead| !lead.broadcasts.is_empty()).unwrap();
    let entries = town.entries(&lead).await;
    let entry = entries.iter().find(|entry| entry.what == What::Sent).unwrap();
    assert_eq!(entry.fact(Fact::Broadcast), Some("summer"));
    assert!(entry.fact(Fact::Source).unwrap().starts_with("form contact, 2026-12-01T07:00:00"), "{entry:?}");
}

#[tokio::test]
async fn a_service_message_is_broadcast_to_nobody_without_consent_either() {
    let town = town().await;
    fill_in(&town, 1, "רומא", false).await;
    let refused = broadcasts::start(&town.world, &neveh(), &wanted("closed", "rome", 60)).await.unwrap_err();
    let BroadcastError::Refused(Unsendable::Nobody(why)) = &refused else { panic!("{refused}") };
    assert_eq!(why, "a broadcast needs consent, and there is none on record (1)");
    assert!(town.store.broadcasts(&neveh()).await.unwrap().is_empty());
}

#[tokio::test]
async fn who_refuses_while_it_walks_is_left_in_peace() {
    let town = town().await;
    for number in 0..12 {
        fill_in(&town, number, "רומא", true).await;
    }
    broadcasts::start(&town.world, &neveh(), &wanted("offer", "rome", 1)).await.unwrap();
    minute(&town).await;
    // Everybody refuses who has got nothing yet, those included whose message is planned.
    for lead in town.leads(NEVEH).iter().filter(|lead| lead.recent_sends.is_empty()) {
        let phone = lead.phone.as_ref().unwrap().digits().to_owned();
        let message = json!({ "from": phone, "id": format!("wamid.{phone}"), "timestamp": town.clock.now().as_second().to_string(), "type": "text", "text": { "body": "הסר" } });
        let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "102102102102102", "changes": [{ "field": "messages", "value": {
            "messaging_product": "whatsapp", "metadata": { "display_phone_number": "972500000000", "phone_number_id": "106106106106106" },
            "contacts": [{ "wa_id": phone, "profile": { "name": "דנה" } }], "messages": [message],
        } }] }] });
        assert_eq!(town.webhook(&body).await.0, 200);
    }
    town.work().await;
    let before = sent(&town).await.1.len();
    minutes_until_it_ends(&town).await;
    assert_eq!(sent(&town).await.1.len(), before);
    assert!(before < 12);
}

#[tokio::test]
async fn broken_off_anywhere_it_reaches_each_once_and_keeps_its_pace() {
    let calls = ["put_broadcast", "commit", "lead", "roster"];
    for (at, call) in calls.into_iter().enumerate() {
        let town = town().await;
        for number in 0..40 {
            fill_in(&town, number, "רומא", true).await;
        }
        broadcasts::start(&town.world, &neveh(), &wanted("offer", "rome", 10)).await.unwrap();
        for round in 0..8 {
            if round % 2 == at % 2 {
                town.store.break_down(Broken::Call(call));
                let _ = broadcasts::go_on(&town.world).await;
                town.store.break_down(Broken::Nothing);
            }
            minute(&town).await;
        }
        minutes_until_it_ends(&town).await;
        let (people, moments) = sent(&town).await;
        assert_eq!(people.len(), 40, "{call}");
        assert!(people.values().all(|count| *count == 1), "{call}: {people:?}");
        let minute = SignedDuration::from_mins(1);
        let fullest = moments
            .iter()
            .map(|from| moments.iter().filter(|at| *at >= from && at.duration_since(*from) < minute).count());
        assert!(fullest.max().unwrap() <= 10, "{call}: {moments:?}");
        assert_eq!(standing(&town).await.tally.planned, 40, "{call}");
    }
}

#[tokio::test]
async fn it_sleeps_at_night_stops_when_told_and_ends_at_its_limit() {
    let town = town().await;
    for number in 0..30 {
        fill_in(&town, number, "רומא", true).await;
    }
    town.move_to("2026-12-01T20:55:00+02:00").await;
    let limited = Wanted { limit: Some(20), ..wanted("offer", "rome", 2) };
    broadcasts::start(&town.world, &neveh(), &limited).await.unwrap();
    for _ in 0..20 {
        minute(&town).await;
    }
    let at_night = |at: &Timestamp| {
        let hour = at.to_zoned_datetime(jiff::tz::TimeZone::get("Asia/Jerusalem").unwrap()).hour();
        !(8..21).contains(&hour)
    };
    let (_, evening) = sent(&town).await;
    assert!((1..20).contains(&evening.len()), "{evening:?}");
    town.move_to("2026-12-02T08:01:00+02:00").await;
    broadcasts::stop(&town.world, &neveh(), &"summer".into()).await.unwrap();
    for _ in 0..5 {
        minute(&town).await;
    }
    let stopped = sent(&town).await.1.len();
    for _ in 0..5 {
        minute(&town).await;
    }
    assert_eq!(sent(&town).await.1.len(), stopped);
    assert!(stopped < 20);
    broadcasts::resume(&town.world, &neveh(), &"summer".into()).await.unwrap();
    minutes_until_it_ends(&town).await;
    let (people, moments) = sent(&town).await;
    assert_eq!((people.len(), moments.len()), (20, 20));
    assert!(!moments.iter().any(at_night), "{moments:?}");
    let over = broadcasts::resume(&town.world, &neveh(), &"summer".into()).await.unwrap_err();
    assert!(matches!(over, BroadcastError::Refused(Unsendable::Over)));
}

#[tokio::test]
async fn only_who_was_active_lately_is_of_such_a_segment() {
    let town = town().await;
    fill_in(&town, 1, "רומא", true).await;
    town.move_to("2026-12-05T10:00:00+02:00").await;
    fill_in(&town, 2, "רומא", true).await;
    let preview = broadcasts::preview(&town.world, &neveh(), &"offer".into(), "lately").await.unwrap();
    assert_eq!((preview.seen, preview.planned), (2, 1));
    let unknown = broadcasts::preview(&town.world, &neveh(), &"offer".into(), "everybody").await.unwrap_err();
    assert!(unknown.to_string().contains("it has: lately, rome"), "{unknown}");
}

/// The workers are away for a while, and come back to everything at once.
#[tokio::test]
async fn what_is_late_does_not_leave_at_once_but_behind_the_others_at_the_pace() {
    let town = town().await;
    for number in 0..40 {
        fill_in(&town, number, "רומא", true).await;
    }
    broadcasts::start(&town.world, &neveh(), &wanted("offer", "rome", 10)).await.unwrap();
    minute(&town).await;
    for _ in 0..2 {
        // Ticks plan on, and nobody sends.
        town.clock.advance(SignedDuration::from_mins(1));
        broadcasts::go_on(&town.world).await.unwrap();
    }
    minutes_until_it_ends(&town).await;
    for _ in 0..5 {
        minute(&town).await;
    }
    let (people, moments) = sent(&town).await;
    assert_eq!(people.len(), 40);
    assert!(people.values().all(|count| *count == 1), "{people:?}");
    assert!(in_the_fullest_minute(&moments) <= 10, "{moments:?}");
    assert_eq!(standing(&town).await.tally.planned, 40);
}
