//! `masa deploy` and `masa destroy`: Masa put on AWS from one command, brought up to date by the same one, and taken away.
//! `masa doctor` looks at each link of what is there; `business`, `release`, `redrive` and `erase` are what an
//! operator does to it.
//!
//! Plan first, execute after. [`Found`] is what AWS says is there, [`Wanted`] what there should be; [`plan::plan`] compares
//! the two without calling anybody, and what it says is all that is written. Where nothing differs, nothing is written.

mod aws;
mod bundle;
mod business;
mod deploying;
mod destroying;
mod doctor;
mod fault;
mod found;
mod installation;
mod operating;
mod operator;
pub mod plan;
mod secrets;
mod stacks;
mod table;
mod text;
mod toolchain;
mod wanted;

pub use bundle::{Bundle, Code, Machine};
pub use business::{add_business, list_businesses};
pub use deploying::{Deploy, Source, deploy};
pub use destroying::{Data, Destroy, destroy};
pub use doctor::{Doctor, doctor};
pub use fault::DeployError;
pub use found::Found;
pub use installation::{Installation, InvalidInstallation};
pub use operating::{
    Place, erase_person, journeys, operate, publish_playbook, redrive_all, release, task_done, tasks,
};
pub use operator::Operator;
pub use wanted::{PlaybookText, Wanted};
