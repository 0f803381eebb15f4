//! Secrets as SecureString parameters of AWS Systems Manager, below one path for each installation.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_ssm::Client;
use aws_sdk_ssm::error::ProvideErrorMetadata;
use secrecy::SecretString;

use crate::secrets::{SecretSource, SecretsUnavailable};

/// Systems Manager gives at most ten parameters in one answer.
const NAMES_MAX: usize = 10;

/// The parameters below a path such as `/masa/<installation>`.
pub struct SsmSecrets {
    client: Client,
    path: String,
}

impl SsmSecrets {
    pub fn new(client: Client, path: &str) -> Self {
        Self { client, path: path.trim_end_matches('/').to_owned() }
    }

    async fn read_some(
        &self,
        names: &[&str],
        secrets: &mut BTreeMap<String, SecretString>,
    ) -> Result<(), SecretsUnavailable> {
        let paths = names.iter().map(|name| format!("{}/{name}", self.path)).collect();
        let request = self.client.get_parameters().set_names(Some(paths)).with_decryption(true);
        // No more of an error than its code: an answer that could not be read may hold a secret.
        let answer = request.send().await.map_err(|error| {
            let reason = error.code().map_or_else(|| error.to_string(), str::to_owned);
            SecretsUnavailable(format!("Systems Manager, asked for {}: {reason}", names.join(", ")))
        })?;
        for parameter in answer.parameters.unwrap_or_default() {
            let (Some(path), Some(value)) = (parameter.name, parameter.value) else { continue };
            if let Some(name) = path.strip_prefix(&self.path).and_then(|rest| rest.strip_prefix('/')) {
                secrets.insert(name.to_owned(), value.into());
            }
        }
        Ok(())
    }
}

#[async_trait]
impl SecretSource for SsmSecrets {
    async fn read(&self, names: &[&str]) -> Result<BTreeMap<String, SecretString>, SecretsUnavailable> {
        let mut secrets = BTreeMap::new();
        for some in names.chunks(NAMES_MAX) {
            self.read_some(some, &mut secrets).await?;
        }
        Ok(secrets)
    }
}
