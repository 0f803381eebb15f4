//! Whom a function trusts to be AWS: Amazon's own roots, instead of the machine's hundred and more. Reading those takes
//! most of a cold start, and a function calls nobody else by this client.
//!
//! AWS promises that its endpoints are signed below these five (Amazon Trust Services, "Certificate authorities"), and
//! tells of a new one years ahead. `MASA_TRUST=system` goes back to the machine's roots without a new build.

use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, tls};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

const AMAZON_ROOTS: &str = include_str!("amazon-roots.pem");

/// The client for AWS. `None` where the SDK's own one is wanted: by `MASA_TRUST=system`, or since roots of the
/// operator's own are named in `AWS_CA_BUNDLE`.
pub fn http_client(env: impl Fn(&str) -> Option<String>) -> Option<SharedHttpClient> {
    let other_roots = env("AWS_CA_BUNDLE").is_some_and(|path| !path.is_empty());
    if other_roots || env("MASA_TRUST").is_some_and(|trust| trust == "system") {
        return None;
    }
    let context = amazon().ok()?;
    Some(Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(context).build_https())
}

fn amazon() -> Result<TlsContext, impl std::error::Error> {
    let roots = TrustStore::empty().with_pem_certificate(AMAZON_ROOTS);
    tls::TlsContext::builder().with_trust_store(roots).build()
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest, Sha256};

    use super::*;

    /// As <https://www.amazontrust.com/repository/> publishes them.
    const FINGERPRINTS: [&str; 5] = [
        "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
        "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
        "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
        "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
        "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
    ];

    #[test]
    fn the_roots_are_those_that_amazon_publishes() {
        let of = |certificate: &str| {
            let base64: String = certificate.lines().filter(|line| !line.starts_with('-')).collect();
            hex::encode(Sha256::digest(STANDARD.decode(base64).unwrap()))
        };
        let certificates = AMAZON_ROOTS.split_inclusive("-----END CERTIFICATE-----\n");
        assert_eq!(certificates.map(of).collect::<Vec<_>>(), FINGERPRINTS);
    }

    #[test]
    fn the_machine_s_roots_are_taken_when_they_are_asked_for() {
        let with = |name: &'static str, value: &'static str| {
            http_client(move |asked| (asked == name).then(|| value.to_owned())).is_some()
        };
        assert!(with("OTHER", "x"));
        assert!(!with("MASA_TRUST", "system"));
        assert!(!with("AWS_CA_BUNDLE", "/roots.pem"));
    }
}
