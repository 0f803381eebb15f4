//! Leads pour in, the Graph API fails, and the process is killed again and again. In the end everybody whose
//! coming was acknowledged has been written to, once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use clap::Args;
use jiff::SignedDuration;
use serde_json::Value;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinSet;

use crate::chance::Chance;
use crate::door::{Door, Visitor};
use crate::graph::{Accepted, Faults, Graph, Kind, Reporter};
use crate::masa::Masa;
use crate::product::{Product, insist};
use crate::{Common, Failure, clock, timeline};

/// How long after the last restart everybody must have been written to.
const RECOVERY_MAX: Duration = Duration::from_secs(180);
/// How long a sender goes on trying.
const SENDER_PATIENCE: Duration = Duration::from_secs(300);
/// Statuses come within half a minute (the line).
const STATUSES_WITHIN: Duration = Duration::from_secs(29);
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Some webhooks come twice although they were answered.
const TWICE_PERCENT: u64 = 10;
/// What is due later than this from now is the journey's, not what somebody waits for.
const SOON: SignedDuration = SignedDuration::from_hours(1);

#[derive(Args)]
pub struct Kill {
    #[arg(long, default_value_t = 5)]
    kills: u32,
    /// How many people come: a third each by lead ad, form and missed call
    #[arg(long, default_value_t = 300)]
    leads: u32,
    /// How many of them a second
    #[arg(long, default_value_t = 30)]
    rate: u32,
    /// The share of calls that the Graph API fails, in percent
    #[arg(long, default_value_t = 20)]
    faults: u64,
    /// Go on failing calls to the end, not only while people come
    #[arg(long)]
    faults_stay: bool,
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Kill {
    pub async fn run(&self, common: &Common) -> Result<(), Failure> {
        let (reports, reported) = unbounded_channel();
        let (graph, port) = Graph::start(Faults::new(self.faults, self.seed), Some(reports)).await?;
        let (mut masa, product, _) = Masa::start(common, port, &[]).await?;
        let reporter = Reporter {
            product: product.clone(),
            within: STATUSES_WITHIN,
            chance: Chance::new(self.seed ^ 1),
            second: None,
        };
        let reports = reporter.spawn(reported);
        let crowd = Arc::new(Crowd::new(self));
        let pouring = tokio::spawn(Arc::clone(&crowd).pour(product.clone(), self.rate));
        let (restarts, restarted_at) = self.kill(&mut masa, &product).await?;
        let unheard = pouring.await?;
        if !self.faults_stay {
            graph.faults.end();
        }
        let rested = rest(&graph, &product, &crowd, restarted_at).await?;
        while reports.open() > 0 && restarted_at.elapsed() < RECOVERY_MAX + STATUSES_WITHIN {
            clock::sleep(LOOK_EVERY).await;
        }
        let verdict = Verdict::of(&graph, &product, &crowd).await?;
        self.tell(&graph, &crowd, &verdict, &restarts, restarted_at, rested);
        println!("  statuses given up             {}", reports.given_up() + reports.open());
        if verdict.is_good() && rested && unheard == 0 && reports.given_up() == 0 {
            return Ok(());
        }
        for detail in &verdict.details {
            println!("{detail}");
        }
        Err(format!("promises were broken; see {}", masa.keep().display()).into())
    }

    /// Kills at random moments, spread over the time in which people come and half of it again.
    async fn kill(&self, masa: &mut Masa, product: &Product) -> Result<(Vec<Duration>, Instant), Failure> {
        let chance = Chance::new(self.seed ^ 2);
        let start = clock::now();
        let span = Duration::from_secs(u64::from(self.leads / self.rate.max(1))) * 3 / 2;
        let mut restarts = Vec::new();
        for number in 0..self.kills {
            let from = span * number / self.kills;
            let at = chance.between(from, from + span / self.kills);
            clock::sleep(at.saturating_sub(start.elapsed())).await;
            restarts.push(masa.kill_and_restart(product).await?);
        }
        Ok((restarts, clock::now()))
    }

    fn tell(
        &self,
        graph: &Graph,
        crowd: &Crowd,
        verdict: &Verdict,
        restarts: &[Duration],
        restarted_at: Instant,
        rested: bool,
    ) {
        println!("seed {}: {} kills, {} % faults", self.seed, restarts.len(), self.faults);
        println!("  acknowledged                  {}", crowd.acknowledged());
        println!("  never acknowledged            {}", crowd.visitors.len() - crowd.acknowledged());
        println!("  came again                    {}", crowd.again().values().sum::<usize>());
        for (why, count) in crowd.again().iter() {
            println!("    {why:<28}{count}");
        }
        println!("  messaged                      {}", verdict.messaged);
        println!("  lost                          {}", verdict.lost);
        println!("  doubled                       {}", verdict.doubled);
        println!("  wrong                         {}", verdict.wrong);
        println!("  ever in doubt                 {}", verdict.in_doubt);
        let longest = verdict.doubt_longest.unwrap_or_default();
        println!("  in doubt longest              {:.1} s", longest.as_secs_f64());
        let smooth = verdict.smooth_slowest.as_secs_f64();
        println!("  slowest without any trouble   {smooth:.1} s");
        let slowest = restarts.iter().max().copied().unwrap_or_default();
        println!("  kill to ready, slowest        {:.2} s", slowest.as_secs_f64());
        let last = graph.accepted().iter().map(|accepted| accepted.at).max();
        let recovered = last.map(|last| last.saturating_duration_since(restarted_at)).unwrap_or_default();
        println!("  last restart to last message  {:.1} s", recovered.as_secs_f64());
        println!("  nothing left open             {rested}");
        println!("  calls                         {}", graph.calls());
        for (fault, count) in graph.fault_counts() {
            println!("    {fault:<28}{count}");
        }
    }
}

/// Those who come, and when they were answered with a 2xx.
struct Crowd {
    visitors: Vec<Visitor>,
    acknowledged: Mutex<BTreeMap<Visitor, Instant>>,
    /// How often somebody was not answered with a 2xx, by what came instead.
    again: Mutex<BTreeMap<String, usize>>,
    chance: Chance,
}

impl Crowd {
    fn new(kill: &Kill) -> Self {
        let chance = Chance::new(kill.seed ^ 3);
        let mut visitors: Vec<Visitor> = (0..kill.leads)
            .map(|number| Visitor { door: Door::ALL[number as usize % Door::ALL.len()], number })
            .collect();
        chance.shuffle(&mut visitors);
        Self { visitors, acknowledged: Mutex::default(), again: Mutex::default(), chance }
    }

    /// Everybody comes, at `rate` a second, until they are heard. Gives how many never were.
    async fn pour(self: Arc<Self>, product: Product, rate: u32) -> usize {
        let start = clock::now();
        let mut coming = JoinSet::new();
        for (index, visitor) in self.visitors.iter().copied().enumerate() {
            let at = Duration::from_secs(1) * index as u32 / rate.max(1);
            clock::sleep(at.saturating_sub(start.elapsed())).await;
            let (crowd, product) = (Arc::clone(&self), product.clone());
            coming.spawn(async move { crowd.come(visitor, &product).await });
        }
        coming.join_all().await.into_iter().filter(|heard| !heard).count()
    }

    async fn come(&self, visitor: Visitor, product: &Product) -> bool {
        let second = clock::today().as_second();
        let attempt = || async {
            let answered = visitor.come(product, second).await;
            if let Err(why) = &answered {
                *self.again().entry(why.to_string()).or_default() += 1;
            }
            answered
        };
        if insist(SENDER_PATIENCE, attempt).await.is_err() {
            return false;
        }
        self.heard().insert(visitor, clock::now());
        if self.chance.percent(TWICE_PERCENT) {
            // Whether the second is heard makes no difference.
            let _ = visitor.come(product, second).await;
        }
        true
    }

    fn acknowledged(&self) -> usize {
        self.heard().len()
    }

    fn again(&self) -> MutexGuard<'_, BTreeMap<String, usize>> {
        self.again.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn heard(&self) -> MutexGuard<'_, BTreeMap<Visitor, Instant>> {
        self.acknowledged.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Waits until everybody was written to and nothing more is due soon. Whether it came to that in time.
async fn rest(
    graph: &Graph,
    product: &Product,
    crowd: &Crowd,
    restarted_at: Instant,
) -> Result<bool, Failure> {
    while restarted_at.elapsed() < RECOVERY_MAX {
        clock::sleep(LOOK_EVERY).await;
        if graph.written_to_count() < crowd.acknowledged() {
            continue;
        }
        let soon = clock::today() + SOON;
        if product.leads().await?.iter().all(|lead| timeline::rests_until(lead, soon)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What became of the acknowledged.
#[derive(Default)]
struct Verdict {
    messaged: usize,
    lost: usize,
    doubled: usize,
    /// Another message than the one of their door, somebody unknown, or two records of one person.
    wrong: usize,
    in_doubt: usize,
    doubt_longest: Option<SignedDuration>,
    /// From the acknowledgement to the message, for those who met neither doubt nor a retry.
    smooth_slowest: Duration,
    details: Vec<String>,
}

impl Verdict {
    async fn of(graph: &Graph, product: &Product, crowd: &Crowd) -> Result<Self, Failure> {
        let mut verdict = Self::default();
        let mut sent: BTreeMap<String, Vec<Accepted>> = BTreeMap::new();
        for accepted in graph.accepted() {
            sent.entry(accepted.to.clone()).or_default().push(accepted);
        }
        let mut records: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for summary in product.leads().await? {
            let lead = product.lead(summary["id"].as_str().unwrap_or_default()).await?;
            let phone = lead["phone"].as_str().unwrap_or_default().trim_start_matches('+').to_owned();
            records.entry(phone).or_default().push(lead);
        }
        for visitor in &crowd.visitors {
            let phone = visitor.phone();
            let got = sent.remove(&phone).unwrap_or_default();
            let leads = records.remove(&phone).unwrap_or_default();
            let acknowledged = crowd.heard().get(visitor).copied();
            verdict.judge(*visitor, acknowledged, &got, &leads);
        }
        for (to, got) in sent {
            verdict.wrong += 1;
            verdict.details.push(format!("{to} never came and got {got:?}"));
        }
        for (phone, leads) in records {
            // The lead ad of somebody who came again is a record that was merged away, or has no number yet.
            let open = leads.iter().filter(|lead| lead["merged_into"].is_null()).collect::<Vec<_>>();
            for lead in open {
                verdict.wrong += 1;
                let id = &lead["id"];
                verdict
                    .details
                    .push(format!("nobody's record {id} ({phone:?}):\n{}", timeline::render(lead)));
            }
        }
        Ok(verdict)
    }

    fn judge(&mut self, visitor: Visitor, acknowledged: Option<Instant>, got: &[Accepted], leads: &[Value]) {
        match got.len() {
            0 => self.lost += usize::from(acknowledged.is_some()),
            1 => self.messaged += 1,
            _ => {
                self.messaged += 1;
                self.doubled += 1;
            }
        }
        let as_promised =
            |accepted: &Accepted| accepted.kind == Kind::WhatsApp && accepted.what == visitor.door.template();
        let is_wrong = !got.iter().all(as_promised) || leads.len() > 1;
        self.wrong += usize::from(is_wrong);
        let doubts = leads.iter().map(|lead| timeline::count(lead, "in-doubt")).sum::<usize>();
        self.in_doubt += usize::from(doubts > 0);
        let retries = leads.iter().map(|lead| timeline::count(lead, "retried")).sum::<usize>();
        if let ([accepted], Some(acknowledged), 0) = (got, acknowledged, doubts + retries) {
            let took = accepted.at.saturating_duration_since(acknowledged);
            self.smooth_slowest = self.smooth_slowest.max(took);
        }
        self.doubt_longest = self.doubt_longest.max(leads.iter().filter_map(timeline::doubt_longest).max());
        if (got.len() != 1 && acknowledged.is_some()) || is_wrong {
            let mut detail = format!("{} {} got {}:\n", visitor.door.name(), visitor.phone(), got.len());
            for accepted in got {
                detail += &format!("    {} {} {:?}\n", accepted.what, accepted.id, accepted.opaque);
            }
            for lead in leads {
                detail += &format!("  lead {}\n{}", lead["id"], timeline::render(lead));
            }
            self.details.push(detail);
        }
    }

    fn is_good(&self) -> bool {
        self.lost == 0 && self.doubled == 0 && self.wrong == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn accepted(what: &str) -> Accepted {
        Accepted {
            at: clock::now(),
            kind: Kind::WhatsApp,
            to: "972".to_owned(),
            what: what.to_owned(),
            first_parameter: None,
            opaque: None,
            id: "wamid.1".to_owned(),
        }
    }

    #[test]
    fn a_loss_a_double_and_a_mistake_are_told_apart() {
        let welcome = || accepted("lead_welcome");
        let lead = || json!({ "id": "1", "timeline": [] });
        type Told = (usize, usize, usize, usize);
        let cases: Vec<(bool, Vec<Accepted>, Vec<Value>, Told)> = vec![
            (true, vec![welcome()], vec![lead()], (1, 0, 0, 0)),
            (true, vec![], vec![lead()], (0, 1, 0, 0)),
            (false, vec![], vec![], (0, 0, 0, 0)),
            (true, vec![welcome(), welcome()], vec![lead()], (1, 0, 1, 0)),
            (true, vec![accepted("missed_call")], vec![lead()], (1, 0, 0, 1)),
            (true, vec![welcome()], vec![lead(), lead()], (1, 0, 0, 1)),
        ];
        for (is_acknowledged, got, leads, told) in cases {
            let acknowledged = is_acknowledged.then(clock::now);
            let mut verdict = Verdict::default();
            verdict.judge(Visitor { door: Door::Form, number: 1 }, acknowledged, &got, &leads);
            assert_eq!((verdict.messaged, verdict.lost, verdict.doubled, verdict.wrong), told);
            assert_eq!(verdict.is_good(), verdict.details.is_empty());
        }
    }
}
