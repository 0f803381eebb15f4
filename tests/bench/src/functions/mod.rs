//! The functions on their own: each as Lambda starts it, against AWS on this machine. It measures and asserts no
//! time.

mod asked;
mod aws;
mod bootstrap;
mod endpoints;
mod environment;
mod events;
mod function;
mod runtime_api;
mod spread;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use self::asked::counted;
use self::aws::Aws;
use self::bootstrap::Program;
use self::events::is_done;
use self::function::{Function, Stage};
use self::spread::Spread;
use crate::graph::{Faults, Graph};
use crate::table::table;
use crate::{Failure, clock};

pub use endpoints::Endpoints;

const MEGABYTE: f64 = 1_000_000.0;

/// The functions, with size, start, CPU time, memory, and what each asks of AWS.
#[derive(Args)]
pub struct Functions {
    /// How often each is started
    #[arg(long, default_value_t = 20)]
    runs: usize,
    /// How many events a warm one is given; CPU time is counted in hundredths of a second
    #[arg(long, default_value_t = 500)]
    events: usize,
    /// How often a warm one is given them
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Only this function
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// The folder of the built functions; without it, the one of this program
    #[arg(long, value_name = "DIR")]
    programs: Option<PathBuf>,
    /// Print JSON instead of tables
    #[arg(long)]
    json: bool,
}

/// What was measured of one function.
struct Measured {
    function: Function,
    bytes: u64,
    deflated_bytes: u64,
    /// From its spawn until it asks for an event, and until its first answer is there.
    ready_ms: Vec<f64>,
    answered_ms: Vec<f64>,
    first_memory_mib: Vec<f64>,
    /// Of one warm event.
    cpu_ms: Vec<f64>,
    wall_ms: Vec<f64>,
    memory_mib: Vec<f64>,
    asked_at_start: Vec<String>,
    asked_at_first: Vec<String>,
}

impl Functions {
    pub async fn run(&self) -> Result<(), Failure> {
        let (_graph, graph_port) = Graph::start(Faults::none(), None).await?;
        let wanted = |function: &Function| self.only.as_deref().is_none_or(|only| only == function.name());
        let mut all = Vec::new();
        for function in Function::ALL.into_iter().filter(wanted) {
            all.push(self.measure(function, graph_port).await?);
        }
        if all.is_empty() {
            let names = Function::ALL.map(Function::name).join(", ");
            return Err(format!("--only names none of {names}").into());
        }
        if self.json {
            println!("{}", Value::from(all.iter().map(Measured::json).collect::<Vec<_>>()));
        } else {
            print!("{}", render(&all));
            println!();
            print!("{}", render_asked(&all));
        }
        Ok(())
    }

    async fn measure(&self, function: Function, graph_port: u16) -> Result<Measured, Failure> {
        let program = Program::find(function.name(), self.programs.as_deref())?;
        let mut measured = Measured {
            function,
            bytes: program.bytes()?,
            deflated_bytes: program.deflated_bytes()?,
            ready_ms: Vec::new(),
            answered_ms: Vec::new(),
            first_memory_mib: Vec::new(),
            cpu_ms: Vec::new(),
            wall_ms: Vec::new(),
            memory_mib: Vec::new(),
            asked_at_start: Vec::new(),
            asked_at_first: Vec::new(),
        };
        for run in 0..self.runs.max(self.rounds) {
            let warm_events = if run < self.rounds { self.events } else { 0 };
            self.one_run(&mut measured, graph_port, warm_events).await?;
        }
        Ok(measured)
    }

    /// A table, a process, a first event, and then the warm ones.
    async fn one_run(
        &self,
        measured: &mut Measured,
        graph_port: u16,
        warm_events: usize,
    ) -> Result<(), Failure> {
        let aws = Aws::start(0).await?;
        let stage = Stage { aws: &aws, graph_port, programs: self.programs.as_deref() };
        let mut events = stage.events(measured.function, 1 + warm_events).await?.into_iter();
        aws.take_asked();
        let mut bootstrap = stage.spawn(measured.function).await?;
        let ready = bootstrap.ready().await?;
        measured.asked_at_start = aws.take_asked();
        let first = events.next().ok_or("there is no event")?;
        let (answer, at) = bootstrap.invoke(first).await?;
        refuse_undone(measured.function, &answer)?;
        measured.asked_at_first = aws.take_asked();
        measured.ready_ms.push(millis(ready));
        measured.answered_ms.push(millis(bootstrap.since_spawn(at)));
        measured.first_memory_mib.push(bootstrap.memory_peak_mib()?);
        if warm_events == 0 {
            return Ok(());
        }
        let cpu_before = bootstrap.cpu_seconds()?;
        for event in events {
            let given = clock::now();
            let (answer, at) = bootstrap.invoke(event).await?;
            refuse_undone(measured.function, &answer)?;
            measured.wall_ms.push(millis(at.duration_since(given)));
        }
        let cpu = bootstrap.cpu_seconds()? - cpu_before;
        measured.cpu_ms.push(cpu * 1_000.0 / warm_events as f64);
        measured.memory_mib.push(bootstrap.memory_peak_mib()?);
        Ok(())
    }
}

/// A figure of what failed would be worth nothing.
fn refuse_undone(function: Function, answer: &Value) -> Result<(), Failure> {
    match is_done(answer) {
        true => Ok(()),
        false => Err(format!("{} did not do its work: {answer}", function.name()).into()),
    }
}

impl Measured {
    fn json(&self) -> Value {
        let spread = |values: &Vec<f64>| Spread::of(values.clone()).json();
        json!({
            "function": self.function.name(),
            "event": self.function.event(),
            "bytes": self.bytes,
            "deflated_bytes": self.deflated_bytes,
            "spawn_to_ready_ms": spread(&self.ready_ms),
            "spawn_to_first_answer_ms": spread(&self.answered_ms),
            "first_event_memory_peak_mib": spread(&self.first_memory_mib),
            "warm_event_cpu_ms": spread(&self.cpu_ms),
            "warm_event_ms": spread(&self.wall_ms),
            "memory_peak_mib": spread(&self.memory_mib),
            "asked_at_start": self.asked_at_start,
            "asked_at_first_event": self.asked_at_first,
        })
    }
}

fn render(all: &[Measured]) -> String {
    let head = [
        "function, event",
        "MB, zipped",
        "ready ms",
        "first answer ms",
        "CPU ms, warm",
        "ms, warm",
        "peak MiB, first",
        "peak MiB, warm",
    ];
    let row = |measured: &Measured| {
        let spread = |values: &Vec<f64>| Spread::of(values.clone()).text();
        vec![
            format!("{}, {}", measured.function.name(), measured.function.event()),
            format!(
                "{:.1}, {:.1}",
                measured.bytes as f64 / MEGABYTE,
                measured.deflated_bytes as f64 / MEGABYTE
            ),
            spread(&measured.ready_ms),
            spread(&measured.answered_ms),
            spread(&measured.cpu_ms),
            spread(&measured.wall_ms),
            spread(&measured.first_memory_mib),
            spread(&measured.memory_mib),
        ]
    };
    table(&head, &all.iter().map(row).collect::<Vec<_>>())
}

fn render_asked(all: &[Measured]) -> String {
    let row = |measured: &Measured| {
        let name = measured.function.name().to_owned();
        vec![name, counted(&measured.asked_at_start), counted(&measured.asked_at_first)]
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    table(&["function", "asked of AWS before an event", "in the first event"], &rows)
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
