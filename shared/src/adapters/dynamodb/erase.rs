//! What is deleted of a person, page by page.

use application::ports::{InboxId, StoreError};
use domain::ids::{BusinessId, LeadId};
use domain::lead::Lead;
use jiff::Timestamp;

use super::commit::version_is;
use super::keys::{self, DELIVERY_PREFIX};
use super::query::{Query, Sort};
use super::store::DynamoDbStore;

impl DynamoDbStore {
    /// Deliveries (`S#`) and entries (`T#`) stand beside the record.
    pub(super) async fn delete_beside(
        &self,
        business: &BusinessId,
        lead: LeadId,
        limit: usize,
    ) -> Result<bool, StoreError> {
        let part = Sort::Between(DELIVERY_PREFIX.to_owned(), "T$".to_owned());
        self.delete_page(Query::table("erase-beside", &keys::lead(business, lead).pk, part), limit).await
    }

    pub(super) async fn delete_from_inbox(
        &self,
        at: &InboxId,
        up_to: Timestamp,
        limit: usize,
    ) -> Result<bool, StoreError> {
        let (from, to) = keys::inbox_up_to(up_to);
        let identity = keys::identity(&at.business, &at.identity);
        self.delete_page(Query::table("erase-inbox", &identity.pk, Sort::Between(from, to)), limit).await
    }

    async fn delete_page(&self, query: Query, limit: usize) -> Result<bool, StoreError> {
        let page = self.page(Query { limit: Some(limit), ..query }).await?;
        for row in &page.rows {
            if let Some(key) = row.key() {
                self.delete("erase", &key).await?;
            }
        }
        Ok(page.next.is_some())
    }

    pub(super) async fn delete_record(&self, read: &Lead) -> Result<(), StoreError> {
        let key = keys::lead(&read.business, read.id);
        self.delete_if("delete-lead", &key, &version_is(read.version)).await
    }
}
