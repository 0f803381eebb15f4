//! What is typed of a playbook: checked, played ahead, published, and its templates approved.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Language, Where};

#[derive(Subcommand)]
pub enum PlaybookCommand {
    /// Say what is wrong with a playbook, by file, line and column
    Check {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The language in which it is said
        #[arg(long, value_enum, default_value_t = Language::En)]
        lang: Language,
    },
    /// Say what one person would get, when and by which way, and what not and why
    Simulate(Simulate),
    /// Print the JSON Schema by which editors complete a playbook
    Schema,
    /// Make a playbook the one that is followed, where Masa runs
    Publish(Publish),
    /// List the WhatsApp templates that the playbook's messages need
    Templates {
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

#[derive(Args)]
pub struct Simulate {
    /// The playbook
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The person, and what happens to them; without it, somebody leaves their details in a form
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// When somebody leaves their details, if there is no scenario, such as 2026-11-30T09:00:00+02:00
    #[arg(long, value_name = "INSTANT", conflicts_with = "scenario")]
    pub start: Option<Timestamp>,
    /// How it is shown
    #[arg(long, value_enum, default_value_t = SimulationFormat::Table)]
    pub format: SimulationFormat,
    /// The journey of a picture; without it, the one that most happens in
    #[arg(long, value_name = "NAME")]
    pub journey: Option<String>,
    /// The language of words and reasons; without it, the business's
    #[arg(long, value_enum)]
    pub lang: Option<Language>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SimulationFormat {
    /// A calendar to read
    Table,
    /// The same for a program
    Json,
    /// A picture of one journey, with what became of each of its steps
    Svg,
}

#[derive(Args)]
pub struct WorklistOf {
    /// The playbook
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Of another day than today, such as 2027-03-21
    #[arg(long, value_name = "DATE")]
    pub date: Option<Date>,
    /// How it is shown
    #[arg(long, value_enum, default_value_t = WorklistFormat::Table)]
    pub format: WorklistFormat,
    /// The language; without it, the business's
    #[arg(long, value_enum)]
    pub lang: Option<Language>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WorklistFormat {
    /// A table to read
    Table,
    /// A page with links to press
    Html,
}

#[derive(Args)]
pub struct Publish {
    /// The playbook
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// A journey whose people go over to its new steps; may be given several times. All others finish the one on which
    /// they began
    #[arg(long = "move", value_name = "JOURNEY")]
    pub moves: Vec<String>,
    /// Say what would change for whom, and publish nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Go on without being asked
    #[arg(long)]
    pub yes: bool,
    #[command(flatten)]
    pub place: Where,
}

#[derive(Subcommand)]
pub enum TemplatesCommand {
    /// Submit what WhatsApp does not have yet, and say where each template stands
    Submit(Submit),
}

#[derive(Args)]
pub struct Submit {
    /// The business's playbook. Its channels name the environment variable that holds the access token
    #[arg(long, value_name = "FILE")]
    pub playbook: PathBuf,
    /// A Graph API other than Meta's, such as that of the sandbox
    #[arg(long, default_value = "https://graph.facebook.com", value_name = "URL")]
    pub graph_url: String,
    /// The version of the Graph API that is asked for
    #[arg(long, default_value = "v26.0", value_name = "VERSION")]
    pub graph_version: String,
    /// Say where each template stands and what would be submitted, and submit nothing
    #[arg(long)]
    pub dry_run: bool,
}
