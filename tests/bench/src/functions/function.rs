//! Six of the functions (`tag-responder` is made as `comment-responder` is), and how each comes by its events: what a
//! function before it has left in the table and the queues is what the next one works on.

use std::path::Path;

use serde_json::Value;

use super::aws::Aws;
use super::bootstrap::{Bootstrap, Program};
use super::environment::environment;
use super::events::{self, is_done};
use crate::Failure;

/// How many people have written when the tick comes.
const WAITING: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    Webhook,
    LeadIntake,
    CommentResponder,
    MessageResponder,
    FollowupDispatcher,
    Sender,
}

impl Function {
    pub const ALL: [Self; 6] = [
        Self::Webhook,
        Self::LeadIntake,
        Self::CommentResponder,
        Self::MessageResponder,
        Self::FollowupDispatcher,
        Self::Sender,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::LeadIntake => "lead-intake",
            Self::CommentResponder => "comment-responder",
            Self::MessageResponder => "message-responder",
            Self::FollowupDispatcher => "followup-dispatcher",
            Self::Sender => "sender",
        }
    }

    /// What one event of it is, for a table.
    pub fn event(self) -> &'static str {
        match self {
            Self::Webhook => "a comment",
            Self::LeadIntake => "a form",
            Self::CommentResponder => "a comment's hint",
            Self::MessageResponder => "a message's hint",
            Self::FollowupDispatcher => "a tick",
            Self::Sender => "a welcome",
        }
    }
}

/// Where the events of a run come from.
pub struct Stage<'s> {
    pub aws: &'s Aws,
    pub graph_port: u16,
    pub programs: Option<&'s Path>,
}

impl Stage<'_> {
    pub async fn spawn(&self, function: Function) -> Result<Bootstrap, Failure> {
        let program = Program::find(function.name(), self.programs)?;
        Bootstrap::spawn(&program, &environment(self.aws, self.graph_port)).await
    }

    /// `count` events, each with work to do.
    pub async fn events(&self, function: Function, count: usize) -> Result<Vec<Value>, Failure> {
        match function {
            Function::Webhook => (0..count).map(events::comment).collect(),
            Function::LeadIntake => (0..count).map(events::form).collect(),
            Function::CommentResponder => {
                self.feed(Function::Webhook, count, events::comment).await?;
                self.hints("comments", "comment-responder/inbox-hint.json", count)
            }
            Function::MessageResponder => {
                self.feed(Function::Webhook, count, events::message).await?;
                self.hints("messages", "message-responder/inbox-hint.json", count)
            }
            Function::FollowupDispatcher => {
                self.feed(Function::Webhook, WAITING, events::comment).await?;
                (0..count).map(|_| events::file("followup-dispatcher/tick.json")).collect()
            }
            Function::Sender => {
                self.feed(Function::LeadIntake, count, events::form).await?;
                self.hints("conversation", "sender/lead-hint.json", count)
            }
        }
    }

    async fn feed(
        &self,
        function: Function,
        count: usize,
        event: fn(usize) -> Result<Value, Failure>,
    ) -> Result<(), Failure> {
        let mut bootstrap = self.spawn(function).await?;
        for number in 0..count {
            let (answer, _) = bootstrap.invoke(event(number)?).await?;
            if !is_done(&answer) {
                return Err(format!("{} did not take an event: {answer}", function.name()).into());
            }
        }
        Ok(())
    }

    fn hints(&self, queue: &str, file: &str, count: usize) -> Result<Vec<Value>, Failure> {
        let hint = |_| match self.aws.take_message(queue) {
            Some(message) => events::of_queue(file, message),
            None => Err(format!("the queue {queue} has less than {count} hints").into()),
        };
        (0..count).map(hint).collect()
    }
}
