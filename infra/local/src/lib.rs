//! The embedded stack: the functions that run on Lambda, in one process on one machine.
//!
//! The handlers, the use cases and the DynamoDB adapter are the ones of the cloud. What stands in for AWS is
//! here: the engine below the SDK, a queue in memory that may lose everything with the process, a ticker, and
//! HTTP routes. The sandbox stands in for Meta, unless a Graph API is named.

mod bus;
mod clock;
mod data;
mod functions;
mod mail;
mod moving;
mod publishing;
mod queue;
mod routes;
mod sandbox_link;
mod settings;
mod stack;
mod views;

pub use clock::LocalClock;
pub use settings::{ClockSetting, GraphSetting, LocalSettings, PlaybookFile, Secrets};
pub use stack::{Stack, StartError};
