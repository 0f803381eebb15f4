//! What is typed of an installation on AWS.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Args)]
pub struct Cost {
    /// How many new leads a month
    #[arg(long, value_name = "N")]
    pub leads: u64,
    /// How many messages each of them is sent
    #[arg(long, default_value_t = 10, value_name = "M")]
    pub messages: u64,
    /// Where on AWS
    #[arg(long, default_value = "il-central-1", value_name = "REGION")]
    pub region: String,
    /// Take off what AWS gives each account free every month
    #[arg(long)]
    pub free_tier: bool,
    /// Print the lines for a program
    #[arg(long)]
    pub json: bool,
}

/// Which installation, and where.
#[derive(Args)]
pub struct Place {
    /// The name of the installation; one account may hold several
    #[arg(long, default_value = "masa", value_name = "NAME")]
    pub installation: String,
    /// Where on AWS; else AWS_REGION, else the profile's, else il-central-1
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// Another address than AWS's, such as that of an emulator; else AWS_ENDPOINT_URL
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Go on without being asked
    #[arg(long)]
    pub yes: bool,
}

#[derive(Args)]
pub struct Deploy {
    #[command(flatten)]
    pub place: Place,
    /// A business's playbook; may be given several times. Those that were published stay
    #[arg(long, value_name = "FILE")]
    pub playbook: Vec<PathBuf>,
    /// How many new leads a month the estimate is for
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    pub leads: u64,
    /// Who is written to when an alarm goes off
    #[arg(long, value_name = "ADDRESS")]
    pub alarm_email: Option<String>,
    /// A Graph API other than Meta's, for a trial
    #[arg(long, value_name = "URL")]
    pub graph_url: Option<String>,
    /// A table that was restored, in the place of the installation's own
    #[arg(long, value_name = "NAME")]
    pub table: Option<String>,
    /// Take the functions' zips from this folder instead of building them
    #[arg(long, value_name = "DIR")]
    pub prebuilt: Option<PathBuf>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Subcommand)]
pub enum BusinessCommand {
    /// Store a business's keys and publish its playbook, without a new deployment
    Add(AddBusiness),
    /// Name the businesses of the installation
    List(ListBusinesses),
}

#[derive(Args)]
pub struct AddBusiness {
    #[command(flatten)]
    pub place: Place,
    /// The business's playbook
    #[arg(long, value_name = "FILE")]
    pub playbook: PathBuf,
}

#[derive(Args)]
pub struct ListBusinesses {
    #[command(flatten)]
    pub place: Place,
}

#[derive(Args)]
pub struct Destroy {
    #[command(flatten)]
    pub place: Place,
    /// Delete all leads, playbooks, media and secrets, too
    #[arg(long)]
    pub data: bool,
    /// The name of the installation once more, in the place of typing it when asked
    #[arg(long, requires = "data", value_name = "NAME")]
    pub confirm: Option<String>,
}

#[derive(Args)]
pub struct Doctor {
    #[command(flatten)]
    pub place: Place,
    /// A Graph API other than Meta's
    #[arg(long, default_value = "https://graph.facebook.com", value_name = "URL")]
    pub graph_url: String,
    /// The version of the Graph API that is asked
    #[arg(long, default_value = "v26.0", value_name = "VERSION")]
    pub graph_version: String,
}

#[derive(Args)]
pub struct Release {
    #[command(flatten)]
    pub place: Place,
}

#[derive(Args)]
pub struct Erase {
    #[command(flatten)]
    pub place: Place,
    /// The business whose lead it is, by `business.id` of its playbook
    #[arg(long, value_name = "ID")]
    pub business: String,
    #[command(flatten)]
    pub who: Who,
}

/// Whom.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Who {
    /// By their phone number
    #[arg(long, value_name = "NUMBER")]
    pub phone: Option<String>,
    /// By their e-mail address
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// By the lead's id, as the logs and the answer to a form have it
    #[arg(long, value_name = "ID")]
    pub lead: Option<String>,
}
