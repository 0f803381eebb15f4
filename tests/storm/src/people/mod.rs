//! What enters: businesses, people, and what they do, all of it from a seed.

pub mod acts;
pub mod businesses;
pub mod plan;
pub mod webhooks;
