//! E-mails: how they look, and who takes them.

mod files;
mod look;
mod mime;
mod ses;

pub use files::{File, Files};
pub use mime::mime;
pub use ses::Ses;
