//! Secrets: asked for by name when they are needed, compared in constant time, never shown.

mod held;
pub mod names;

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::ids::BusinessId;
pub use held::{HeldSecrets, SecretSource};
pub use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// Whoever keeps the secrets did not answer. It tells nothing of any of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secrets cannot be read at the moment: {0}")]
pub struct SecretsUnavailable(pub String);

/// The secrets of this installation, by the names of [`names`] and those that the playbooks give their tokens.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// Says which secrets are asked for next, so that whoever keeps them is asked once for all. What that does not
    /// bring is asked for by itself.
    async fn prepare(&self, _names: &[&str]) {}

    /// The secret of this name, perhaps as it was some minutes ago. `None` if it is not set.
    async fn secret(&self, name: &str) -> Result<Option<SecretString>, SecretsUnavailable>;

    /// The secret as it is now, for whoever was refused with the one that is held. However often this is called,
    /// whoever keeps the secrets is asked once a minute.
    async fn renewed(&self, name: &str) -> Result<Option<SecretString>, SecretsUnavailable>;
}

/// What a business's own secret is called. It goes before the one of this name that all businesses share.
pub fn own(business: &BusinessId, name: &str) -> String {
    format!("{business}/{name}")
}

/// Secrets that were given once, as those of one machine are.
#[derive(Clone, Debug, Default)]
pub struct FixedSecrets(BTreeMap<String, SecretString>);

impl<N: Into<String>, S: Into<SecretString>> FromIterator<(N, S)> for FixedSecrets {
    fn from_iter<I: IntoIterator<Item = (N, S)>>(secrets: I) -> Self {
        Self(secrets.into_iter().map(|(name, secret)| (name.into(), secret.into())).collect())
    }
}

#[async_trait]
impl Secrets for FixedSecrets {
    async fn secret(&self, name: &str) -> Result<Option<SecretString>, SecretsUnavailable> {
        Ok(self.0.get(name).filter(|secret| is_set(secret)).cloned())
    }

    async fn renewed(&self, name: &str) -> Result<Option<SecretString>, SecretsUnavailable> {
        self.secret(name).await
    }
}

/// Whether one of these secrets passes the test. What is held is asked first and then what the secrets are now, so
/// that one can be replaced while everything runs. One that is not set passes none: everybody knows nothing.
pub async fn any_passes(
    secrets: &dyn Secrets,
    names: &[&str],
    passes: impl Fn(&SecretString) -> bool,
) -> Result<bool, SecretsUnavailable> {
    secrets.prepare(names).await;
    for name in names {
        if secrets.secret(name).await?.is_some_and(|secret| passes(&secret)) {
            return Ok(true);
        }
    }
    let mut is_any_set = false;
    for name in names {
        if let Some(secret) = secrets.renewed(name).await? {
            is_any_set = true;
            if passes(&secret) {
                return Ok(true);
            }
        }
    }
    if !is_any_set {
        tracing::error!(secret = names[0], "somebody was refused because this secret is not set");
    }
    Ok(false)
}

/// Whether a presented value is the secret. Takes the same time wherever they differ.
pub fn is_secret(presented: &str, secret: &SecretString) -> bool {
    presented.as_bytes().ct_eq(secret.expose_secret().as_bytes()).into()
}

fn is_set(secret: &SecretString) -> bool {
    !secret.expose_secret().is_empty()
}
