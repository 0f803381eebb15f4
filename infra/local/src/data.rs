//! What a data folder holds beside the engine's file.

use std::fs;
use std::io;
use std::path::Path;

use shared::domain::ids::Pepper;

/// The secret of derived ids, made once for a folder. Losing it would make everybody a stranger.
pub fn pepper(folder: Option<&Path>) -> io::Result<Pepper> {
    let Some(folder) = folder else { return Ok(Pepper::new([0x5A; 32])) };
    let file = folder.join("pepper");
    if let Ok(bytes) = fs::read(&file) {
        let secret: [u8; 32] = bytes.try_into().map_err(|_| {
            let message =
                format!("{} is damaged: it must hold 32 bytes; restore it from a backup", file.display());
            io::Error::new(io::ErrorKind::InvalidData, message)
        })?;
        return Ok(Pepper::new(secret));
    }
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(io::Error::other)?;
    // Written beside and moved into place: a half-written secret would be worse than none.
    let beside = folder.join("pepper.new");
    fs::write(&beside, secret)?;
    fs::File::open(&beside)?.sync_all()?;
    fs::rename(&beside, &file)?;
    fs::File::open(folder)?.sync_all()?;
    Ok(Pepper::new(secret))
}
