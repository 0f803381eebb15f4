//! Meta's Graph API: WhatsApp, Messenger, Instagram, comments and lead ads.
//!
//! What to ask (`requests`) and what an answer means (`answers`, `failures`) are pure functions; `client` is the
//! only part that touches the network. It makes each call once: trying again is the lead's record's business.

mod answers;
mod buttons;
mod client;
mod codes;
mod comment;
mod evidence;
mod failures;
mod json;
mod lead_ad;
mod listing;
#[cfg(test)]
pub mod loopback;
mod messaging;
mod request;
mod requests;
#[cfg(test)]
mod samples;
mod settings;
mod templates;
mod tokens;
mod waits;
mod whatsapp;

pub use client::GraphApi;
pub use settings::{GraphSettings, InvalidGraphSettings};
pub use templates::{KnownTemplate, Submitted, TemplateStatus, TemplatesError, WhatsAppTemplates};
pub use tokens::Token;
