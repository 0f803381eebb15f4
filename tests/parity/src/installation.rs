//! What is on the emulator, asked of it directly, beside the command.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_lambda::types::Environment;
use aws_sdk_ssm::types::ParameterType;
use cloud::FUNCTIONS;

use crate::masa::REGION;

/// The default installation, seen with the official clients.
pub struct Installation {
    pub cloudformation: aws_sdk_cloudformation::Client,
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub events: aws_sdk_eventbridge::Client,
    pub lambda: aws_sdk_lambda::Client,
    pub s3: aws_sdk_s3::Client,
    pub sqs: aws_sdk_sqs::Client,
    pub ssm: aws_sdk_ssm::Client,
}

pub const TABLE: &str = "masa-masa";
pub const DATA_STACK: &str = "masa-masa-data";
pub const APP_STACK: &str = "masa-masa-app";

pub fn function(name: &str) -> String {
    format!("masa-masa-{name}")
}

impl Installation {
    pub async fn at(url: &str) -> Self {
        let config = config(url).await;
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        Self {
            cloudformation: aws_sdk_cloudformation::Client::new(&config),
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            events: aws_sdk_eventbridge::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sqs: aws_sdk_sqs::Client::new(&config),
            ssm: aws_sdk_ssm::Client::new(&config),
        }
    }

    /// The stacks that are there, with their status.
    pub async fn stacks(&self) -> BTreeMap<String, String> {
        let described = self.cloudformation.describe_stacks().send().await.expect("the stacks");
        let stacks = described.stacks().iter().map(|stack| {
            let status = stack.stack_status().expect("a status").as_str().to_owned();
            (stack.stack_name().expect("a name").to_owned(), status)
        });
        stacks.filter(|(_, status)| status != "DELETE_COMPLETE").collect()
    }

    pub async fn output(&self, stack: &str, name: &str) -> String {
        let described =
            self.cloudformation.describe_stacks().stack_name(stack).send().await.expect("a stack");
        let outputs = described.stacks()[0].outputs();
        let output = outputs.iter().find(|output| output.output_key() == Some(name)).expect("an output");
        output.output_value().expect("a value").to_owned()
    }

    /// The hash of each function's code.
    pub async fn code(&self) -> BTreeMap<&'static str, String> {
        let mut code = BTreeMap::new();
        for known in FUNCTIONS {
            let get = self.lambda.get_function_configuration().function_name(function(known.name));
            if let Ok(configuration) = get.send().await {
                code.insert(known.name, configuration.code_sha256().unwrap_or_default().to_owned());
            }
        }
        code
    }

    /// Sets these variables of a function and leaves its others.
    pub async fn set_variables(&self, name: &str, variables: &[(&str, &str)]) {
        let name = function(name);
        let now = self.lambda.get_function_configuration().function_name(&name).send().await;
        let told = now.expect("a function").environment.and_then(|told| told.variables);
        let mut environment = Environment::builder().set_variables(told);
        for (variable, value) in variables {
            environment = environment.variables(*variable, *value);
        }
        let update = self.lambda.update_function_configuration().function_name(&name);
        update.environment(environment.build()).send().await.expect("an environment");
    }

    /// Both keys of each row of the table.
    pub async fn rows(&self) -> BTreeSet<(String, String)> {
        let rows = self.dynamodb.scan().table_name(TABLE).send().await.expect("the table");
        let text = |value: &AttributeValue| value.as_s().expect("a text").to_owned();
        rows.items().iter().map(|item| (text(&item["pk"]), text(&item["sk"]))).collect()
    }

    pub async fn tables(&self) -> Vec<String> {
        self.dynamodb.list_tables().send().await.expect("the tables").table_names.unwrap_or_default()
    }

    pub async fn buckets(&self) -> usize {
        self.s3.list_buckets().send().await.expect("the buckets").buckets().len()
    }

    /// The names of the secrets that are stored.
    pub async fn secrets(&self) -> BTreeSet<String> {
        let get = self.ssm.get_parameters_by_path().path("/masa/masa").send().await.expect("the secrets");
        let names = get.parameters().iter().filter_map(|parameter| parameter.name());
        names.map(|name| name.trim_start_matches("/masa/masa/").to_owned()).collect()
    }

    pub async fn set_secret(&self, name: &str, value: &str) {
        let put = self.ssm.put_parameter().name(format!("/masa/masa/{name}")).value(value);
        put.r#type(ParameterType::SecureString).overwrite(true).send().await.expect("a secret");
    }

    pub async fn secret(&self, name: &str) -> String {
        let name = format!("/masa/masa/{name}");
        let get = self.ssm.get_parameter().name(name).with_decryption(true).send().await.expect("a secret");
        get.parameter().and_then(|parameter| parameter.value()).expect("a value").to_owned()
    }
}

async fn config(url: &str) -> SdkConfig {
    let keys = aws_sdk_ssm::config::Credentials::new("parity", "parity", None, None, "parity");
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(keys)
        .endpoint_url(url)
        .load()
        .await
}
