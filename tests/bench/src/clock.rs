//! The one place of the bench that reads the clock and waits.

use std::time::{Duration, Instant};

use jiff::Timestamp;

#[expect(clippy::disallowed_methods, reason = "a bench measures from outside, by the machine's clock")]
pub fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "platforms date what they tell by their own clock")]
pub fn today() -> Timestamp {
    Timestamp::now()
}

#[expect(clippy::disallowed_methods, reason = "a platform takes its time, and a bench waits for it")]
pub async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// What comes within `patience`, or nothing.
/// A program under test may hang, and a bench must not.
pub async fn within<T>(patience: Duration, what: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(patience, what).await.ok()
}
