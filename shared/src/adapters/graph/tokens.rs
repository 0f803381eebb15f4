//! Access tokens, by the names that the playbooks give them. Where they are kept is left to others.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// An access token and, where the app demands it, the proof that its bearer is the app.
#[derive(Clone, Debug)]
pub struct Token {
    pub(super) value: SecretString,
    pub(super) proof: Option<SecretString>,
}

impl Token {
    pub fn new(value: impl Into<SecretString>) -> Self {
        Self { value: value.into(), proof: None }
    }

    /// With the `appsecret_proof` that is kept beside the token.
    pub fn with_proof(self, proof: impl Into<SecretString>) -> Self {
        Self { proof: Some(proof.into()), ..self }
    }

    /// With the proof made here, for whoever holds the app secret anyway.
    pub fn proven_by(self, app_secret: &SecretString) -> Self {
        let proof = proof(app_secret, &self.value);
        self.with_proof(proof)
    }
}

/// The tokens of this installation.
pub trait Tokens: Send + Sync {
    /// The token under this name, or `None` if the secret is not set.
    fn token(&self, name: &str) -> Option<Token>;
}

impl Tokens for BTreeMap<String, Token> {
    fn token(&self, name: &str) -> Option<Token> {
        self.get(name).cloned()
    }
}

/// HMAC-SHA256 over the token with the app secret as key, in lower-case hexadecimal (PLATFORM.md §0).
fn proof(app_secret: &SecretString, token: &SecretString) -> String {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(app_secret.expose_secret().as_bytes())
        .expect("HMAC takes keys of every length");
    mac.update(token.expose_secret().as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proof_is_the_well_known_hmac() {
        // The example of Wikipedia's article on HMAC.
        let token = Token::new("The quick brown fox jumps over the lazy dog").proven_by(&"key".into());
        let proof = token.proof.unwrap();
        assert_eq!(proof.expose_secret(), "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
    }

    #[test]
    fn a_log_shows_neither_token_nor_proof() {
        let tokens = BTreeMap::from([("main".to_owned(), Token::new("abc123").with_proof("def456"))]);
        let shown = format!("{tokens:?} {:?}", tokens.token("main"));
        assert!(!shown.contains("abc123") && !shown.contains("def456"), "{shown}");
        assert!(tokens.token("other").is_none());
    }
}
