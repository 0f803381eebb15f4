//! `masa destroy`: what is rebuilt goes; what holds data goes only if that was said twice.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use crate::aws::Aws;
use crate::deploying::agreed;
use crate::fault::{AwsError, DeployError, explain};
use crate::installation::Installation;
use crate::operator::Operator;
use crate::secrets;
use crate::stacks::{self, Stack};

const LOOK_EVERY: Duration = Duration::from_secs(2);
/// A table is mostly gone in seconds; ten minutes is a table that is not.
const LOOKS_MAX: u32 = 300;

/// What happens to the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    Kept,
    /// Deleted, if the name of the installation is given a second time: here, or when it is asked for.
    Deleted {
        confirmed: Option<String>,
    },
}

/// What was typed.
#[derive(Clone, Debug)]
pub struct Destroy {
    pub installation: Installation,
    pub region: Option<String>,
    pub endpoint: Option<String>,
    pub data: Data,
    /// Go on without being asked. It never stands in for the second word on data.
    pub yes: bool,
}

pub async fn destroy(typed: &Destroy, operator: &dyn Operator) -> Result<(), DeployError> {
    let aws = Aws::connect(typed.region.clone(), typed.endpoint.clone()).await;
    let caller = aws.caller().await?;
    let installation = &typed.installation;
    let app = stacks::read(&aws, &installation.app_stack()).await?;
    let name = installation.as_str();
    operator.tell(&format!("The installation {name} in {}, account {}.", aws.region(), caller.account));
    let holdings = Holdings::read(&aws, installation).await?;
    match &typed.data {
        Data::Kept if app.is_none() => {
            operator.tell("There is nothing to delete.");
            operator.tell(&holdings.kept(installation));
            return Ok(());
        }
        Data::Kept => {
            let stack = installation.app_stack();
            operator.tell(&format!(
                "\nThe stack {stack} will be deleted, with the functions, their logs, and the URL that Meta calls."
            ));
            operator.tell(&holdings.kept(installation));
            if !typed.yes {
                agreed(operator, "Go on? [y/N] ", "--yes to go on without being asked")?;
            }
        }
        Data::Deleted { confirmed } => {
            if app.is_none() && holdings.are_none() {
                operator.tell("There is nothing to delete.");
                return Ok(());
            }
            operator.tell(&format!(
                "\nALL LEADS AND ALL HISTORY of {name} will be deleted, and nothing brings them back:\n{}",
                holdings.listed(installation)
            ));
            confirm(installation, confirmed.as_deref(), operator)?;
        }
    }
    if let Some(app) = app {
        operator.tell("  the stack is being deleted; this takes some minutes");
        stacks::delete(&aws, &app, Vec::new()).await?;
        operator.tell(&format!("  the stack {} is deleted", installation.app_stack()));
    }
    if let Data::Deleted { .. } = typed.data {
        holdings.delete(&aws, installation, operator).await?;
        operator.tell(&format!("Nothing is left of {name}."));
    } else {
        operator.tell("`masa deploy` brings it back with all it knew; the URL for Meta will be another one.");
    }
    Ok(())
}

/// The second word: the installation's name.
fn confirm(
    installation: &Installation,
    said: Option<&str>,
    operator: &dyn Operator,
) -> Result<(), DeployError> {
    let typed = match said {
        Some(said) => said.to_owned(),
        None => operator
            .line("Type the name of the installation to delete its data: ")
            .ok_or(DeployError::NobodyToAsk("--confirm with the name of the installation"))?,
    };
    if typed.trim() == installation.as_str() {
        return Ok(());
    }
    Err(DeployError::OtherName { typed, name: installation.as_str().to_owned() })
}

/// What holds data.
struct Holdings {
    stack: Option<Stack>,
    table: bool,
    buckets: Vec<String>,
    secrets: BTreeSet<String>,
}

impl Holdings {
    async fn read(aws: &Aws, installation: &Installation) -> Result<Self, AwsError> {
        let stack = stacks::read(aws, &installation.data_stack()).await?;
        let output = |name: &str| stack.as_ref()?.outputs.get(name).cloned();
        let named = ["MediaBucket", "ArtifactsBucket"].into_iter().filter_map(output);
        let mut buckets = Vec::new();
        for bucket in named {
            if has_bucket(aws, &bucket).await? {
                buckets.push(bucket);
            }
        }
        Ok(Self {
            table: aws.has_table(&installation.table()).await?,
            secrets: secrets::stored(aws, installation).await?,
            buckets,
            stack,
        })
    }

    fn are_none(&self) -> bool {
        self.stack.is_none() && !self.table && self.buckets.is_empty() && self.secrets.is_empty()
    }

    fn listed(&self, installation: &Installation) -> String {
        let mut lines = Vec::new();
        if self.table {
            lines.push(format!("  the table {}", installation.table()));
        }
        lines.extend(self.buckets.iter().map(|bucket| format!("  the bucket {bucket}")));
        if !self.secrets.is_empty() {
            let (count, path) = (self.secrets.len(), installation.secrets_path());
            lines.push(format!("  {count} secrets under {path}/"));
        }
        if self.stack.is_some() {
            lines.push(format!("  the stack {}", installation.data_stack()));
        }
        lines.join("\n")
    }

    fn kept(&self, installation: &Installation) -> String {
        if self.are_none() {
            return String::new();
        }
        format!("What holds data stays, and may cost a little:\n{}", self.listed(installation))
    }

    /// The stack goes last: it is what tells the next try the names of what is left.
    async fn delete(
        &self,
        aws: &Aws,
        installation: &Installation,
        operator: &dyn Operator,
    ) -> Result<(), DeployError> {
        if self.table {
            delete_table(aws, &installation.table()).await?;
            operator.tell(&format!("  the table {} is deleted", installation.table()));
        }
        for bucket in &self.buckets {
            delete_bucket(aws, bucket).await?;
            operator.tell(&format!("  the bucket {bucket} is deleted"));
        }
        secrets::delete(aws, installation, &self.secrets).await?;
        operator.tell("  the secrets are deleted");
        if let Some(stack) = &self.stack {
            if let Err(failed) = stacks::delete(aws, stack, Vec::new()).await {
                // A policy of a bucket that is gone may be missed: it is gone, too.
                let undeleted = stacks::undeleted(aws, stack).await?;
                if undeleted.is_empty() {
                    return Err(failed);
                }
                stacks::delete(aws, stack, undeleted).await?;
            }
            operator.tell(&format!("  the stack {} is deleted", installation.data_stack()));
        }
        Ok(())
    }
}

async fn has_bucket(aws: &Aws, bucket: &str) -> Result<bool, AwsError> {
    match aws.s3.head_bucket().bucket(bucket).send().await {
        Ok(_) => Ok(true),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found()) => Ok(false),
        Err(error) => Err(explain("look at a bucket", aws.region(), &error)),
    }
}

async fn delete_table(aws: &Aws, table: &str) -> Result<(), AwsError> {
    let doing = "delete the table";
    let unprotected = aws.dynamodb.update_table().table_name(table).deletion_protection_enabled(false);
    unprotected.send().await.map_err(|error| explain(doing, aws.region(), &error))?;
    let deleted = aws.dynamodb.delete_table().table_name(table).send().await;
    deleted.map_err(|error| explain(doing, aws.region(), &error))?;
    // Its name is free when it is gone: a deployment that comes at once would find it in its way.
    let mut looks = tokio::time::interval(LOOK_EVERY);
    for _ in 0..LOOKS_MAX {
        looks.tick().await;
        if !aws.has_table(table).await? {
            return Ok(());
        }
    }
    let reason = "it is still being deleted; run the same command again in some minutes".to_owned();
    Err(AwsError::NoAnswer { doing: doing.to_owned(), reason })
}

/// Every version of every object, then the bucket.
async fn delete_bucket(aws: &Aws, bucket: &str) -> Result<(), AwsError> {
    let failed = "empty a bucket";
    // What is listed is deleted before the next page is asked for, so each page is the first one.
    loop {
        let listed = aws.s3.list_object_versions().bucket(bucket).send().await;
        let listed = listed.map_err(|error| explain(failed, aws.region(), &error))?;
        let versions = listed.versions().iter().map(|one| (one.key(), one.version_id()));
        let markers = listed.delete_markers().iter().map(|one| (one.key(), one.version_id()));
        let objects: Vec<ObjectIdentifier> = versions
            .chain(markers)
            .filter_map(|(key, version)| {
                ObjectIdentifier::builder().key(key?).set_version_id(version.map(str::to_owned)).build().ok()
            })
            .collect();
        if objects.is_empty() {
            break;
        }
        let objects = Delete::builder().set_objects(Some(objects)).quiet(true).build();
        let objects = objects.map_err(|error| refused(failed, &error.to_string()))?;
        let deleted = aws.s3.delete_objects().bucket(bucket).delete(objects).send().await;
        let deleted = deleted.map_err(|error| explain(failed, aws.region(), &error))?;
        // Asking again would list the same for ever.
        if let Some(error) = deleted.errors().first() {
            return Err(refused(failed, error.message().unwrap_or("no reason given")));
        }
    }
    let deleted = aws.s3.delete_bucket().bucket(bucket).send().await;
    deleted.map(drop).map_err(|error| explain("delete a bucket", aws.region(), &error))
}

fn refused(doing: &str, reason: &str) -> AwsError {
    AwsError::Refused { doing: doing.to_owned(), code: "S3".to_owned(), message: reason.to_owned() }
}
