//! The ports made real. The only place that knows a vendor.

pub mod dynamodb;
pub mod emf;
pub mod graph;
pub mod sqs;
pub mod ssm;
pub mod stored_playbooks;
pub mod system;
