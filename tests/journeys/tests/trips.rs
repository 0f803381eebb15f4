//! The guide's trip, from the first form to the question after it, through the real handlers and over the change to
//! summer time, a holiday and Shabbat.

use jiff::tz::TimeZone;
use journeys::{NEVEH, Town, TownSettings, call_name, request_file};
use serde_json::{Value, json};
use shared::domain::timeline::{Entry, Fact, What};

const DANA: &str = "054-123-4567";

/// A Saturday evening, when Shabbat is over.
async fn town() -> Town {
    Town::with(TownSettings { start: "2027-03-20T20:30:00+02:00", ..TownSettings::default() }).await
}

async fn says(town: &Town, deal: &Value) {
    let mut request = request_file("lead-intake/deal-won.json");
    request.body = Some(deal.to_string());
    let (status, body) = town.http(request).await;
    assert_eq!(status, 202, "{body}");
    town.work().await;
}

fn trip(id: &str, departs_at: &str, returns_at: &str) -> Value {
    json!({
        "id": id, "phone": DANA, "stage": "won", "facts": { "destination": "רומא" },
        "dates": { "departs_at": departs_at, "returns_at": returns_at },
    })
}

fn civil(at: jiff::Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::get("Asia/Jerusalem").unwrap()).strftime("%a %m-%d %H:%M").to_string()
}

/// What left, and what was moved or skipped, with each instant in the business's zone.
async fn told(town: &Town) -> String {
    let lead = town.only_lead(NEVEH);
    let line = |entry: &Entry| {
        let message = entry.fact(Fact::Message).unwrap_or_default();
        let reason = entry.fact(Fact::Reason).unwrap_or_default();
        let until = entry.fact(Fact::Until).map(|until| format!(" to {}", civil(until.parse().unwrap())));
        match entry.what {
            What::Sent => Some(format!("{} sent {message}", civil(entry.at))),
            What::Moved => {
                Some(format!("{} moved {message}{}: {reason}", civil(entry.at), until.unwrap_or_default()))
            }
            What::Skipped => Some(format!("{} skipped {message}: {reason}", civil(entry.at))),
            _ => None,
        }
    };
    town.entries(&lead).await.iter().filter_map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_whole_trip_goes_by_the_calendar() {
    let town = town().await;
    let form = json!({ "name": "דנה כהן", "phone": DANA });
    assert_eq!(town.form(&form).await.0, 202);
    town.work().await;
    town.move_to("2027-04-01T11:00:00+03:00").await;
    says(&town, &trip("order-7", "2027-05-05T06:00", "2027-05-14T17:00")).await;
    town.move_to("2027-05-20T12:00:00+03:00").await;
    insta::assert_snapshot!(told(&town).await, @"
    Sat 03-20 20:30 sent welcome
    Tue 03-23 10:00 sent follow-up-1
    Tue 03-30 10:00 sent follow-up-2
    Thu 04-01 11:00 sent trip-joined
    Wed 04-28 10:00 moved trip-attractions to Wed 04-28 19:56: a holiday
    Wed 04-28 19:56 sent trip-attractions
    Wed 05-05 01:00 sent trip-to-the-airport
    Fri 05-07 17:00 sent trip-enjoy
    Fri 05-14 20:00 moved trip-how-was-it to Sat 05-15 20:08: Shabbat
    Sat 05-15 20:08 sent trip-how-was-it
    ");
}

#[tokio::test]
async fn a_flight_that_is_moved_takes_what_has_not_left_with_it() {
    let town = town().await;
    says(&town, &trip("order-7", "2027-05-05T06:00", "2027-05-14T17:00")).await;
    // The first reminder is out, and the airline moves the flight by two days; said twice, it is heard once.
    town.move_to("2027-04-30T09:00:00+03:00").await;
    for _ in 0..2 {
        says(&town, &trip("order-7", "2027-05-07T06:00", "2027-05-16T17:00")).await;
    }
    town.move_to("2027-05-20T12:00:00+03:00").await;
    insta::assert_snapshot!(told(&town).await, @"
    Sat 03-20 20:30 sent trip-joined
    Wed 04-28 10:00 moved trip-attractions to Wed 04-28 19:56: a holiday
    Wed 04-28 19:56 sent trip-attractions
    Fri 05-07 01:00 sent trip-to-the-airport
    Sun 05-09 17:00 sent trip-enjoy
    Sun 05-16 20:00 sent trip-how-was-it
    ");
}

#[tokio::test]
async fn a_flight_that_is_moved_while_the_reminder_waits_for_a_holiday_to_end() {
    let town = town().await;
    says(&town, &trip("order-7", "2027-05-05T06:00", "2027-05-14T17:00")).await;
    // On the seventh day of Passover the reminder is held.
    town.move_to("2027-04-28T12:00:00+03:00").await;
    says(&town, &trip("order-7", "2027-05-10T06:00", "2027-05-14T17:00")).await;
    town.move_to("2027-05-04T12:00:00+03:00").await;
    insta::assert_snapshot!(told(&town).await, @"
    Sat 03-20 20:30 sent trip-joined
    Wed 04-28 10:00 moved trip-attractions to Wed 04-28 19:56: a holiday
    Wed 04-28 12:00 moved trip-attractions to Mon 05-03 10:00: the deal's date was moved
    Mon 05-03 10:00 sent trip-attractions
    ");
}

#[tokio::test]
async fn two_trips_of_one_person_are_two_and_a_date_that_is_not_known_is_said() {
    let town = town().await;
    says(&town, &trip("order-7", "2027-04-05T06:00", "2027-04-08T17:00")).await;
    let mut second = trip("order-8", "2027-04-06T06:00", "2027-04-09T12:00");
    second["dates"]["returns_at"] = Value::Null;
    says(&town, &second).await;
    town.move_to("2027-04-15T12:00:00+03:00").await;
    insta::assert_snapshot!(told(&town).await, @"
    Sat 03-20 20:30 sent trip-joined
    Sat 03-20 20:30 sent trip-joined
    Mon 03-29 10:00 sent trip-attractions
    Tue 03-30 10:00 sent trip-attractions
    Mon 04-05 01:00 sent trip-to-the-airport
    Tue 04-06 01:00 sent trip-to-the-airport
    Wed 04-07 17:00 sent trip-enjoy
    Thu 04-08 17:00 skipped trip-how-was-it: the deal has no returns_at
    Thu 04-08 17:00 sent trip-enjoy
    Thu 04-08 20:00 sent trip-how-was-it
    ");
    let airports = town.call_names().iter().filter(|name| *name == "template trip_airport").count();
    assert_eq!(airports, 2);
}

#[tokio::test]
async fn a_trip_that_is_lost_is_not_spoken_of_any_more() {
    let town = town().await;
    says(&town, &trip("order-7", "2027-05-05T06:00", "2027-05-14T17:00")).await;
    says(&town, &json!({ "id": "order-7", "phone": DANA, "stage": "lost" })).await;
    town.move_to("2027-05-20T12:00:00+03:00").await;
    let names: Vec<String> = town.calls().iter().map(|call| call_name(&call.operation)).collect();
    assert_eq!(names, ["template trip_joined"]);
}

#[tokio::test]
async fn what_a_deal_cannot_be_is_refused_field_by_field() {
    let town = town().await;
    let mut request = request_file("lead-intake/deal-won.json");
    let deal = json!({
        "stage": "sold", "kind": "cruise", "phone": "1", "at": "soon",
        "dates": { "departs_at": "tomorrow", "sails_at": null }, "facts": { "cabin": 7 },
    });
    request.body = Some(deal.to_string());
    let (status, body) = town.http(request.clone()).await;
    assert_eq!(status, 422);
    let fields = &body["error"]["fields"];
    for field in ["id", "stage", "kind", "phone", "at"] {
        assert!(fields[field].is_string(), "{field}: {body}");
    }
    request.body = Some(json!({ "id": "1", "dates": { "sails_at": "2027-05-05" } }).to_string());
    let (_, body) = town.http(request.clone()).await;
    assert!(body["error"]["fields"]["dates.sails_at"].as_str().unwrap().contains("departs_at"), "{body}");
    assert!(body["error"]["fields"]["phone"].is_string(), "nobody is named: {body}");
    request.body = Some(json!({ "id": "1", "lead": "0".repeat(32) }).to_string());
    let (status, body) = town.http(request.clone()).await;
    assert_eq!((status, &body["error"]["fields"]["lead"]), (422, &json!("there is no such lead")));
    request.headers.remove("authorization");
    assert_eq!(town.http(request).await.0, 401);
    assert!(town.leads(NEVEH).is_empty());
}
