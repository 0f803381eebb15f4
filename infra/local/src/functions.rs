//! The functions as the process runs them: workers take hints and hand them over as Lambda would.

use std::sync::Arc;

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use jiff::SignedDuration;
use shared::adapters::sqs::QueueName;
use shared::application::World;
use shared::application::ports::{Platforms, Queue};
use shared::application::sweep::sweep_on_new_queue;
use shared::application::{broadcasts, catch_up};
use shared::domain::hint::Hint;
use shared::lambda::hint_text;
use tokio::task::JoinSet;

use crate::queue::LocalQueue;

/// Conversation has workers of its own, so that a campaign never keeps an answer waiting.
const CONVERSATION_WORKERS: usize = 12;
const BULK_WORKERS: usize = 4;

const CONVERSATION: [QueueName; 5] = [
    QueueName::Messages,
    QueueName::Conversation,
    QueueName::LeadIntake,
    QueueName::Comments,
    QueueName::Tags,
];
const BULK: [QueueName; 1] = [QueueName::Bulk];

/// What could not be recorded comes again after this, as SQS would bring it.
const REDELIVERY: SignedDuration = SignedDuration::from_secs(5);

pub struct Functions {
    pub world: Arc<World>,
    pub platforms: Arc<dyn Platforms>,
    pub queue: Arc<LocalQueue>,
}

impl Functions {
    pub fn spawn_workers(self: &Arc<Self>, tasks: &mut JoinSet<()>) {
        for _ in 0..CONVERSATION_WORKERS {
            tasks.spawn(Arc::clone(self).work(&CONVERSATION));
        }
        for _ in 0..BULK_WORKERS {
            tasks.spawn(Arc::clone(self).work(&BULK));
        }
    }

    async fn work(self: Arc<Self>, queues: &'static [QueueName]) {
        loop {
            let hint = self.queue.take(queues).await;
            if !self.invoke(&hint).await {
                // A queue that cannot keep it loses nothing: the tick finds the work.
                let _ = self.queue.send(&[(hint, REDELIVERY)]).await;
            }
            self.queue.done();
        }
    }

    /// Calls the hint's function with a batch of one. Whether it was worked off.
    async fn invoke(&self, hint: &Hint) -> bool {
        let event = batch_of(hint);
        let response = match QueueName::of(hint) {
            QueueName::LeadIntake => lead_intake::handle_sqs(&self.world, event).await,
            QueueName::Comments => comment_responder::handle(&self.world, event).await,
            QueueName::Tags => tag_responder::handle(&self.world, event).await,
            QueueName::Messages => message_responder::handle(&self.world, event).await,
            QueueName::Conversation | QueueName::Bulk => {
                sender::handle(&self.world, self.platforms.as_ref(), event).await
            }
        };
        response.batch_item_failures.is_empty()
    }

    /// Fills the queue of a new process with what the one before may have had in its own.
    pub async fn refill(&self) {
        if let Err(error) = sweep_on_new_queue(&self.world).await {
            tracing::error!(%error, "the queue was not refilled; the next ticks find the work");
        }
    }

    /// One tick of the schedule, for every function that it wakes.
    pub async fn tick(&self) {
        self.sweep().await;
        self.rescue().await;
    }

    /// The dispatcher's part of a tick.
    pub async fn sweep(&self) {
        if let Err(error) = followup_dispatcher::handle(&self.world).await {
            tracing::error!(%error, "the sweep failed; the next tick tries again");
        }
    }

    /// The sender's part of it: broadcasts, and what no webhook brought.
    pub async fn go_on(&self) {
        if let Err(error) = broadcasts::go_on(&self.world).await {
            tracing::error!(%error, "the broadcasts did not go on; the next tick tries again");
        }
        // A page after the other is read within the tick; what is over one tick's worth is left to the next.
        if let Err(error) = catch_up::go_on(&self.world, self.platforms.as_ref()).await {
            tracing::error!(%error, "what may have been missed was not read; the next tick tries again");
        }
    }

    /// The other functions' part of it: what the queue may have lost.
    async fn rescue(&self) {
        let world = &self.world;
        let rescued = [
            lead_intake::handle_tick(world).await,
            comment_responder::handle_tick(world).await,
            tag_responder::handle_tick(world).await,
            message_responder::handle_tick(world).await,
            sender::handle_tick(world, self.platforms.as_ref()).await,
        ];
        for error in rescued.into_iter().filter_map(Result::err) {
            tracing::error!(%error, "what the queue may have lost was not looked for; the next tick tries again");
        }
    }

    /// Ticks every minute of the machine's clock, and hands over delayed hints at their moment.
    pub fn spawn_ticker(self: &Arc<Self>, tasks: &mut JoinSet<()>) {
        let functions = Arc::clone(self);
        tasks.spawn(async move {
            let mut minutes = tokio::time::interval(std::time::Duration::from_secs(60));
            loop {
                minutes.tick().await;
                functions.tick().await;
            }
        });
        let functions = Arc::clone(self);
        tasks.spawn(async move {
            loop {
                let now = functions.world.clock.now();
                let next = functions.queue.next_delayed();
                let wait = next.map_or(SignedDuration::from_hours(1), |at| at.duration_since(now));
                let wait = std::time::Duration::try_from(wait).unwrap_or_default();
                // Whichever comes first: the moment, or word of an earlier one.
                let _ = tokio::time::timeout(wait, functions.queue.delayed_changed()).await;
                functions.queue.release_due();
            }
        });
    }
}

fn batch_of(hint: &Hint) -> SqsEvent {
    let mut record = SqsMessage::default();
    record.message_id = Some("local".to_owned());
    record.body = Some(hint_text::write(hint));
    let mut event = SqsEvent::default();
    event.records.push(record);
    event
}
