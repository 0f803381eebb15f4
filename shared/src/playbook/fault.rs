//! What is wrong in a playbook, where, and what would be right.

use std::fmt;

/// One mistake. It reads `playbook.he.yaml:12:9: unknown message "welcom"`, and under it the cure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub file: String,
    /// From 1.
    pub line: u64,
    /// From 1, in characters.
    pub column: u64,
    pub what: String,
    /// What to write instead. Empty where only the writer can know.
    pub hint: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.what)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, "\n    {}", self.hint) }
    }
}

/// Why a playbook was refused: at least one fault, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaybookFaults(Vec<Fault>); // Invariant: not empty, sorted by place.

impl PlaybookFaults {
    /// `None` where nothing is wrong.
    pub(super) fn of(mut faults: Vec<Fault>) -> Option<Self> {
        faults.sort_by(|left, right| {
            (left.line, left.column, &left.what).cmp(&(right.line, right.column, &right.what))
        });
        faults.dedup();
        (!faults.is_empty()).then_some(Self(faults))
    }

    pub(super) fn unreadable(file: &str) -> Self {
        Self(vec![Fault {
            file: file.to_owned(),
            line: 1,
            column: 1,
            what: "the file cannot be read".to_owned(),
            hint: String::new(),
        }])
    }

    pub fn as_slice(&self) -> &[Fault] {
        &self.0
    }
}

impl fmt::Display for PlaybookFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for PlaybookFaults {}
