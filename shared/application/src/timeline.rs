//! Everything that happened to a person: the record's own timeline and those of the records that it took in.

use domain::lead::Lead;

use crate::ports::{Store, StoreError, TimelineRow};

/// Oldest first. What has one time stands in the order of the records.
pub async fn whole_timeline(store: &dyn Store, lead: &Lead) -> Result<Vec<TimelineRow>, StoreError> {
    let mut rows = store.timeline(&lead.business, lead.id).await?;
    for absorbed in &lead.absorbed {
        rows.extend(store.timeline(&lead.business, *absorbed).await?);
    }
    rows.sort_by_key(TimelineRow::at);
    Ok(rows)
}
