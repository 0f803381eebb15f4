//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use shared::domain::broadcast::PER_MINUTE_DEFAULT;
use shared::domain::playbook::Playbook;

/// Marketing automation that a small business owns.
#[derive(Parser)]
#[command(name = "masa", version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: Run,
}

impl Arguments {
    /// Without a command, the stack runs.
    pub fn chosen(self) -> Command {
        self.command.unwrap_or(Command::Run(self.run))
    }
}

#[derive(Subcommand)]
pub enum Command {
    /// Run everything on this machine (the default)
    Run(Run),
    /// Show fifty days of a small business in a table
    Demo(Demo),
    /// Check a playbook, or print what it needs from WhatsApp
    #[command(subcommand)]
    Playbook(PlaybookCommand),
    /// Have the playbook's WhatsApp templates approved
    #[command(subcommand)]
    Templates(TemplatesCommand),
    /// Set parked work going again after its cause was mended, and what waits for a template
    Redrive(Redrive),
    /// Estimate what a month on AWS costs, by line
    Cost(Cost),
    /// List what people of the business have still to do, or say that one is done
    Tasks(Tasks),
    /// Say what each journey brings about, beside those who were held out of it
    Journeys(Where),
    /// Say what each campaign gave, what waits for its connection, and how long that takes
    Campaigns(Campaigns),
    /// Load coupon codes into a campaign's pool
    #[command(subcommand)]
    Coupons(CouponsCommand),
    /// Bind a raffle to a secret, draw it, and let anybody check it
    #[command(subcommand)]
    Raffle(RaffleCommand),
    /// Schedule a message for one person, and see, move or call off what is scheduled
    Schedule(ScheduleOf),
    /// Send a message to everybody of a segment, and see how far it is
    Broadcasts(Broadcasts),
    /// Say which accounts somebody of the business looks in on today, and what they do there by hand
    Worklist(WorklistOf),
    /// Put Masa on AWS, or bring it up to date
    Deploy(Deploy),
    /// Let one more business in, or name those that are
    #[command(subcommand)]
    Business(BusinessCommand),
    /// Take Masa off AWS; its data stays unless told twice
    Destroy(Destroy),
    /// Look at each link of the chain on AWS and at Meta, and say what to do
    Doctor(Doctor),
    /// Let a restored table send, and what was held after an outage go on
    Release(Release),
    /// Erase one person, for good
    Erase(Erase),
}

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

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    En,
    He,
}

impl Language {
    /// The language of the business.
    pub fn of(playbook: &Playbook) -> Self {
        if playbook.business.language == "he" { Self::He } else { Self::En }
    }
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

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Broadcasts {
    #[command(subcommand)]
    pub command: Option<BroadcastsCommand>,
    #[command(flatten)]
    pub place: Where,
}

#[derive(Subcommand)]
pub enum BroadcastsCommand {
    /// Count whom a message would reach, and why not the others
    Preview {
        /// Which message of the playbook
        #[arg(long, value_name = "NAME")]
        message: String,
        /// A segment of the playbook
        #[arg(long, value_name = "SEGMENT")]
        to: String,
        /// The business, where there are several
        #[arg(long, value_name = "ID")]
        business: Option<String>,
        #[command(flatten)]
        place: Where,
    },
    /// Send it, each person once
    Send {
        /// Which message of the playbook
        #[arg(long, value_name = "NAME")]
        message: String,
        /// A segment of the playbook
        #[arg(long, value_name = "SEGMENT")]
        to: String,
        /// What it is called from now on: a-z, 0-9 and "-"
        #[arg(long, value_name = "NAME")]
        name: String,
        /// When it begins, as the business's clock shows it; without it, now
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
        /// How many leave in a minute
        #[arg(long, value_name = "N", default_value_t = PER_MINUTE_DEFAULT)]
        per_minute: u32,
        /// How many people at most
        #[arg(long, value_name = "N")]
        limit: Option<u32>,
        /// The business, where there are several
        #[arg(long, value_name = "ID")]
        business: Option<String>,
        #[command(flatten)]
        place: Where,
    },
    /// Let it go no further
    Stop {
        /// What it is called
        name: String,
        /// The business, where there are several
        #[arg(long, value_name = "ID")]
        business: Option<String>,
        #[command(flatten)]
        place: Where,
    },
    /// Let a stopped one go on where it stood
    Resume {
        /// What it is called
        name: String,
        /// The business, where there are several
        #[arg(long, value_name = "ID")]
        business: Option<String>,
        #[command(flatten)]
        place: Where,
    },
}

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ScheduleOf {
    #[command(subcommand)]
    pub command: Option<ScheduleCommand>,
    #[command(flatten)]
    pub place: Where,
}

#[derive(Subcommand)]
pub enum ScheduleCommand {
    /// Schedule a message of the playbook
    Add {
        /// The person's phone number, or the id of their record
        #[arg(long, value_name = "PHONE")]
        to: String,
        /// Which message
        #[arg(long, value_name = "NAME")]
        message: String,
        /// When, as the business's clock shows it, such as "2026-12-01 10:00"
        #[arg(long, value_name = "TIME")]
        at: String,
        /// What the message says as {{ fields.note }}
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// The business, where there are several
        #[arg(long, value_name = "ID")]
        business: Option<String>,
        #[command(flatten)]
        place: Where,
    },
    /// Let it go at another time
    Move {
        /// As the list has it
        name: String,
        /// When, as the business's clock shows it
        #[arg(long, value_name = "TIME")]
        at: String,
        /// The business, where there are several
        #[arg(long, value_name = "ID")]
        business: Option<String>,
        #[command(flatten)]
        place: Where,
    },
    /// Do not let it go
    Cancel {
        /// As the list has it
        name: String,
        /// The business, where there are several
        #[arg(long, value_name = "ID")]
        business: Option<String>,
        #[command(flatten)]
        place: Where,
    },
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SimulationFormat {
    /// A calendar to read
    Table,
    /// The same for a program
    Json,
    /// A picture of one journey, with what became of each of its steps
    Svg,
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

/// On AWS dead letters come again, too.
#[derive(Args)]
pub struct Redrive {
    #[command(flatten)]
    pub place: Where,
}

#[derive(Args)]
pub struct Tasks {
    #[command(flatten)]
    pub place: Where,
    /// What was done, as the list has it
    #[arg(long, value_name = "LEAD/TASK")]
    pub done: Option<String>,
}

#[derive(Subcommand)]
pub enum CouponsCommand {
    /// Add the codes of a file, one a line; those that are there stay
    Load {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The campaign that gives them: coupon: one-each
        #[arg(long, value_name = "NAME")]
        campaign: String,
        /// The business, if there are several
        #[arg(long, value_name = "ID")]
        business: Option<String>,
        #[command(flatten)]
        place: Where,
    },
}

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Campaigns {
    #[command(subcommand)]
    pub command: Option<CampaignsCommand>,
    #[command(flatten)]
    pub place: Where,
}

#[derive(Subcommand)]
pub enum CampaignsCommand {
    /// Read comments and lead ads from the platforms, and take in what no webhook brought: after an outage
    Replay {
        /// How far back, at most 7 days: "2 days", "36 hours", or a moment
        #[arg(long, value_name = "SPAN")]
        since: String,
        /// The business, if there are several
        #[arg(long, value_name = "ID")]
        business: Option<String>,
        #[command(flatten)]
        place: Where,
    },
}

#[derive(Subcommand)]
pub enum RaffleCommand {
    /// Make up the secret and print what to publish before the draw
    Commit {
        #[command(flatten)]
        raffle: Raffle,
    },
    /// Freeze the list, draw, and print what lets anybody check it
    Draw {
        #[command(flatten)]
        raffle: Raffle,
        /// How many win
        #[arg(long, default_value_t = 1, value_name = "N")]
        winners: u32,
    },
    /// Print the list: a number and a lead's id a line
    Export {
        #[command(flatten)]
        raffle: Raffle,
    },
}

#[derive(Args)]
pub struct Raffle {
    /// The campaign
    #[arg(value_name = "CAMPAIGN")]
    pub campaign: String,
    /// The business, if there are several
    #[arg(long, value_name = "ID")]
    pub business: Option<String>,
    #[command(flatten)]
    pub place: Where,
}

/// A stack on this machine, or an installation on AWS.
#[derive(Args)]
pub struct Where {
    /// The address of the running stack
    #[arg(long, default_value = "http://127.0.0.1:8080", value_name = "URL")]
    pub url: String,
    /// An installation on AWS, in the place of a stack on this machine
    #[arg(long, conflicts_with = "url", value_name = "NAME")]
    pub installation: Option<String>,
    /// Where on AWS
    #[arg(long, requires = "installation", value_name = "REGION")]
    pub region: Option<String>,
    /// Another address than AWS's
    #[arg(long, requires = "installation", value_name = "URL")]
    pub endpoint_url: Option<String>,
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_sound_and_run_is_the_default() {
        <Arguments as CommandFactory>::command().debug_assert();
        let parsed = Arguments::try_parse_from(["masa", "--port", "9090"]).unwrap();
        assert!(matches!(parsed.chosen(), Command::Run(Run { port: 9090, .. })));
        let parsed = Arguments::try_parse_from(["masa", "demo", "--once"]).unwrap();
        assert!(matches!(parsed.chosen(), Command::Demo(Demo { once: true, .. })));
        let parsed = Arguments::try_parse_from(["masa", "cost", "--leads", "1000"]).unwrap();
        assert!(matches!(parsed.chosen(), Command::Cost(Cost { leads: 1_000, messages: 10, .. })));
        let parsed = Arguments::try_parse_from(["masa", "deploy", "--dry-run"]).unwrap();
        assert!(matches!(parsed.chosen(), Command::Deploy(Deploy { dry_run: true, leads: 1_000, .. })));
        let parsed =
            Arguments::try_parse_from(["masa", "templates", "submit", "--playbook", "a.yaml"]).unwrap();
        let Command::Templates(TemplatesCommand::Submit(submit)) = parsed.chosen() else { panic!() };
        assert_eq!((submit.graph_version.as_str(), submit.dry_run), ("v26.0", false));
        let add = ["masa", "business", "add", "--playbook", "a.yaml"];
        assert!(matches!(
            Arguments::try_parse_from(add).unwrap().chosen(),
            Command::Business(BusinessCommand::Add(_))
        ));
        // The second word means nothing without the first.
        assert!(Arguments::try_parse_from(["masa", "destroy", "--confirm", "masa"]).is_err());
        let erase = ["masa", "erase", "--business", "neveh"];
        assert!(Arguments::try_parse_from(erase).is_err());
        assert!(Arguments::try_parse_from(erase.into_iter().chain(["--phone", "054-1234567"])).is_ok());
        let both = erase.into_iter().chain(["--phone", "054-1234567", "--lead", "1"]);
        assert!(Arguments::try_parse_from(both).is_err());
    }
}
