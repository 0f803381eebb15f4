//! The embedded engine: DynamoDB's API on SQLite, inside this process and without a socket.
//!
//! The store talks to it with the official client, as it talks to the cloud; only the way a request travels is
//! another. The crate that does the work (`dynoxide-rs`) is young, so nothing else here knows it. Of tables and
//! their keys this crate knows nothing.

mod connector;
mod engine;
mod error;
mod folder;
mod operation;
mod repeats;
mod sweep;
mod worker;

pub use connector::Retries;
pub use engine::Engine;
pub use error::EngineError;
pub use operation::Answer;
