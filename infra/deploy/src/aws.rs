//! AWS as this command sees it: one account, one Region, one client a service.

use std::sync::Arc;

use aws_config::meta::region::RegionProviderChain;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::QueueAttributeName;
use shared::adapters::dynamodb::DynamoDbStore;
use shared::adapters::system::SystemChance;

use crate::fault::{AwsError, explain};

/// Where an installation is if nobody says otherwise.
const REGION_DEFAULT: &str = "il-central-1";
/// A Region that is on in each account: whoever is known here is known.
const REGION_ALWAYS_ON: &str = "us-east-1";

pub struct Aws {
    config: SdkConfig,
    region: String,
    pub cloudformation: aws_sdk_cloudformation::Client,
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub lambda: aws_sdk_lambda::Client,
    pub s3: aws_sdk_s3::Client,
    pub sqs: aws_sdk_sqs::Client,
    pub ssm: aws_sdk_ssm::Client,
}

pub struct FunctionFound {
    /// Lambda's word, such as `Active`.
    pub state: String,
    /// In base64, as Lambda tells it.
    pub code_sha256: Option<String>,
}

/// Who calls, and on which partition of AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub account: String,
    /// What addresses end with here.
    pub domain: &'static str,
}

impl Aws {
    /// Region and credentials as every tool of AWS finds them: the environment, then the profile.
    pub async fn connect(region: Option<String>, endpoint: Option<String>) -> Self {
        let region = RegionProviderChain::first_try(region.map(Region::new))
            .or_default_provider()
            .or_else(REGION_DEFAULT);
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).region(region);
        if let Some(endpoint) = endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        let config = loader.load().await;
        // An emulator has one name, and no other for each bucket.
        let s3 = aws_sdk_s3::config::Builder::from(&config)
            .force_path_style(config.endpoint_url().is_some())
            .build();
        Self {
            region: config.region().map_or(REGION_DEFAULT, Region::as_ref).to_owned(),
            cloudformation: aws_sdk_cloudformation::Client::new(&config),
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sqs: aws_sdk_sqs::Client::new(&config),
            ssm: aws_sdk_ssm::Client::new(&config),
            config,
        }
    }

    pub fn region(&self) -> &str {
        &self.region
    }

    /// Another place than AWS that is spoken to, such as an emulator.
    pub fn endpoint(&self) -> Option<&str> {
        self.config.endpoint_url()
    }

    /// Asks AWS who calls: the first sign that credentials and Region are good.
    pub async fn caller(&self) -> Result<Caller, AwsError> {
        let known = who(&self.config, &self.region).await;
        // A Region that is off knows nobody, and says so as it does of wrong keys.
        if known == Err(AwsError::WrongKeys) && self.endpoint().is_none() && self.region != REGION_ALWAYS_ON {
            let elsewhere = self.config.to_builder().region(Region::new(REGION_ALWAYS_ON)).build();
            if who(&elsewhere, REGION_ALWAYS_ON).await.is_ok() {
                return Err(AwsError::RegionOff { region: self.region.clone() });
            }
        }
        known
    }

    /// The store of the product on a table of this account.
    pub fn store(&self, table: &str) -> DynamoDbStore {
        DynamoDbStore::new(self.dynamodb.clone(), table, Arc::new(SystemChance))
    }

    pub async fn has_table(&self, table: &str) -> Result<bool, AwsError> {
        match self.dynamodb.describe_table().table_name(table).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(false),
            Err(error) => Err(explain("look for the table", &self.region, &error)),
        }
    }

    /// A function as Lambda tells of it, if there is such a function.
    pub async fn function(&self, function: &str) -> Result<Option<FunctionFound>, AwsError> {
        match self.lambda.get_function_configuration().function_name(function).send().await {
            Ok(told) => Ok(Some(FunctionFound {
                state: told.state().map_or("Active", |state| state.as_str()).to_owned(),
                code_sha256: told.code_sha256,
            })),
            Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(None),
            Err(error) => Err(explain("look at a function", &self.region, &error)),
        }
    }

    pub async fn queue_url(&self, queue: &str) -> Result<String, AwsError> {
        let told = self.sqs.get_queue_url().queue_name(queue).send().await;
        let told = told.map_err(|error| explain("look for a queue", &self.region, &error))?;
        Ok(told.queue_url.unwrap_or_default())
    }

    /// How many messages are in a queue, about.
    pub async fn waiting(&self, queue: &str) -> Result<u64, AwsError> {
        let count = self.queue_attribute(queue, QueueAttributeName::ApproximateNumberOfMessages).await?;
        Ok(count.parse().unwrap_or(0))
    }

    /// Moves what is in a dead-letter queue to the queue that it came from.
    pub async fn bring_back(&self, dead: &str) -> Result<(), AwsError> {
        let arn = self.queue_attribute(dead, QueueAttributeName::QueueArn).await?;
        let begun = self.sqs.start_message_move_task().source_arn(arn).send().await;
        begun.map(drop).map_err(|error| explain("bring dead letters back", &self.region, &error))
    }

    async fn queue_attribute(&self, queue: &str, name: QueueAttributeName) -> Result<String, AwsError> {
        let url = self.queue_url(queue).await?;
        let asked = self.sqs.get_queue_attributes().queue_url(url).attribute_names(name.clone()).send().await;
        let told = asked.map_err(|error| explain("look at a queue", &self.region, &error))?;
        Ok(told.attributes.and_then(|mut all| all.remove(&name)).unwrap_or_default())
    }

    /// Gives a function code that is in the bucket.
    pub async fn update_code(&self, function: &str, bucket: &str, key: &str) -> Result<(), AwsError> {
        let update = self.lambda.update_function_code().function_name(function).s3_bucket(bucket).s3_key(key);
        let sent = update.send().await;
        sent.map(drop).map_err(|error| explain("change a function's code", &self.region, &error))
    }

    /// Puts what a key is the hash of, unless it is there.
    pub async fn put_once(&self, bucket: &str, key: &str, bytes: Vec<u8>) -> Result<(), AwsError> {
        match self.s3.head_object().bucket(bucket).key(key).send().await {
            Ok(_) => return Ok(()),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found()) => {}
            Err(error) => return Err(explain("look into the artifacts bucket", &self.region, &error)),
        }
        let put = self.s3.put_object().bucket(bucket).key(key).body(bytes.into()).send().await;
        put.map(drop).map_err(|error| explain("write into the artifacts bucket", &self.region, &error))
    }

    /// The address under which CloudFormation reads an object.
    pub fn object_url(&self, domain: &str, bucket: &str, key: &str) -> String {
        match self.endpoint() {
            Some(endpoint) => format!("{}/{bucket}/{key}", endpoint.trim_end_matches('/')),
            None => format!("https://{bucket}.s3.{}.{domain}/{key}", self.region),
        }
    }
}

async fn who(config: &SdkConfig, region: &str) -> Result<Caller, AwsError> {
    let identity = aws_sdk_sts::Client::new(config).get_caller_identity().send().await;
    let identity = identity.map_err(|error| explain("say who calls", region, &error))?;
    Ok(Caller {
        account: identity.account().unwrap_or("unknown").to_owned(),
        domain: domain(identity.arn().unwrap_or_default()),
    })
}

/// The partition stands in each ARN: `arn:aws-cn:sts::123456789012:…`.
fn domain(arn: &str) -> &'static str {
    if arn.starts_with("arn:aws-cn:") { "amazonaws.com.cn" } else { "amazonaws.com" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn china_has_addresses_of_its_own() {
        assert_eq!(domain("arn:aws:iam::123456789012:user/noa"), "amazonaws.com");
        assert_eq!(domain("arn:aws-cn:iam::123456789012:user/noa"), "amazonaws.com.cn");
    }
}
