//! The least, the middle and the most of what was measured.

use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    min: f64,
    median: f64,
    max: f64,
}

impl Spread {
    /// Of nothing it is zero.
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |place: usize| values.get(place).copied().unwrap_or_default();
        Self { min: at(0), median: at(values.len() / 2), max: at(values.len().saturating_sub(1)) }
    }

    pub fn text(self) -> String {
        format!("{:.2} ({:.2}–{:.2})", self.median, self.min, self.max)
    }

    pub fn json(self) -> Value {
        let rounded = |value: f64| (value * 1_000.0).round() / 1_000.0;
        json!({ "min": rounded(self.min), "median": rounded(self.median), "max": rounded(self.max) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_a_value_that_was_measured() {
        let spread = Spread::of(vec![9.0, 1.0, 2.0, 5.0]);
        assert_eq!(spread, Spread { min: 1.0, median: 5.0, max: 9.0 });
        assert_eq!(Spread::of(Vec::new()).median, 0.0);
        assert_eq!(spread.text(), "5.00 (1.00–9.00)");
    }
}
