//! `POST /deals/{business}`: the business's own system says how a deal stands, and when what happens.

use std::collections::BTreeMap;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::{Map, Value};
use shared::application::decide_event::{decide_event, find_lead};
use shared::domain::deal::{DEAL_FACTS_MAX, DealChange, Stage, fact_chars_max};
use shared::domain::email::EmailAddress;
use shared::domain::event::{Details, Event, EventKind, Responder};
use shared::domain::event_key::{EventKey, Sameness};
use shared::domain::identity::Identity;
use shared::domain::ids::{DealId, DealKind, LeadId};
use shared::domain::phone::PhoneNumber;
use shared::domain::playbook::{DealNames, Playbook};
use shared::lambda::http::header;

use crate::reply::{Rejection, accepted};
use crate::{LeadIntake, access};

const ID_CHARS_MAX: usize = 100;
const HOW: &str = "send a JSON object: {\"id\": \"…\", \"phone\": \"…\", \"stage\": \"open\", \"won\" or \"lost\", \"dates\": {…}}";

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
    let (playbook, deal) = access::object(intake, request, business, HOW).await?;
    let event = event(intake, request, &playbook, &deal).map_err(Rejection::Invalid)?;
    decide(intake, &event).await
}

/// Decides what is said of a deal at once. Whose id is no lead's is told so.
pub async fn decide(intake: &LeadIntake, event: &Event) -> Result<ApiGatewayV2httpResponse, Rejection> {
    let known = find_lead(&intake.world, event).await.map_err(|error| access::failed(&error))?;
    if let (Identity::Lead(_), Some(lead)) = (&event.author, known) {
        let record = intake.world.store.lead(&event.business, lead).await;
        if record.map_err(|error| access::failed(&error.into()))?.is_none() {
            let fault = ("lead".to_owned(), "there is no such lead".to_owned());
            return Err(Rejection::Invalid([fault].into()));
        }
    }
    let decided = decide_event(&intake.world, event, known, None).await;
    let decided = decided.map_err(|error| access::failed(&error))?;
    Ok(accepted(decided.lead()))
}

pub type Faults = BTreeMap<String, String>;

/// All faults at once, so that the sender is mended in one go.
fn event(
    intake: &LeadIntake,
    request: &ApiGatewayV2httpRequest,
    playbook: &Playbook,
    deal: &Map<String, Value>,
) -> Result<Event, Faults> {
    let mut faults = Faults::new();
    let now = intake.world.clock.now();
    let author = author(deal, &mut faults);
    let id = access::text(deal, "id").filter(|id| id.chars().count() <= ID_CHARS_MAX);
    if id.is_none() {
        let what = format!("send the deal's id in your system, of at most {ID_CHARS_MAX} characters");
        faults.insert("id".to_owned(), what);
    }
    let kind = kind(playbook, deal, &mut faults);
    let stage = access::text(deal, "stage").and_then(|word| {
        let stage = Stage::parse(&word);
        if stage.is_none() {
            faults.insert("stage".to_owned(), "send open, won or lost".to_owned());
        }
        stage
    });
    let names = kind.as_ref().map(|(_, names)| *names).cloned().unwrap_or_default();
    let (dates, facts) = (dates(playbook, deal, &names, &mut faults), facts(deal, &names, &mut faults));
    let at = said_at(deal, now, &mut faults);
    let (Some((author, also)), Some(id), Some((kind, _)), true) = (author, id, kind, faults.is_empty())
    else {
        return Err(faults);
    };
    let said = Value::Object(deal.clone()).to_string();
    let fields = [("deal".to_owned(), said)];
    let sameness = match header(request, "idempotency-key") {
        Some(id) => Sameness::Given { kind: "deal", id },
        None => Sameness::Form { form: "deal", fields: &fields, at },
    };
    let business = &playbook.business.id;
    Ok(Event {
        business: business.clone(),
        key: EventKey::of(&intake.world.pepper, business, Responder::LeadIntake, sameness),
        occurred_at: at,
        author,
        also,
        kind: EventKind::Deal(DealChange {
            id: DealId::new(id),
            kind,
            stage,
            dates,
            facts,
            replaces: None,
            details: Details::default(),
        }),
    })
}

/// When it was said, by the sender's clock: one that runs ahead does not make it of tomorrow.
pub fn said_at(body: &Map<String, Value>, now: Timestamp, faults: &mut Faults) -> Timestamp {
    match access::text(body, "at").map(|at| at.parse::<Timestamp>()) {
        None => now,
        Some(Ok(at)) => at.min(now),
        Some(Err(_)) => {
            faults.insert("at".to_owned(), "send a moment such as 2026-11-30T09:00:00+02:00".to_owned());
            now
        }
    }
}

/// Whose it is: a lead by its id, a phone, an address.
pub fn author(deal: &Map<String, Value>, faults: &mut Faults) -> Option<(Identity, Vec<Identity>)> {
    let mut names = Vec::new();
    if let Some(id) = access::text(deal, "lead") {
        match LeadId::parse(&id) {
            Some(lead) => names.push(Identity::Lead(lead)),
            None => {
                drop(faults.insert("lead".to_owned(), "send the id that the answer to a form had".to_owned()))
            }
        }
    }
    if let Some(phone) = access::text(deal, "phone") {
        match PhoneNumber::parse(&phone) {
            Ok(phone) => names.push(Identity::Phone(phone)),
            Err(error) => drop(faults.insert("phone".to_owned(), error.to_string())),
        }
    }
    if let Some(email) = access::text(deal, "email") {
        match EmailAddress::parse(&email) {
            Ok(email) => names.push(Identity::Email(email)),
            Err(error) => drop(faults.insert("email".to_owned(), error.to_string())),
        }
    }
    if names.is_empty() && !["lead", "phone", "email"].iter().any(|field| faults.contains_key(*field)) {
        let what = "say whose it is: send phone, email, or lead".to_owned();
        faults.insert("phone".to_owned(), what);
    }
    let also = names.split_off(names.len().min(1));
    names.pop().map(|author| (author, also))
}

/// The kind that is named; where the playbook has only one, it goes without saying.
fn kind<'p>(
    playbook: &'p Playbook,
    deal: &Map<String, Value>,
    faults: &mut Faults,
) -> Option<(DealKind, &'p DealNames)> {
    let known = || playbook.own_deals().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>().join(", ");
    let named = access::text(deal, "kind");
    let found = match &named {
        Some(kind) => playbook.own_deals().find(|(known, _)| known.as_str() == kind),
        None => playbook.own_deals().next().filter(|_| playbook.own_deals().count() == 1),
    };
    if found.is_none() {
        let what = match playbook.own_deals().next().is_none() {
            true => "the playbook has no kinds of deal; add them under deals".to_owned(),
            false => format!("send one of the playbook's kinds: {}", known()),
        };
        faults.insert("kind".to_owned(), what);
    }
    found.map(|(kind, names)| (kind.clone(), names))
}

/// Moments, or civil times in the business's zone; null takes one back.
fn dates(
    playbook: &Playbook,
    deal: &Map<String, Value>,
    names: &DealNames,
    faults: &mut Faults,
) -> BTreeMap<String, Option<Timestamp>> {
    let mut dates = BTreeMap::new();
    for (name, value) in object(deal, "dates", faults) {
        let place = format!("dates.{name}");
        if !names.dates.contains(name) {
            faults.insert(place, format!("the playbook's dates are: {}", names.dates.join(", ")));
            continue;
        }
        let moment = value.as_str().and_then(|text| moment(playbook, text));
        match (value, moment) {
            (Value::Null, _) => drop(dates.insert(name.clone(), None)),
            (_, Some(moment)) => drop(dates.insert(name.clone(), Some(moment))),
            _ => {
                let what =
                    "send a moment such as 2027-05-05T06:00, in the business's zone, or null".to_owned();
                faults.insert(place, what);
            }
        }
    }
    dates
}

/// A moment, or a civil time in the business's zone.
pub fn moment(playbook: &Playbook, text: &str) -> Option<Timestamp> {
    let moment = text.trim().parse::<Timestamp>().ok();
    let civil =
        || text.trim().parse::<DateTime>().ok()?.to_zoned_datetime(playbook.business.zone.clone()).ok();
    moment.or_else(|| Some(civil()?.timestamp()))
}

fn facts(deal: &Map<String, Value>, names: &DealNames, faults: &mut Faults) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    for (name, value) in object(deal, "facts", faults) {
        let text = match value {
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let fault = match text {
            _ if !names.facts.contains(name) => {
                Some(format!("the playbook's facts are: {}", names.facts.join(", ")))
            }
            Some(text) if text.chars().count() > fact_chars_max(&text) => {
                Some(format!("send at most {} characters", fact_chars_max(&text)))
            }
            text => {
                facts.extend(text.map(|text| (name.clone(), text)));
                None
            }
        };
        if let Some(what) = fault {
            faults.insert(format!("facts.{name}"), what);
        }
    }
    facts
}

/// The entries of an object, few enough to look at.
fn object<'d>(
    deal: &'d Map<String, Value>,
    field: &str,
    faults: &mut Faults,
) -> impl Iterator<Item = (&'d String, &'d Value)> + use<'d> {
    let entries = match deal.get(field) {
        None | Some(Value::Null) => None,
        Some(Value::Object(entries)) if entries.len() <= DEAL_FACTS_MAX => Some(entries),
        Some(Value::Object(_)) => {
            faults.insert(field.to_owned(), format!("send at most {DEAL_FACTS_MAX}"));
            None
        }
        Some(_) => {
            faults.insert(field.to_owned(), "send an object of names and values".to_owned());
            None
        }
    };
    entries.into_iter().flatten()
}
