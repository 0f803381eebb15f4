//! Platforms that record every call and answer as a test says.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use domain::call::{Listed, Operation, Outcome, PlatformCall, Receipt};
use domain::ids::PlatformMessageId;

use crate::ports::Platforms;

/// Answers in the order given; when they run out, each call is done and gets a number.
#[derive(Default)]
pub struct RecordedPlatforms {
    calls: Mutex<Vec<PlatformCall>>,
    answers: Mutex<VecDeque<Outcome>>,
    lists: Mutex<VecDeque<Outcome>>,
}

impl RecordedPlatforms {
    pub fn answer_next(&self, outcome: Outcome) {
        self.answers.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push_back(outcome);
    }

    /// What the next list tells. Lists are no calls of a lead: they are neither recorded nor answered with them.
    pub fn list_next(&self, outcome: Outcome) {
        self.lists.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push_back(outcome);
    }

    pub fn calls(&self) -> Vec<PlatformCall> {
        self.calls.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
}

#[async_trait]
impl Platforms for RecordedPlatforms {
    async fn call(&self, call: &PlatformCall) -> Outcome {
        if let Operation::List { .. } = call.operation {
            let listed = self.lists.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).pop_front();
            return listed.unwrap_or_else(|| Outcome::Listed(Listed::default()));
        }
        let number = {
            let mut calls = self.calls.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            calls.push(call.clone());
            calls.len()
        };
        let planned = self.answers.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).pop_front();
        planned.unwrap_or_else(|| {
            let id = Some(PlatformMessageId::new(format!("out-{number}")));
            Outcome::Done(Receipt { id, ..Receipt::default() })
        })
    }
}
