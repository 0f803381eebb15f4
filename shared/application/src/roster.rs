//! Everybody of a business, page by page. A walk that is broken off is begun again.

use domain::ids::{BusinessId, LeadId};

use crate::ports::{Store, StoreError};

const PAGE: usize = 100;

pub struct Roster<'s> {
    store: &'s dyn Store,
    business: &'s BusinessId,
    after: Option<LeadId>,
}

impl<'s> Roster<'s> {
    pub fn of(store: &'s dyn Store, business: &'s BusinessId) -> Self {
        Self { store, business, after: None }
    }

    /// The next leads, by their ids; nobody at the end.
    pub async fn page(&mut self) -> Result<Vec<LeadId>, StoreError> {
        let page = self.store.roster(self.business, self.after, PAGE).await?;
        self.after = page.last().copied().or(self.after);
        Ok(page)
    }
}
