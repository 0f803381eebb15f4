//! What the port `Store` promises, as one suite for every store: the one in memory and DynamoDB's adapter over
//! the embedded engine. What both keep, the use cases may rely on.
//!
//! [`promises`] holds one function for each promise; [`alike`] plays seeded random histories on two stores and
//! compares all that can be read. `tests/` runs them.

pub mod alike;
pub mod bench;
pub mod chance;
pub mod faults;
pub mod promises;
pub mod samples;
