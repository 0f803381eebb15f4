//! What ministack 1.5.33 lacks and AWS has, made up for after each deployment. Nothing of it is in the product.

use aws_sdk_lambda::types::{Environment, ScalingConfig};
use cloud::FUNCTIONS;

use crate::installation::{Installation, function};
use crate::masa::REGION;

/// A bound that the template gives as a parameter, and that ministack keeps as a text and cannot compare.
const CONCURRENCY: i32 = 2;

impl Installation {
    /// Lambda tells each function its Region and its role's keys; ministack tells it nothing.
    pub async fn give_functions_what_lambda_gives(&self, url: &str) {
        for known in FUNCTIONS {
            let name = function(known.name);
            let now = self.lambda.get_function_configuration().function_name(&name).send().await;
            let now = now.expect("a function");
            let told = now.environment().and_then(|told| told.variables()).cloned().unwrap_or_default();
            let given = [
                ("AWS_ENDPOINT_URL", url),
                ("AWS_REGION", REGION),
                ("AWS_ACCESS_KEY_ID", "parity"),
                ("AWS_SECRET_ACCESS_KEY", "parity"),
            ];
            let mut environment = Environment::builder().set_variables(Some(told));
            for (name, value) in given {
                environment = environment.variables(name, value);
            }
            let update = self.lambda.update_function_configuration().function_name(&name);
            update.environment(environment.build()).send().await.expect("an environment");
        }
    }

    /// The pollers of the queues begin to work. The list is read as text: a text for a number is no answer to the client.
    pub async fn give_pollers_a_number(&self, url: &str) {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let listed = http.get(format!("{url}/2015-03-31/event-source-mappings/")).send().await;
        let listed = listed.expect("the mappings").json::<serde_json::Value>().await.expect("the mappings");
        for mapping in listed["EventSourceMappings"].as_array().expect("mappings") {
            let scaling = ScalingConfig::builder().maximum_concurrency(CONCURRENCY).build();
            let update = self.lambda.update_event_source_mapping();
            let update = update.uuid(mapping["UUID"].as_str().expect("a name")).scaling_config(scaling);
            update.send().await.expect("a bound");
        }
    }
}
