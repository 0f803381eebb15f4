//! The ports made real. The only place that knows a vendor.

pub mod announcement;
pub mod dynamodb;
pub mod emf;
pub mod eventbridge;
pub mod graph;
pub mod mail;
pub mod outside;
pub mod sqs;
pub mod ssm;
pub mod stored_playbooks;
pub mod system;
