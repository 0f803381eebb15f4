//! Faults on the way to DynamoDB: the next requests meet what a test asks for.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use engine::{Engine, Retries};

#[derive(Clone, Debug)]
pub enum Fault {
    None,
    /// The work is done, and nobody is told.
    AnswerLost,
    /// The work is not done.
    RequestLost,
    /// The service says this instead of doing it.
    Said(&'static str),
}

/// The faults of the next requests, in order. When they run out, all goes well.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<VecDeque<Fault>>>);

impl Faults {
    pub fn next(&self, faults: impl IntoIterator<Item = Fault>) {
        self.0.lock().expect("no test panicked in here").extend(faults);
    }

    fn take(&self) -> Fault {
        self.0.lock().expect("no test panicked in here").pop_front().unwrap_or(Fault::None)
    }

    /// A client of the engine whose requests meet these faults.
    pub fn client(&self, engine: &Engine, retries: Retries) -> Client {
        let well = engine.client(retries);
        let inner = well.config().http_client().expect("the engine's client has a connection");
        let faulty = SharedHttpClient::new(FaultyClient { inner, faults: self.clone() });
        let retries = match retries {
            Retries::Standard => RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)),
            Retries::Disabled => RetryConfig::disabled(),
        };
        let config = well.config().to_builder().http_client(faulty).retry_config(retries).build();
        Client::from_conf(config)
    }
}

#[derive(Debug)]
struct FaultyClient {
    inner: SharedHttpClient,
    faults: Faults,
}

impl HttpClient for FaultyClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        parts: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, parts);
        SharedHttpConnector::new(FaultyConnector { inner, faults: self.faults.clone() })
    }
}

#[derive(Debug)]
struct FaultyConnector {
    inner: SharedHttpConnector,
    faults: Faults,
}

impl HttpConnector for FaultyConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, fault) = (self.inner.clone(), self.faults.take());
        HttpConnectorFuture::new(async move {
            match fault {
                Fault::None => inner.call(request).await,
                Fault::RequestLost => Err(lost()),
                Fault::AnswerLost => {
                    inner.call(request).await?;
                    Err(lost())
                }
                Fault::Said(code) => Ok(said(code)),
            }
        })
    }
}

fn lost() -> ConnectorError {
    ConnectorError::io("the connection was reset".into())
}

fn said(code: &str) -> HttpResponse {
    let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"…"}}"#);
    let response = http::Response::builder().status(400).body(SdkBody::from(body)).expect("a response");
    HttpResponse::try_from(response).expect("a response")
}
