//! AWS's prices, in one table with its date. What is not in it is not counted.

use super::region::Region;

/// The day on which the table was gathered, from stored copies of the pages that each price names.
pub const PRICED_ON: &str = "2026-11-24";

/// The Region that the table is for.
pub const PRICED_REGION: &str = "us-east-1";

/// No price of il-central-1 was found. Other Regions can be 10 to 25 % dearer (seen, cloudburn.io on CloudWatch,
/// February 2026), so each of them counts with the upper end.
pub const ELSEWHERE_FACTOR: f64 = 1.25;

const MILLION: f64 = 1_000_000.0;

/// What AWS bills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    TableWrites,
    TableReads,
    TableStorage,
    TableRecovery,
    FunctionCalls,
    FunctionCompute,
    QueueRequests,
    WebRequests,
    Ticks,
    LogsWritten,
    LogsKept,
    Metrics,
    Alarms,
    Dashboards,
    Parameters,
}

/// How sure a price is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sure {
    /// Read on a stored page: which one.
    Seen(&'static str),
    /// From memory; no page was found that says it.
    Unconfirmed,
}

#[derive(Clone, Copy, Debug)]
pub struct Price {
    pub item: Item,
    pub what: &'static str,
    pub unit: &'static str,
    /// USD for `per` units in us-east-1.
    pub usd: f64,
    pub per: f64,
    /// USD for `per` units in il-central-1, where it is known.
    pub usd_il_central_1: Option<f64>,
    pub sure: Sure,
    /// What AWS gives every account each month, as long as it lasts. New accounts of after July 2025 have other
    /// rules that were not established.
    pub free: f64,
}

impl Price {
    pub fn of(item: Item) -> &'static Self {
        &PRICES[item as usize]
    }

    /// USD for `per` units.
    pub fn usd_in(&self, region: &Region) -> f64 {
        match (region.as_str(), self.usd_il_central_1) {
            (PRICED_REGION, _) => self.usd,
            ("il-central-1", Some(usd)) => usd,
            _ => self.usd * ELSEWHERE_FACTOR,
        }
    }
}

/// In the order of [`Item`].
pub const PRICES: [Price; 15] = [
    Price {
        item: Item::TableWrites,
        what: "DynamoDB on demand, writes of 1 KB",
        unit: "write units",
        usd: 0.625,
        per: MILLION,
        usd_il_central_1: None,
        sure: Sure::Seen("airbyte.com and jusdb.com, as of November 2024"),
        free: 0.0,
    },
    Price {
        item: Item::TableReads,
        what: "DynamoDB on demand, reads of 4 KB",
        unit: "read units",
        usd: 0.125,
        per: MILLION,
        usd_il_central_1: None,
        sure: Sure::Seen("airbyte.com and jusdb.com, as of November 2024"),
        free: 0.0,
    },
    Price {
        item: Item::TableStorage,
        what: "DynamoDB, standard storage",
        unit: "GB-months",
        usd: 0.25,
        per: 1.0,
        usd_il_central_1: None,
        sure: Sure::Unconfirmed,
        free: 25.0,
    },
    Price {
        item: Item::TableRecovery,
        what: "DynamoDB, point-in-time recovery",
        unit: "GB-months",
        usd: 0.20,
        per: 1.0,
        usd_il_central_1: None,
        sure: Sure::Unconfirmed,
        free: 0.0,
    },
    Price {
        item: Item::FunctionCalls,
        what: "Lambda, requests",
        unit: "calls",
        usd: 0.20,
        per: MILLION,
        usd_il_central_1: None,
        sure: Sure::Seen("aws.amazon.com/lambda/pricing"),
        free: MILLION,
    },
    Price {
        item: Item::FunctionCompute,
        what: "Lambda, time times memory on arm64",
        unit: "GB-seconds",
        usd: 13.3334,
        per: MILLION,
        usd_il_central_1: None,
        sure: Sure::Unconfirmed,
        free: 400_000.0,
    },
    Price {
        item: Item::QueueRequests,
        what: "SQS, requests to standard queues",
        unit: "requests",
        usd: 0.40,
        per: MILLION,
        usd_il_central_1: None,
        sure: Sure::Seen("unanswered.io and okulbida.com on SQS"),
        free: MILLION,
    },
    Price {
        item: Item::WebRequests,
        what: "API Gateway, HTTP API",
        unit: "requests",
        usd: 1.00,
        per: MILLION,
        usd_il_central_1: None,
        sure: Sure::Unconfirmed,
        free: 0.0,
    },
    Price {
        item: Item::Ticks,
        what: "EventBridge Scheduler, invocations",
        unit: "ticks",
        usd: 1.00,
        per: MILLION,
        usd_il_central_1: None,
        sure: Sure::Seen("cloudburn.io, March 2026; awsnegotiations.com, May 2026"),
        free: 14.0 * MILLION,
    },
    Price {
        item: Item::LogsWritten,
        what: "CloudWatch Logs, written",
        unit: "GB",
        usd: 0.50,
        per: 1.0,
        usd_il_central_1: None,
        sure: Sure::Seen("aws.amazon.com/cloudwatch/pricing; signoz.io, February 2026"),
        free: 0.0,
    },
    Price {
        item: Item::LogsKept,
        what: "CloudWatch Logs, kept",
        unit: "GB-months",
        usd: 0.03,
        per: 1.0,
        usd_il_central_1: None,
        sure: Sure::Unconfirmed,
        free: 0.0,
    },
    Price {
        item: Item::Metrics,
        what: "CloudWatch, custom metrics",
        unit: "metrics",
        usd: 0.30,
        per: 1.0,
        usd_il_central_1: None,
        sure: Sure::Seen("aws.amazon.com/cloudwatch/pricing; signoz.io, February 2026"),
        free: 10.0,
    },
    Price {
        item: Item::Alarms,
        what: "CloudWatch, alarms",
        unit: "alarms",
        usd: 0.10,
        per: 1.0,
        usd_il_central_1: None,
        sure: Sure::Seen("aws.amazon.com/cloudwatch/pricing; signoz.io, February 2026"),
        free: 10.0,
    },
    Price {
        item: Item::Dashboards,
        what: "CloudWatch, dashboards",
        unit: "dashboards",
        usd: 3.00,
        per: 1.0,
        usd_il_central_1: None,
        sure: Sure::Seen("aws.amazon.com/cloudwatch/pricing; signoz.io, February 2026"),
        free: 3.0,
    },
    Price {
        item: Item::Parameters,
        what: "SSM, standard parameters",
        unit: "parameters",
        usd: 0.0,
        per: 1.0,
        usd_il_central_1: None,
        sure: Sure::Seen("stevekinney.com on Parameter Store"),
        free: 0.0,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_finds_its_own_price() {
        for (index, price) in PRICES.iter().enumerate() {
            assert_eq!(price.item as usize, index, "{}", price.what);
            assert_eq!(Price::of(price.item).what, price.what);
        }
    }

    #[test]
    fn a_region_without_a_price_of_its_own_counts_with_the_upper_end() {
        let usd = |price: &Price, region| price.usd_in(&Region::parse(region).expect("a Region"));
        let unknown = *Price::of(Item::TableWrites);
        assert_eq!(usd(&unknown, "us-east-1"), 0.625);
        assert_eq!(usd(&unknown, "il-central-1"), 0.781_25);
        assert_eq!(usd(&unknown, "eu-central-1"), 0.781_25);
        let known = Price { usd_il_central_1: Some(0.7), ..unknown };
        assert_eq!(usd(&known, "il-central-1"), 0.7);
        assert_eq!(usd(&known, "eu-central-1"), 0.781_25);
    }
}
