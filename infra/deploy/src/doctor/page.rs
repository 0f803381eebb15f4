//! What the operator reads.

use std::fmt::Write;

use cloud::readiness::READINESS;

use super::findings::{Finding, State};
use crate::installation::Installation;

fn sign(state: State) -> &'static str {
    match state {
        State::Good => "ok     ",
        State::Unknown => "unsure ",
        State::Look => "look   ",
        State::Broken => "BROKEN ",
    }
}

pub fn page(installation: &Installation, region: &str, findings: &[Finding]) -> String {
    let mut text = format!("The installation {} in {region}:\n\n", installation.as_str());
    let width = findings.iter().map(|finding| finding.about.chars().count()).max().unwrap_or_default();
    for finding in findings {
        let _ = writeln!(text, "{}{:width$}  {}", sign(finding.state), finding.about, finding.says);
        if let Some(to_do) = &finding.to_do {
            let _ = writeln!(text, "       {:width$}  → {to_do}", "");
        }
    }
    let count = |state| findings.iter().filter(|finding| finding.state == state).count();
    let (broken, look) = (count(State::Broken), count(State::Look));
    let _ = match (broken, look) {
        (0, 0) => writeln!(text, "\nNothing is broken."),
        (0, look) => writeln!(text, "\nNothing is broken; {look} to look at."),
        (broken, look) => writeln!(text, "\n{broken} broken, {look} to look at."),
    };
    text + &readiness()
}

/// The rows of `docs/deploy.md`: what works on the first day, and what waits for somebody else's word.
fn readiness() -> String {
    let mut text = "\nWhat works on the first day, and what waits:\n".to_owned();
    for row in READINESS {
        let _ = writeln!(text, "\n{} [{}]", row.name, row.when.as_str());
        let columns = [
            ("permission", row.permission),
            ("needs", row.needs),
            ("show the reviewer", row.show),
            ("unsure", row.unsure),
        ];
        for (column, says) in columns.into_iter().filter(|(_, says)| !matches!(*says, "none" | "nothing")) {
            let _ = writeln!(text, "    {column}: {}", says.replace('`', ""));
        }
    }
    text
}
