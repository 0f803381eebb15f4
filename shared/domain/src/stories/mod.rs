//! Lives of leads, told line by line, and what may never happen in any of them.

mod answers;
mod bus;
mod campaigns;
mod clock;
mod comments;
mod doubt;
pub(crate) mod events;
mod evidence;
mod figures;
mod follow;
mod forms;
mod journeys;
mod life;
mod limits;
mod logs;
mod merging;
mod moving;
mod phone;
mod promises;
mod refusals;
mod room;
mod rules;
mod signs;
mod tags;
mod tale;
mod templates;
mod ways;
