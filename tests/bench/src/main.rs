//! The built programs from outside: how fast they are, what a kill costs, and the story on a clock that is
//! moved by hand. Everything goes through their doors, a Graph API of this bench's own, and as much of AWS as the
//! functions call.

mod bodies;
mod broadcast;
mod burst;
mod chance;
mod clock;
mod door;
mod figures;
mod functions;
mod graph;
mod http_server;
mod kill;
mod manual;
mod masa;
mod proc;
mod product;
mod samples;
mod table;
mod timeline;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// Measures and torments a built `masa`, and measures the functions.
#[derive(Parser)]
#[command(name = "bench", version)]
struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Common {
    /// The program; without it, the one beside this one
    #[arg(long, global = true, value_name = "FILE")]
    masa: Option<PathBuf>,
    /// Where the data folders of the runs are made; without it, the system's folder for such things
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Leave data and logs after the run
    #[arg(long, global = true)]
    keep: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Leads per second, CPU time, memory, start-up time
    Figures(figures::Figures),
    /// kill -9 while leads pour in and the Graph API fails: nothing lost, nothing twice
    Kill(kill::Kill),
    /// The fifty-seven days on a manual clock
    Manual(manual::Manual),
    /// Thousands of comments under one post, each answered once, within the budgets
    Burst(burst::Burst),
    /// A message to everybody, killed on its way: each once, and at its pace
    Broadcast(broadcast::Broadcast),
    /// Each function as Lambda starts it: size, first answer, CPU time, memory
    Functions(functions::Functions),
    /// AWS and Meta on this machine, for `cargo lambda watch`
    Endpoints(functions::Endpoints),
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return refuse(&format!("the machine gives no threads: {error}")),
    };
    let ended = runtime.block_on(async {
        match arguments.command {
            Command::Figures(figures) => figures.run(&arguments.common).await,
            Command::Kill(kill) => kill.run(&arguments.common).await,
            Command::Manual(manual) => manual.run(&arguments.common).await,
            Command::Burst(burst) => burst.run(&arguments.common).await,
            Command::Broadcast(broadcast) => broadcast.run(&arguments.common).await,
            Command::Functions(functions) => functions.run().await,
            Command::Endpoints(endpoints) => endpoints.run().await,
        }
    });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse(&error.to_string()),
    }
}

fn refuse(reason: &str) -> ExitCode {
    eprintln!("bench: {reason}");
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_sound() {
        <Arguments as CommandFactory>::command().debug_assert();
    }
}
