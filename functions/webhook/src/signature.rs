//! `X-Hub-Signature-256`: HMAC-SHA256 with the app secret over exactly the bytes that arrived.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

const PREFIX: &str = "sha256=";

/// Whether one of the secrets made this signature of this body. Compares in constant time.
pub fn is_valid(secrets: &[SecretString], header: Option<&str>, body: &[u8]) -> bool {
    let Some(digits) = header.and_then(|header| header.strip_prefix(PREFIX)) else { return false };
    let mut signature = [0_u8; 32];
    if hex::decode_to_slice(digits, &mut signature).is_err() {
        return false;
    }
    secrets.iter().any(|secret| signed_with(secret, &signature, body))
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

    fn secrets(secrets: &[&str]) -> Vec<SecretString> {
        secrets.iter().map(|secret| SecretString::from(*secret)).collect()
    }

    #[test]
    fn the_current_and_the_previous_secret_sign_and_no_other() {
        let both = secrets(&["the current secret", "the previous secret"]);
        for signature in [BY_CURRENT, BY_PREVIOUS] {
            assert!(is_valid(&both, Some(signature), BODY), "{signature}");
        }
        assert!(!is_valid(&secrets(&["the current secret"]), Some(BY_PREVIOUS), BODY));
        assert!(!is_valid(&[], Some(BY_CURRENT), BODY));
    }

    #[test]
    fn a_signature_that_is_missing_malformed_or_of_other_bytes_is_refused() {
        let secrets = secrets(&["the current secret"]);
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
            assert!(!is_valid(&secrets, header, BODY), "{header:?}");
        }
        assert!(!is_valid(&secrets, Some(BY_CURRENT), br#"{"object": "page","entry":[]}"#));
    }

    #[test]
    fn a_secret_that_was_never_set_signs_nothing() {
        let by_empty = "sha256=f117fbb4e9c49c36968d7e5c1ff0c517e23b08385791fe533b642dbc519df4d9";
        assert!(!is_valid(&secrets(&[""]), Some(by_empty), BODY));
    }
}
