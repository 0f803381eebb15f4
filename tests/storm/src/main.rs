//! `storm`: many seeds, on all cores, with a bar; of a seed that fails the shortest history, as a timeline.

use std::io::{IsTerminal, Write};
use std::panic::catch_unwind;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use clap::Parser;
use storm::coverage::Coverage;
use storm::people::plan::Kind;
use storm::run::{Played, plan_of, play};
use storm::shrink::shrink;
use storm::sim::Settings;
use storm::world::timers::timestamp;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The rule of a seed that ends in a panic.
const BREAKS_DOWN: &str = "it breaks down";

/// Plays the product's real functions through seeded storms, and judges what came of it.
#[derive(Parser)]
struct Arguments {
    /// How many seeds to play.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Plays this seed alone and tells everything that happens in it.
    #[arg(long)]
    seed: Option<u64>,
    /// calm, stormy or even; without it as each seed has it.
    #[arg(long, value_parser = kind)]
    kind: Option<Kind>,
    /// Loses every hint of the queue.
    #[arg(long)]
    without_queue: bool,
    /// How many seeds are played at once; without it one a core.
    #[arg(long)]
    threads: Option<usize>,
    /// Only says which seed failed, without looking for its shortest history.
    #[arg(long)]
    quick: bool,
    /// Goes on after a seed that fails, and only counts.
    #[arg(long)]
    keep_going: bool,
}

fn kind(word: &str) -> Result<Kind, String> {
    match word {
        "calm" => Ok(Kind::Calm),
        "stormy" => Ok(Kind::Stormy),
        "even" => Ok(Kind::Even),
        _ => Err("write calm, stormy or even".to_owned()),
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.seed {
        Some(seed) => tell(&arguments, seed),
        None => play_many(&arguments),
    }
}

impl Arguments {
    fn settings(&self, narrates: bool) -> Settings {
        Settings { narrates, queue_drops_all: self.without_queue, ..Settings::default() }
    }
}

fn tell(arguments: &Arguments, seed: u64) -> ExitCode {
    let played = play(plan_of(seed, arguments.kind), arguments.settings(true));
    print_history(&played);
    if played.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn play_many(arguments: &Arguments) -> ExitCode {
    let threads = arguments
        .threads
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
    #[expect(clippy::disallowed_methods, reason = "a run tells how many seeds a second it plays")]
    let begun = Instant::now();
    let next = AtomicU64::new(arguments.from);
    let end = arguments.from + arguments.seeds;
    let stopped = AtomicBool::new(false);
    let failed: Mutex<Vec<(u64, &str)>> = Mutex::default();
    let coverage: Mutex<Coverage> = Mutex::default();
    let done = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end || stopped.load(Ordering::Relaxed) {
                        return;
                    }
                    let plan = plan_of(seed, arguments.kind);
                    let broken = match catch_unwind(|| play(plan, arguments.settings(false))) {
                        Ok(played) => {
                            locked(&coverage).add(&played.counts, played.events);
                            played.violations.first().map(|first| first.rule)
                        }
                        Err(_told_on_stderr) => Some(BREAKS_DOWN),
                    };
                    if let Some(rule) = broken {
                        locked(&failed).push((seed, rule));
                        stopped.store(!arguments.keep_going, Ordering::Relaxed);
                    }
                    let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                    bar(done, arguments.seeds, begun.elapsed().as_secs_f64());
                }
            });
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    let played = done.load(Ordering::Relaxed);
    eprintln!();
    println!("{}", locked(&coverage));
    println!(
        "{played} seeds in {seconds:.0} s, {:.1} seeds a second on {threads} threads",
        played as f64 / seconds
    );
    let mut failed = std::mem::take(&mut *locked(&failed));
    failed.sort();
    if failed.is_empty() {
        println!("no violation");
        return ExitCode::SUCCESS;
    }
    for (seed, rule) in failed.iter().take(40) {
        println!("seed {seed}: {rule}");
    }
    println!("{} seeds failed", failed.len());
    if !arguments.keep_going && !arguments.quick {
        let (seed, rule) = failed[0];
        explain(arguments, seed, rule);
    }
    ExitCode::FAILURE
}

/// The shortest history that breaks the same promise.
fn explain(arguments: &Arguments, seed: u64, rule: &str) {
    if rule == BREAKS_DOWN {
        println!("play it: storm --seed {seed}");
        return;
    }
    eprintln!("looking for the shortest history of seed {seed} …");
    let plan = shrink(&plan_of(seed, arguments.kind), rule, || arguments.settings(false));
    print_history(&play(plan, arguments.settings(true)));
    println!("play all of it: storm --seed {seed}");
}

fn print_history(played: &Played) {
    let plan = &played.plan;
    println!("seed {} ({:?}), {} acts, {} steps", plan.seed, plan.kind, plan.acts.len(), played.steps);
    println!("faults: {:?}", plan.rates);
    for (at, line) in &played.lines {
        println!("{}  {line}", timestamp(*at));
    }
    for violation in &played.violations {
        println!("VIOLATION {violation}");
    }
}

fn bar(done: u64, all: u64, seconds: f64) {
    let every = if std::io::stderr().is_terminal() { 20 } else { 1_000 };
    if !done.is_multiple_of(every) && done != all {
        return;
    }
    let filled = (done * 30 / all.max(1)) as usize;
    let bar = format!("{}{}", "█".repeat(filled), "░".repeat(30 - filled));
    eprint!("\r{bar} {done}/{all}, {:.1} seeds a second ", done as f64 / seconds.max(0.001));
    // A bar that cannot be shown is no reason to stop.
    let _shown = std::io::stderr().flush();
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
