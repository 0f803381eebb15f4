//! What Masa decides, as plain values and pure functions.
//!
//! Nothing here does I/O, awaits, reads a clock, draws a random number or knows a vendor's types. Whatever
//! happens is an [`Event`](event::Event); [`decide`](decide::decide) says what it changes on a
//! [`Lead`](lead::Lead), [`claim`](claim::claim) what may leave now, and [`finish`](finish::finish) what the
//! answer of a platform means.

pub mod alert;
pub mod broadcast;
pub mod calendar;
pub mod call;
pub mod card;
pub mod catch_up;
pub mod channel;
pub mod claim;
pub mod click;
pub mod compose;
pub mod consent;
pub mod context;
pub mod deal;
pub mod decide;
pub mod delivery;
pub mod doubt;
pub mod email;
pub mod erasure;
pub mod event;
pub mod event_key;
mod fallback;
pub mod figure;
pub mod finish;
pub mod gates;
pub mod grant;
pub mod hint;
pub mod identity;
pub mod ids;
pub mod lead;
pub mod lead_ad;
pub mod link;
pub mod lot;
pub mod mail;
mod marks;
pub mod merge;
pub mod moving;
pub mod name;
pub mod pace;
pub mod phone;
pub mod playbook;
pub mod raffle;
pub mod redrive;
pub mod render;
pub mod replied;
pub mod retry;
pub mod run;
pub mod said;
pub mod schedule;
pub mod scheduled;
mod sent;
pub mod simulate;
pub mod source;
#[cfg(test)]
mod stories;
pub mod task;
#[cfg(test)]
mod testing;
pub mod timeline;
mod token;
pub mod wording;
pub mod work;
pub mod worklist;
