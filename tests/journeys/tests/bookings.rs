//! Appointments: booked by the personal link, reminded of, moved, cancelled and booked again, through the real handlers.

use journeys::{NEVEH, Town, TownSettings, request_file};
use serde_json::{Value, json};
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
