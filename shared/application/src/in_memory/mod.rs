//! Twins of the ports in memory: for tests, for the simulator, and as the plainest statement of what each port
//! promises.

mod clock;
mod figures;
mod paper;
mod platforms;
mod playbooks;
mod queue;
mod store;

pub use clock::{ManualClock, SeededChance};
pub use figures::{CountedFigures, NoFigures};
pub use paper::Paper;
pub use platforms::RecordedPlatforms;
pub use playbooks::FixedPlaybooks;
pub use queue::InMemoryQueue;
pub use store::{Broken, InMemoryStore};
