//! Settings of a function, read once at its start.

use crate::secrets::names;

/// A setting that is missing or odd, by the name of its variable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    #[error("the environment variable {0} is not set, and nothing stands in for it")]
    Missing(&'static str),
    #[error("the secret {0} is not set; set {1}")]
    NoSecret(String, String),
    #[error("the secret {0} is not {1}")]
    Odd(&'static str, &'static str),
}

/// What a function on AWS is told about its surroundings.
#[derive(Clone, Debug)]
pub struct FunctionSettings {
    /// Tells this installation's figures from another's in the same account.
    pub installation: String,
    pub table: String,
    /// The addresses of the queues, by [`QueueName`](crate::adapters::sqs::QueueName)'s order.
    pub queue_urls: [String; 6],
}

const QUEUE_VARIABLES: [&str; 6] = [
    "MASA_QUEUE_LEAD_INTAKE",
    "MASA_QUEUE_COMMENTS",
    "MASA_QUEUE_TAGS",
    "MASA_QUEUE_MESSAGES",
    "MASA_QUEUE_CONVERSATION",
    "MASA_QUEUE_BULK",
];

impl FunctionSettings {
    pub fn read(env: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let needed = |name: &'static str| required(&env, name);
        let [intake, comments, tags, messages, conversation, bulk] = QUEUE_VARIABLES.map(needed);
        Ok(Self {
            installation: needed("MASA_INSTALLATION")?,
            table: needed("MASA_TABLE")?,
            queue_urls: [intake?, comments?, tags?, messages?, conversation?, bulk?],
        })
    }
}

fn required(env: impl Fn(&str) -> Option<String>, name: &'static str) -> Result<String, SettingsError> {
    env(name).filter(|value| !value.is_empty()).ok_or(SettingsError::Missing(name))
}

/// Reads the secret of derived ids.
pub fn pepper(hex_digits: &str) -> Result<domain::ids::Pepper, SettingsError> {
    let mut secret = [0; 32];
    hex::decode_to_slice(hex_digits, &mut secret)
        .map_err(|_| SettingsError::Odd(names::PEPPER, "64 hexadecimal digits"))?;
    Ok(domain::ids::Pepper::new(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_variable_is_named() {
        let all = |name: &str| (name != "MASA_QUEUE_BULK").then(|| "x".to_owned());
        assert_eq!(FunctionSettings::read(all).unwrap_err(), SettingsError::Missing("MASA_QUEUE_BULK"));
        assert!(FunctionSettings::read(|_| Some("x".into())).is_ok());
        assert!(pepper("00").is_err());
        assert!(pepper(&"0f".repeat(32)).is_ok());
    }
}
