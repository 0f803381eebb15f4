//! Hints on SQS: standard queues, one a function and class. What is lost here is found by the tick.

use application::ports::{QUEUE_DELAY_MAX, Queue, QueueError};
use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{QueueAttributeName, SendMessageBatchRequestEntry};
use domain::event::Responder;
use domain::hint::Hint;
use domain::work::Class;
use jiff::SignedDuration;

use crate::lambda::hint_text;

/// SQS takes at most ten messages in one request.
const BATCH_MAX: usize = 10;

/// Which queue a hint belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum QueueName {
    LeadIntake,
    Comments,
    Tags,
    Messages,
    Conversation,
    Bulk,
}

impl QueueName {
    pub const ALL: [Self; 6] =
        [Self::LeadIntake, Self::Comments, Self::Tags, Self::Messages, Self::Conversation, Self::Bulk];

    pub fn of(hint: &Hint) -> Self {
        match hint {
            Hint::Inbox { responder: Responder::LeadIntake, .. } => Self::LeadIntake,
            Hint::Inbox { responder: Responder::Comment, .. } => Self::Comments,
            Hint::Inbox { responder: Responder::Tag, .. } => Self::Tags,
            Hint::Inbox { responder: Responder::Message, .. } => Self::Messages,
            Hint::Lead { class: Class::Conversation, .. } => Self::Conversation,
            Hint::Lead { class: Class::Bulk, .. } => Self::Bulk,
        }
    }
}

/// The queues of one installation, by their addresses in the order of [`QueueName::ALL`].
pub struct SqsQueue {
    client: Client,
    urls: [String; 6],
}

impl SqsQueue {
    pub fn new(client: Client, urls: [String; 6]) -> Self {
        Self { client, urls }
    }

    async fn send_batch(
        &self,
        queue: QueueName,
        batch: &[(&Hint, SignedDuration)],
    ) -> Result<(), QueueError> {
        let mut request = self.client.send_message_batch().queue_url(&self.urls[queue as usize]);
        for (index, (hint, delay)) in batch.iter().enumerate() {
            let entry = SendMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .message_body(hint_text::write(hint))
                .delay_seconds(whole_seconds(*delay))
                // On a standard queue the group only keeps one business from crowding out the others.
                .message_group_id(hint.business().as_str())
                .build()
                .map_err(|error| QueueError(error.to_string()))?;
            request = request.entries(entry);
        }
        let answer =
            request.send().await.map_err(|error| QueueError(error.into_service_error().to_string()))?;
        match answer.failed().first() {
            Some(failed) => Err(QueueError(format!("SQS refused a message: {}", failed.code()))),
            None => Ok(()),
        }
    }
}

/// Rounded up: a hint that comes early finds nothing to do.
fn whole_seconds(delay: SignedDuration) -> i32 {
    let millis = delay.clamp(SignedDuration::ZERO, QUEUE_DELAY_MAX).as_millis() as i32;
    (millis + 999) / 1_000
}

#[async_trait]
impl Queue for SqsQueue {
    async fn send(&self, hints: &[(Hint, SignedDuration)]) -> Result<(), QueueError> {
        let mut lost = Ok(());
        for queue in QueueName::ALL {
            let of_queue: Vec<(&Hint, SignedDuration)> = hints
                .iter()
                .filter(|(hint, _)| QueueName::of(hint) == queue)
                .map(|(hint, delay)| (hint, *delay))
                .collect();
            for batch in of_queue.chunks(BATCH_MAX) {
                // One batch that fails does not keep the others back.
                if let Err(error) = self.send_batch(queue, batch).await {
                    lost = Err(error);
                }
            }
        }
        lost
    }

    async fn depth(&self, class: Class) -> Result<u64, QueueError> {
        let queue = if class == Class::Bulk { QueueName::Bulk } else { QueueName::Conversation };
        let name = QueueAttributeName::ApproximateNumberOfMessages;
        let answer = self
            .client
            .get_queue_attributes()
            .queue_url(&self.urls[queue as usize])
            .attribute_names(name.clone())
            .send()
            .await
            .map_err(|error| QueueError(error.into_service_error().to_string()))?;
        let depth = answer.attributes().and_then(|all| all.get(&name)).and_then(|depth| depth.parse().ok());
        Ok(depth.unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_whole_seconds_rounded_up_and_bounded() {
        let cases = [(0, 0), (1, 1), (1_000, 1), (1_001, 2), (-5, 0), (3_600_000, 900)];
        for (millis, seconds) in cases {
            assert_eq!(whole_seconds(SignedDuration::from_millis(millis)), seconds, "{millis} ms");
        }
    }
}
