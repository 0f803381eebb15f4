//! Leads come in: forms, calls, appointments and deals by HTTP, committed before the answer; lead ads from the inbox.

mod access;
mod bookings;
mod calendly;
mod calls;
mod clicks;
mod deals;
mod form_body;
mod forms;
mod mail_events;
mod page;
mod replies;
mod reply;
mod senders;
mod unsubscribe;

use std::sync::Arc;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use shared::application::drain::drain;
use shared::application::rescue::rescue_inboxes;
use shared::application::{WorkError, World};
use shared::domain::event::Responder;
use shared::lambda::batch::each_hint;
use shared::lambda::hint_text::inbox;
use shared::lambda::http::{method, path};
use shared::secrets::Secrets;

use crate::reply::Rejection;

/// What this function knows beside the world.
pub struct LeadIntake {
    pub world: Arc<World>,
    /// The API key and the form key.
    pub secrets: Arc<dyn Secrets>,
}

pub async fn handle_http(intake: &LeadIntake, request: ApiGatewayV2httpRequest) -> ApiGatewayV2httpResponse {
    match (method(&request), path(&request).as_slice()) {
        ("POST", ["forms", business, form]) => forms::submitted(intake, &request, business, form).await,
        ("OPTIONS", ["forms", business, form]) => forms::preflight(intake, &request, business, form).await,
        ("POST", ["calls", business]) => calls::reported(intake, &request, business).await,
        ("POST", ["bookings", business, "calendly"]) => calendly::reported(intake, &request, business).await,
        ("POST", ["bookings", business]) => bookings::reported(intake, &request, business).await,
        ("POST", ["deals", business]) => deals::reported(intake, &request, business).await,
        ("GET", ["r", token]) => clicks::followed(intake, &request, token).await,
        ("GET", ["answered", token]) => replies::asked(intake, token).await,
        ("POST", ["answered", token]) => replies::told(intake, &request, token).await,
        ("GET", ["unsubscribe", token]) => unsubscribe::asked(intake, token).await,
        ("POST", ["unsubscribe", token]) => unsubscribe::stopped(intake, token).await,
        (
            _,
            ["forms", _, _]
            | ["bookings", _, "calendly"]
            | ["calls" | "bookings" | "deals" | "unsubscribe" | "answered" | "r", _],
        ) => Rejection::WrongMethod.reply(),
        _ => Rejection::NoSuchRoute.reply(),
    }
}

pub async fn handle_sqs(world: &World, event: SqsEvent) -> SqsBatchResponse {
    let (mut hints, mut unrecorded) = (SqsEvent::default(), Vec::new());
    for record in event.records {
        let Some(told) = record.body.as_deref().and_then(mail_events::read) else {
            hints.records.push(record);
            continue;
        };
        if let Err(error) = mail_events::told(world, &told).await {
            tracing::warn!(%error, "an event of SES's was not recorded; the queue brings it again");
            unrecorded.push(record.message_id.unwrap_or_default());
        }
    }
    let mut response = each_hint(hints, async |hint| {
        let Some(inbox) = inbox(hint) else { return Ok(()) };
        let drained = drain(world, &inbox).await?;
        tracing::debug!(business = %inbox.business, decided = drained.decided, parked = drained.parked, "leads decided");
        Ok(())
    })
    .await;
    unrecorded.into_iter().for_each(|id| response.add_failure(id));
    response
}

/// The schedule's tick: what the queue has lost is worked off without it.
pub async fn handle_tick(world: &World) -> Result<usize, WorkError> {
    let rescued = rescue_inboxes(world, Responder::LeadIntake).await?;
    if rescued > 0 {
        tracing::warn!(rescued, "the queue had lost hints; their inboxes were drained without it");
    }
    Ok(rescued)
}
