//! What the functions log, to be read by a test.

use shared::application::in_memory::Paper;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::DefaultGuard;

/// Until the guard goes, everything that this thread logs is written on the paper as on AWS, at every level.
pub fn capture() -> (Paper, DefaultGuard) {
    let paper = Paper::default();
    let out = paper.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .without_time()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(move || out.clone())
        .finish();
    (paper, tracing::subscriber::set_default(subscriber))
}
