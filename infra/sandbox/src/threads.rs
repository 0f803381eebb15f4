//! Conversations: who wrote when, and what the platforms derive from it. Which rule refuses what is decided in `graph`.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::{Channel, Message, Side, limits};

/// A conversation of a person with a business on a channel. The order of the fields makes a person's conversations neighbours.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ThreadKey {
    pub(crate) person: usize,
    pub(crate) business: usize,
    pub(crate) channel: Channel,
}

/// One conversation.
#[derive(Default)]
pub(crate) struct Thread {
    pub(crate) messages: VecDeque<Message>,
    /// The person wrote or pressed last at this moment.
    pub(crate) inbound_at: Option<Timestamp>,
    /// The person wants no marketing from this number (WhatsApp).
    pub(crate) marketing_stopped: bool,
    /// The person has blocked the business.
    pub(crate) blocked: bool,
    /// When the latest accepted messages went out, for the pair limit.
    pub(crate) sends: VecDeque<Timestamp>,
}

impl Thread {
    pub(crate) fn add(&mut self, message: Message) {
        if message.from == Side::Person {
            self.inbound_at = Some(message.at);
        }
        self.messages.push_back(message);
        if self.messages.len() > limits::THREAD_MESSAGES_MAX {
            self.messages.pop_front();
        }
    }

    /// Whether the person has written within `window` before `now`.
    pub(crate) fn open(&self, now: Timestamp, window: SignedDuration) -> bool {
        self.inbound_at.is_some_and(|at| now.duration_since(at) <= window)
    }

    /// How many messages went out within `span` before `now`.
    pub(crate) fn sends_within(&self, now: Timestamp, span: SignedDuration) -> usize {
        self.sends.iter().filter(|at| now.duration_since(**at) < span).count()
    }

    pub(crate) fn count_send(&mut self, now: Timestamp, kept_max: usize) {
        self.sends.push_back(now);
        if self.sends.len() > kept_max {
            self.sends.pop_front();
        }
    }
}

/// All conversations.
#[derive(Default)]
pub(crate) struct Threads(BTreeMap<ThreadKey, Thread>);

impl Threads {
    pub(crate) fn get(&self, key: ThreadKey) -> Option<&Thread> {
        self.0.get(&key)
    }

    pub(crate) fn get_mut(&mut self, key: ThreadKey) -> &mut Thread {
        self.0.entry(key).or_default()
    }

    /// A person's conversations, by business and channel.
    pub(crate) fn of_person(&self, person: usize) -> impl Iterator<Item = (&ThreadKey, &Thread)> {
        let first = ThreadKey { person, business: 0, channel: Channel::Facebook };
        self.0.range(first..).take_while(move |(key, _)| key.person == person)
    }
}
