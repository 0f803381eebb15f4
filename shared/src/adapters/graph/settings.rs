//! Where the Graph API is, which version of it we speak, and how long we wait for it.

use std::time::Duration;

use domain::call::CALL_TIMEOUT;
use jiff::SignedDuration;
use reqwest::Url;

/// How to reach the Graph API. Tokens are no settings: they come from [`Secrets`](crate::secrets::Secrets).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphSettings {
    /// `https://graph.facebook.com`, or a stand-in; it may have a path.
    pub base_url: String,
    /// For example `v26.0`.
    pub version: String,
    /// How long a call may take in all. At most [`CALL_TIMEOUT`], by which the record knows that a call has ended.
    pub timeout: SignedDuration,
}

impl Default for GraphSettings {
    fn default() -> Self {
        Self {
            base_url: "https://graph.facebook.com".to_owned(),
            version: "v26.0".to_owned(),
            timeout: CALL_TIMEOUT,
        }
    }
}

/// Why there can be no client with these settings.
#[derive(Debug, thiserror::Error)]
pub enum InvalidGraphSettings {
    #[error(
        "the Graph API's base URL must be http:// or https:// with a host, without user, query and fragment"
    )]
    BaseUrl,
    #[error("the Graph API's version looks like v26.0")]
    Version,
    #[error("the Graph API's time-out must be more than nothing and at most {max:#}", max = CALL_TIMEOUT)]
    Timeout,
    #[error("the HTTP client could not be made; are the system's root certificates installed?")]
    Client(#[source] reqwest::Error),
}

impl GraphSettings {
    /// The address under which all paths are, without a slash at its end.
    pub(super) fn root(&self) -> Result<String, InvalidGraphSettings> {
        let url = Url::parse(&self.base_url).map_err(|_| InvalidGraphSettings::BaseUrl)?;
        let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !plain || url.fragment().is_some()
        {
            return Err(InvalidGraphSettings::BaseUrl);
        }
        if !is_version(&self.version) {
            return Err(InvalidGraphSettings::Version);
        }
        Ok(format!("{}/{}", url.as_str().trim_end_matches('/'), self.version))
    }

    pub(super) fn timeout(&self) -> Result<Duration, InvalidGraphSettings> {
        let usable = self.timeout > SignedDuration::ZERO && self.timeout <= CALL_TIMEOUT;
        usable.then(|| self.timeout.unsigned_abs()).ok_or(InvalidGraphSettings::Timeout)
    }
}

fn is_version(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = text.strip_prefix('v').and_then(|number| number.split_once('.'));
    parts.is_some_and(|(major, minor)| digits(major) && digits(minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_the_base_with_the_version() {
        let cases = [
            ("https://graph.facebook.com", "v26.0", Some("https://graph.facebook.com/v26.0")),
            (
                "http://127.0.0.1:8080/sandbox/graph/",
                "v27.0",
                Some("http://127.0.0.1:8080/sandbox/graph/v27.0"),
            ),
            ("graph.facebook.com", "v26.0", None),
            ("ftp://graph.facebook.com", "v26.0", None),
            ("https://user:secret@graph.facebook.com", "v26.0", None),
            ("https://graph.facebook.com?a=b", "v26.0", None),
            ("https://graph.facebook.com", "26", None),
        ];
        for (base, version, expected) in cases {
            let settings = GraphSettings {
                base_url: base.to_owned(),
                version: version.to_owned(),
                ..GraphSettings::default()
            };
            assert_eq!(settings.root().ok().as_deref(), expected, "{base} {version}");
        }
    }

    #[test]
    fn a_call_may_not_outlast_what_the_record_believes() {
        let with = |timeout| GraphSettings { timeout, ..GraphSettings::default() }.timeout().is_ok();
        assert!(with(CALL_TIMEOUT));
        assert!(!with(CALL_TIMEOUT + SignedDuration::from_millis(1)));
        assert!(!with(SignedDuration::ZERO));
        assert!(!with(-CALL_TIMEOUT));
    }
}
