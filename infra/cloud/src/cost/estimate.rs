//! What is used, times what it costs.

use std::collections::BTreeMap;

use super::load::Load;
use super::prices::{Item, Price};
use super::region::Region;
use super::usage::{Usage, usage, usage_idle};

/// Whether what AWS gives away each month is taken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Everything is paid.
    Paid,
    /// What is free for each account without end is free.
    AlwaysFree,
}

/// A line of the bill.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub usage: Usage,
    pub price: &'static Price,
    /// USD for `price.per` units in the Region that was asked for.
    pub unit_usd: f64,
    /// How much of the quantity is free.
    pub free: f64,
    /// Rounded up, so that the lines add up to the total as printed.
    pub cents: u64,
}

#[derive(Clone, Debug)]
pub struct Estimate {
    pub load: Load,
    pub region: Region,
    pub tier: Tier,
    pub lines: Vec<Line>,
    /// What a month costs in which no lead comes.
    pub idle_cents: u64,
}

impl Estimate {
    pub fn total_cents(&self) -> u64 {
        total(&self.lines)
    }

    pub fn usd_per_lead(&self) -> f64 {
        usd(self.total_cents()) / self.load.leads() as f64
    }
}

pub fn estimate(load: Load, region: Region, tier: Tier) -> Estimate {
    let lines = bill(usage(load), &region, tier);
    let idle_cents = total(&bill(usage_idle(), &region, tier));
    Estimate { load, region, tier, lines, idle_cents }
}

pub(super) fn usd(cents: u64) -> f64 {
    cents as f64 / 100.0
}

fn bill(used: Vec<Usage>, region: &Region, tier: Tier) -> Vec<Line> {
    // Two lines may draw on one allowance.
    let mut allowances: BTreeMap<Item, f64> = BTreeMap::new();
    let line = |usage: Usage| {
        let price = Price::of(usage.item);
        let given = if tier == Tier::AlwaysFree { price.free } else { 0.0 };
        let left = allowances.entry(usage.item).or_insert(given);
        let free = usage.quantity.min(*left);
        *left -= free;
        let unit_usd = price.usd_in(region);
        let cents = cents((usage.quantity - free) / price.per * unit_usd);
        Line { usage, price, unit_usd, free, cents }
    };
    used.into_iter().map(line).collect()
}

fn total(lines: &[Line]) -> u64 {
    lines.iter().map(|line| line.cents).sum()
}

fn cents(usd: f64) -> u64 {
    // A whole cent may come out of the multiplication a hair larger.
    (usd * 100.0 - 1e-9).ceil().max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(leads: u64, messages: u64, region: &str, tier: Tier) -> Estimate {
        let load = Load::new(leads, messages).expect("a load");
        estimate(load, Region::parse(region).expect("a Region"), tier)
    }

    fn cents_of(estimate: &Estimate) -> Vec<(&'static str, u64)> {
        estimate.lines.iter().map(|line| (line.usage.line, line.cents)).collect()
    }

    /// 10,000 leads with ten messages each in us-east-1, worked out by hand and rounded up to the cent.
    #[test]
    fn each_line_of_ten_thousand_leads_is_what_a_hand_works_out() {
        let expected = [
            ("table, writes", 76),                 // 1,213,200 at $0.625 a million: 75.8
            ("table, reads", 31),                  // 2,462,000 at $0.125 a million: 30.8
            ("table, kept after a year", 92),      // 3.662 GB at $0.25: 91.6
            ("table, recovery to any second", 74), // 3.662 GB at $0.20: 73.2
            ("functions, calls", 14),              // 679,200 at $0.20 a million: 13.6
            ("functions, compute", 26),            // 4,192 + 5,530 + 9,072 GB-s at $13.3334 a million: 25.1
            ("queues, hints", 16),                 // 386,400 at $0.40 a million: 15.5
            ("queues, asked while empty", 156),    // 3,888,000 at $0.40 a million: 155.5
            ("forms and webhooks", 32),            // 320,000 at $1 a million
            ("minute ticks", 26),                  // 259,200 at $1 a million: 25.9
            ("logs, written", 33),                 // 0.648 GB at $0.50: 32.4
            ("logs, kept a month", 2),             // 0.648 GB at $0.03: 1.9
            ("metrics", 270),                      // 9 at $0.30
            ("alarms", 240),                       // 24 at $0.10
            ("dashboard", 300),                    // 1 at $3
            ("secrets", 0),
        ];
        let paid = of(10_000, 10, "us-east-1", Tier::Paid);
        assert_eq!(cents_of(&paid), expected);
        assert_eq!(paid.total_cents(), expected.iter().map(|(_, cents)| cents).sum::<u64>());
    }

    #[test]
    fn what_is_always_free_is_taken_off_once() {
        let free = of(10_000, 10, "us-east-1", Tier::AlwaysFree);
        let cents: BTreeMap<_, _> = cents_of(&free).into_iter().collect();
        // The first line of the queues takes 386,400 of the million; 3,274,400 are left to pay.
        assert_eq!(cents["queues, hints"], 0);
        assert_eq!(cents["queues, asked while empty"], 131);
        // Ten of each are free.
        assert_eq!(cents["metrics"], 0);
        assert_eq!(cents["alarms"], 140);
        for line in [
            "dashboard",
            "minute ticks",
            "functions, calls",
            "functions, compute",
            "table, kept after a year",
        ] {
            assert_eq!(cents[line], 0, "{line}");
        }
        // Nothing is free of these.
        for line in ["table, writes", "table, reads", "table, recovery to any second", "forms and webhooks"] {
            assert!(cents[line] > 0, "{line}");
        }
    }

    #[test]
    fn more_leads_or_messages_never_make_a_line_cheaper() {
        let sizes = [1, 2, 10, 999, 1_000, 10_000, 123_456, 1_000_000, 10_000_000];
        let messages = [0, 1, 2, 10, 11, 100, 1_000];
        for tier in [Tier::Paid, Tier::AlwaysFree] {
            for region in ["us-east-1", "il-central-1"] {
                for pair in sizes.windows(2) {
                    for each in messages {
                        not_cheaper(&of(pair[0], each, region, tier), &of(pair[1], each, region, tier));
                    }
                }
                for pair in messages.windows(2) {
                    for leads in sizes {
                        not_cheaper(&of(leads, pair[0], region, tier), &of(leads, pair[1], region, tier));
                    }
                }
            }
        }
    }

    fn not_cheaper(less: &Estimate, more: &Estimate) {
        for (less_line, more_line) in less.lines.iter().zip(&more.lines) {
            assert!(
                less_line.cents <= more_line.cents,
                "{} of {:?} and {:?}",
                less_line.usage.line,
                less.load,
                more.load
            );
        }
        assert!(less.total_cents() <= more.total_cents());
        assert!(less.idle_cents <= less.total_cents());
    }

    #[test]
    fn the_total_is_the_sum_of_the_lines_at_every_size() {
        for (leads, messages) in [(1, 0), (7, 3), (1_000, 10), (10_000_000, 1_000)] {
            for tier in [Tier::Paid, Tier::AlwaysFree] {
                let estimate = of(leads, messages, "il-central-1", tier);
                let sum: u64 = estimate.lines.iter().map(|line| line.cents).sum();
                assert_eq!(estimate.total_cents(), sum);
                assert!((estimate.usd_per_lead() * leads as f64 - usd(sum)).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn another_region_is_dearer_by_the_stated_factor() {
        let (here, there) =
            (of(10_000, 10, "us-east-1", Tier::Paid), of(10_000, 10, "il-central-1", Tier::Paid));
        for (here, there) in here.lines.iter().zip(&there.lines) {
            assert!((there.unit_usd - here.unit_usd * 1.25).abs() < 1e-9, "{}", here.usage.line);
        }
    }

    #[test]
    fn a_line_is_rounded_up_to_the_cent() {
        let cases = [(0.0, 0), (0.000_1, 1), (0.01, 1), (0.010_1, 2), (3.6, 360), (0.29, 29)];
        for (usd, expected) in cases {
            assert_eq!(cents(usd), expected, "{usd}");
        }
    }
}
