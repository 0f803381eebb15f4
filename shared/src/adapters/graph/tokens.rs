//! Access tokens, as the secrets hold them.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// An access token and, where the app demands it, the proof that its bearer is the app.
#[derive(Clone, Debug)]
pub struct Token {
    value: SecretString,
    proof: Option<SecretString>,
}

impl Token {
    /// As a secret holds it: the token, and after a blank its proof if it has one. Both are one secret, so that both
    /// change at once.
    pub fn read(secret: &SecretString) -> Self {
        let text = secret.expose_secret().trim();
        match text.split_once(char::is_whitespace) {
            Some((value, proof)) => Self { value: value.into(), proof: Some(proof.trim_start().into()) },
            None => Self { value: text.into(), proof: None },
        }
    }

    pub fn value(&self) -> &SecretString {
        &self.value
    }

    pub fn proof(&self) -> Option<&SecretString> {
        self.proof.as_ref()
    }

    /// The secret for a token whose bearer has to prove that it is the app.
    pub fn proven(value: &SecretString, app_secret: &SecretString) -> SecretString {
        format!("{} {}", value.expose_secret(), proof(app_secret, value)).into()
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
        let proof = proof(&"key".into(), &"The quick brown fox jumps over the lazy dog".into());
        assert_eq!(proof, "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
    }

    #[test]
    fn a_secret_is_a_token_with_or_without_its_proof() {
        let read = |secret: &str| {
            let token = Token::read(&secret.into());
            let proof = token.proof.map(|proof| proof.expose_secret().to_owned());
            (token.value.expose_secret().to_owned(), proof)
        };
        assert_eq!(read("abc123"), ("abc123".into(), None));
        assert_eq!(read("abc123\n"), ("abc123".into(), None));
        assert_eq!(read("abc123 def456"), ("abc123".into(), Some("def456".into())));
        let proven = Token::proven(&"abc123".into(), &"app-secret".into());
        assert_eq!(read(proven.expose_secret()).1, Some(proof(&"app-secret".into(), &"abc123".into())));
    }

    #[test]
    fn a_log_shows_neither_token_nor_proof() {
        let shown = format!("{:?}", Token::read(&"abc123 def456".into()));
        assert!(!shown.contains("abc123") && !shown.contains("def456"), "{shown}");
    }
}
