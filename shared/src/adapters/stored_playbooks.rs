//! The playbooks of the table, parsed once a version.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use application::ports::{Playbooks, Store, StoreError};
use async_trait::async_trait;
use domain::ids::{BusinessId, PlaybookVersion};
use domain::playbook::Playbook;
use jiff::{SignedDuration, Timestamp};

use crate::playbook::{parse, version_of};

/// How long the current version is believed to be current. A mended text reaches everybody within this.
const BELIEVED_FOR: SignedDuration = SignedDuration::from_secs(30);

pub struct StoredPlaybooks {
    store: Arc<dyn Store>,
    cache: Mutex<Cache>,
}

#[derive(Default)]
struct Cache {
    current: BTreeMap<BusinessId, (Timestamp, Arc<Playbook>)>,
    versions: BTreeMap<(BusinessId, PlaybookVersion), Arc<Playbook>>,
}

impl StoredPlaybooks {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, cache: Mutex::default() }
    }

    /// With versions that somebody has read already. Which one is current the table alone says.
    pub fn knowing(store: Arc<dyn Store>, playbooks: impl IntoIterator<Item = Arc<Playbook>>) -> Self {
        let known = playbooks
            .into_iter()
            .map(|playbook| ((playbook.business.id.clone(), playbook.version.clone()), playbook));
        let cache = Cache { versions: known.collect(), ..Cache::default() };
        Self { store, cache: Mutex::new(cache) }
    }

    /// The next question reads the table again: a playbook was published.
    pub fn forget_current(&self) {
        self.lock().current.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    async fn read(
        &self,
        business: &BusinessId,
        version: Option<&PlaybookVersion>,
    ) -> Result<Option<Arc<Playbook>>, StoreError> {
        let Some(text) = self.store.playbook(business, version).await? else { return Ok(None) };
        let known = self.lock().versions.get(&(business.clone(), version_of(&text))).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let parsed = parse("the stored playbook", &text);
        let playbook = Arc::new(parsed.map_err(|faults| StoreError::Unreadable(faults.to_string()))?);
        let key = (business.clone(), playbook.version.clone());
        self.lock().versions.insert(key, Arc::clone(&playbook));
        Ok(Some(playbook))
    }
}

#[async_trait]
impl Playbooks for StoredPlaybooks {
    async fn current(
        &self,
        business: &BusinessId,
        now: Timestamp,
    ) -> Result<Option<Arc<Playbook>>, StoreError> {
        let known = self.lock().current.get(business).cloned();
        if let Some((read_at, playbook)) = known
            && now >= read_at
            && now.duration_since(read_at) < BELIEVED_FOR
        {
            return Ok(Some(playbook));
        }
        let current = self.read(business, None).await?;
        if let Some(playbook) = &current {
            self.lock().current.insert(business.clone(), (now, Arc::clone(playbook)));
        }
        Ok(current)
    }

    async fn version(
        &self,
        business: &BusinessId,
        version: &PlaybookVersion,
    ) -> Result<Option<Arc<Playbook>>, StoreError> {
        let key = (business.clone(), version.clone());
        let known = self.lock().versions.get(&key).cloned();
        match known {
            Some(playbook) => Ok(Some(playbook)),
            None => self.read(business, Some(version)).await,
        }
    }
}
