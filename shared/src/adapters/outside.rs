//! Everything that is called from outside, each call by the one that can make it.

use std::sync::Arc;

use application::ports::Platforms;
use async_trait::async_trait;
use domain::call::{Operation, Outcome, PlatformCall};

/// The platforms behind the Graph API, and the event bus and the mail beside them.
pub struct Outside {
    pub graph: Arc<dyn Platforms>,
    pub bus: Arc<dyn Platforms>,
    pub mail: Arc<dyn Platforms>,
}

#[async_trait]
impl Platforms for Outside {
    async fn call(&self, call: &PlatformCall) -> Outcome {
        match call.operation {
            Operation::Announce(_) => self.bus.call(call).await,
            Operation::SendEmail(_) | Operation::SendAlert(_) => self.mail.call(call).await,
            _ => self.graph.call(call).await,
        }
    }
}
