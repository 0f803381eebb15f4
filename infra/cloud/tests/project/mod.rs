//! The project's own sources, for the tests that hold the templates to them.

use std::path::PathBuf;

/// A file or folder by its path from the project's root.
pub fn path(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// A source file without its tests.
pub fn source(file: &str) -> String {
    let text = std::fs::read_to_string(path(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
}
