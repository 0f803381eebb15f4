//! What the product takes and gives on this machine, with a Graph API that never fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use crate::door::{Door, Visitor};
use crate::graph::{Faults, Graph};
use crate::masa::Masa;
use crate::product::{Product, Unanswered};
use crate::table::table;
use crate::{Common, Failure, bodies, clock};

/// Without any message for so long, something is wrong.
const STALLED_AFTER: Duration = Duration::from_secs(90);
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// What a worker still commits after the last message was accepted.
const FINISHING: Duration = Duration::from_millis(500);
const QUIET: Duration = Duration::from_secs(70);

#[derive(Args)]
pub struct Figures {
    /// How many lead ads, and then how many forms
    #[arg(long, default_value_t = 2_000)]
    leads: u32,
    /// How many senders at a time, each waiting for its answer
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Also measure 70 quiet seconds with all these leads waiting
    #[arg(long)]
    quiet: bool,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// What was measured while one kind of request poured in.
struct Phase {
    name: &'static str,
    acknowledged_per_second: f64,
    messaged_per_second: Option<f64>,
    cpu_seconds_per_1000: f64,
    ack_p50_ms: f64,
    ack_p99_ms: f64,
}

impl Figures {
    pub async fn run(&self, common: &Common) -> Result<(), Failure> {
        let (graph, port) = Graph::start(Faults::none(), None).await?;
        let (mut masa, product, started) = Masa::start(common, port, &[]).await?;
        let bench = Bench { graph, product, connections: self.connections };
        let lead_ads = bench.visits(&masa, Door::LeadAd, self.leads).await?;
        let forms = bench.visits(&masa, Door::Form, self.leads).await?;
        let statuses = bench.statuses(&masa).await?;
        let memory_peak_mib = masa.memory_peak_mib()?;
        let quiet_cpu_seconds = if self.quiet { Some(quiet(&masa).await?) } else { None };
        let data_bytes = masa.data_bytes()?;
        let restarted = masa.kill_and_restart(&bench.product).await?;
        let phases = [lead_ads, forms, statuses];
        let others = json!({
            "start_up_ms": millis(started),
            "start_up_after_kill_ms": millis(restarted),
            "memory_peak_mib": rounded(memory_peak_mib),
            "data_kib_per_lead": rounded(data_bytes as f64 / 1_024.0 / f64::from(self.leads * 2)),
            "waiting_leads": self.leads * 2,
            "quiet_70_seconds_cpu_seconds": quiet_cpu_seconds,
        });
        if self.json {
            let phases: Vec<Value> = phases.iter().map(Phase::json).collect();
            println!("{}", json!({ "phases": phases, "process": others }));
        } else {
            print!("{}", render(&phases));
            println!();
            let facts = others.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
            let facts: Vec<Vec<String>> =
                facts.map(|(name, value)| vec![name.replace('_', " "), value.to_string()]).collect();
            print!("{}", table(&["process", "figure"], &facts));
        }
        Ok(())
    }
}

struct Bench {
    graph: Arc<Graph>,
    product: Product,
    connections: usize,
}

impl Bench {
    /// `count` people come by a door; ends when all of them have been written to.
    async fn visits(&self, masa: &Masa, door: Door, count: u32) -> Result<Phase, Failure> {
        let before = self.graph.written_to_count();
        let cpu_before = masa.cpu_seconds()?;
        let start = clock::now();
        let second = clock::today().as_second();
        let product = self.product.clone();
        let visit = move |number: usize| {
            let product = product.clone();
            async move { Visitor { door, number: number as u32 }.come(&product, second).await }
        };
        let acknowledged = pour(self.connections, count as usize, visit).await?;
        let acknowledged_within = start.elapsed();
        let (mut seen, mut seen_at) = (before, clock::now());
        while seen < before + count as usize {
            clock::sleep(LOOK_EVERY).await;
            let now = self.graph.written_to_count();
            if now > seen {
                (seen, seen_at) = (now, clock::now());
            } else if seen_at.elapsed() > STALLED_AFTER {
                return Err(
                    format!("{} of {count} were never written to", before + count as usize - seen).into()
                );
            }
        }
        let messaged_within = self.last_accepted(start);
        clock::sleep(FINISHING).await;
        let cpu = masa.cpu_seconds()? - cpu_before;
        Ok(Phase::new(door.name(), count as usize, acknowledged_within, acknowledged, cpu)
            .messaged(count as usize, messaged_within))
    }

    /// The three statuses of every message so far.
    async fn statuses(&self, masa: &Masa) -> Result<Phase, Failure> {
        let cpu_before = masa.cpu_seconds()?;
        let start = clock::now();
        let second = clock::today().as_second();
        let told = ["sent", "delivered", "read"];
        let accepted = Arc::new(self.graph.accepted());
        let count = accepted.len() * told.len();
        let product = self.product.clone();
        let tell = move |number: usize| {
            let (product, accepted) = (product.clone(), Arc::clone(&accepted));
            async move {
                let message = &accepted[number / told.len()];
                let (status, opaque) =
                    (told[number % told.len()], message.opaque.as_deref().unwrap_or_default());
                let body = bodies::whatsapp_status(&message.id, &message.to, status, opaque, second);
                product.webhook(&body).await
            }
        };
        let acknowledged = pour(self.connections, count, tell).await?;
        let within = start.elapsed();
        Ok(Phase::new("status", count, within, acknowledged, masa.cpu_seconds()? - cpu_before))
    }

    fn last_accepted(&self, start: Instant) -> Duration {
        let last = self.graph.accepted().iter().map(|accepted| accepted.at).max();
        last.unwrap_or(start).duration_since(start)
    }
}

/// A closed loop of `connections` senders. Gives how long each request took.
async fn pour<F>(
    connections: usize,
    count: usize,
    request: impl Fn(usize) -> F + Clone + Send + 'static,
) -> Result<Vec<Duration>, Failure>
where
    F: Future<Output = Result<(), Unanswered>> + Send,
{
    let next = Arc::new(AtomicUsize::new(0));
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (next, request) = (Arc::clone(&next), request.clone());
        senders.spawn(async move {
            let mut took = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Ok(took);
                }
                let asked = clock::now();
                request(number).await?;
                took.push(asked.elapsed());
            }
        });
    }
    let mut took = Vec::with_capacity(count);
    while let Some(ended) = senders.join_next().await {
        let ended: Result<Vec<Duration>, Unanswered> = ended?;
        took.extend(ended?);
    }
    Ok(took)
}

async fn quiet(masa: &Masa) -> Result<f64, Failure> {
    let before = masa.cpu_seconds()?;
    clock::sleep(QUIET).await;
    Ok(rounded(masa.cpu_seconds()? - before))
}

impl Phase {
    fn new(name: &'static str, count: usize, within: Duration, mut acks: Vec<Duration>, cpu: f64) -> Self {
        acks.sort();
        let per_second = count as f64 / within.as_secs_f64();
        Self {
            name,
            acknowledged_per_second: per_second,
            messaged_per_second: None,
            cpu_seconds_per_1000: cpu * 1_000.0 / count as f64,
            ack_p50_ms: millis(percentile(&acks, 50)),
            ack_p99_ms: millis(percentile(&acks, 99)),
        }
    }

    fn messaged(self, count: usize, within: Duration) -> Self {
        Self { messaged_per_second: Some(count as f64 / within.as_secs_f64()), ..self }
    }

    fn json(&self) -> Value {
        json!({
            "what": self.name,
            "acknowledged_per_second": rounded(self.acknowledged_per_second),
            "messaged_per_second": self.messaged_per_second.map(rounded),
            "cpu_seconds_per_1000": rounded(self.cpu_seconds_per_1000),
            "ack_p50_ms": self.ack_p50_ms,
            "ack_p99_ms": self.ack_p99_ms,
        })
    }
}

fn render(phases: &[Phase]) -> String {
    let head = ["what", "acks/s", "messages/s", "CPU s per 1000", "ack p50 ms", "ack p99 ms"];
    let row = |phase: &Phase| {
        vec![
            phase.name.to_owned(),
            format!("{:.0}", phase.acknowledged_per_second),
            phase.messaged_per_second.map_or_else(|| "–".to_owned(), |rate| format!("{rate:.0}")),
            format!("{:.2}", phase.cpu_seconds_per_1000),
            format!("{:.1}", phase.ack_p50_ms),
            format!("{:.1}", phase.ack_p99_ms),
        ]
    };
    table(&head, &phases.iter().map(row).collect::<Vec<_>>())
}

/// Of sorted values, the smallest that `percent` of them do not exceed.
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

fn millis(duration: Duration) -> f64 {
    rounded(duration.as_secs_f64() * 1_000.0)
}

fn rounded(figure: f64) -> f64 {
    (figure * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        let sorted: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&sorted, 50), Duration::from_millis(100));
        assert_eq!(percentile(&sorted, 99), Duration::from_millis(198));
        assert_eq!(percentile(&[], 99), Duration::ZERO);
    }
}
