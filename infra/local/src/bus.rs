//! The event bus of one machine: what was told last, to look at.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serde_json::{Value, json};
use shared::adapters::announcement::{SOURCE, detail};
use shared::application::ports::Platforms;
use shared::domain::call::{CallFailure, Operation, Outcome, PlatformCall, Receipt, Refusal};

/// How many events are kept to look at, the latest.
const KEPT_MAX: usize = 1_000;

#[derive(Default)]
pub struct LocalBus {
    told: Mutex<VecDeque<Value>>,
}

impl LocalBus {
    /// What was told, oldest first, in the shape in which a rule of EventBridge would get it.
    pub fn told(&self) -> Vec<Value> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Value>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Platforms for LocalBus {
    async fn call(&self, call: &PlatformCall) -> Outcome {
        let Operation::Announce(announcement) = &call.operation else {
            let reason = format!("the event bus takes no {}", call.operation.name());
            return Outcome::Failed(CallFailure::Refused { why: Refusal::Request, code: None, reason });
        };
        let event = json!({
            "source": SOURCE,
            "detail-type": announcement.what.as_str(),
            "time": announcement.happened_at.to_string(),
            "detail": detail(call, announcement),
        });
        let mut told = self.lock();
        told.push_back(event);
        while told.len() > KEPT_MAX {
            told.pop_front();
        }
        Outcome::Done(Receipt::default())
    }
}
