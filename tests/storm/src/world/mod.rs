//! The world around the product: time, weather, a table, queues and platforms, all of them from one seed.

pub mod calls;
pub mod executor;
pub mod index;
pub mod log;
pub mod meta;
pub mod queue;
pub mod rulebook;
pub mod store;
pub mod timers;
pub mod weather;
