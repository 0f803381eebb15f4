//! `X-Hub-Signature-256`: HMAC-SHA256 with the app secret over exactly the bytes that arrived.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use shared::secrets::{ExposeSecret, SecretString};

const PREFIX: &str = "sha256=";

/// A signature that somebody showed.
pub struct Signature([u8; 32]);

impl Signature {
    /// `None` for what no secret could have made.
    pub fn read(header: Option<&str>) -> Option<Self> {
        let digits = header?.strip_prefix(PREFIX)?;
        let mut signature = [0_u8; 32];
        hex::decode_to_slice(digits, &mut signature).ok()?;
        Some(Self(signature))
    }

    /// `None` for what is not 32 bytes.
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    /// Whether the secret made it of this body. Compares in constant time.
    pub fn is_by(&self, secret: &SecretString, body: &[u8]) -> bool {
        signed_with(secret, &self.0, body)
    }
}

fn signed_with(secret: &SecretString, signature: &[u8], body: &[u8]) -> bool {
    let key = secret.expose_secret().as_bytes();
    // Everybody could sign with a secret that was never set.
    if key.is_empty() {
        return false;
    }
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(key) else { return false };
    mac.update(body);
    mac.verify_slice(signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made with `openssl dgst -sha256 -hmac …`, so that a mistake of ours is not repeated here.
    const BODY: &[u8] = br#"{"object":"page","entry":[]}"#;
    const BY_CURRENT: &str = "sha256=dc666c2076f41a814f99adebc6b6b381631257931ef8e16bc6a025fa3cfdb4ea";
    const BY_PREVIOUS: &str = "sha256=b5a6f59c1e0ba11b9c3608f0757f2763510415329b4d0b7481aafd185dd5342e";

    fn is_by(header: &str, secret: &str, body: &[u8]) -> bool {
        Signature::read(Some(header)).is_some_and(|signature| signature.is_by(&secret.into(), body))
    }

    #[test]
    fn a_signature_is_by_the_secret_that_made_it_and_of_these_bytes() {
        assert!(is_by(BY_CURRENT, "the current secret", BODY));
        assert!(is_by(BY_PREVIOUS, "the previous secret", BODY));
        assert!(!is_by(BY_PREVIOUS, "the current secret", BODY));
        assert!(!is_by(BY_CURRENT, "the current secret", br#"{"object": "page","entry":[]}"#));
    }

    #[test]
    fn a_header_that_is_missing_or_malformed_is_no_signature() {
        let hex = BY_CURRENT.strip_prefix(PREFIX).unwrap();
        let upper = format!("SHA256={hex}");
        let cases = [
            None,
            Some(""),
            Some("sha256="),
            Some(hex),
            Some(&BY_CURRENT[..BY_CURRENT.len() - 1]),
            Some(&BY_CURRENT[..BY_CURRENT.len() - 2]),
            Some("sha256=zz"),
            Some("sha1=0000000000000000000000000000000000000000"),
            Some(upper.as_str()),
        ];
        for header in cases {
            assert!(Signature::read(header).is_none(), "{header:?}");
        }
    }

    #[test]
    fn a_secret_that_was_never_set_signs_nothing() {
        let by_empty = "sha256=f117fbb4e9c49c36968d7e5c1ff0c517e23b08385791fe533b642dbc519df4d9";
        assert!(!is_by(by_empty, "", BODY));
    }
}
