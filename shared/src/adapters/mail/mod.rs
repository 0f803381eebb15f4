//! E-mails: how they look, and who takes them.

mod look;
mod mime;
mod ses;

pub use mime::mime;
pub use ses::Ses;
