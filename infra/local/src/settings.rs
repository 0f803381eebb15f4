//! What the local stack is told at its start.

use std::path::PathBuf;

use jiff::Timestamp;
use shared::lambda::settings::SettingsError;
use shared::secrets::{FixedSecrets, SecretString, names};

pub struct LocalSettings {
    /// 0 takes any free port.
    pub port: u16,
    /// Where the data lives; `None` keeps it in memory.
    pub data: Option<PathBuf>,
    pub playbooks: Vec<PlaybookFile>,
    pub clock: ClockSetting,
    pub graph: GraphSetting,
    pub secrets: Secrets,
    /// Chance from a seed, for runs that are to be the same each time.
    pub seed: Option<u64>,
}

pub struct PlaybookFile {
    pub name: String,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockSetting {
    System,
    /// Stands still unless it is moved.
    Manual {
        start: Timestamp,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GraphSetting {
    /// The stand-in for Meta in this process.
    Sandbox,
    /// Another Graph API, by its address without the version, and the version to speak.
    Url { url: String, version: String },
}

/// The secrets of one installation (DESIGN.md, "The command").
#[derive(Clone)]
pub struct Secrets {
    pub meta_app_secret: SecretString,
    /// The secret before the last rotation, while Meta may still sign with it.
    pub meta_app_secret_previous: Option<SecretString>,
    pub meta_verify_token: SecretString,
    /// Tokens by the names that playbooks give them.
    pub tokens: Vec<(String, SecretString)>,
    pub api_key: SecretString,
    pub form_key: SecretString,
    pub calendly_key: Option<SecretString>,
}

/// The names of the variables and what each is in the sandbox.
const SANDBOX: [(&str, &str); 6] = [
    (names::META_APP_SECRET, "sandbox-app-secret"),
    (names::META_VERIFY_TOKEN, "sandbox-verify-token"),
    (names::META_TOKEN, "sandbox-token"),
    (names::API_KEY, "sandbox-api-key"),
    (names::FORM_KEY, "sandbox-form-key"),
    (names::CALENDLY_KEY, "sandbox-calendly-key"),
];

impl Secrets {
    /// Reads the environment. On the sandbox what is missing has a default; elsewhere it is a refusal to start.
    /// `token_names` are the secrets that the playbooks name for their channels.
    pub fn read(
        env: impl Fn(&str) -> Option<String>,
        on_sandbox: bool,
        token_names: &[String],
    ) -> Result<Self, SettingsError> {
        let set = |name: &str| env(name).filter(|value| !value.is_empty());
        let read = |index: usize| {
            let (name, default) = SANDBOX[index];
            match set(name) {
                Some(value) => Ok(SecretString::from(value)),
                None if on_sandbox => Ok(SecretString::from(default)),
                None => Err(SettingsError::Missing(name)),
            }
        };
        let shared_token = read(2)?;
        let tokens = token_names
            .iter()
            .map(|name| (name.clone(), set(name).map_or_else(|| shared_token.clone(), SecretString::from)))
            .collect();
        Ok(Self {
            meta_app_secret: read(0)?,
            meta_app_secret_previous: set(names::META_APP_SECRET_PREVIOUS).map(SecretString::from),
            meta_verify_token: read(1)?,
            tokens,
            api_key: read(3)?,
            form_key: read(4)?,
            // Whose calendar is elsewhere has none.
            calendly_key: read(5).ok(),
        })
    }

    /// All of them, as the functions ask for them.
    pub fn by_name(&self) -> FixedSecrets {
        let own = [
            (names::META_APP_SECRET, &self.meta_app_secret),
            (names::META_VERIFY_TOKEN, &self.meta_verify_token),
            (names::API_KEY, &self.api_key),
            (names::FORM_KEY, &self.form_key),
        ];
        let previous =
            self.meta_app_secret_previous.iter().map(|secret| (names::META_APP_SECRET_PREVIOUS, secret));
        let calendly = self.calendly_key.iter().map(|secret| (names::CALENDLY_KEY, secret));
        let tokens = self.tokens.iter().map(|(name, token)| (name.as_str(), token));
        own.into_iter()
            .chain(previous)
            .chain(calendly)
            .chain(tokens)
            .map(|(name, secret)| (name, secret.clone()))
            .collect()
    }

    /// The defaults of the sandbox, for the start to print: they are no secrets.
    pub fn sandbox_defaults() -> impl Iterator<Item = (&'static str, &'static str)> {
        SANDBOX.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::secrets::ExposeSecret;

    #[test]
    fn off_the_sandbox_a_missing_secret_is_a_refusal() {
        let names = ["MASA_META_TOKEN".to_owned()];
        assert!(Secrets::read(|_| None, true, &names).is_ok());
        let error = Secrets::read(|_| None, false, &names).err();
        assert_eq!(error, Some(SettingsError::Missing("MASA_META_TOKEN")));
    }

    #[test]
    fn a_business_may_have_a_token_of_its_own() {
        let names = ["MASA_META_TOKEN".to_owned(), "MASA_META_TOKEN_GALIL".to_owned()];
        let env = |name: &str| (name == "MASA_META_TOKEN_GALIL").then(|| "other".to_owned());
        let secrets = Secrets::read(env, true, &names).unwrap();
        let tokens: Vec<&str> = secrets.tokens.iter().map(|(_, token)| token.expose_secret()).collect();
        assert_eq!(tokens, ["sandbox-token", "other"]);
    }
}
