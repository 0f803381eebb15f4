//! All that a function needs: the domain and the use cases, re-exported, the adapters that make the ports real,
//! the playbook's reader, and what every function does alike.

pub mod adapters;
pub mod form_fields;
pub mod lambda;
pub mod operator;
pub mod playbook;
pub mod secrets;

pub use {application, domain};
