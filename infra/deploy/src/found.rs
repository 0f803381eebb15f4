//! What AWS says is there.

use std::collections::{BTreeMap, BTreeSet};

use cloud::FUNCTIONS;

use crate::aws::Aws;
use crate::fault::DeployError;
use crate::secrets;
use crate::stacks::{self, Stack};
use crate::table::{self, Contents};
use crate::wanted::Wanted;

/// Everything that a plan is made from. Reading it changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub data: Option<Stack>,
    pub app: Option<Stack>,
    /// The hash of each function's code, by the name of its folder.
    pub code: BTreeMap<&'static str, String>,
    /// The names of the secrets that are stored.
    pub secrets: BTreeSet<String>,
    pub table: Contents,
    /// The table is there, and the stack that should have made it is not.
    pub table_alone: bool,
}

impl Found {
    pub async fn read(aws: &Aws, wanted: &Wanted) -> Result<Self, DeployError> {
        let installation = &wanted.installation;
        let mut found = Self {
            data: stacks::read(aws, &installation.data_stack()).await?,
            app: stacks::read(aws, &installation.app_stack()).await?,
            secrets: secrets::stored(aws, installation).await?,
            ..Self::default()
        };
        if found.data.is_none() {
            found.table_alone = aws.has_table(&installation.table()).await?;
        }
        if found.app.is_some() {
            for function in FUNCTIONS {
                let known = aws.function(&installation.function(function.name)).await?;
                if let Some(hash) = known.and_then(|known| known.code_sha256) {
                    found.code.insert(function.name, hash);
                }
            }
        }
        if let Some(table) = found.table_name(wanted) {
            found.table = table::read(aws, &table, &wanted.playbooks).await?;
        }
        Ok(found)
    }

    /// The table that the functions work on: what was said, else what they have, else that of the data stack.
    pub fn table_name(&self, wanted: &Wanted) -> Option<String> {
        let of_app = || self.app.as_ref()?.parameters.get("TableName").cloned();
        let of_data = || self.data.as_ref()?.outputs.get("TableName").cloned();
        wanted.table.clone().or_else(of_app).or_else(of_data)
    }
}
