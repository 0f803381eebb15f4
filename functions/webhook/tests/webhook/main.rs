//! The webhook through the door that Meta uses, and the split behind it by its shapes.

mod deletions;
mod events;
mod messaging;
mod mutations;
mod networks;
mod requests;
mod samples;
mod stage;
mod summary;
mod whatsapp;
