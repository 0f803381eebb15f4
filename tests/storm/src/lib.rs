//! The storm: the real functions in one thread under one seed, in a world that fails as AWS and Meta fail.
//!
//! [`people`] plans what enters, [`world`] is what surrounds the product, [`sim`] plays one seed to its end, and
//! [`judge`] holds the product's promises against what entered and what the platforms received. `README.md` says
//! how to run it and what to do with a seed that fails.

pub mod chance;
pub mod coverage;
pub mod doors;
pub mod judge;
pub mod people;
pub mod run;
pub mod shrink;
pub mod sim;
pub mod world;
