//! Lives of leads, told line by line, and what may never happen in any of them.

mod answers;
mod comments;
mod doubt;
pub(crate) mod events;
mod journeys;
mod life;
mod limits;
mod merging;
mod promises;
mod refusals;
mod tale;
