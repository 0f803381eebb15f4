//! Platforms that fail as a test says.

use std::sync::Mutex;

use async_trait::async_trait;
use shared::application::ports::Platforms;
use shared::domain::call::{Outcome, PlatformCall};

/// Takes calls and never answers: the worker that made one dies with it.
#[derive(Default)]
pub struct HangingPlatforms {
    pub calls: Mutex<Vec<PlatformCall>>,
}

#[async_trait]
impl Platforms for HangingPlatforms {
    async fn call(&self, call: &PlatformCall) -> Outcome {
        self.calls.lock().unwrap().push(call.clone());
        std::future::pending().await
    }
}
