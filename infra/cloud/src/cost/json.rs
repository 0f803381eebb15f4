//! The estimate for programs.

use serde_json::{Value, json};

use super::estimate::{Estimate, Line, Tier, usd};
use super::prices::{PRICED_ON, Sure};
use super::usage::NOT_COUNTED;

pub fn to_json(estimate: &Estimate) -> Value {
    let not_counted: Vec<Value> =
        NOT_COUNTED.iter().map(|left_out| json!({ "what": left_out.what, "why": left_out.why })).collect();
    json!({
        "priced_on": PRICED_ON,
        "region": estimate.region.as_str(),
        "leads": estimate.load.leads(),
        "messages_per_lead": estimate.load.messages(),
        "free_tier": estimate.tier == Tier::AlwaysFree,
        "lines": estimate.lines.iter().map(line_to_json).collect::<Vec<_>>(),
        "total_usd": usd(estimate.total_cents()),
        "idle_usd": usd(estimate.idle_cents),
        "per_lead_usd": estimate.usd_per_lead(),
        "not_counted": not_counted,
    })
}

fn line_to_json(line: &Line) -> Value {
    json!({
        "line": line.usage.line,
        "what": line.price.what,
        "quantity": line.usage.quantity,
        "free": line.free,
        "unit": line.price.unit,
        "unit_price_usd": line.unit_usd,
        "unit_price_per": line.price.per,
        "amount_usd": usd(line.cents),
        "seen_on": match line.price.sure {
            Sure::Seen(page) => Some(page),
            Sure::Unconfirmed => None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Load, Region, estimate};
    use super::*;

    #[test]
    fn a_program_reads_the_lines_that_people_read() {
        let region = Region::parse("il-central-1").expect("a Region");
        let estimate = estimate(Load::new(1_000, 10).expect("a load"), region, Tier::Paid);
        let read: Value = serde_json::from_str(&to_json(&estimate).to_string()).expect("it is JSON");
        let lines = read["lines"].as_array().expect("lines");
        assert_eq!(lines.len(), estimate.lines.len());
        let cents = |value: &Value| (value.as_f64().expect("a number") * 100.0).round() as u64;
        let sum: u64 = lines.iter().map(|line| cents(&line["amount_usd"])).sum();
        assert_eq!(sum, estimate.total_cents());
        assert_eq!(cents(&read["total_usd"]), sum);
        assert_eq!(lines[0]["quantity"], 160_200.0);
        assert_eq!(lines[2]["seen_on"], Value::Null);
    }
}
