//! What every function does alike: records one by one, replies, settings, start-up.

pub mod batch;
pub mod hint_text;
pub mod http;
pub mod invocation;
pub mod settings;
pub mod start;
mod trust;
