//! Where ids come from: a counter within the step (the act or call) that makes them, and digests of what they name.
//! Ids hang on their own step only, so that a journal whose lines are partly refused today gives the others the same ids.

use sha2::{Digest, Sha256};

/// Ids that one step can make.
const NUMBERS_PER_STEP: u64 = 1000;

/// The counter of the step that is being done.
#[derive(Default)]
pub(crate) struct Numbers {
    step: u64,
    used: u64,
}

impl Numbers {
    pub(crate) fn begin(&mut self, step: u64) {
        *self = Self { step, used: 0 };
    }

    /// A number that nothing else in this world has.
    pub(crate) fn next(&mut self) -> u64 {
        assert!(self.used < NUMBERS_PER_STEP, "a step makes a handful of ids, never {NUMBERS_PER_STEP}");
        self.used += 1;
        self.step * NUMBERS_PER_STEP + self.used
    }
}

/// `length` (at most 18) decimal digits that always belong to `seed`.
pub(crate) fn digits(seed: &str, length: u32) -> String {
    let value = number(seed) % 10_u64.pow(length);
    format!("{value:0length$}", length = length as usize)
}

/// A coin that always falls the same way for `seed`.
pub(crate) fn coin(seed: &str) -> bool {
    number(seed).is_multiple_of(2)
}

fn number(seed: &str) -> u64 {
    let digest = Sha256::digest(seed.as_bytes());
    u64::from_be_bytes(std::array::from_fn(|index| digest[index]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_never_given_twice() {
        let mut numbers = Numbers::default();
        numbers.begin(1);
        let (first, second) = (numbers.next(), numbers.next());
        numbers.begin(2);
        assert_eq!([first, second, numbers.next()], [1001, 1002, 2001]);
    }

    #[test]
    fn digits_keep_their_length() {
        assert_eq!(digits("a", 7).len(), 7);
        assert_eq!(digits("a", 7), digits("a", 7));
        assert_ne!(digits("a", 7), digits("b", 7));
    }
}
