//! What falls to a person by lot, and stays: the way of a split, and who is held out of a journey.

use crate::ids::LeadId;
use crate::retry::scramble;

/// A number for this person in this matter, the same every time.
pub fn lot(lead: LeadId, matter: &str) -> u64 {
    lead.to_string().bytes().chain(matter.bytes()).fold(0, |mixed, byte| scramble(mixed ^ u64::from(byte)))
}

/// Which of the shares it falls to. Without any share, the first.
pub fn draw(lot: u64, shares: impl IntoIterator<Item = u32> + Clone) -> usize {
    let all: u64 = shares.clone().into_iter().map(u64::from).sum();
    let mut drawn = lot % all.max(1);
    for (index, share) in shares.into_iter().enumerate() {
        match drawn.checked_sub(u64::from(share)) {
            Some(rest) => drawn = rest,
            None => return index,
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_one_lot_and_the_shares_are_kept() {
        let drawn = |shares: [u32; 3]| {
            let mut counts = [0; 3];
            for lead in 0..3_000 {
                let lot = lot(LeadId::new(lead), "split");
                assert_eq!(lot, super::lot(LeadId::new(lead), "split"));
                counts[draw(lot, shares)] += 1;
            }
            counts
        };
        let [a, b, c] = drawn([1, 2, 0]);
        assert!((900..1_100).contains(&a) && (1_900..2_100).contains(&b) && c == 0, "{a} {b} {c}");
        assert_eq!(drawn([0, 0, 0]), [3_000, 0, 0]);
        assert_ne!(lot(LeadId::new(1), "split"), lot(LeadId::new(1), "other"));
    }
}
