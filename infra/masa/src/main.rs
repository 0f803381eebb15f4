//! The command: run the stack on one machine, show what it does, check a playbook, have its templates approved, set
//! parked work going, estimate what it costs on AWS, put it there, look after it, and take it away.

mod arguments;
#[cfg(feature = "aws")]
mod aws;
#[cfg(not(feature = "aws"))]
#[path = "without_aws.rs"]
mod aws;
mod broadcasts;
mod campaigns;
mod cost;
mod demo;
mod journeys;
mod people;
mod playbook;
mod publish;
mod redrive;
mod run;
mod schedule;
mod simulate;
mod tasks;
mod templates;
mod worklist;

use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return refuse(&format!("the machine gives no threads: {error}")),
    };
    let ended = runtime.block_on(async {
        match arguments.chosen() {
            Command::Run(run) => run::run(run).await,
            Command::Demo(demo) => demo::demo(demo).await,
            Command::Playbook(command) => playbook::playbook(&command).await,
            Command::Templates(command) => templates::templates(&command).await,
            Command::Redrive(redrive) if redrive.place.installation.is_some() => aws::redrive(&redrive).await,
            Command::Redrive(redrive) => redrive::redrive(&redrive).await,
            Command::Tasks(typed) => tasks::tasks(&typed).await,
            Command::Journeys(place) => journeys::journeys(&place).await,
            Command::Campaigns(asked) => campaigns::campaigns(&asked).await,
            Command::Coupons(command) => campaigns::coupons(&command).await,
            Command::Raffle(command) => campaigns::raffle(&command).await,
            Command::Schedule(typed) => schedule::schedule(&typed).await,
            Command::Broadcasts(typed) => broadcasts::broadcasts(&typed).await,
            Command::Answered(typed) => people::answered(&typed).await,
            Command::Booked(typed) => people::booked(&typed).await,
            Command::Worklist(typed) => worklist::worklist(&typed),
            Command::Cost(cost) => cost::cost(&cost),
            Command::Deploy(deploy) => aws::deploy(&deploy).await,
            Command::Business(command) => aws::business(&command).await,
            Command::Destroy(destroy) => aws::destroy(&destroy).await,
            Command::Doctor(doctor) => aws::doctor(&doctor).await,
            Command::Release(release) => aws::release(&release).await,
            Command::Erase(erase) => aws::erase(&erase).await,
        }
    });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse(&error.to_string()),
    }
}

/// Any reason not to go on, in words for whoever typed the command.
type Refusal = Box<dyn std::error::Error + Send + Sync>;

fn refuse(reason: &str) -> ExitCode {
    eprintln!("masa: {reason}");
    ExitCode::FAILURE
}
