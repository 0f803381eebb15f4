//! Faults as they are found.

use super::fault::{Fault, PlaybookFaults};
use super::tree::Place;

/// Far more than anybody reads in one go.
const FAULTS_MAX: usize = 1_000;

pub struct Report<'a> {
    file: &'a str,
    faults: Vec<Fault>,
}

impl<'a> Report<'a> {
    pub fn new(file: &'a str) -> Self {
        Self { file, faults: Vec::new() }
    }

    pub fn fault(&mut self, place: Place, what: impl Into<String>, hint: impl Into<String>) {
        if !self.is_full() {
            let (what, hint) = (what.into(), hint.into());
            self.faults.push(Fault {
                file: self.file.to_owned(),
                line: place.line,
                column: place.column,
                what,
                hint,
            });
        }
    }

    /// Nothing more will be told, so nothing more need be looked for.
    pub fn is_full(&self) -> bool {
        self.faults.len() >= FAULTS_MAX
    }

    pub fn into_faults(self) -> Option<PlaybookFaults> {
        PlaybookFaults::of(self.faults)
    }
}
