//! What people of a business have to do about its leads.

use domain::ids::{BusinessId, LeadId, WorkId};
use domain::task::{Task, done};

use crate::ports::{Store, StoreError};
use crate::redrive::set_going;
use crate::roster::Roster;
use crate::world::{WorkError, World};

/// Every open task of a business with its lead, those that are due first. A walk of the roster.
pub async fn open_tasks(store: &dyn Store, business: &BusinessId) -> Result<Vec<(LeadId, Task)>, StoreError> {
    let mut open = Vec::new();
    let mut roster = Roster::of(store, business);
    loop {
        let page = roster.page().await?;
        if page.is_empty() {
            open.sort_by_key(|(lead, task): &(LeadId, Task)| (task.due_at, *lead));
            return Ok(open);
        }
        for id in &page {
            let lead = store.lead(business, *id).await?;
            open.extend(lead.into_iter().flat_map(|lead| lead.tasks).map(|task| (*id, task)));
        }
    }
}

/// Somebody did it. `false` when no such task is open any more.
pub async fn finish_task(
    world: &World,
    business: &BusinessId,
    lead: LeadId,
    task: WorkId,
) -> Result<bool, WorkError> {
    set_going(world, business, lead, |lead, context| done(lead, task, context)).await
}
