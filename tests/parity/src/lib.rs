//! Masa on an emulator of AWS: the real templates, the real bootstraps, and the real command that puts them there.
//!
//! What the emulator (ministack) lacks is made up for here, and never in the product. Nothing here leaves this machine
//! but the installation of the emulator from PyPI; where that cannot be had, the tests say so and end.

pub mod api;
pub mod emulator;
pub mod gaps;
pub mod graph;
pub mod installation;
pub mod masa;
pub mod queues;
pub mod spy;
pub mod wait;
