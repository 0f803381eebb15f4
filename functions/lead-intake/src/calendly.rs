//! `POST /bookings/{business}/calendly`: Calendly says that somebody booked, moved or cancelled an appointment
//! (developer.calendly.com, webhook subscriptions).

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sha2::Sha256;
use shared::domain::deal::{BOOKING, BOOKING_DATES, BOOKING_FACTS, DealChange, Stage};
use shared::domain::email::EmailAddress;
use shared::domain::event::{Details, Event, EventKind, Responder};
use shared::domain::event_key::{EventKey, Sameness};
use shared::domain::identity::Identity;
use shared::domain::ids::{BusinessId, DealId, LeadId};
use shared::domain::name::PersonName;
use shared::domain::phone::PhoneNumber;
use shared::lambda::http::{header, reply};
use shared::secrets::{ExposeSecret, SecretString, any_passes, names, own};

use crate::deals::decide;
use crate::reply::Rejection;
use crate::{LeadIntake, access};

/// A signature is of now, give or take this (Calendly's own advice).
const SIGNATURE_AGE_MAX: SignedDuration = SignedDuration::from_mins(3);
const HOW: &str = "this is no webhook of Calendly; ways of your own send to /bookings/{business}";

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
    let body = access::body(request)?;
    let playbook = access::playbook(intake, business).await?;
    let business = &playbook.business.id;
    check_signature(intake, business, request, &body).await?;
    let told: Value = serde_json::from_slice(&body).map_err(|_| Rejection::Unreadable(HOW))?;
    let stage = match told["event"].as_str() {
        Some("invitee.created") => Stage::Open,
        // The new appointment says that it replaces this one.
        Some("invitee.canceled") if told["payload"]["rescheduled"] == true => return Ok(heard()),
        Some("invitee.canceled") => Stage::Lost,
        // Whatever else it was told to tell, such as who did not come, concerns no journey.
        Some(_) => return Ok(heard()),
        None => return Err(Rejection::Unreadable(HOW)),
    };
    let event = event(intake, business, &told, stage).await?;
    decide(intake, &event).await?;
    Ok(heard())
}

/// It is well, and there is nothing to do.
fn heard() -> ApiGatewayV2httpResponse {
    reply(200, &serde_json::json!({}))
}

async fn event(
    intake: &LeadIntake,
    business: &BusinessId,
    told: &Value,
    stage: Stage,
) -> Result<Event, Rejection> {
    let (invitee, now) = (&told["payload"], intake.world.clock.now());
    let appointment = &invitee["scheduled_event"];
    let text =
        |value: &Value| value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let id = text(&invitee["uri"]).ok_or(Rejection::Unreadable(HOW))?;
    let details = details(invitee);
    let mut whose: Vec<Identity> = token(intake, business, &invitee["tracking"]).await?.into_iter().collect();
    whose.extend(details.phone.clone().map(Identity::Phone));
    whose.extend(details.email.clone().map(Identity::Email));
    let also = whose.split_off(whose.len().min(1));
    let author = whose.pop().ok_or(Rejection::Unreadable(HOW))?;
    let moment = |value: &Value| value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let [starts_at, ends_at] = BOOKING_DATES.map(str::to_owned);
    let dates =
        [(starts_at, moment(&appointment["start_time"])), (ends_at, moment(&appointment["end_time"]))];
    let place = &appointment["location"];
    let place = text(&place["location"]).or_else(|| text(&place["join_url"]));
    let facts = BOOKING_FACTS.map(str::to_owned).into_iter().zip([text(&appointment["name"]), place]);
    let at = moment(&told["created_at"]).unwrap_or(now).min(now);
    let same = format!("{}/{id}", stage.as_str());
    Ok(Event {
        business: business.clone(),
        key: EventKey::of(
            &intake.world.pepper,
            business,
            Responder::LeadIntake,
            Sameness::Given { kind: "calendly", id: &same },
        ),
        occurred_at: at,
        author,
        also,
        kind: EventKind::Deal(DealChange {
            id: DealId::new(id),
            kind: BOOKING.into(),
            stage: Some(stage),
            dates: dates.into_iter().filter_map(|(name, date)| Some((name, Some(date?)))).collect(),
            facts: facts.filter_map(|(name, fact)| Some((name, fact?))).collect(),
            replaces: text(&invitee["old_invitee"]).map(DealId::new),
            details,
        }),
    })
}

/// The lead of the personal link. Calendly took the appointment already: a token of nobody is passed over, and the address
/// says who it is.
async fn token(
    intake: &LeadIntake,
    business: &BusinessId,
    tracking: &Value,
) -> Result<Option<Identity>, Rejection> {
    let Some(lead) = tracking["utm_content"].as_str().and_then(LeadId::parse) else { return Ok(None) };
    let known =
        intake.world.store.lead(business, lead).await.map_err(|error| access::failed(&error.into()))?;
    Ok(known.map(|lead| Identity::Lead(lead.id)))
}

/// A number stands in its own field, or is an answer to whatever was asked.
fn details(invitee: &Value) -> Details {
    let answers = invitee["questions_and_answers"].as_array().into_iter().flatten();
    let numbers =
        std::iter::once(&invitee["text_reminder_number"]).chain(answers.map(|answer| &answer["answer"]));
    Details {
        name: invitee["name"].as_str().and_then(PersonName::parse),
        phone: numbers.filter_map(Value::as_str).find_map(|text| PhoneNumber::parse(text).ok()),
        email: invitee["email"].as_str().and_then(|email| EmailAddress::parse(email).ok()),
        ..Details::default()
    }
}

async fn check_signature(
    intake: &LeadIntake,
    business: &BusinessId,
    request: &ApiGatewayV2httpRequest,
    body: &[u8],
) -> Result<(), Rejection> {
    let signature = header(request, "calendly-webhook-signature").and_then(Signature::read);
    let signature = signature.ok_or(Rejection::NotSigned)?;
    if signature.signed_at.duration_since(intake.world.clock.now()).abs() > SIGNATURE_AGE_MAX {
        return Err(Rejection::NotSigned);
    }
    let names = [&own(business, names::CALENDLY_KEY), names::CALENDLY_KEY];
    let is_by = any_passes(intake.secrets.as_ref(), &names, |key| signature.is_by(key, body)).await;
    match is_by {
        Ok(true) => Ok(()),
        Ok(false) => Err(Rejection::NotSigned),
        Err(error) => {
            tracing::error!(%error, "a signature could not be checked; Calendly is asked to try again");
            Err(Rejection::TryAgain)
        }
    }
}

/// `t=1492774577,v1=5257a8…`: HMAC-SHA256 over the moment, a point, and the bytes that arrived.
struct Signature {
    moment: String,
    signed_at: Timestamp,
    mac: Vec<u8>,
}

impl Signature {
    fn read(header: &str) -> Option<Self> {
        let part = |name: &str| header.split(',').find_map(|part| part.trim().strip_prefix(name));
        let moment = part("t=")?;
        let signed_at = Timestamp::from_second(moment.parse().ok()?).ok()?;
        Some(Self { moment: moment.to_owned(), signed_at, mac: hex::decode(part("v1=")?).ok()? })
    }

    fn is_by(&self, key: &SecretString, body: &[u8]) -> bool {
        let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(key.expose_secret().as_bytes()) else {
            return false;
        };
        mac.update(self.moment.as_bytes());
        mac.update(b".");
        mac.update(body);
        mac.verify_slice(&self.mac).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made with `openssl dgst -sha256 -hmac …`, so that a mistake of ours is not repeated here.
    const BODY: &[u8] = br#"{"event":"invitee.created"}"#;
    const SIGNED: &str = "t=1806000000,v1=f536804a34081ca45e39dd1de435b889fca41e64eac25343b753d83c0fa5d468";

    #[test]
    fn a_signature_is_of_its_key_its_moment_and_its_bytes() {
        let read = |header: &str| Signature::read(header).unwrap();
        let key = SecretString::from("the signing key");
        assert!(read(SIGNED).is_by(&key, BODY));
        assert!(!read(SIGNED).is_by(&key, br#"{"event":"invitee.canceled"}"#));
        assert!(!read(SIGNED).is_by(&SecretString::from("another key"), BODY));
        assert!(!read(&SIGNED.replace("1806000000", "1806000001")).is_by(&key, BODY));
    }

    #[test]
    fn what_is_no_signature_is_none() {
        for header in ["", "t=1", "v1=00", "t=x,v1=00", "t=1,v1=zz", "t=99999999999999,v1=00"] {
            assert!(Signature::read(header).is_none(), "{header}");
        }
    }
}
