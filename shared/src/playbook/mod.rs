//! From what a marketer writes to a `Playbook` that can be followed: read, checked, and told where it is wrong.
//!
//! Every fault names file, line and column and says what would be right. What a playbook means when it runs
//! is the domain's; where its text is kept is the adapters'.

mod check;
mod fault;
mod fields;
pub mod hebrew;
mod nearest;
mod read;
mod report;
pub mod scenario;
mod schema;
mod submissions;
mod templates;
#[cfg(test)]
mod tests;
mod tree;

pub use fault::{Fault, PlaybookFaults};
pub use schema::schema;
pub use submissions::{Submission, TemplateButton, submissions};
pub use templates::{TemplateCategory, TemplateSketch, templates};

use domain::ids::PlaybookVersion;
use domain::playbook::Playbook;
use sha2::{Digest, Sha256};

use report::Report;

/// Reads and checks a playbook. `file_name` is what faults are reported under.
///
/// A playbook with any fault is refused whole, with all its faults: half a playbook must not run.
pub fn parse(file_name: &str, text: &str) -> Result<Playbook, PlaybookFaults> {
    let mut report = Report::new(file_name);
    let beginning = "begin with business: { id: my-business, name: …, agent: … }";
    let playbook = tree::parse(text, "a playbook", beginning, &mut report).map(|tree| {
        let playbook = read::playbook(&tree, version_of(text), &mut report);
        check::playbook(&playbook, &tree, &mut report);
        playbook
    });
    match (playbook, report.into_faults()) {
        (Some(playbook), None) => Ok(playbook),
        (_, Some(faults)) => Err(faults),
        (None, None) => Err(PlaybookFaults::unreadable(file_name)),
    }
}

/// The first 64 bits of the text's SHA-256: the same text is the same version everywhere.
pub fn version_of(text: &str) -> PlaybookVersion {
    PlaybookVersion::new(hex::encode(&Sha256::digest(text.as_bytes())[..8]))
}
