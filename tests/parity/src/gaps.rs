//! What ministack 1.5.33 lacks and AWS has, made up for after each deployment. Nothing of it is in the product.

use aws_sdk_lambda::types::ScalingConfig;
use cloud::FUNCTIONS;

use crate::installation::Installation;
use crate::masa::REGION;

impl Installation {
    /// Lambda tells each function its Region and its role's keys; ministack tells it nothing.
    pub async fn give_functions_what_lambda_gives(&self, url: &str) {
        for known in FUNCTIONS {
            let given = [
                ("AWS_ENDPOINT_URL", url),
                ("AWS_REGION", REGION),
                ("AWS_ACCESS_KEY_ID", "parity"),
                ("AWS_SECRET_ACCESS_KEY", "parity"),
            ];
            self.set_variables(known.name, &given).await;
        }
    }

    /// A mapping's bound on concurrency comes from a parameter, and ministack keeps it as the text that a parameter is:
    /// it cannot compare it, and polls no queue at all. Each is given its own bound again, as a number.
    pub async fn give_pollers_a_number(&self, url: &str) {
        // Read without the client, to which a text for a number is no answer. ministack takes the Region of a request
        // from its signature, and checks none.
        let signature = format!(
            "AWS4-HMAC-SHA256 Credential=parity/20260101/{REGION}/lambda/aws4_request, Signature=none"
        );
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let list = http.get(format!("{url}/2015-03-31/event-source-mappings/"));
        let listed = list.header("authorization", signature).send().await.expect("the mappings");
        let listed: serde_json::Value = listed.json().await.expect("the mappings");
        let mappings = listed["EventSourceMappings"].as_array().expect("mappings");
        assert!(!mappings.is_empty(), "no queue has a poller");
        for mapping in mappings {
            let bound = &mapping["ScalingConfig"]["MaximumConcurrency"];
            let bound =
                bound.as_str().and_then(|text| text.parse().ok()).expect("ministack keeps it as a text");
            let scaling = ScalingConfig::builder().maximum_concurrency(bound).build();
            let update = self.lambda.update_event_source_mapping();
            let update = update.uuid(mapping["UUID"].as_str().expect("a name")).scaling_config(scaling);
            update.send().await.expect("a bound");
        }
    }
}
