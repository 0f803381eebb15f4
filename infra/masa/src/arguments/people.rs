//! What is typed of people: what is scheduled and sent to them, what they did, and what is left to do.

use clap::{Args, Subcommand};
use shared::domain::broadcast::PER_MINUTE_DEFAULT;

use super::Where;

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
        /// The person's phone number or e-mail address, or the id of their record
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
pub struct Tasks {
    #[command(flatten)]
    pub place: Where,
    /// What was done, as the list has it
    #[arg(long, value_name = "LEAD/TASK")]
    pub done: Option<String>,
}

/// On AWS dead letters come again, too.
#[derive(Args)]
pub struct Redrive {
    #[command(flatten)]
    pub place: Where,
}

#[derive(Args)]
pub struct Answered {
    /// Their phone number, their e-mail address, or the id of their record
    pub who: String,
    /// They want no more messages
    #[arg(long)]
    pub refuses: bool,
    /// The business, where there are several
    #[arg(long, value_name = "ID")]
    pub business: Option<String>,
    #[command(flatten)]
    pub place: Where,
}

#[derive(Args)]
pub struct Booked {
    /// Their phone number, their e-mail address, or the id of their record
    pub who: String,
    /// When the meeting is, as the business's clock shows it, such as "2026-12-01 10:00"
    #[arg(long, value_name = "TIME", required_unless_present = "cancel")]
    pub at: Option<String>,
    /// The meeting that lies ahead is off
    #[arg(long, conflicts_with = "at")]
    pub cancel: bool,
    /// The business, where there are several
    #[arg(long, value_name = "ID")]
    pub business: Option<String>,
    #[command(flatten)]
    pub place: Where,
}
