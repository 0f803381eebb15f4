//! Text in fewer bytes: a table charges by the kilobyte, and Hebrew takes two bytes a letter.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

/// Nothing that we store is as long; whatever unpacks to more is damaged.
const TEXT_BYTES_MAX: u64 = 64 * 1024 * 1024;

pub fn pack(text: &str) -> io::Result<Vec<u8>> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    packed.write_all(text.as_bytes())?;
    packed.finish()
}

pub fn unpack(packed: &[u8]) -> io::Result<String> {
    let mut text = String::new();
    ZlibDecoder::new(packed).take(TEXT_BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}
