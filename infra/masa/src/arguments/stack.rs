//! What is typed to run the stack on this machine.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::Language;

#[derive(Args)]
pub struct Run {
    /// Where to listen, on this machine only
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// The folder that keeps the data
    #[arg(long, default_value = ".masa", value_name = "DIR")]
    pub data: PathBuf,
    /// A business's playbook; may be given several times
    #[arg(long, value_name = "FILE")]
    pub playbook: Vec<PathBuf>,
    /// The machine's clock, or one that stands still unless it is moved
    #[arg(long, value_enum, default_value_t = ClockKind::System)]
    pub clock: ClockKind,
    /// Where a manual clock stands at first, such as 2026-11-30T09:00:00+02:00
    #[arg(long, value_name = "INSTANT")]
    pub start: Option<Timestamp>,
    /// A Graph API other than the sandbox, such as https://graph.facebook.com
    #[arg(long, value_name = "URL")]
    pub graph_url: Option<String>,
    /// The version of the Graph API that is asked for
    #[arg(long, default_value = "v26.0", value_name = "VERSION")]
    pub graph_version: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ClockKind {
    System,
    Manual,
}

#[derive(Args)]
pub struct Demo {
    /// End after the table instead of leaving the page up
    #[arg(long)]
    pub once: bool,
    /// The language of the agency and of its people
    #[arg(long, value_enum, default_value_t = Language::He)]
    pub lang: Language,
    /// Where the page is, on this machine only
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
}
