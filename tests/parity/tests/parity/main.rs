//! The command on an emulator of AWS, and what it deployed, each on an emulator of its own.

mod deploy;
mod journey;
