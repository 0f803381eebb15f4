//! `POST /bookings/{business}`: a calendar says that an appointment was made, moved or cancelled.

use std::collections::BTreeMap;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use jiff::Timestamp;
use serde_json::{Map, Value};
use shared::domain::deal::{BOOKING, BOOKING_DATES, BOOKING_FACTS, DealChange, Stage};
use shared::domain::event::{Details, Event, EventKind, Responder};
use shared::domain::event_key::{EventKey, Sameness};
use shared::domain::identity::Identity;
use shared::domain::ids::DealId;
use shared::domain::name::PersonName;
use shared::domain::playbook::Playbook;
use shared::lambda::http::header;

use crate::deals::{Faults, author, decide, moment, said_at};
use crate::reply::Rejection;
use crate::{LeadIntake, access, senders};

const ID_CHARS_MAX: usize = 200;
const HOW: &str = "send a JSON object: {\"id\": \"…\", \"status\": \"booked\" or \"cancelled\", \"starts_at\": \"…\", \"phone\": \"…\"}";

pub async fn reported(
    intake: &LeadIntake,
    request: &ApiGatewayV2httpRequest,
    business: &str,
) -> ApiGatewayV2httpResponse {
    take(intake, request, business).await.unwrap_or_else(|rejection| rejection.reply())
}

async fn take(
    intake: &LeadIntake,
    request: &ApiGatewayV2httpRequest,
    business: &str,
) -> Result<ApiGatewayV2httpResponse, Rejection> {
    let (playbook, sent) = access::object(intake, request, business, HOW).await?;
    let booking = in_our_words(&playbook, sent).map_err(Rejection::Invalid)?;
    let event = event(intake, request, &playbook, &booking).map_err(Rejection::Invalid)?;
    decide(intake, &event).await
}

/// Where the playbook says what stands where, only that is read.
fn in_our_words(playbook: &Playbook, sent: Map<String, Value>) -> Result<Map<String, Value>, Faults> {
    let places = &playbook.sources.bookings;
    if places.is_empty() {
        return Ok(sent);
    }
    let placed = senders::place(places, &Value::Object(sent))?;
    Ok(placed.found.into_iter().map(|(name, text)| (name, Value::String(text))).collect())
}

/// All faults at once, so that the sender is mended in one go.
fn event(
    intake: &LeadIntake,
    request: &ApiGatewayV2httpRequest,
    playbook: &Playbook,
    booking: &Map<String, Value>,
) -> Result<Event, Faults> {
    let mut faults = Faults::new();
    let now = intake.world.clock.now();
    let whose = author(booking, &mut faults);
    let id = id(booking, "id", &mut faults);
    if id.is_none() {
        faults
            .entry("id".to_owned())
            .or_insert_with(|| "send the appointment's id in your calendar".to_owned());
    }
    let replaces = self::id(booking, "replaces", &mut faults);
    let stage = match access::text(booking, "status").as_deref() {
        Some("booked") => Some(Stage::Open),
        Some("cancelled") => Some(Stage::Lost),
        _ => {
            faults.insert("status".to_owned(), "send booked or cancelled".to_owned());
            None
        }
    };
    let dates = dates(playbook, booking, stage, &mut faults);
    let at = said_at(booking, now, &mut faults);
    let (Some((author, also)), Some(id), true) = (whose, id, faults.is_empty()) else { return Err(faults) };
    let said = Value::Object(booking.clone()).to_string();
    let fields = [("booking".to_owned(), said)];
    let sameness = match header(request, "idempotency-key") {
        Some(id) => Sameness::Given { kind: "booking", id },
        None => Sameness::Form { form: "booking", fields: &fields, at },
    };
    let business = &playbook.business.id;
    let facts =
        BOOKING_FACTS.iter().filter_map(|name| Some(((*name).to_owned(), access::text(booking, name)?)));
    let change = DealChange {
        id,
        kind: BOOKING.into(),
        stage,
        dates,
        facts: facts.collect(),
        replaces,
        details: details(booking, &author, &also),
    };
    Ok(Event {
        business: business.clone(),
        key: EventKey::of(&intake.world.pepper, business, Responder::LeadIntake, sameness),
        occurred_at: at,
        author,
        also,
        kind: EventKind::Deal(change),
    })
}

fn id(booking: &Map<String, Value>, field: &str, faults: &mut Faults) -> Option<DealId> {
    let id = access::text(booking, field)?;
    if id.chars().count() > ID_CHARS_MAX {
        faults.insert(field.to_owned(), format!("an id has at most {ID_CHARS_MAX} characters"));
        return None;
    }
    Some(DealId::new(id))
}

/// An appointment has a beginning, and does not end before it.
fn dates(
    playbook: &Playbook,
    booking: &Map<String, Value>,
    stage: Option<Stage>,
    faults: &mut Faults,
) -> BTreeMap<String, Option<Timestamp>> {
    let [starts, ends] = BOOKING_DATES.map(|name| {
        let text = access::text(booking, name)?;
        let moment = moment(playbook, &text);
        if moment.is_none() {
            let what = "send a moment such as 2027-05-05T10:00, in the business's zone".to_owned();
            faults.insert(name.to_owned(), what);
        }
        moment
    });
    let [starts_at, ends_at] = BOOKING_DATES;
    if stage == Some(Stage::Open) && starts.is_none() {
        faults.entry(starts_at.to_owned()).or_insert_with(|| "say when it begins".to_owned());
    }
    if starts.zip(ends).is_some_and(|(starts, ends)| ends < starts) {
        faults.insert(ends_at.to_owned(), "it cannot end before it begins".to_owned());
    }
    let said = [(starts_at, starts), (ends_at, ends)].into_iter();
    said.filter_map(|(name, moment)| Some((name.to_owned(), Some(moment?)))).collect()
}

/// What is said of the person beside the appointment.
fn details(booking: &Map<String, Value>, author: &Identity, also: &[Identity]) -> Details {
    let mut details = Details {
        name: access::text(booking, "name").and_then(|name| PersonName::parse(&name)),
        ..Details::default()
    };
    for identity in also.iter().chain([author]) {
        match identity {
            Identity::Phone(phone) => details.phone = Some(phone.clone()),
            Identity::Email(email) => details.email = Some(email.clone()),
            _ => {}
        }
    }
    details
}
