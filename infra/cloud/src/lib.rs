//! Masa on AWS: what it costs.

pub mod cost;
