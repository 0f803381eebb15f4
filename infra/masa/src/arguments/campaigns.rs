//! What is typed of campaigns: coupons, raffles, and what an outage has lost.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Where;

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
