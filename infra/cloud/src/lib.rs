//! Masa on AWS: what it costs, and what has to be ready before it works.

pub mod cost;
pub mod readiness;
