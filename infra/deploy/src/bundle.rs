//! The functions' code as Lambda takes it: a zip with one `bootstrap` in it, under the hash of its content.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cloud::{FUNCTIONS, Function};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// What Lambda takes of unpacked code, in bytes.
const BOOTSTRAP_BYTES_MAX: u64 = 250 * 1024 * 1024;

/// Which machines the code may be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// What the template says: AWS runs nothing else.
    Arm64,
    /// An emulator runs what its own machine runs.
    Any,
}

/// Why a zip is not a function's code. Each says what to do.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCode {
    #[error("{} cannot be read ({reason}); a release has {name}.zip for each function", file.display())]
    Unreadable { file: PathBuf, name: &'static str, reason: String },
    #[error("{name}.zip is not a zip file; take the one of the release")]
    NotZip { name: &'static str },
    #[error(
        "{name}.zip must hold one file, `bootstrap`, and nothing else; `cargo lambda build --output-format zip` makes it so"
    )]
    NotOneBootstrap { name: &'static str },
    #[error(
        "`bootstrap` in {name}.zip may not be executed; zip it with its rights, as `cargo lambda build --output-format zip` does"
    )]
    NotExecutable { name: &'static str },
    #[error(
        "`bootstrap` in {name}.zip has more than 250 MB, and Lambda takes no more; build it with --release"
    )]
    TooLarge { name: &'static str },
    #[error(
        "`bootstrap` in {name}.zip is not for arm64 Linux; build it with `cargo lambda build --release --arm64`"
    )]
    OtherMachine { name: &'static str },
}

/// A function's zip.
#[derive(Clone, PartialEq, Eq)]
pub struct Bundle {
    pub function: Function,
    pub bytes: Vec<u8>,
    sha256: [u8; 32],
}

impl Bundle {
    /// Takes a zip that somebody else made.
    pub fn read(function: Function, bytes: Vec<u8>, machine: Machine) -> Result<Self, NotCode> {
        check(function.name, &bytes, machine)?;
        Ok(Self::of(function, bytes))
    }

    /// Zips a program. The same program gives the same zip, whenever it was built.
    pub fn pack(function: Function, bootstrap: &[u8]) -> zip::result::ZipResult<Self> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o755);
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("bootstrap", options)?;
        writer.write_all(bootstrap)?;
        Ok(Self::of(function, writer.finish()?.into_inner()))
    }

    fn of(function: Function, bytes: Vec<u8>) -> Self {
        let sha256 = Sha256::digest(&bytes).into();
        Self { function, bytes, sha256 }
    }

    /// Where it is in the artifacts bucket.
    pub fn key(&self) -> String {
        format!("code/{}/{}.zip", self.function.name, hex::encode(self.sha256))
    }

    /// The hash as Lambda tells it of a function's code.
    pub fn code_sha256(&self) -> String {
        STANDARD.encode(self.sha256)
    }
}

/// The name of a content: the hexadecimal digits of its SHA-256.
pub fn hash_of(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The code of all functions.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(BTreeMap<&'static str, Bundle>); // Invariant: one of each function.

impl Code {
    /// Reads `<name>.zip` of each function from a folder.
    pub fn read(folder: &Path, machine: Machine) -> Result<Self, NotCode> {
        let read = |function: Function| {
            let name = function.name;
            let file = folder.join(format!("{name}.zip"));
            let bytes = std::fs::read(&file).map_err(|error| NotCode::Unreadable {
                file: file.clone(),
                name,
                reason: error.to_string(),
            })?;
            Ok((name, Bundle::read(function, bytes, machine)?))
        };
        FUNCTIONS.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Packs `<name>/bootstrap` of each function in the folder of `cargo lambda`.
    pub fn pack(folder: &Path) -> Result<Self, NotCode> {
        let pack = |function: Function| {
            let name = function.name;
            let file = folder.join(name).join("bootstrap");
            let unreadable = |reason| NotCode::Unreadable { file: file.clone(), name, reason };
            let bootstrap = std::fs::read(&file).map_err(|error| unreadable(error.to_string()))?;
            let packed = Bundle::pack(function, &bootstrap).map_err(|error| unreadable(error.to_string()))?;
            check(name, &packed.bytes, Machine::Arm64)?;
            Ok((name, packed))
        };
        FUNCTIONS.into_iter().map(pack).collect::<Result<_, _>>().map(Self)
    }

    /// Code that nobody built, for the tests of plans.
    #[cfg(test)]
    pub(crate) fn pack_each(pack: impl Fn(Function) -> Bundle) -> Self {
        Self(FUNCTIONS.into_iter().map(|function| (function.name, pack(function))).collect())
    }

    pub fn bundles(&self) -> impl Iterator<Item = &Bundle> {
        self.0.values()
    }

    pub fn of(&self, function: &str) -> Option<&Bundle> {
        self.0.get(function)
    }
}

fn check(name: &'static str, bytes: &[u8], machine: Machine) -> Result<(), NotCode> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| NotCode::NotZip { name })?;
    if archive.len() != 1 {
        return Err(NotCode::NotOneBootstrap { name });
    }
    let mut file = archive.by_index(0).map_err(|_| NotCode::NotZip { name })?;
    if !file.name().is_ok_and(|name| name == "bootstrap") || !file.is_file() {
        return Err(NotCode::NotOneBootstrap { name });
    }
    if file.size() > BOOTSTRAP_BYTES_MAX {
        return Err(NotCode::TooLarge { name });
    }
    // A zip that says nothing of rights is unpacked with all of them.
    if file.unix_mode().is_some_and(|mode| mode & 0o111 == 0) {
        return Err(NotCode::NotExecutable { name });
    }
    let mut head = [0; 20];
    let read = file.read_exact(&mut head);
    if machine == Machine::Arm64 && (read.is_err() || !is_arm64(&head)) {
        return Err(NotCode::OtherMachine { name });
    }
    Ok(())
}

/// The head of an ELF file for 64-bit, little-endian AArch64.
fn is_arm64(head: &[u8; 20]) -> bool {
    const AARCH64: [u8; 2] = 0xB7_u16.to_le_bytes();
    head[..6] == *b"\x7fELF\x02\x01" && head[18..] == AARCH64
}

#[cfg(test)]
mod tests;
