//! What a month of Masa on AWS costs, by line: what the product does for a lead, times AWS's prices.
//!
//! Pure arithmetic. It asks AWS nothing, and leaves to Meta what Meta bills: WhatsApp's templates.

mod estimate;
mod json;
mod load;
mod prices;
mod region;
mod report;
mod usage;

pub use estimate::{Estimate, Line, Tier, estimate};
pub use json::to_json;
pub use load::{InvalidLoad, LEADS_MAX, Load, MESSAGES_MAX};
pub use prices::{Item, PRICED_ON, PRICES, Price, Sure};
pub use region::{InvalidRegion, Region};
pub use usage::{
    ALARMS, DASHBOARDS, METRICS, NOT_COUNTED, NotCounted, QUEUES, TICKED_FUNCTIONS, Usage, usage,
};
