//! `GET /r/{token}`: a link of a message that tells when it is followed, and leads on.

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use http::header;
use shared::application::decide_event::decide_event;
use shared::domain::click::{self, ClickToken};
use shared::domain::event::{Event, EventKind, Responder};
use shared::domain::event_key::{EventKey, Sameness};
use shared::domain::identity::Identity;
use shared::domain::ids::{BusinessId, LeadId};
use shared::lambda::http::with_header;

use crate::{LeadIntake, access, page};

/// Programs that look a link up to show what is behind it, by the names they give themselves (Meta for Developers, "Meta Web
/// Crawlers"; the others' own pages on their crawlers). Nobody has followed it by that.
const PREVIEWS: [&str; 10] = [
    "facebookexternalhit",
    "facebookcatalog",
    "meta-externalagent",
    "meta-externalfetcher",
    "WhatsApp/",
    "TelegramBot",
    "Slackbot",
    "Googlebot",
    "GoogleImageProxy",
    "bingbot",
];

/// Clicks within ten minutes are one event.
const SAME_SECONDS: i64 = 600;

pub async fn followed(
    intake: &LeadIntake,
    request: &ApiGatewayV2httpRequest,
    token: &str,
) -> ApiGatewayV2httpResponse {
    let pepper = &intake.world.pepper;
    let Some((business, lead, link)) = ClickToken::read(token, pepper) else { return unknown() };
    let Ok(playbook) = access::playbook(intake, business.as_str()).await else { return again() };
    if !is_preview(request) {
        let event = event(intake, &business, lead, &link);
        // Whoever follows a link is led on, whatever becomes of our note of it.
        if let Err(error) = decide_event(&intake.world, &event, Some(lead), None).await {
            access::failed(&error);
        }
    }
    // Only the calendar's link has something of the person in it.
    let record = match link.as_str() {
        "booking" => intake.world.store.lead(&business, lead).await.ok().flatten(),
        _ => None,
    };
    let nobody = || shared::domain::lead::Lead::new(business.clone(), lead, intake.world.clock.now());
    match click::target(&playbook, &record.unwrap_or_else(nobody), &link) {
        Some(target) => {
            let mut response = ApiGatewayV2httpResponse::default();
            response.status_code = 302;
            let response = with_header(response, header::LOCATION, &target);
            let response = with_header(response, header::CACHE_CONTROL, "no-store");
            with_header(response, header::REFERRER_POLICY, "no-referrer")
        }
        None => unknown(),
    }
}

fn is_preview(request: &ApiGatewayV2httpRequest) -> bool {
    let agent = request.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let agent = agent.unwrap_or_default().to_ascii_lowercase();
    PREVIEWS.iter().any(|name| agent.contains(&name.to_ascii_lowercase()))
}

/// Whoever the lead of the link was merged into is the one who followed it.
fn event(intake: &LeadIntake, business: &BusinessId, lead: LeadId, link: &str) -> Event {
    let at = intake.world.clock.now();
    let same = format!("{lead}/{link}/{}", at.as_second() / SAME_SECONDS);
    let sameness = Sameness::Given { kind: "click", id: &same };
    Event {
        business: business.clone(),
        key: EventKey::of(&intake.world.pepper, business, Responder::LeadIntake, sameness),
        occurred_at: at,
        author: Identity::Lead(lead),
        also: Vec::new(),
        kind: EventKind::LinkClicked { link: link.to_owned() },
    }
}

fn unknown() -> ApiGatewayV2httpResponse {
    page::of(404, page::HEBREW, "הקישור אינו מוכר, או שאינו קיים עוד. כתבו לנו ונשלח חדש.", UNKNOWN_ENGLISH)
}

const UNKNOWN_ENGLISH: &str =
    "<p dir=\"ltr\">This link is not one of ours, or leads nowhere any more. Write to us for a new one.</p>";

fn again() -> ApiGatewayV2httpResponse {
    let english = "<p dir=\"ltr\">Something went wrong. Please try again in a moment.</p>";
    page::of(503, page::HEBREW, "משהו השתבש. אפשר לנסות שוב בעוד רגע.", english)
}
