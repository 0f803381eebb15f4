//! The promises of the port, one function each.

pub mod broadcasts;
pub mod campaigns;
pub mod commits;
pub mod dueness;
pub mod erasures;
pub mod inboxes;
pub mod installation;
pub mod operator;
pub mod timelines;
