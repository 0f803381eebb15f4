//! Values of every shape: plain ones for stories, and random ones from a seed.

mod events;
mod leads;
mod plain;

pub use events::random_kind;
pub use leads::{random_lead, suppression};
pub use plain::*;
