//! What people of a business have to do about its leads.

use domain::ids::{BusinessId, LeadId, WorkId};
use domain::task::{Task, done};

use crate::ports::{Store, StoreError};
use crate::redrive::set_going;
use crate::world::{WorkError, World};

const PAGE: usize = 100;

/// Every open task of a business with its lead, those that are due first. A walk of the roster.
pub async fn open_tasks(store: &dyn Store, business: &BusinessId) -> Result<Vec<(LeadId, Task)>, StoreError> {
    let mut open = Vec::new();
    let mut after: Option<LeadId> = None;
    loop {
        let page = store.roster(business, after, PAGE).await?;
        for id in &page {
            let lead = store.lead(business, *id).await?;
            open.extend(lead.into_iter().flat_map(|lead| lead.tasks).map(|task| (*id, task)));
        }
        match page.last() {
            Some(last) => after = Some(*last),
            None => {
                open.sort_by_key(|(lead, task)| (task.due_at, *lead));
                return Ok(open);
            }
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
