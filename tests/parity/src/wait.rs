//! Waiting for what another process does.

use std::time::Duration;

const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Looks until there is something to see, for so many seconds at most.
pub async fn within<T>(seconds: u32, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    for _ in 0..seconds * 2 {
        looks.tick().await;
        if let Some(seen) = look().await {
            return seen;
        }
    }
    panic!("{what}: not within {seconds} seconds; see parity.log in the build folder");
}
