//! WhatsApp approved a template: whoever waits for it goes on.

use domain::event::{Event, EventKind};
use domain::redrive::template_approved;

use crate::ports::Attention;
use crate::redrive::{REDRIVE_MAX, set_going};
use crate::world::{WorkError, World};

/// Sets going what waits for the template that the event is about. How many leads. Done before the event counts as
/// decided: an end half way is made up for when the event is brought again, and whom neither finds asks by itself
/// within hours.
pub(crate) async fn wake_waiting(world: &World, event: &Event) -> Result<usize, WorkError> {
    let EventKind::TemplateApproved { name, language } = &event.kind else { return Ok(0) };
    let mut woken = 0;
    for attention in world.store.attention(&event.business, REDRIVE_MAX).await? {
        let Attention::Lead { lead, .. } = attention else { continue };
        let going = set_going(world, &event.business, lead, |lead, context| {
            template_approved(lead, name, language, context)
        });
        woken += usize::from(going.await?);
    }
    tracing::info!(business = %event.business, woken, "a template was approved; what waited for it goes on");
    Ok(woken)
}
