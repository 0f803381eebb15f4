//! The bodies of webhooks, by object. They say what happened; who is told, and when, is `outbox`.

pub(crate) mod instagram;
pub(crate) mod messaging;
pub(crate) mod page;
pub(crate) mod whatsapp;
