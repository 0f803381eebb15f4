//! The folder that holds the data: used by one process at a time, and never read by an older version.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::EngineError;

/// The layout of the folder that this version writes, and the newest that it reads.
const FORMAT: u32 = 1;
const LOCK_FILE: &str = "masa.lock";
const FORMAT_FILE: &str = "format";
const DATA_FILE: &str = "masa.db";

/// A folder that is ours until this is dropped. The system lets go of the lock also when the process is killed.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    pub fn take(path: &Path) -> Result<Self, EngineError> {
        let failed = |source| EngineError::Folder { path: path.to_owned(), source };
        fs::create_dir_all(path).map_err(failed)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join(LOCK_FILE))
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(EngineError::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        check_format(path)?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    pub fn data_file(&self) -> PathBuf {
        self.path.join(DATA_FILE)
    }
}

fn check_format(folder: &Path) -> Result<(), EngineError> {
    let path = folder.join(FORMAT_FILE);
    let failed = |source| EngineError::Folder { path: folder.to_owned(), source };
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return write_format(&path).map_err(failed);
        }
        Err(error) => return Err(failed(error)),
    };
    match text.trim().parse::<u32>() {
        Ok(found) if found > FORMAT => {
            Err(EngineError::NewerFormat { path: folder.to_owned(), found, known: FORMAT })
        }
        Ok(_) => Ok(()),
        Err(_) => Err(EngineError::UnknownFormat { path }),
    }
}

/// Whole or not at all: a crash in between must not leave an empty file.
fn write_format(path: &Path) -> std::io::Result<()> {
    let draft = path.with_extension("new");
    fs::write(&draft, format!("{FORMAT}\n"))?;
    File::open(&draft)?.sync_all()?;
    fs::rename(&draft, path)
}
