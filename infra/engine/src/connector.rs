//! The seam: what the SDK takes for an HTTP connection is a call to the engine's thread.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Region, StalledStreamProtectionConfig};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

use crate::operation::{Answer, answer};
use crate::worker::Worker;

/// Whether the client repeats requests that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retries {
    /// As against the cloud.
    Standard,
    /// Each fault shows: for tests that inject some.
    Disabled,
}

/// A client whose requests never leave the process: unsigned, and without time limits.
pub fn client(worker: Worker, retries: Retries) -> Client {
    let retries = match retries {
        Retries::Standard => RetryConfig::standard(),
        Retries::Disabled => RetryConfig::disabled(),
    };
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("il-central-1"))
        .endpoint_url("http://engine.local")
        // Nobody would check a signature, and making one costs more than most requests.
        .allow_no_auth()
        .http_client(EngineClient { connector: SharedHttpConnector::new(EngineConnector { worker }) })
        .retry_config(retries)
        .timeout_config(TimeoutConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build();
    Client::from_conf(config)
}

#[derive(Debug)]
struct EngineClient {
    connector: SharedHttpConnector,
}

impl HttpClient for EngineClient {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        self.connector.clone()
    }
}

#[derive(Debug)]
struct EngineConnector {
    worker: Worker,
}

impl HttpConnector for EngineConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let worker = self.worker.clone();
        HttpConnectorFuture::new(async move {
            let target = request.headers().get("x-amz-target").unwrap_or_default();
            let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
            let body = request.into_body();
            let answered =
                worker.run(move |tables| answer(tables, &operation, body.bytes().unwrap_or_default()));
            response(answered.await.map_err(|error| ConnectorError::other(error.into(), None))?)
        })
    }
}

fn response(answer: Answer) -> Result<HttpResponse, ConnectorError> {
    let response = http::Response::builder()
        .status(answer.status)
        .header("content-type", "application/x-amz-json-1.0")
        .body(SdkBody::from(answer.body))
        .map_err(|error| ConnectorError::other(error.into(), None))?;
    HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
}
