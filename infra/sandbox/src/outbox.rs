//! Webhooks on their way: signed when they are handed out, and delivered again until they are answered with 2xx.
//!
//! The schedule is one for all kinds: at once, then ever more rarely for 36 hours (PLATFORM.md §1, Instagram's). WhatsApp's
//! seven days and Messenger's unsubscribing after an hour are left out.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

use crate::limits;

/// A webhook to be POSTed, with its `X-Hub-Signature-256`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// To say which one was answered.
    pub number: u64,
    /// The exact bytes that are signed.
    pub body: Vec<u8>,
    /// `sha256=` and the digest in lower-case hex.
    pub signature: String,
}

/// How long to wait after each failure; the last one repeats.
const WAITS_SECONDS: [i64; 9] = [0, 15, 60, 300, 900, 3600, 7200, 14400, 21600];
const GIVE_UP_AFTER: SignedDuration = SignedDuration::from_hours(36);

struct Waiting {
    body: Vec<u8>,
    since: Timestamp,
    due: Timestamp,
    failures: usize,
    /// Handed out, and not answered yet.
    out: bool,
}

/// All that has not been answered with 2xx.
#[derive(Default)]
pub(crate) struct Outbox(BTreeMap<u64, Waiting>);

impl Outbox {
    /// Queues `payload`, due at once.
    pub(crate) fn add(&mut self, number: u64, now: Timestamp, payload: &serde_json::Value) {
        let body = escaped(&payload.to_string()).into_bytes();
        self.0.insert(number, Waiting { body, since: now, due: now, failures: 0, out: false });
        if self.0.len() > limits::WEBHOOKS_MAX {
            self.0.pop_first();
        }
    }

    /// What is due and not out already, oldest first, at most `WEBHOOKS_TAKEN_MAX`.
    pub(crate) fn take(&mut self, now: Timestamp, app_secret: &str) -> Vec<Webhook> {
        let due = self.0.iter_mut().filter(|(_, waiting)| !waiting.out && waiting.due <= now);
        due.take(limits::WEBHOOKS_TAKEN_MAX)
            .map(|(number, waiting)| {
                waiting.out = true;
                let signature = format!("sha256={}", digest(app_secret, &waiting.body));
                Webhook { number: *number, body: waiting.body.clone(), signature }
            })
            .collect()
    }

    pub(crate) fn answered(&mut self, now: Timestamp, number: u64, status: u16) {
        let Some(waiting) = self.0.get_mut(&number) else { return };
        let wait = SignedDuration::from_secs(WAITS_SECONDS[waiting.failures.min(WAITS_SECONDS.len() - 1)]);
        let due = now + wait;
        if (200..300).contains(&status) || due.duration_since(waiting.since) > GIVE_UP_AFTER {
            self.0.remove(&number);
            return;
        }
        waiting.failures += 1;
        waiting.due = due;
        waiting.out = false;
    }

    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        self.0.values().filter(|waiting| !waiting.out).map(|waiting| waiting.due).min()
    }
}

/// HMAC-SHA256 in lower-case hex: signatures and `appsecret_proof`.
pub(crate) fn digest(secret: &str, bytes: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(bytes);
    hex::encode(mac.finalize().into_bytes())
}

/// The JSON text as Meta writes it: ASCII only, and each slash escaped.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '/' => text.push_str("\\/"),
            ascii if ascii.is_ascii() => text.push(ascii),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage;

    #[test]
    fn what_is_not_ascii_is_escaped_and_the_escaped_bytes_are_signed() {
        // PLATFORM.md §1: the signature is made over the escaped-unicode form.
        let mut outbox = Outbox::default();
        outbox.add(7, stage::start(), &serde_json::json!({"text": "היי 🙏 a/b"}));
        let webhook = outbox.take(stage::start(), "secret").remove(0);
        let text = String::from_utf8(webhook.body.clone()).unwrap();
        assert_eq!(text, r#"{"text":"\u05d4\u05d9\u05d9 \ud83d\ude4f a\/b"}"#);
        assert_eq!(webhook.signature, format!("sha256={}", digest("secret", &webhook.body)));
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&webhook.body).unwrap()["text"], "היי 🙏 a/b");
    }

    #[test]
    fn the_digest_is_the_one_of_the_standard() {
        // RFC 4231, test case 2.
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(digest("Jefe", b"what do ya want for nothing?"), expected);
    }

    #[test]
    fn an_unanswered_webhook_comes_again_ever_more_rarely_for_36_hours() {
        // PLATFORM.md §1: at once, then decreasing for 36 h.
        let mut outbox = Outbox::default();
        outbox.add(1, stage::start(), &serde_json::json!({}));
        let mut now = stage::start();
        let mut waits = Vec::new();
        while let Some(due) = outbox.next_at() {
            waits.push(due.duration_since(now).as_secs());
            now = due;
            assert_eq!(outbox.take(now, "secret").len(), 1);
            assert!(outbox.take(now, "secret").is_empty(), "handed out once");
            outbox.answered(now, 1, 500);
        }
        assert!(waits[1..].is_sorted(), "{waits:?}");
        let hours = now.duration_since(stage::start()).as_hours();
        assert!((24..=36).contains(&hours), "{hours}");
    }

    #[test]
    fn an_answered_webhook_does_not_come_again() {
        let mut outbox = Outbox::default();
        outbox.add(1, stage::start(), &serde_json::json!({}));
        outbox.take(stage::start(), "secret");
        outbox.answered(stage::start(), 1, 200);
        assert_eq!(outbox.next_at(), None);
    }
}
