//! AWS and Meta on this machine for `cargo lambda watch`, until it is ended.

use std::path::PathBuf;

use clap::Args;

use super::aws::Aws;
use super::environment::environment;
use crate::Failure;
use crate::graph::{Faults, Graph};

#[derive(Args)]
pub struct Endpoints {
    /// Where AWS answers; 0 takes any free port
    #[arg(long, default_value_t = 4566)]
    port: u16,
    /// Where the environment of the functions is written, for `cargo lambda watch --env-file`
    #[arg(long, value_name = "FILE", default_value = "target/functions.env")]
    env_file: PathBuf,
}

impl Endpoints {
    pub async fn run(&self) -> Result<(), Failure> {
        let aws = Aws::start(self.port).await?;
        let (_graph, graph_port) = Graph::start(Faults::none(), None).await?;
        let lines =
            environment(&aws, graph_port).into_iter().map(|(name, value)| format!("{name}={value}\n"));
        let file = self.env_file.display();
        let folder = self.env_file.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder
            .map_or(Ok(()), std::fs::create_dir_all)
            .and_then(|()| std::fs::write(&self.env_file, lines.collect::<String>()))
            .map_err(|error| format!("{file} cannot be written: {error}; name another with --env-file"))?;
        println!(
            "AWS answers at {}, with an empty table and the starter playbook; Ctrl-C ends it.",
            aws.url()
        );
        println!("Now: cargo lambda watch -p webhook --env-file {file}");
        std::future::pending().await
    }
}
