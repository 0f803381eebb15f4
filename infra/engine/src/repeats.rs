//! Transactions that the SDK repeats because their answer was lost: they are answered, and not done again.
//!
//! The crate below does this, too, and looks through all tokens of ten minutes at each transaction, which in a burst takes
//! longer than the transaction. A repeat comes within seconds.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, VecDeque};
use std::hash::{Hash, Hasher};

/// How many transactions are remembered: more than are under way at any time.
const REMEMBERED_MAX: usize = 4_096;

/// What was answered to a transaction that was done, by its token.
#[derive(Debug, Default)]
pub struct Repeats {
    done: BTreeMap<String, Done>,
    order: VecDeque<String>,
}

#[derive(Debug)]
struct Done {
    request: u64,
    answer: String,
}

/// What is known of a token.
#[derive(Debug, PartialEq, Eq)]
pub enum Known {
    New,
    Answered(String),
    /// The token came with another request.
    OfAnother,
}

impl Repeats {
    pub fn look(&self, token: &str, request: &[u8]) -> Known {
        match self.done.get(token) {
            None => Known::New,
            Some(done) if done.request == hash(request) => Known::Answered(done.answer.clone()),
            Some(_) => Known::OfAnother,
        }
    }

    pub fn remember(&mut self, token: String, request: &[u8], answer: String) {
        self.done.insert(token.clone(), Done { request: hash(request), answer });
        self.order.push_back(token);
        if self.order.len() > REMEMBERED_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.done.remove(&oldest);
        }
    }
}

fn hash(request: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    request.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_is_answered_as_before_and_the_oldest_are_forgotten() {
        let mut repeats = Repeats::default();
        assert_eq!(repeats.look("1", b"put"), Known::New);
        repeats.remember("1".into(), b"put", "{}".into());
        assert_eq!(repeats.look("1", b"put"), Known::Answered("{}".into()));
        assert_eq!(repeats.look("1", b"take"), Known::OfAnother);
        for number in 2..=REMEMBERED_MAX + 1 {
            repeats.remember(number.to_string(), b"put", "{}".into());
        }
        assert_eq!(repeats.look("1", b"put"), Known::New);
        assert_eq!(repeats.look("2", b"put"), Known::Answered("{}".into()));
        assert_eq!((repeats.done.len(), repeats.order.len()), (REMEMBERED_MAX, REMEMBERED_MAX));
    }
}
