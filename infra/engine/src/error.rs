//! Why the engine cannot be used, and what to do about it.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("another Masa works on the data in {}; end it, or choose another folder with --data", path.display())]
    InUse { path: PathBuf },
    #[error(
        "the data in {} was written by a newer Masa (format {found}, and this one knows up to {known}); \
         use that version, or another folder with --data",
        path.display()
    )]
    NewerFormat { path: PathBuf, found: u32, known: u32 },
    #[error("{} does not say which format the data has; restore it from a copy, or choose another folder with --data", path.display())]
    UnknownFormat { path: PathBuf },
    #[error("the folder {} cannot be used: {source}; check that it exists and may be written to", path.display())]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("the data cannot be opened: {0}; if the disk is full make room, else restore a copy")]
    Open(String),
    /// The thread that owns the data has ended: only a fault of the engine does that.
    #[error("the engine has stopped; start Masa again, nothing that was acknowledged is lost")]
    Stopped,
    #[error("the engine refused: {0}")]
    Refused(String),
}
