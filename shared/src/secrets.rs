//! Secrets: compared in constant time, never shown.

pub use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// Whether a presented value is the secret. Takes the same time wherever they differ.
pub fn is_secret(presented: &str, secret: &SecretString) -> bool {
    presented.as_bytes().ct_eq(secret.expose_secret().as_bytes()).into()
}
