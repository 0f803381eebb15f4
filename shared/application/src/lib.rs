//! What Masa does, use case by use case: load, decide, commit, hint.
//!
//! The outside world is behind a port each ([`ports`]), with a twin in memory ([`in_memory`]). No vendor and no
//! SDK is known here. The commit is the truth; a queue carries hints only, and may lose all of them.

pub mod accept;
mod approved;
pub mod broadcasts;
pub mod campaigns;
pub mod catch_up;
pub mod commit;
pub mod decide_event;
pub mod deliver;
pub mod drain;
pub mod effect;
pub mod erase;
pub mod grants;
mod held;
pub mod in_memory;
pub mod known;
mod merge;
pub mod moving;
pub mod pace;
pub mod ports;
pub mod publish;
pub mod redrive;
pub mod release;
pub mod rescue;
mod roster;
pub mod scheduled;
pub mod sweep;
pub mod tasks;
pub mod timeline;
pub mod world;

pub use world::{WorkError, World};
