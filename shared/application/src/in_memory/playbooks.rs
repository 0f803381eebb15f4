//! Playbooks that are given, not stored.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::ids::{BusinessId, PlaybookVersion};
use domain::playbook::Playbook;
use jiff::Timestamp;

use crate::ports::{Playbooks, StoreError};

/// The last playbook of a business that was published is the current one.
#[derive(Debug, Default)]
pub struct FixedPlaybooks(Mutex<BTreeMap<BusinessId, Vec<Arc<Playbook>>>>);

impl FixedPlaybooks {
    pub fn new(playbooks: impl IntoIterator<Item = Playbook>) -> Self {
        let fixed = Self::default();
        playbooks.into_iter().for_each(|playbook| fixed.publish(playbook));
        fixed
    }

    pub fn publish(&self, playbook: Playbook) {
        let mut all = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        all.entry(playbook.business.id.clone()).or_default().push(Arc::new(playbook));
    }
}

#[async_trait]
impl Playbooks for FixedPlaybooks {
    async fn current(
        &self,
        business: &BusinessId,
        _now: Timestamp,
    ) -> Result<Option<Arc<Playbook>>, StoreError> {
        let all = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        Ok(all.get(business).and_then(|versions| versions.last()).cloned())
    }

    async fn version(
        &self,
        business: &BusinessId,
        version: &PlaybookVersion,
    ) -> Result<Option<Arc<Playbook>>, StoreError> {
        let all = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let versions = all.get(business).map(Vec::as_slice).unwrap_or_default();
        Ok(versions.iter().find(|playbook| playbook.version == *version).cloned())
    }
}
