//! A draw that anybody can check: the hash of a secret is published before, the secret after, and the winner
//! follows from the secret and the list.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::ids::LeadId;

/// How many winners one draw may have.
pub const WINNERS_MAX: u32 = 100;

#[derive(Clone, PartialEq, Eq)]
pub struct Draw {
    /// Secret until it is drawn.
    pub seed: [u8; 32],
    /// Set when the list is frozen and the winners are known.
    pub drawn_at: Option<Timestamp>,
    /// How many numbers took part.
    pub entrants: u32,
    /// The hash of the list, as it is published.
    pub list: String,
    /// The numbers that won, in the order in which they were drawn.
    pub winners: Vec<u32>,
}

impl std::fmt::Debug for Draw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Draw(at {:?}, {} entrants, winners {:?})", self.drawn_at, self.entrants, self.winners)
    }
}

impl Draw {
    pub fn committed(seed: [u8; 32]) -> Self {
        Self { seed, drawn_at: None, entrants: 0, list: String::new(), winners: Vec::new() }
    }

    /// What is published before: the SHA-256 of the seed, in hexadecimal digits.
    pub fn commitment(&self) -> String {
        hex(&Sha256::digest(self.seed))
    }

    /// What is published after.
    pub fn revealed(&self) -> String {
        hex(&self.seed)
    }

    /// Freezes the list and draws.
    pub fn drawn(self, entrants: &[(u32, LeadId)], winners: u32, now: Timestamp) -> Self {
        let list = list_hash(entrants);
        let winners = draw(&self.seed, &list, entrants, winners);
        Self { drawn_at: Some(now), entrants: entrants.len() as u32, list, winners, ..self }
    }
}

/// The list, a line for each number: `number,id` and a line feed, in the order of the numbers. Its SHA-256.
pub fn list_hash(entrants: &[(u32, LeadId)]) -> String {
    let mut hash = Sha256::new();
    for (number, lead) in entrants {
        hash.update(format!("{number},{lead}\n"));
    }
    hex(&hash.finalize())
}

/// The n-th draw is SHA-256 of `seed:list:n` (seed and list in hexadecimal digits), its first 16 digits as a
/// number, modulo how many are still in; those are in the order of the list. Who has won is out.
fn draw(seed: &[u8; 32], list: &str, entrants: &[(u32, LeadId)], winners: u32) -> Vec<u32> {
    let mut left: Vec<u32> = entrants.iter().map(|(number, _)| *number).collect();
    let mut drawn = Vec::new();
    for round in 1..=winners.min(WINNERS_MAX) {
        if left.is_empty() {
            break;
        }
        let digest = Sha256::digest(format!("{}:{list}:{round}", hex(seed)));
        let first = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        drawn.push(left.remove((first % left.len() as u64) as usize));
    }
    drawn
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entrants(count: u32) -> Vec<(u32, LeadId)> {
        (1..=count).map(|number| (number, LeadId::new(u128::from(number)))).collect()
    }

    #[test]
    fn the_winners_follow_from_the_seed_and_the_list() {
        let drawn = Draw::committed([7; 32]).drawn(&entrants(50), 3, Timestamp::UNIX_EPOCH);
        let again = Draw::committed([7; 32]).drawn(&entrants(50), 3, Timestamp::UNIX_EPOCH);
        assert_eq!(drawn, again);
        assert_eq!(drawn.winners.len(), 3);
        let different: std::collections::BTreeSet<_> = drawn.winners.iter().collect();
        assert_eq!(different.len(), 3, "nobody wins twice");
        let other = Draw::committed([7; 32]).drawn(&entrants(51), 3, Timestamp::UNIX_EPOCH);
        assert_ne!(drawn.list, other.list);
    }

    #[test]
    fn what_is_published_fits_what_is_revealed() {
        let draw = Draw::committed([1; 32]);
        assert_eq!(draw.revealed(), "01".repeat(32));
        // sha256sum of 32 bytes of 1.
        assert_eq!(draw.commitment(), "72cd6e8422c407fb6d098690f1130b7ded7ec2f7f5e1d30bd9d521f015363793");
    }

    #[test]
    fn there_are_no_more_winners_than_entrants_and_none_of_none() {
        let winners =
            |count| Draw::committed([2; 32]).drawn(&entrants(count), 5, Timestamp::UNIX_EPOCH).winners;
        assert_eq!(winners(2).len(), 2);
        assert!(winners(0).is_empty());
    }

    #[test]
    fn each_number_wins_about_as_often() {
        let mut wins = [0_u32; 10];
        for seed in 0..2_000_u32 {
            let mut bytes = [0; 32];
            bytes[..4].copy_from_slice(&seed.to_be_bytes());
            let drawn = Draw::committed(bytes).drawn(&entrants(10), 1, Timestamp::UNIX_EPOCH);
            wins[drawn.winners[0] as usize - 1] += 1;
        }
        assert!(wins.iter().all(|wins| (150..=250).contains(wins)), "{wins:?}");
    }
}
