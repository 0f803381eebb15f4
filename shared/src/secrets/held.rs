//! Secrets that somebody else keeps, held for some minutes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use application::ports::{Chance, Clock};
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use super::{Secrets, SecretsUnavailable, is_set};

/// A changed secret is known everywhere after six minutes at the latest.
const HELD_FOR: SignedDuration = SignedDuration::from_mins(4);
/// Added by chance, so that what started together does not ask together.
const JITTER_MS: u64 = 2 * 60 * 1_000;
/// Anybody can make a signature that does not fit. It makes nobody ask more often than this.
const RENEWED_EVERY: SignedDuration = SignedDuration::from_secs(60);
/// Where whoever keeps the secrets does not answer, the ones that are held serve on and are asked for again after this.
const RETRIED_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// Who keeps the secrets.
#[async_trait]
pub trait SecretSource: Send + Sync {
    /// The secrets of these names, in one question. One that is not set is not in the answer.
    async fn read(&self, names: &[&str]) -> Result<BTreeMap<String, SecretString>, SecretsUnavailable>;
}

/// Secrets from a [`SecretSource`], each held for four to six minutes.
pub struct HeldSecrets {
    source: Arc<dyn SecretSource>,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    held: Mutex<BTreeMap<String, Held>>,
}

struct Held {
    secret: Option<SecretString>,
    asked_at: Timestamp,
    until: Timestamp,
}

impl Held {
    fn serves(&self, now: Timestamp) -> bool {
        self.asked_at <= now && now < self.until
    }
}

impl HeldSecrets {
    pub fn new(source: Arc<dyn SecretSource>, clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Self {
        Self { source, clock, chance, held: Mutex::default() }
    }

    /// Reads all of these at once: what a function needs for every event, while it starts.
    pub async fn read(&self, names: &[&str]) -> Result<(), SecretsUnavailable> {
        let now = self.clock.now();
        let mut secrets = self.source.read(names).await?;
        let jitter = SignedDuration::from_millis((self.chance.seed() % JITTER_MS).cast_signed());
        let mut held = self.lock();
        for &name in names {
            let secret = secrets.remove(name).filter(is_set);
            held.insert(name.to_owned(), Held { secret, asked_at: now, until: now + HELD_FOR + jitter });
        }
        Ok(())
    }

    /// The secret that is held, unless it is time to ask.
    fn held(&self, name: &str, is_fresh: impl Fn(&Held) -> bool) -> Option<Option<SecretString>> {
        self.lock().get(name).filter(|held| is_fresh(held)).map(|held| held.secret.clone())
    }

    async fn ask(&self, name: &str) -> Result<Option<SecretString>, SecretsUnavailable> {
        let asked = self.read(&[name]).await;
        let now = self.clock.now();
        match (asked, self.lock().get_mut(name)) {
            (Ok(()), held) => Ok(held.and_then(|held| held.secret.clone())),
            (Err(error), Some(held)) => {
                tracing::warn!(%error, name, "a secret is used as it was");
                (held.asked_at, held.until) = (now, now + RETRIED_AFTER);
                Ok(held.secret.clone())
            }
            (Err(error), None) => Err(error),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Held>> {
        self.held.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[async_trait]
impl Secrets for HeldSecrets {
    async fn prepare(&self, names: &[&str]) {
        let now = self.clock.now();
        let is_stale = |name: &&str| self.held(name, |held| held.serves(now)).is_none();
        let stale: Vec<&str> = names.iter().copied().filter(is_stale).collect();
        if stale.len() > 1
            && let Err(error) = self.read(&stale).await
        {
            tracing::warn!(%error, "secrets are asked for one by one");
        }
    }

    async fn secret(&self, name: &str) -> Result<Option<SecretString>, SecretsUnavailable> {
        let now = self.clock.now();
        match self.held(name, |held| held.serves(now)) {
            Some(secret) => Ok(secret),
            None => self.ask(name).await,
        }
    }

    async fn renewed(&self, name: &str) -> Result<Option<SecretString>, SecretsUnavailable> {
        let now = self.clock.now();
        let is_fresh =
            |held: &Held| held.asked_at <= now && now.duration_since(held.asked_at) < RENEWED_EVERY;
        match self.held(name, is_fresh) {
            Some(secret) => Ok(secret),
            None => self.ask(name).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use application::in_memory::{ManualClock, SeededChance};
    use secrecy::ExposeSecret;

    use super::super::any_passes;
    use super::*;

    /// Whoever keeps them, with what it was asked.
    #[derive(Default)]
    struct Keeper {
        secrets: Mutex<BTreeMap<String, String>>,
        asked: Mutex<Vec<String>>,
        is_down: Mutex<bool>,
    }

    impl Keeper {
        fn set(&self, name: &str, value: &str) {
            self.secrets.lock().unwrap().insert(name.to_owned(), value.to_owned());
        }

        fn asked(&self) -> Vec<String> {
            std::mem::take(&mut self.asked.lock().unwrap())
        }
    }

    #[async_trait]
    impl SecretSource for Keeper {
        async fn read(&self, names: &[&str]) -> Result<BTreeMap<String, SecretString>, SecretsUnavailable> {
            self.asked.lock().unwrap().push(names.join(","));
            if *self.is_down.lock().unwrap() {
                return Err(SecretsUnavailable("it is down".into()));
            }
            let secrets = self.secrets.lock().unwrap();
            let named = names.iter().filter_map(|&name| secrets.get_key_value(name));
            Ok(named.map(|(name, value)| (name.clone(), SecretString::from(value.clone()))).collect())
        }
    }

    fn stage() -> (Arc<Keeper>, Arc<ManualClock>, HeldSecrets) {
        let keeper = Arc::new(Keeper::default());
        let clock = Arc::new(ManualClock::at("2026-11-30T09:00:00Z".parse().unwrap()));
        let held = HeldSecrets::new(
            Arc::clone(&keeper) as _,
            Arc::clone(&clock) as _,
            Arc::new(SeededChance::new(7)),
        );
        (keeper, clock, held)
    }

    async fn shown(secrets: &HeldSecrets, name: &str) -> Option<String> {
        secrets.secret(name).await.unwrap().map(|secret| secret.expose_secret().to_owned())
    }

    #[tokio::test]
    async fn a_secret_is_asked_for_when_it_is_needed_and_then_held_for_minutes() {
        let (keeper, clock, secrets) = stage();
        keeper.set("key", "first");
        assert_eq!(keeper.asked(), [""; 0]);
        assert_eq!(shown(&secrets, "key").await.as_deref(), Some("first"));
        keeper.set("key", "second");
        clock.advance(SignedDuration::from_mins(3));
        assert_eq!(shown(&secrets, "key").await.as_deref(), Some("first"));
        assert_eq!(keeper.asked(), ["key"]);
        clock.advance(SignedDuration::from_mins(3));
        assert_eq!(shown(&secrets, "key").await.as_deref(), Some("second"));
        assert_eq!(keeper.asked(), ["key"]);
    }

    #[tokio::test]
    async fn one_that_is_not_set_or_empty_is_none_and_that_is_held_too() {
        let (keeper, _, secrets) = stage();
        keeper.set("empty", "");
        for _ in 0..2 {
            assert_eq!(shown(&secrets, "empty").await, None);
            assert_eq!(shown(&secrets, "missing").await, None);
        }
        assert_eq!(keeper.asked(), ["empty", "missing"]);
    }

    #[tokio::test]
    async fn several_are_read_at_once_while_a_function_starts() {
        let (keeper, _, secrets) = stage();
        keeper.set("a", "1");
        keeper.set("b", "2");
        secrets.read(&["a", "b", "c"]).await.unwrap();
        assert_eq!(shown(&secrets, "a").await.as_deref(), Some("1"));
        assert_eq!(shown(&secrets, "b").await.as_deref(), Some("2"));
        assert_eq!(shown(&secrets, "c").await, None);
        assert_eq!(keeper.asked(), ["a,b,c"]);
    }

    #[tokio::test]
    async fn a_key_that_a_business_may_have_of_its_own_is_one_question() {
        let (keeper, clock, secrets) = stage();
        keeper.set("key", "shared");
        let is = |secret: &SecretString| secret.expose_secret() == "shared";
        for _ in 0..3 {
            assert!(any_passes(&secrets, &["neveh/key", "key"], is).await.unwrap());
        }
        assert_eq!(keeper.asked(), ["neveh/key,key"]);
        clock.advance(SignedDuration::from_mins(10));
        *keeper.is_down.lock().unwrap() = true;
        assert!(any_passes(&secrets, &["neveh/key", "key"], is).await.unwrap(), "what is held serves on");
    }

    #[tokio::test]
    async fn a_replaced_secret_passes_at_once_and_strangers_make_nobody_ask_more_than_once_a_minute() {
        let (keeper, clock, secrets) = stage();
        keeper.set("key", "old");
        let is = |wanted: &'static str| move |secret: &SecretString| secret.expose_secret() == wanted;
        assert!(any_passes(&secrets, &["key"], is("old")).await.unwrap());
        keeper.set("key", "new");
        clock.advance(SignedDuration::from_secs(61));
        assert!(any_passes(&secrets, &["key"], is("new")).await.unwrap());
        assert_eq!(keeper.asked(), ["key", "key"]);
        for _ in 0..50 {
            assert!(!any_passes(&secrets, &["key"], is("guessed")).await.unwrap());
            clock.advance(SignedDuration::from_secs(1));
        }
        assert_eq!(keeper.asked(), [""; 0]);
    }

    #[tokio::test]
    async fn while_the_keeper_is_down_what_is_held_serves_on() {
        let (keeper, clock, secrets) = stage();
        keeper.set("key", "held");
        shown(&secrets, "key").await;
        *keeper.is_down.lock().unwrap() = true;
        clock.advance(SignedDuration::from_mins(10));
        for _ in 0..3 {
            assert_eq!(shown(&secrets, "key").await.as_deref(), Some("held"));
        }
        assert_eq!(keeper.asked(), ["key", "key"]);
        assert!(secrets.secret("other").await.is_err());
        *keeper.is_down.lock().unwrap() = false;
        keeper.set("key", "new");
        clock.advance(SignedDuration::from_secs(11));
        assert_eq!(shown(&secrets, "key").await.as_deref(), Some("new"));
    }
}
