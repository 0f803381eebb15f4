//! Chance from a seed (SplitMix64), so that every storm can be played again.

/// A stream of numbers. The same seed gives the same stream on every machine.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// Another stream, that of this seed and this purpose: what is drawn from one does not move the others.
    pub fn of(seed: u64, purpose: u64) -> Self {
        Self(mix(mix(seed) ^ mix(purpose.wrapping_add(1))))
    }

    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// Less than `end`, which is at least 1.
    pub fn below(&mut self, end: u64) -> u64 {
        self.number() % end
    }

    /// From `from` to less than `to`.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        from + self.below((to - from).max(1) as u64) as i64
    }

    /// True so many times in ten thousand.
    pub fn strikes(&mut self, in_ten_thousand: u32) -> bool {
        in_ten_thousand > 0 && self.below(10_000) < u64::from(in_ten_thousand)
    }

    pub fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    pub fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.index(from.len())]
    }
}

fn mix(seed: u64) -> u64 {
    let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
