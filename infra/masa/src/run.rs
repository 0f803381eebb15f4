//! `masa run`: the whole stack on this machine.

use local::{ClockSetting, GraphSetting, LocalSettings, PlaybookFile, Secrets, Stack};
use shared::adapters::system::SystemClock;
use shared::application::ports::Clock;
use shared::lambda::start::levels;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::prelude::*;

use crate::arguments::{ClockKind, Run};
use crate::{Refusal, playbook};

/// The travel agency of the guide: what a newcomer sees without writing anything.
pub const STARTER_NAME: &str = "infra/local/playbook.he.yaml";
pub const STARTER: &str = include_str!("../../local/playbook.he.yaml");
/// The same in English.
pub const ENGLISH_STARTER: &str = include_str!("../../local/playbook.en.yaml");

pub async fn run(run: Run) -> Result<(), Refusal> {
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines.with_filter(levels("warn,masa=info"))).init();
    let on_sandbox = run.graph_url.is_none();
    let playbooks = playbooks(&run)?;
    let secrets = Secrets::read(shared::lambda::start::env, on_sandbox, &token_names(&playbooks)?)?;
    let version = run.graph_version;
    let graph = run.graph_url.map_or(GraphSetting::Sandbox, |url| GraphSetting::Url { url, version });
    let clock = match run.clock {
        ClockKind::System => ClockSetting::System,
        ClockKind::Manual => ClockSetting::Manual { start: run.start.unwrap_or_else(|| SystemClock.now()) },
    };
    let settings = LocalSettings {
        port: run.port,
        data: Some(run.data.clone()),
        playbooks,
        clock,
        graph,
        secrets,
        seed: None,
    };
    let mut stop = Stop::listen()?;
    let stack = Stack::start(settings).await?;
    println!("Masa runs at http://{}/ with its data in {}", stack.address(), run.data.display());
    if on_sandbox {
        println!("The sandbox stands in for Meta: see its phones at http://{}/sandbox", stack.address());
        for (name, default) in Secrets::sandbox_defaults() {
            if shared::lambda::start::env(name).is_none() {
                println!("  {name}={default}");
            }
        }
    }
    println!("Ctrl-C ends it.");
    stop.wait().await;
    println!("Ending after what is in hand.");
    stack.stop().await;
    Ok(())
}

fn playbooks(run: &Run) -> Result<Vec<PlaybookFile>, Refusal> {
    if run.playbook.is_empty() {
        return Ok(vec![PlaybookFile { name: STARTER_NAME.to_owned(), text: STARTER.to_owned() }]);
    }
    let read = |file: &std::path::PathBuf| {
        Ok(PlaybookFile { name: file.display().to_string(), text: playbook::read(file)? })
    };
    run.playbook.iter().map(read).collect()
}

/// The secrets that the playbooks name for their channels.
fn token_names(playbooks: &[PlaybookFile]) -> Result<Vec<String>, Refusal> {
    let mut names = Vec::new();
    for file in playbooks {
        let token = shared::playbook::parse(&file.name, &file.text)?.channels.token;
        if !names.contains(&token) {
            names.push(token);
        }
    }
    Ok(names)
}

/// Ctrl-C and SIGTERM.
pub struct Stop {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Stop {
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    pub async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
