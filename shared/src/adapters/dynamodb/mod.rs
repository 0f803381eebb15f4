//! The store on DynamoDB: one table, three indexes, and nothing that scans.
//!
//! [`keys`] holds every key, [`items`] every body, [`requests`] every call; the rest says which of them make up
//! each promise of the port. What the promises are, `application`'s store in memory says most plainly, and
//! `tests/contract` holds both to them.

mod attention;
mod broadcasts;
mod campaigns;
mod commit;
mod condition;
mod deliveries;
mod due;
mod erase;
mod errors;
mod inbox;
mod installation;
pub mod items;
mod keys;
mod leads;
mod meter;
mod names;
mod packing;
mod playbooks;
mod query;
mod requests;
mod row;
mod schema;
mod store;
mod timeline;

pub use meter::{Meter, Used};
pub use schema::{TTL, TableError, ensure_table, table_definition};
pub use store::DynamoDbStore;
