//! What is told of a lead by the id of their record. Whoever it was merged into is the one whom it concerns.

use jiff::Timestamp;
use shared::application::World;
use shared::domain::event::{Event, EventKind, Responder};
use shared::domain::event_key::{EventKey, Sameness};
use shared::domain::identity::Identity;
use shared::domain::ids::{BusinessId, LeadId};

/// Presses of one link within this are one event.
const SAME_SECONDS: i64 = 600;

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
