//! What can be typed.

mod aws;
mod campaigns;
mod people;
mod playbook;
mod stack;

pub use aws::*;
pub use campaigns::*;
use clap::{Args, Parser, Subcommand, ValueEnum};
pub use people::*;
pub use playbook::*;
use shared::domain::playbook::Playbook;
pub use stack::*;

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
    /// Say that somebody answered where Masa does not hear it, by e-mail
    Answered(Answered),
    /// Say that somebody booked a meeting, where the calendar does not tell it
    Booked(Booked),
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
        assert!(Arguments::try_parse_from(["masa", "booked", "0541234567"]).is_err());
        assert!(Arguments::try_parse_from(["masa", "booked", "0541234567", "--cancel"]).is_ok());
        // The second word means nothing without the first.
        assert!(Arguments::try_parse_from(["masa", "destroy", "--confirm", "masa"]).is_err());
        let erase = ["masa", "erase", "--business", "neveh"];
        assert!(Arguments::try_parse_from(erase).is_err());
        assert!(Arguments::try_parse_from(erase.into_iter().chain(["--phone", "054-1234567"])).is_ok());
        let both = erase.into_iter().chain(["--phone", "054-1234567", "--lead", "1"]);
        assert!(Arguments::try_parse_from(both).is_err());
    }
}
