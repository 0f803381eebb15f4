//! Appointments: booked by the personal link, reminded of, moved, cancelled and booked again, through the real handlers.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use hmac::{Hmac, KeyInit, Mac};
use journeys::{CALENDLY_KEY, NEVEH, Town, TownSettings, request_file};
use serde_json::{Value, json};
use sha2::Sha256;
use shared::domain::timeline::{Entry, Fact, What};

const START: &str = "2027-02-07T09:00:00+02:00";

const PLAYBOOK: &str = r#"
business:
  id: neveh
  name: נווה
  zone: Asia/Jerusalem
  language: he
  agent: נועה
links: { booking: "https://example.com/book" }
channels: { whatsapp: { number: "106106106106106", account: "102102102102102" } }
sources: { forms: { contact: {} } }
messages:
  welcome:
    kind: service
    channels: [whatsapp]
    text: "היי {{ first_name | default('') }}! אפשר לקבוע שיחה: {{ booking_link }} להתראות"
    whatsapp-template: { name: welcome, params: ["first_name | default('לך')", booking_link] }
  again:
    kind: service
    text: "היי {{ first_name | default('') }}, עוד לא קבענו. נדבר?"
    whatsapp-template: { name: again, params: ["first_name | default('לך')"] }
  booked:
    kind: service
    text: "נקבע ל-{{ booking.starts_at | default('') }} בשעה {{ booking.starts_at_time | default('') }}. נתראה!"
    whatsapp-template: { name: booked, params: ["booking.starts_at | default('-')", "booking.starts_at_time | default('-')"] }
  tomorrow:
    kind: service
    text: "תזכורת: מחר בשעה {{ booking.starts_at_time | default('') }} נפגשים."
    whatsapp-template: { name: tomorrow, params: ["booking.starts_at_time | default('-')"] }
  moved:
    kind: service
    text: "הפגישה הוזזה ל-{{ booking.starts_at | default('') }}. נתראה!"
    whatsapp-template: { name: moved, params: ["booking.starts_at | default('-')"] }
  sorry:
    kind: service
    text: "הפגישה בוטלה. נשמח לקבוע אחרת, {{ first_name | default('') }}."
    whatsapp-template: { name: sorry, params: ["first_name | default('לך')"] }
journeys:
  new-lead:
    starts: [lead.captured]
    stops: [booking.made, lead.opted-out]
    steps: [{ send: welcome }, { after: 3 days, at: "10:00", send: again }]
  meeting:
    starts: [booking.made]
    stops: [booking.cancelled, lead.opted-out]
    steps: [{ send: booked }, { before: booking.starts_at, by: 1 day, send: tomorrow }]
  was-moved: { starts: [booking.moved], steps: [{ send: moved }] }
  was-cancelled: { starts: [booking.cancelled], steps: [{ send: sorry }] }
"#;

async fn town() -> Town {
    Town::of(&[PLAYBOOK.to_owned()], TownSettings::default(), START.parse().unwrap()).await
}

async fn says(town: &Town, booking: &Value) -> (i64, Value) {
    let mut request = request_file("lead-intake/booking.json");
    request.body = Some(booking.to_string());
    let told = town.http(request).await;
    town.work().await;
    told
}

/// A webhook of Calendly, signed as Calendly signs.
async fn calendly(town: &Town, told: &Value) -> (i64, Value) {
    let answer = town.http(signed(told, town.world.clock.now().as_second())).await;
    town.work().await;
    answer
}

fn signed(told: &Value, moment: i64) -> ApiGatewayV2httpRequest {
    let body = told.to_string();
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(CALENDLY_KEY.as_bytes()).unwrap();
    mac.update(format!("{moment}.{body}").as_bytes());
    let signature = format!("t={moment},v1={}", hex::encode(mac.finalize().into_bytes()));
    let mut request = request_file("lead-intake/calendly-created.json");
    request.headers.insert("calendly-webhook-signature", signature.parse().unwrap());
    request.body = Some(body);
    request
}

/// What Calendly tells of an invitee, in the shape of its documentation.
fn invitee(event: &str, id: &str, token: &str, starts_at: &str) -> Value {
    let uri = |id: &str| format!("https://api.calendly.com/scheduled_events/{id}/invitees/{id}");
    json!({
        "event": event,
        "created_at": "2027-02-07T07:00:00.000000Z",
        "created_by": "https://api.calendly.com/users/U1",
        "payload": {
            "uri": uri(id), "email": "dana@example.com", "name": "דנה כהן", "status": "active",
            "rescheduled": false, "old_invitee": null, "new_invitee": null,
            "text_reminder_number": null, "timezone": "Asia/Jerusalem",
            "questions_and_answers": [{ "question": "טלפון?", "answer": "054-123-4567", "position": 0 }],
            "tracking": { "utm_source": "masa", "utm_content": token, "utm_campaign": null },
            "scheduled_event": {
                "uri": format!("https://api.calendly.com/scheduled_events/{id}"), "name": "שיחת ייעוץ",
                "start_time": starts_at, "end_time": null,
                "location": { "type": "physical", "location": "רחוב הנמל 1" },
            },
        },
    })
}

/// What left, and what was moved or skipped.
async fn told(town: &Town) -> String {
    let lead = town.only_lead(NEVEH);
    let line = |entry: &Entry| {
        let message = entry.fact(Fact::Message).unwrap_or_default();
        let at = entry.at.to_zoned_datetime(jiff::tz::TimeZone::get("Asia/Jerusalem").unwrap());
        let at = at.strftime("%m-%d %H:%M");
        match entry.what {
            What::Sent => Some(format!("{at} sent {message}")),
            What::Skipped => {
                Some(format!("{at} skipped {message}: {}", entry.fact(Fact::Reason).unwrap_or_default()))
            }
            _ => None,
        }
    };
    town.entries(&lead).await.iter().filter_map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn booked_reminded_moved_cancelled_and_booked_again() {
    let town = town().await;
    let (status, captured) = town.form(&json!({ "name": "דנה כהן", "phone": "054-123-4567" })).await;
    assert_eq!(status, 202);
    town.work().await;
    // The token of the personal link says who it is; the address that they typed is new.
    let token = captured["lead"].as_str().unwrap();
    town.move_to("2027-02-08T12:00:00+02:00").await;
    let book = |id: &str, starts_at: &str| {
        json!({
            "id": id, "status": "booked", "lead": token, "email": "dana@example.com",
            "starts_at": starts_at, "what": "שיחת ייעוץ",
        })
    };
    for _ in 0..2 {
        assert_eq!(says(&town, &book("b1", "2027-02-15T10:00")).await.0, 202);
    }
    town.move_to("2027-02-10T12:00:00+02:00").await;
    // The calendar books a moved appointment anew.
    let mut moved = book("b2", "2027-02-17T10:00");
    moved["replaces"] = json!("b1");
    assert_eq!(says(&town, &moved).await.0, 202);
    town.move_to("2027-02-16T12:00:00+02:00").await;
    let cancelled = json!({ "id": "b2", "status": "cancelled", "lead": token });
    assert_eq!(says(&town, &cancelled).await.0, 202);
    town.move_to("2027-02-18T12:00:00+02:00").await;
    assert_eq!(says(&town, &book("b3", "2027-02-24T16:00")).await.0, 202);
    town.move_to("2027-03-01T12:00:00+02:00").await;
    insta::assert_snapshot!(told(&town).await, @"
    02-07 09:00 sent welcome
    02-08 12:00 sent booked
    02-10 12:00 sent moved
    02-16 10:00 sent tomorrow
    02-16 12:00 sent sorry
    02-18 12:00 sent booked
    02-23 16:00 sent tomorrow
    ");
    let lead = town.only_lead(NEVEH);
    assert_eq!(lead.email.map(|email| email.as_str().to_owned()), Some("dana@example.com".to_owned()));
}

#[tokio::test]
async fn a_stranger_who_books_is_a_lead_by_their_number() {
    let town = town().await;
    let booking = json!({
        "id": "b1", "status": "booked", "phone": "054-123-4567", "name": "רון לוי",
        "starts_at": "2027-02-15T10:00:00+02:00",
    });
    assert_eq!(says(&town, &booking).await.0, 202);
    let lead = town.only_lead(NEVEH);
    assert_eq!(lead.name.as_ref().map(|name| name.full().to_owned()), Some("רון לוי".to_owned()));
    assert_eq!(told(&town).await, "02-07 09:00 sent booked");
}

#[tokio::test]
async fn a_booking_that_cannot_be_is_refused_with_all_its_faults_and_leaves_nobody() {
    let town = town().await;
    let (status, faults) = says(&town, &json!({ "status": "maybe", "ends_at": "soon" })).await;
    assert_eq!(status, 422);
    let faulty: Vec<&String> = faults["error"]["fields"].as_object().unwrap().keys().collect();
    assert_eq!(faulty, ["ends_at", "id", "phone", "status"]);
    let unknown = json!({
        "id": "b1", "status": "booked", "lead": "0".repeat(32), "starts_at": "2027-02-15T10:00",
    });
    assert_eq!(says(&town, &unknown).await.0, 422);
    let backwards = json!({
        "id": "b1", "status": "booked", "phone": "054-123-4567",
        "starts_at": "2027-02-15T10:00", "ends_at": "2027-02-15T09:00",
    });
    assert_eq!(says(&town, &backwards).await.0, 422);
    assert!(town.leads(NEVEH).is_empty());
}

#[tokio::test]
async fn calendly_books_moves_cancels_and_books_again() {
    let town = town().await;
    let (_, captured) = town.form(&json!({ "name": "דנה כהן", "phone": "054-123-4567" })).await;
    town.work().await;
    let token = captured["lead"].as_str().unwrap();
    let of = |event: &str, id: &str, starts_at: &str| invitee(event, id, token, starts_at);
    town.move_to("2027-02-08T12:00:00+02:00").await;
    for _ in 0..2 {
        let mut booked = of("invitee.created", "b1", "2027-02-15T08:00:00.000000Z");
        booked["created_at"] = json!("2027-02-08T10:00:00.000000Z");
        assert_eq!(calendly(&town, &booked).await.0, 200);
    }
    town.move_to("2027-02-10T12:00:00+02:00").await;
    // Moved: the old one is cancelled because of it, and the new one says so.
    let mut old = of("invitee.canceled", "b1", "2027-02-15T08:00:00.000000Z");
    old["payload"]["rescheduled"] = json!(true);
    assert_eq!(calendly(&town, &old).await.0, 200);
    let mut new = of("invitee.created", "b2", "2027-02-17T08:00:00.000000Z");
    new["payload"]["old_invitee"] = old["payload"]["uri"].clone();
    new["created_at"] = json!("2027-02-10T10:00:00.000000Z");
    assert_eq!(calendly(&town, &new).await.0, 200);
    town.move_to("2027-02-16T12:00:00+02:00").await;
    let mut cancelled = of("invitee.canceled", "b2", "2027-02-17T08:00:00.000000Z");
    cancelled["created_at"] = json!("2027-02-16T10:00:00.000000Z");
    assert_eq!(calendly(&town, &cancelled).await.0, 200);
    town.move_to("2027-02-18T12:00:00+02:00").await;
    let mut again = of("invitee.created", "b3", "2027-02-24T14:00:00.000000Z");
    again["created_at"] = json!("2027-02-18T10:00:00.000000Z");
    assert_eq!(calendly(&town, &again).await.0, 200);
    town.move_to("2027-03-01T12:00:00+02:00").await;
    insta::assert_snapshot!(told(&town).await, @"
    02-07 09:00 sent welcome
    02-08 12:00 sent booked
    02-10 12:00 sent moved
    02-16 10:00 sent tomorrow
    02-16 12:00 sent sorry
    02-18 12:00 sent booked
    02-23 16:00 sent tomorrow
    ");
}

#[tokio::test]
async fn who_books_by_a_link_of_nobody_is_known_by_what_they_typed() {
    let town = town().await;
    let booked = invitee("invitee.created", "b1", &"0".repeat(32), "2027-02-15T08:00:00Z");
    assert_eq!(calendly(&town, &booked).await.0, 200);
    let lead = town.only_lead(NEVEH);
    let phone = lead.phone.as_ref().map(|phone| phone.as_str().to_owned());
    assert_eq!(phone, Some("+972541234567".to_owned()));
    let facts: Vec<(&str, &str)> =
        lead.deals[0].facts.iter().map(|(name, fact)| (name.as_str(), fact.as_str())).collect();
    assert_eq!(facts, [("what", "שיחת ייעוץ"), ("where", "רחוב הנמל 1")]);
}

#[tokio::test]
async fn what_calendly_did_not_sign_just_now_is_refused_and_leaves_nobody() {
    let town = town().await;
    let booked = invitee("invitee.created", "b1", "", "2027-02-15T08:00:00Z");
    let sent = |change: fn(&mut ApiGatewayV2httpRequest)| {
        let mut request = request_file("lead-intake/calendly-created.json");
        request.body = Some(booked.to_string());
        change(&mut request);
        request
    };
    let with = |signature: &'static str| {
        let mut request = sent(|_| {});
        request.headers.insert("calendly-webhook-signature", signature.parse().unwrap());
        request
    };
    let forged = "t=1801983600,v1=00f536804a34081ca45e39dd1de435b889fca41e64eac25343b753d83c0fa5d4";
    // What was signed a while ago may be anybody's who has kept it.
    let now = town.world.clock.now().as_second();
    let (old, early) = (signed(&booked, now - 181), signed(&booked, now + 181));
    for request in [sent(|_| {}), with("nonsense"), with(forged), old, early] {
        let (status, answer) = town.http(request).await;
        assert_eq!((status, answer["error"]["code"].as_str()), (401, Some("not-signed")));
    }
    let no_show = json!({ "event": "invitee_no_show.created", "payload": {} });
    assert_eq!(calendly(&town, &no_show).await.0, 200);
    assert_eq!(calendly(&town, &json!({ "hello": 1 })).await.0, 400);
    assert!(town.leads(NEVEH).is_empty());
}
