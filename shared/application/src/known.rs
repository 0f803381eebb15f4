//! What is told of a lead who is known: by the id of their record, or by the number or address that people of the business
//! have of them. Whoever it was merged into is the one whom it concerns.

use domain::channel::Channel;
use domain::deal::{BOOKING, BOOKING_DATES, Deal, DealChange, Stage};
use domain::email::EmailAddress;
use domain::event::{Details, Event, EventKind, Responder};
use domain::event_key::{EventKey, Sameness};
use domain::identity::Identity;
use domain::ids::{BusinessId, DealId, LeadId};
use domain::lead::Lead;
use domain::phone::PhoneNumber;
use jiff::Timestamp;

use crate::decide_event::decide_event;
use crate::world::{WorkError, World};

/// Presses of one link within this are one event.
const SAME_SECONDS: i64 = 600;

/// Why what was said of somebody was not taken.
#[derive(Debug, thiserror::Error)]
pub enum KnownError {
    #[error(
        "nobody is known by \"{0}\"; write the number or the address as they gave it, or the id of their record"
    )]
    Nobody(String),
    #[error("no meeting of theirs lies ahead")]
    NoMeeting,
    #[error("that moment is over; a meeting that is told of lies ahead")]
    Over,
    #[error(transparent)]
    Work(#[from] WorkError),
}

/// `id` tells this event from others of its kind.
pub fn event(
    world: &World,
    business: &BusinessId,
    lead: LeadId,
    (id, at): (&str, Timestamp),
    kind: EventKind,
) -> Event {
    let sameness = Sameness::Given { kind: kind.name(), id };
    Event {
        business: business.clone(),
        key: EventKey::of(&world.pepper, business, Responder::LeadIntake, sameness),
        occurred_at: at,
        author: Identity::Lead(lead),
        also: Vec::new(),
        kind,
    }
}

/// A link was pressed now, by somebody who may press twice.
pub fn pressed(world: &World, business: &BusinessId, lead: LeadId, link: &str, kind: EventKind) -> Event {
    let at = world.clock.now();
    let id = format!("{lead}/{link}/{}", at.as_second() / SAME_SECONDS);
    event(world, business, lead, (&id, at), kind)
}

/// The living record of whoever has this phone number or e-mail address, or of this id.
pub async fn find(world: &World, business: &BusinessId, who: &str) -> Result<Lead, KnownError> {
    let nobody = || KnownError::Nobody(who.chars().take(60).collect());
    let name = match PhoneNumber::parse(who) {
        Ok(phone) => Some(Identity::Phone(phone)),
        Err(_) => EmailAddress::parse(who).ok().map(Identity::Email),
    };
    let id = match (LeadId::parse(who), name) {
        (Some(id), _) => Some(id),
        (None, Some(name)) => {
            let inbox = world.store.inbox(&world.inbox_of(business, &name), 0).await;
            inbox.map_err(WorkError::from)?.lead
        }
        (None, None) => None,
    };
    let living = world.living_lead(business, id.ok_or_else(nobody)?).await.map_err(WorkError::from)?;
    living.filter(|lead| lead.erasing.is_none()).ok_or_else(nobody)
}

/// They answered where nothing is heard by itself, and may want no more messages. Said twice within a short while, it is one
/// answer.
pub async fn answered(
    world: &World,
    business: &BusinessId,
    who: &str,
    refuses: bool,
) -> Result<LeadId, KnownError> {
    let lead = find(world, business, who).await?;
    answered_by_email(world, business, lead.id, refuses).await?;
    Ok(lead.id)
}

/// The same, of a record.
pub async fn answered_by_email(
    world: &World,
    business: &BusinessId,
    lead: LeadId,
    refuses: bool,
) -> Result<(), WorkError> {
    let kind = EventKind::ReplyTold { channel: Channel::Email, refuses };
    let event = pressed(world, business, lead, if refuses { "refused" } else { "answered" }, kind);
    decide_event(world, &event, Some(lead), None).await.map(drop)
}

/// A meeting was made by word of mouth, or the one ahead is moved; without a moment it is cancelled. It is the business's only way
/// to say so where its calendar tells nothing.
pub async fn booked(
    world: &World,
    business: &BusinessId,
    who: &str,
    starts_at: Option<Timestamp>,
) -> Result<LeadId, KnownError> {
    let lead = find(world, business, who).await?;
    let now = world.clock.now();
    let ahead = meeting_ahead(&lead, now).map(|deal| deal.id.clone());
    let (id, stage) = match (ahead, starts_at) {
        (_, Some(at)) if at <= now => return Err(KnownError::Over),
        (Some(id), Some(_)) => (id, Stage::Open),
        (None, Some(_)) => (DealId::new(format!("by-hand-{}", lead.version)), Stage::Open),
        (Some(id), None) => (id, Stage::Lost),
        (None, None) => return Err(KnownError::NoMeeting),
    };
    let [starts, _] = BOOKING_DATES;
    let kind = EventKind::Deal(DealChange {
        id,
        kind: BOOKING.into(),
        stage: Some(stage),
        dates: starts_at.map(|at| (starts.to_owned(), Some(at))).into_iter().collect(),
        facts: Default::default(),
        replaces: None,
        details: Details::default(),
    });
    // Booked, cancelled and booked again are three, and each changes the record. Said twice of the same one it is one.
    let said = format!("{}/{}", lead.id, lead.version);
    let event = event(world, business, lead.id, (&said, now), kind);
    decide_event(world, &event, Some(lead.id), None).await?;
    Ok(lead.id)
}

/// Their next appointment that still holds.
fn meeting_ahead(lead: &Lead, now: Timestamp) -> Option<&Deal> {
    let [starts, _] = BOOKING_DATES;
    let starts = |deal: &Deal| deal.dates.get(starts).copied().filter(|at| *at > now);
    let holds = |deal: &&Deal| deal.kind.as_str() == BOOKING && deal.stage != Stage::Lost;
    let ahead = lead.deals.iter().filter(holds).filter_map(|deal| Some((starts(deal)?, deal)));
    ahead.min_by_key(|(at, _)| *at).map(|(_, deal)| deal)
}
