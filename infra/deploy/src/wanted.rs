//! What there should be.

use std::collections::BTreeSet;

use shared::domain::ids::{BusinessId, PlaybookVersion};
use shared::domain::playbook::Playbook;
use shared::playbook::parse;

use crate::fault::DeployError;
use crate::installation::Installation;

/// A playbook's file, as it was read.
#[derive(Clone, Debug)]
pub struct PlaybookText {
    pub name: String,
    pub text: String,
}

/// A playbook without a fault, and the text that is stored of it.
#[derive(Clone, Debug)]
pub struct SoundPlaybook {
    pub playbook: Playbook,
    pub text: String,
}

impl SoundPlaybook {
    pub fn business(&self) -> &BusinessId {
        &self.playbook.business.id
    }

    pub fn version(&self) -> &PlaybookVersion {
        &self.playbook.version
    }
}

/// What the operator wants of this installation. What is `None` stays as it is.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub installation: Installation,
    pub playbooks: Vec<SoundPlaybook>,
    /// The table that the functions work on, where it is not the one of the data stack: one that was restored.
    pub table: Option<String>,
    pub alarm_email: Option<String>,
    pub graph_url: Option<String>,
}

impl Wanted {
    /// The names that the playbooks give their Meta tokens.
    pub fn token_names(&self) -> BTreeSet<String> {
        self.playbooks.iter().map(|sound| sound.playbook.channels.token.clone()).collect()
    }
}

/// Reads the playbooks as `masa playbook check` does; each business has one.
pub fn playbooks(files: &[PlaybookText]) -> Result<Vec<SoundPlaybook>, DeployError> {
    let mut sound: Vec<SoundPlaybook> = Vec::new();
    for file in files {
        let playbook = parse(&file.name, &file.text)?;
        if sound.iter().any(|other| *other.business() == playbook.business.id) {
            return Err(DeployError::BusinessTwice(playbook.business.id));
        }
        let token = &playbook.channels.token;
        if !is_token_name(token) {
            return Err(DeployError::TokenName { file: file.name.clone(), token: token.clone() });
        }
        sound.push(SoundPlaybook { playbook, text: file.text.clone() });
    }
    Ok(sound)
}

/// What `sender` may read: no other secret has such a name.
fn is_token_name(name: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    match name.strip_prefix("MASA_META_TOKEN") {
        Some("") => true,
        Some(rest) => rest.len() > 1 && rest.starts_with('_') && rest.bytes().all(known),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_token_is_what_sender_may_read() {
        for name in ["MASA_META_TOKEN", "MASA_META_TOKEN_NEVEH", "MASA_META_TOKEN_2"] {
            assert!(is_token_name(name), "{name}");
        }
        for name in [
            "",
            "MASA_API_KEY",
            "MASA_META_TOKEN_",
            "MASA_META_TOKENS",
            "MASA_META_TOKEN_a",
            "X_MASA_META_TOKEN",
        ] {
            assert!(!is_token_name(name), "{name}");
        }
    }
}
