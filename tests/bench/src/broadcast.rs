//! A message to everybody whom a business knows, on the embedded engine, and the process is killed on its way: each gets it once, and
//! it leaves at its pace.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinSet;

use crate::chance::Chance;
use crate::door::{Door, Visitor};
use crate::graph::{Accepted, Faults, Graph, Reporter};
use crate::masa::Masa;
use crate::product::{Product, insist};
use crate::{Common, Failure, clock};

/// How many people fill in the form at once, before anything is measured.
const AT_ONCE: u32 = 32;
const SENDER_PATIENCE: Duration = Duration::from_secs(60);
const STATUSES_WITHIN: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(200);
const MINUTE: Duration = Duration::from_secs(60);
/// When nothing was accepted for so long after the walk's end, nothing more comes: doubt is settled by then.
const QUIET: Duration = Duration::from_secs(100);

const PLAYBOOK: &str = r#"
business: { id: neveh, name: נווה, agent: נועה }
channels: { whatsapp: { number: "106106106106106", account: "102102102102102" } }
sources: { forms: { contact: { consent: "אני מסכימה לקבל הצעות" } } }
segments: { everybody: { has: phone } }
messages:
  offer:
    kind: marketing
    channels: [whatsapp]
    text: "פרסומת: היי {{ first_name | default('') }}, כאן {{ business.name }}. יש מבצע. להסרה: הסר"
    whatsapp-template: { name: offer, params: ["first_name | default('לך')"] }
journeys: {}
"#;

#[derive(Args)]
pub struct Broadcast {
    #[arg(long, default_value_t = 2_000)]
    leads: u32,
    #[arg(long, default_value_t = 3)]
    kills: u32,
    /// How many messages leave in a minute
    #[arg(long, default_value_t = 4_800)]
    per_minute: u32,
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Broadcast {
    pub async fn run(&self, common: &Common) -> Result<(), Failure> {
        let (reports, reported) = unbounded_channel();
        let (graph, port) = Graph::start(Faults::none(), Some(reports)).await?;
        let file = std::env::temp_dir().join(format!("masa-bench-broadcast-{}.yaml", std::process::id()));
        std::fs::write(&file, PLAYBOOK)?;
        let playbook = file.display().to_string();
        let (mut masa, product, _) = Masa::start(common, port, &["--playbook", &playbook]).await?;
        let chance = Chance::new(self.seed);
        let reporter = Reporter { product: product.clone(), within: STATUSES_WITHIN, chance, second: None };
        reporter.spawn(reported);
        let begun = clock::now();
        self.fill_in(&product).await?;
        println!("{} leads in {:.0} s", self.leads, begun.elapsed().as_secs_f64());
        let (begun, cpu) = (clock::now(), masa.cpu_seconds()?);
        let asked = json!({ "do": "broadcast", "name": "summer", "message": "offer", "segment": "everybody",
            "at": null, "per_minute": self.per_minute, "limit": null });
        let started = product.operate(&asked).await?;
        println!("previewed and begun in {:.1} s: {}", begun.elapsed().as_secs_f64(), started[0]["reach"]);
        let mut used = 0.0;
        for kill in 1..=self.kills {
            let at = self.leads as usize * kill as usize / (self.kills as usize + 1);
            while graph.accepted_count() < at {
                clock::sleep(LOOK_EVERY).await;
            }
            used += masa.cpu_seconds()?;
            let restart = masa.kill_and_restart(&product).await?;
            println!("killed after {at} messages, ready again in {:.2} s", restart.as_secs_f64());
        }
        let state = rest(&graph, &product).await?;
        used += masa.cpu_seconds()? - cpu;
        let accepted = graph.accepted();
        let verdict = Verdict::of(&accepted, self.leads);
        let last = accepted.iter().map(|accepted| accepted.at).max().unwrap_or(begun);
        println!("  last message after            {:.0} s", last.duration_since(begun).as_secs_f64());
        println!(
            "  CPU per 1,000 leads           {used:.1} s in all",
            used = used * 1_000.0 / f64::from(self.leads)
        );
        println!("  planned, by its own word      {}", state["planned"]);
        println!("  reached once                  {}", verdict.once);
        println!("  reached more than once        {}", verdict.doubled);
        println!("  never reached                 {}", verdict.missed);
        println!("  in the fullest minute         {} of {}", verdict.fullest, self.per_minute);
        println!("  data                          {:.1} MiB", masa.data_bytes()? as f64 / 1_048_576.0);
        let _ = std::fs::remove_file(file);
        // What was claimed and not called when the process died is not repeated: nobody can tell that it did not go.
        if verdict.doubled == 0 && verdict.missed <= self.kills * IN_FLIGHT_MAX {
            return Ok(());
        }
        Err(format!("promises were broken; see {}", masa.keep().display()).into())
    }

    async fn fill_in(&self, product: &Product) -> Result<(), Failure> {
        let (product, leads) = (Arc::new(product.clone()), self.leads);
        let mut tasks = JoinSet::new();
        for worker in 0..AT_ONCE {
            let product = Arc::clone(&product);
            tasks.spawn(async move {
                for number in (worker..leads).step_by(AT_ONCE as usize) {
                    let visitor = Visitor { door: Door::Form, number };
                    let fields = json!({ "name": "דנה כהן", "phone": format!("+{}", visitor.phone()) });
                    let key = number.to_string();
                    insist(SENDER_PATIENCE, || product.form(&key, &fields)).await?;
                }
                Ok::<_, crate::product::Unanswered>(())
            });
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        Ok(())
    }
}

/// How many workers may each have one message between claim and call.
const IN_FLIGHT_MAX: u32 = 4;

/// Until the walk is at its end and nothing more is accepted. Gives what the product says of it.
async fn rest(graph: &Graph, product: &Product) -> Result<Value, Failure> {
    let (mut seen, mut since) = (graph.accepted_count(), clock::now());
    loop {
        clock::sleep(Duration::from_secs(2)).await;
        let now = graph.accepted_count();
        if now != seen {
            (seen, since) = (now, clock::now());
        }
        let told = product.operate(&json!({ "do": "broadcasts" })).await?;
        let state = told[0]["broadcasts"][0].clone();
        let ended = state["state"].as_str().is_some_and(|state| state.starts_with("ended"));
        if ended && since.elapsed() > QUIET {
            return Ok(state);
        }
    }
}

struct Verdict {
    once: u32,
    doubled: u32,
    missed: u32,
    fullest: usize,
}

impl Verdict {
    fn of(accepted: &[Accepted], leads: u32) -> Self {
        let mut by_person: BTreeMap<&str, u32> = BTreeMap::new();
        accepted.iter().for_each(|accepted| *by_person.entry(&accepted.to).or_default() += 1);
        let doubled = by_person.values().filter(|count| **count > 1).count() as u32;
        let once = by_person.len() as u32 - doubled;
        let mut moments: Vec<Instant> = accepted.iter().map(|accepted| accepted.at).collect();
        moments.sort();
        let (mut from, mut fullest) = (0, 0);
        for (index, at) in moments.iter().enumerate() {
            while at.duration_since(moments[from]) >= MINUTE {
                from += 1;
            }
            fullest = fullest.max(index + 1 - from);
        }
        Self { once, doubled, missed: leads.saturating_sub(by_person.len() as u32), fullest }
    }
}
