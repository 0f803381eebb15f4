//! Messages that people of a business schedule, each for one lead.

use domain::context::Context;
use domain::decide::Decision;
use domain::ids::{BusinessId, LeadId, WorkId};
use domain::lead::Lead;
use domain::scheduled::{self, Schedule, Unschedulable};
use domain::work::Work;
use jiff::Timestamp;

use crate::known::{KnownError, find};
use crate::redrive::carry_out;
use crate::roster::Roster;
use crate::world::{WorkError, World};

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    #[error(transparent)]
    Unknown(#[from] KnownError),
    #[error(transparent)]
    Refused(#[from] Unschedulable),
    #[error(transparent)]
    Work(#[from] WorkError),
}

/// What is scheduled, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    pub lead: LeadId,
    pub work: WorkId,
    /// When it leaves, by the nights and days of rest as they stand now.
    pub leaves_at: Timestamp,
}

/// Schedules a message for whoever has a phone number or an address, or a record's id.
pub async fn schedule(
    world: &World,
    business: &BusinessId,
    to: &str,
    wanted: &Schedule,
) -> Result<Scheduled, ScheduleError> {
    let lead = find(world, business, to).await?.id;
    on(world, business, lead, |lead, context| {
        let (decision, work) = scheduled::schedule(lead, wanted, context)?;
        Ok((decision, Scheduled { lead: lead.id, work, leaves_at: scheduled::leaves_at(wanted.at, context) }))
    })
    .await
}

/// Gives what is scheduled another moment.
pub async fn reschedule(
    world: &World,
    business: &BusinessId,
    (lead, work): (LeadId, WorkId),
    at: Timestamp,
) -> Result<Scheduled, ScheduleError> {
    on(world, business, lead, |lead, context| {
        let decision = scheduled::reschedule(lead, work, at, context)?;
        Ok((decision, Scheduled { lead: lead.id, work, leaves_at: scheduled::leaves_at(at, context) }))
    })
    .await
}

/// It does not go.
pub async fn cancel(
    world: &World,
    business: &BusinessId,
    (lead, work): (LeadId, WorkId),
) -> Result<(), ScheduleError> {
    on(world, business, lead, |lead, context| Ok((scheduled::cancel(lead, work, context)?, ()))).await
}

/// Carries it out on the record that goes on for a lead, which may have been merged since.
async fn on<T>(
    world: &World,
    business: &BusinessId,
    lead: LeadId,
    decide: impl Fn(&Lead, &Context<'_>) -> Result<(Decision, T), Unschedulable> + Send + Sync,
) -> Result<T, ScheduleError> {
    let living = world.living_lead(business, lead).await.map_err(WorkError::from)?;
    let lead = living.map_or(lead, |living| living.id);
    let done = carry_out(world, business, lead, decide).await?;
    done.unwrap_or(Err(Unschedulable::Unknown)).map_err(ScheduleError::Refused)
}

/// All that is scheduled, what is due first before. A walk of the roster.
pub async fn all(world: &World, business: &BusinessId) -> Result<Vec<(LeadId, Work)>, WorkError> {
    let mut all = Vec::new();
    let mut roster = Roster::of(world.store.as_ref(), business);
    loop {
        let page = roster.page().await?;
        if page.is_empty() {
            all.sort_by_key(|(lead, work): &(LeadId, Work)| (work.due_at, *lead));
            return Ok(all);
        }
        for id in page {
            let Some(lead) = world.store.lead(business, id).await? else { continue };
            all.extend(scheduled::scheduled(&lead).into_iter().map(|work| (id, work.clone())));
        }
    }
}
