//! The clock of the local stack: the machine's, or one that stands still and is moved.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use shared::adapters::system::SystemClock;
use shared::application::in_memory::ManualClock;
use shared::application::ports::Clock;

pub enum LocalClock {
    System(SystemClock),
    Manual {
        clock: ManualClock,
        /// Where the moment is kept, so that a restart goes on from there.
        file: Option<PathBuf>,
    },
}

impl LocalClock {
    /// A clock that stands at `start`, or where it was left in this folder if that is later.
    pub fn manual(start: Timestamp, folder: Option<&Path>) -> Self {
        let file = folder.map(|folder| folder.join("clock"));
        let left = file.as_ref().and_then(|file| fs::read_to_string(file).ok()?.trim().parse().ok());
        let clock = ManualClock::at(left.map_or(start, |left: Timestamp| left.max(start)));
        Self::Manual { clock, file }
    }

    pub fn is_manual(&self) -> bool {
        matches!(self, Self::Manual { .. })
    }

    /// Moves a manual clock. The machine's clock moves by itself.
    pub fn move_to(&self, to: Timestamp) -> io::Result<()> {
        let Self::Manual { clock, file } = self else { return Ok(()) };
        clock.move_to(to);
        match file {
            Some(file) => fs::write(file, clock.now().to_string()),
            None => Ok(()),
        }
    }
}

impl Clock for LocalClock {
    fn now(&self) -> Timestamp {
        match self {
            Self::System(clock) => clock.now(),
            Self::Manual { clock, .. } => clock.now(),
        }
    }
}
