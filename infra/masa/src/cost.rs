//! `masa cost`: what a month on AWS costs.

use cloud::cost::{Load, Region, Tier, estimate, to_json};

use crate::Refusal;
use crate::arguments::Cost;

pub fn cost(cost: &Cost) -> Result<(), Refusal> {
    let load = Load::new(cost.leads, cost.messages)?;
    let region = Region::parse(&cost.region)?;
    let tier = if cost.free_tier { Tier::AlwaysFree } else { Tier::Paid };
    let estimate = estimate(load, region, tier);
    if cost.json {
        println!("{:#}", to_json(&estimate));
    } else {
        print!("{estimate}");
    }
    Ok(())
}
