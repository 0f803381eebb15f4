//! The secrets of an installation: SecureString parameters, of which some are made up and some are asked for.
//!
//! What is stored is never written over: a person changes it, by the command that the last page of a deployment shows.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ssm::error::ProvideErrorMetadata;
use aws_sdk_ssm::types::ParameterType;
use secrecy::{ExposeSecret, SecretString};

use crate::aws::Aws;
use crate::fault::{AwsError, DeployError, explain};
use crate::installation::Installation;
use crate::operator::Operator;

pub use shared::secrets::names::{
    API_KEY, CALENDLY_KEY, FORM_KEY, META_APP_SECRET as APP_SECRET, META_TOKEN as TOKEN,
    META_VERIFY_TOKEN as VERIFY_TOKEN, PEPPER,
};

/// Where a secret comes from that is not there yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Random bytes, that many, as hexadecimal digits.
    MadeUp { bytes: usize },
    /// Only the operator has it.
    Given,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret {
    pub name: String,
    pub origin: Origin,
}

/// All that the functions read.
pub fn needed(tokens: &BTreeSet<String>) -> Vec<Secret> {
    let made_up = |name: &str, bytes| Secret { name: name.to_owned(), origin: Origin::MadeUp { bytes } };
    let given = |name: &str| Secret { name: name.to_owned(), origin: Origin::Given };
    let own = [
        made_up(PEPPER, 32),
        made_up(VERIFY_TOKEN, 16),
        made_up(API_KEY, 32),
        made_up(FORM_KEY, 16),
        // Whoever subscribes Calendly's webhooks chooses it (developer.calendly.com, "Create Webhook Subscription": signing_key).
        made_up(CALENDLY_KEY, 32),
        given(APP_SECRET),
    ];
    own.into_iter().chain(tokens.iter().map(|name| given(name))).collect()
}

/// The tokens among the names that are stored.
pub fn tokens(stored: &BTreeSet<String>) -> impl Iterator<Item = &String> {
    stored.iter().filter(|name| **name == TOKEN || name.starts_with("MASA_META_TOKEN_"))
}

/// Takes what only the operator has, before anything is made: a deployment that stops half way for want of it helps nobody.
pub fn ask(
    missing: &[Secret],
    operator: &dyn Operator,
) -> Result<BTreeMap<String, SecretString>, DeployError> {
    let mut given = BTreeMap::new();
    for secret in missing.iter().filter(|secret| secret.origin == Origin::Given) {
        let name = &secret.name;
        let value = match operator.env(variable(name)) {
            Some(value) => Some(SecretString::from(value)),
            None => operator.secret(&question(name)),
        };
        let value = value.ok_or_else(|| DeployError::SecretMissing(name.clone()))?;
        let value = SecretString::from(value.expose_secret().trim().to_owned());
        // Behind a token may stand a blank and its proof.
        let odd = |byte: u8| byte.is_ascii_control() || (name == APP_SECRET && byte == b' ');
        if value.expose_secret().is_empty() || value.expose_secret().bytes().any(odd) {
            return Err(DeployError::SecretOdd(name.clone()));
        }
        given.insert(name.clone(), value);
    }
    Ok(given)
}

/// The variable of the environment that may hold a secret: a business's own has the name that all have.
pub fn variable(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn question(name: &str) -> String {
    let what = match name {
        APP_SECRET => "Meta's app secret (App Dashboard → App settings → Basic)",
        _ => "a Meta token that does not expire (Business settings → System users → Generate token)",
    };
    format!("{name}: {what}. It is not shown while you paste it: ")
}

/// The values of what is missing: what was given, and the rest made up.
pub fn values(
    missing: &[Secret],
    mut given: BTreeMap<String, SecretString>,
) -> Result<Vec<(String, SecretString)>, DeployError> {
    let value = |secret: &Secret| match secret.origin {
        Origin::MadeUp { bytes } => Ok((secret.name.clone(), made_up(bytes)?)),
        Origin::Given => {
            let value = given.remove(&secret.name);
            let value = value.ok_or_else(|| DeployError::SecretMissing(secret.name.clone()))?;
            Ok((secret.name.clone(), value))
        }
    };
    missing.iter().map(value).collect()
}

fn made_up(bytes: usize) -> Result<SecretString, DeployError> {
    let mut secret = vec![0; bytes];
    getrandom::fill(&mut secret).map_err(DeployError::NoRandomness)?;
    Ok(SecretString::from(hex::encode(secret)))
}

/// The names that are stored, below the installation's path; their values stay where they are. A business's own secret
/// has the business before its name: `neveh/MASA_API_KEY`.
pub async fn stored(aws: &Aws, installation: &Installation) -> Result<BTreeSet<String>, AwsError> {
    let path = format!("{}/", installation.secrets_path());
    let get = aws.ssm.get_parameters_by_path().path(&path).recursive(true);
    let mut pages = get.into_paginator().send();
    let mut names = BTreeSet::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| explain("list the secrets", aws.region(), &error))?;
        let of_page = page.parameters().iter().filter_map(|parameter| parameter.name());
        names.extend(of_page.filter_map(|name| name.strip_prefix(&path)).map(str::to_owned));
    }
    Ok(names)
}

pub async fn put(
    aws: &Aws,
    installation: &Installation,
    name: &str,
    value: &SecretString,
) -> Result<(), AwsError> {
    let put = aws
        .ssm
        .put_parameter()
        .name(installation.secret(name))
        .r#type(ParameterType::SecureString)
        .overwrite(false)
        .value(value.expose_secret());
    put.send().await.map(drop).map_err(|error| explain("store a secret", aws.region(), &error))
}

/// Reads one, to be shown: only the verify token is, since a person has to paste it.
pub async fn read(aws: &Aws, installation: &Installation, name: &str) -> Result<SecretString, AwsError> {
    let get = aws.ssm.get_parameter().name(installation.secret(name)).with_decryption(true).send().await;
    let parameter = get.map_err(|error| explain("read the verify token", aws.region(), &error))?.parameter;
    Ok(SecretString::from(parameter.and_then(|parameter| parameter.value).unwrap_or_default()))
}

/// Reads one for the calls that an operator's command makes itself. `None` if it is not stored.
pub async fn find(
    aws: &Aws,
    installation: &Installation,
    name: &str,
) -> Result<Option<SecretString>, AwsError> {
    let get = aws.ssm.get_parameter().name(installation.secret(name)).with_decryption(true).send().await;
    match get {
        Ok(got) => Ok(got.parameter.and_then(|parameter| parameter.value).map(SecretString::from)),
        Err(error) if error.code() == Some("ParameterNotFound") => Ok(None),
        Err(error) => Err(explain("read a secret", aws.region(), &error)),
    }
}

pub async fn delete(
    aws: &Aws,
    installation: &Installation,
    names: &BTreeSet<String>,
) -> Result<(), AwsError> {
    let paths: Vec<String> = names.iter().map(|name| installation.secret(name)).collect();
    // What AWS takes at once.
    for paths in paths.chunks(10) {
        let delete = aws.ssm.delete_parameters().set_names(Some(paths.to_vec())).send().await;
        delete.map_err(|error| explain("delete the secrets", aws.region(), &error))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Mute<'e>(&'e [(&'e str, &'e str)]);

    impl Operator for Mute<'_> {
        fn tell(&self, _: &str) {}
        fn agrees(&self, _: &str) -> Option<bool> {
            None
        }
        fn line(&self, _: &str) -> Option<String> {
            None
        }
        fn secret(&self, _: &str) -> Option<SecretString> {
            None
        }
        fn env(&self, name: &str) -> Option<String> {
            self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        }
    }

    fn missing() -> Vec<Secret> {
        needed(&BTreeSet::from(["MASA_META_TOKEN".to_owned(), "MASA_META_TOKEN_2".to_owned()]))
    }

    #[test]
    fn what_is_made_up_is_as_long_as_it_has_to_be_and_never_the_same() {
        let env = Mute(&[(APP_SECRET, "s"), ("MASA_META_TOKEN", " t1\n"), ("MASA_META_TOKEN_2", "t2")]);
        let drawn = || values(&missing(), ask(&missing(), &env).unwrap()).unwrap();
        let (first, second) = (drawn(), drawn());
        let of = |values: &[(String, SecretString)], name: &str| {
            let found = values.iter().find(|(known, _)| known == name).unwrap();
            found.1.expose_secret().to_owned()
        };
        assert!(shared::lambda::settings::pepper(&of(&first, PEPPER)).is_ok());
        for name in [PEPPER, VERIFY_TOKEN, API_KEY, FORM_KEY, CALENDLY_KEY] {
            assert!(of(&first, name).len() >= 32, "{name}");
            assert_ne!(of(&first, name), of(&second, name), "{name}");
        }
        assert_eq!(of(&first, "MASA_META_TOKEN"), "t1");
        assert_eq!(first.len(), 8);
    }

    #[test]
    fn what_nobody_gives_is_named_and_what_is_odd_is_not_shown() {
        let refusal = ask(&missing(), &Mute(&[(APP_SECRET, "s")])).unwrap_err().to_string();
        assert!(refusal.starts_with("MASA_META_TOKEN is not stored yet"), "{refusal}");
        let refusal = ask(&missing(), &Mute(&[(APP_SECRET, "two words")])).unwrap_err().to_string();
        assert!(refusal.starts_with(APP_SECRET) && !refusal.contains("two words"), "{refusal}");
    }
}
