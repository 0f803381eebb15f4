//! `GET /r/{token}`: a link of a message that tells when it is followed, and leads on.

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use http::header;
use shared::application::decide_event::decide_event;
use shared::application::known;
use shared::domain::click::{self, ClickToken};
use shared::domain::event::EventKind;
use shared::domain::lead::Lead;
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

pub async fn followed(
    intake: &LeadIntake,
    request: &ApiGatewayV2httpRequest,
    token: &str,
) -> ApiGatewayV2httpResponse {
    let pepper = &intake.world.pepper;
    let Some((business, lead, link)) = ClickToken::read(token, pepper) else { return unknown() };
    let Ok(playbook) = access::playbook(intake, business.as_str()).await else { return again() };
    let mut whose = lead;
    if !is_preview(request) {
        let kind = EventKind::LinkClicked { link: link.clone() };
        let event = known::pressed(&intake.world, &business, lead, &link, kind);
        // Whoever follows a link is led on, whatever becomes of our note of it.
        match decide_event(&intake.world, &event, Some(lead), None).await {
            Ok(decided) => whose = decided.lead().unwrap_or(lead),
            Err(error) => drop(access::failed(&error)),
        }
    }
    // Only the calendar's link has something of the person in it.
    let record = match link.as_str() {
        "booking" => intake.world.store.lead(&business, whose).await.ok().flatten(),
        _ => None,
    };
    let nobody = || Lead::new(business.clone(), lead, intake.world.clock.now());
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

fn unknown() -> ApiGatewayV2httpResponse {
    page::of(404, page::HEBREW, "הקישור אינו מוכר, או שאינו קיים עוד. כתבו לנו ונשלח חדש.", UNKNOWN_ENGLISH)
}

const UNKNOWN_ENGLISH: &str =
    "<p dir=\"ltr\">This link is not one of ours, or leads nowhere any more. Write to us for a new one.</p>";

fn again() -> ApiGatewayV2httpResponse {
    let english = "<p dir=\"ltr\">Something went wrong. Please try again in a moment.</p>";
    page::of(503, page::HEBREW, "משהו השתבש. אפשר לנסות שוב בעוד רגע.", english)
}
