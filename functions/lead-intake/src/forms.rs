//! `POST /forms/{business}/{form}`: somebody left their details on a site.

use std::collections::BTreeMap;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use http::header;
use shared::application::decide_event::{decide_event, find_lead};
use shared::domain::consent::ticked;
use shared::domain::event::{Capture, Details, Event, EventKind, Responder};
use shared::domain::event_key::{EventKey, Sameness};
use shared::domain::identity::Identity;
use shared::domain::ids::{BusinessId, FormId, LeadId};
use shared::domain::playbook::{Form, Playbook};
use shared::domain::source::{Source, SourceKind};
use shared::form_fields::{self, Answers};
use shared::lambda::http::{header, reply, with_header};
use shared::secrets::names;

use crate::form_body::{self, Fields, FormFault};
use crate::reply::{Rejection, accepted};
use crate::senders::{self, Said, Submission};
use crate::{LeadIntake, access};

/// People do not see this field and leave it empty; programs fill it in.
const HONEYPOT: &str = "_website";

pub async fn submitted(
    intake: &LeadIntake,
    request: &ApiGatewayV2httpRequest,
    business: &str,
    form: &str,
) -> ApiGatewayV2httpResponse {
    let taken = take(intake, request, business, form).await;
    let response = taken.unwrap_or_else(|rejection| rejection.reply());
    allow_origin(response, request)
}

/// What a browser asks before it posts JSON from another site.
pub async fn preflight(
    intake: &LeadIntake,
    request: &ApiGatewayV2httpRequest,
    business: &str,
    form: &str,
) -> ApiGatewayV2httpResponse {
    let allowed = match access::playbook(intake, business).await {
        Ok(playbook) => known_form(&playbook, form).and_then(|form| check_origin(request, form)),
        Err(rejection) => Err(rejection),
    };
    match allowed {
        Ok(()) => {
            let mut response = ApiGatewayV2httpResponse::default();
            response.status_code = 204;
            let response = with_header(response, header::ACCESS_CONTROL_ALLOW_METHODS, "POST");
            let names = "content-type, x-form-key, idempotency-key";
            allow_origin(with_header(response, header::ACCESS_CONTROL_ALLOW_HEADERS, names), request)
        }
        Err(rejection) => rejection.reply(),
    }
}

async fn take(
    intake: &LeadIntake,
    request: &ApiGatewayV2httpRequest,
    business: &str,
    form_name: &str,
) -> Result<ApiGatewayV2httpResponse, Rejection> {
    let body = access::body(request)?;
    let playbook = access::playbook(intake, business).await?;
    let form = known_form(&playbook, form_name)?;
    check_origin(request, form)?;
    let said = form_body::parse(header(request, "content-type"), &body);
    let said = said.and_then(|body| senders::read(form, body)).map_err(|fault| match fault {
        FormFault::Unreadable(message) => Rejection::Unreadable(message),
        FormFault::Invalid(faults) => Rejection::Invalid(faults),
    })?;
    check_key(intake, &playbook.business.id, request, &said).await?;
    if said.is_test {
        tracing::info!(form = form_name, "the form's sender tries whether it is heard; nothing is kept");
        return Ok(heard(form, None));
    }
    let is_a_person = |submission: &&Submission| {
        !submission.fields.iter().any(|(name, value)| name == HONEYPOT && !value.is_empty())
    };
    // Of several people in one request each is known by an id of its own.
    let given = header(request, "idempotency-key").filter(|_| said.submissions.len() == 1);
    let (mut lead, mut faults) = (None, BTreeMap::new());
    // A program is not told that it was recognised.
    for submission in said.submissions.iter().filter(is_a_person) {
        match event(intake, given, &playbook, form_name, form, submission) {
            Ok(event) => {
                let known = find_lead(&intake.world, &event).await.map_err(|error| access::failed(&error))?;
                let decided = decide_event(&intake.world, &event, known, None).await;
                lead = decided.map_err(|error| access::failed(&error))?.lead();
            }
            // The others are kept first: whoever sends all of them again changes nothing.
            Err(more) => faults.extend(more),
        }
    }
    if faults.is_empty() { Ok(heard(form, lead)) } else { Err(Rejection::Invalid(faults)) }
}

/// Programs such as Google's and Wix's know no other good answer than 200 and read nothing of it.
fn heard(form: &Form, lead: Option<LeadId>) -> ApiGatewayV2httpResponse {
    if form.from.is_some() { reply(200, &serde_json::json!({})) } else { accepted(lead) }
}

fn known_form<'p>(playbook: &'p Playbook, form: &str) -> Result<&'p Form, Rejection> {
    let known = || playbook.sources.forms.keys().map(FormId::to_string).collect();
    playbook.sources.forms.get(&FormId::new(form)).ok_or_else(|| Rejection::UnknownForm(known()))
}

/// Browsers say which site a form is on. Other senders say nothing, and the key alone lets them in.
fn check_origin(request: &ApiGatewayV2httpRequest, form: &Form) -> Result<(), Rejection> {
    match header(request, "origin") {
        Some(origin) if !form.origins.is_empty() && !form.origins.iter().any(|allowed| allowed == origin) => {
            Err(Rejection::OriginNotAllowed)
        }
        _ => Ok(()),
    }
}

fn allow_origin(
    response: ApiGatewayV2httpResponse,
    request: &ApiGatewayV2httpRequest,
) -> ApiGatewayV2httpResponse {
    match header(request, "origin") {
        Some(origin) => with_header(
            with_header(response, header::ACCESS_CONTROL_ALLOW_ORIGIN, origin),
            header::VARY,
            "origin",
        ),
        None => response,
    }
}

/// In a header, in the form itself, or in the address for senders that can set neither.
async fn check_key(
    intake: &LeadIntake,
    business: &BusinessId,
    request: &ApiGatewayV2httpRequest,
    said: &Said,
) -> Result<(), Rejection> {
    let mut fields = said.submissions.iter().flat_map(|submission| &submission.fields);
    let in_form = said.key.as_deref().or_else(|| Some(fields.find(|(name, _)| name == "_key")?.1.as_str()));
    let in_address =
        || request.query_string_parameters.first("key").or(request.query_string_parameters.first("_key"));
    match header(request, "x-form-key").or(in_form).or_else(in_address) {
        Some(key) if access::is_key(intake, business, names::FORM_KEY, key).await? => Ok(()),
        Some(_) => Err(Rejection::WrongFormKey),
        None => Err(Rejection::NoFormKey),
    }
}

fn event(
    intake: &LeadIntake,
    given: Option<&str>,
    playbook: &Playbook,
    form_name: &str,
    form: &Form,
    submission: &Submission,
) -> Result<Event, BTreeMap<String, String>> {
    let now = intake.world.clock.now();
    let business: &BusinessId = &playbook.business.id;
    let answers = submission.fields.iter().filter(|(name, _)| !name.starts_with('_'));
    let answers: Fields = answers.cloned().collect();
    let sameness = match given.or(submission.id.as_deref()) {
        Some(id) => Sameness::Given { kind: form_name, id },
        None => Sameness::Form { form: form_name, fields: &answers, at: now },
    };
    let key = EventKey::of(&intake.world.pepper, business, Responder::LeadIntake, sameness);
    let (campaign, answers): (Fields, Fields) =
        answers.into_iter().partition(|(name, _)| form_fields::names_a_campaign(name));
    let consent = form
        .consent
        .as_ref()
        .filter(|basis| basis.field.as_ref().is_none_or(|field| ticked(&answers, field)));
    let Answers { details, mut faults } = form_fields::read(&answers);
    if !faults.is_empty() {
        for (name, path) in &submission.absent {
            if let Some(fault) = faults.get_mut(name) {
                *fault = format!("the playbook looks for it at {path}, where nothing stands; {fault}");
            }
        }
        return Err(faults);
    }
    let author = author(&details, &key);
    Ok(Event {
        business: business.clone(),
        key,
        occurred_at: now,
        author,
        also: Vec::new(),
        kind: EventKind::Captured(Capture {
            details,
            source: Source { kind: SourceKind::Form { form: FormId::new(form_name) }, campaign },
            consent: consent.map(|basis| basis.text.clone()),
        }),
    })
}

/// By what the sender can be reached, or else the submission itself: the lead is kept either way.
fn author(details: &Details, key: &EventKey) -> Identity {
    let phone = details.phone.clone().map(Identity::Phone);
    let email = || details.email.clone().map(Identity::Email);
    phone.or_else(email).unwrap_or_else(|| Identity::Submission(key.to_string()))
}
