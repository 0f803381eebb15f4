//! What the table keeps, as it is written there: a type for each record with one conversion each way.
//!
//! Field names are short, since write units count by the kilobyte, and they stay: ours may improve while stored
//! ones do not move. Each body carries its format; a field that is missing has its default, one that is not
//! known is passed over, and a newer format is refused by name.

mod action;
mod broadcast;
mod campaign;
mod capture;
mod catch_up;
mod deal;
mod delivery;
mod erasure;
mod event;
mod format;
mod identity;
mod lead;
mod merges;
mod moment;
mod open_work;
mod person;
mod run;
mod said;
#[cfg(test)]
mod samples;
mod source;
mod task;
mod timeline;
mod words;

pub use broadcast::BroadcastItem;
pub use campaign::{CampaignItem, GrantItem, PaceItem};
pub use delivery::DeliveryItem;
pub use erasure::ErasedItem;
pub use event::EventItem;
pub use format::{Damaged, from_body, to_body};
pub use lead::LeadItem;
pub use moment::Moment;
pub use timeline::TimelineItem;
