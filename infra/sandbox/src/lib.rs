//! A stand-in for Meta: the Graph API with its documented rules and error codes, the webhooks that the platforms
//! send back, and phones to look at. It is the other side of the border: written from `PLATFORM.md`, it shares no
//! code with the product, so that a mistake has to be made twice to hide.
//!
//! It is synchronous and deterministic: `now` is an argument, ids come from counters, and a journal of what went in
//! brings a restarted process back to the same world. It does not open sockets; the host does.

mod act;
mod acting;
mod channel;
mod comments;
mod fault;
mod graph;
mod http;
mod journal;
mod limits;
mod mail;
mod message;
mod numbers;
mod outbox;
mod payloads;
mod people;
mod phone;
mod place;
mod pressing;
mod sandbox;
mod sent;
mod settings;
mod threads;
mod view;
mod world;

#[cfg(test)]
mod stage;

pub use act::{Act, ActError, Acted, Deed, Details, Who};
pub use channel::Channel;
pub use fault::Fault;
pub use graph::{GraphAnswer, GraphRequest};
pub use http::router;
pub use mail::Mail;
pub use message::{Button, Delivery, Message, Press, Side};
pub use outbox::Webhook;
pub use sandbox::Sandbox;
pub use sent::Sent;
pub use settings::{Business, Settings, Template};
pub use view::{BusinessView, CommentView, ConversationView, PersonView, PhoneView, ReplyView, ScopedIds};
