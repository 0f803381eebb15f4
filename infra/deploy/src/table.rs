//! What a deployment reads from the table and writes into it: which table may send, and the playbooks.

use std::collections::BTreeMap;

use shared::application::ports::{Store, StoreError};
use shared::application::publish::{PublishError, publish};
use shared::domain::ids::{BusinessId, PlaybookVersion};
use shared::playbook::version_of;

use crate::aws::Aws;
use crate::wanted::SoundPlaybook;

/// What stands in the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The table that may send.
    pub released: Option<String>,
    /// The playbooks that are followed, of the businesses that were asked for.
    pub current: BTreeMap<BusinessId, PlaybookVersion>,
}

pub async fn read(aws: &Aws, table: &str, playbooks: &[SoundPlaybook]) -> Result<Contents, StoreError> {
    let store = aws.store(table);
    let mut contents = Contents { released: store.released_table().await?, current: BTreeMap::new() };
    for sound in playbooks {
        if let Some(text) = store.playbook(sound.business(), None).await? {
            contents.current.insert(sound.business().clone(), version_of(&text));
        }
    }
    Ok(contents)
}

pub async fn release(aws: &Aws, table: &str) -> Result<(), StoreError> {
    aws.store(table).release_table(table).await
}

pub async fn publish_one(aws: &Aws, table: &str, sound: &SoundPlaybook) -> Result<(), PublishError> {
    publish(&aws.store(table), &sound.playbook, &sound.text).await
}
