//! A playbook becomes the one that is followed.

use domain::ids::{AssetId, BusinessId};
use domain::playbook::Playbook;

use crate::ports::{Store, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("{asset} is already the business {owner}'s; one Page, account or number belongs to one business")]
    AssetTaken { asset: AssetId, owner: BusinessId },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Stores the version, connects the business's assets, and makes the version current. Who is on a journey stays
/// on the steps with which they began.
pub async fn publish(store: &dyn Store, playbook: &Playbook, text: &str) -> Result<(), PublishError> {
    let business = &playbook.business.id;
    for asset in playbook.channels.all() {
        match store.asset(asset).await? {
            Some(owner) if owner != *business => {
                return Err(PublishError::AssetTaken { asset: asset.clone(), owner });
            }
            Some(_) => {}
            None => store.put_asset(asset, business).await?,
        }
    }
    store.put_playbook(business, &playbook.version, text).await?;
    store.set_current_playbook(business, &playbook.version).await?;
    Ok(())
}
