//! What went into the sandbox, one JSON line each: the sandbox is deterministic, so doing it again gives the same world.
//! Tokens and secrets are not in it.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Act;
use crate::graph::Call;

/// One line.
#[derive(Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) step: u64,
    pub(crate) now: Timestamp,
    #[serde(flatten)]
    pub(crate) input: Input,
}

/// What changes the world.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Input {
    Act(Act),
    Call(Call),
    Mail { business: String, raw: String },
    Answered { number: u64, status: u16 },
}

/// The open file.
pub(crate) struct Journal(File);

impl Journal {
    /// Opens or makes the file, and reads what is in it. A last line that was cut off by a crash is cut off for good.
    pub(crate) fn open(path: &Path) -> std::io::Result<(Self, Vec<Entry>)> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut entries = Vec::new();
        let mut reader = BufReader::new(&file);
        let mut whole_bytes = 0;
        let mut line = String::new();
        loop {
            line.clear();
            let bytes = reader.read_line(&mut line)?;
            if bytes == 0 || !line.ends_with('\n') {
                break;
            }
            entries.push(serde_json::from_str(&line)?);
            whole_bytes += bytes as u64;
        }
        drop(reader);
        file.set_len(whole_bytes)?;
        file.seek(SeekFrom::Start(whole_bytes))?;
        Ok((Self(file), entries))
    }

    pub(crate) fn append(&mut self, entry: &Entry) -> std::io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        self.0.write_all(&line)
    }
}
