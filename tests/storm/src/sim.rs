//! One storm, from its first act to the moment at which everything has to be settled.

mod acts;

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use lead_intake::LeadIntake;
use shared::adapters::stored_playbooks::StoredPlaybooks;
use shared::application::World;
use shared::application::in_memory::{InMemoryStore, NoFigures, SeededChance};
use shared::application::ports::{Figures, Heartbeat, Store};
use shared::application::publish::publish;
use shared::domain::ids::Pepper;
use shared::secrets::{FixedSecrets, Secrets, names};
use webhook::Webhook;

use crate::chance::Chance;
use crate::doors::{self, API_KEY, APP_SECRET, FORM_KEY};
use crate::people::acts::{What, Who};
use crate::people::businesses::{BUSINESSES, PUBLIC_URL, all_published, published};
use crate::people::plan::{Directory, Plan};
use crate::people::webhooks::Told;
use crate::world::executor::{Ended, Executor, TaskId, Work};
use crate::world::index::WakeIndex;
use crate::world::log::{Entry, Log, Sign, Turn};
use crate::world::meta::{Meta, Report, Reported};
use crate::world::queue::{Message, StormQueue};
use crate::world::store::{StormStore, Waits};
use crate::world::timers::{DAY, HOUR, MINUTE, Millis, SECOND, Timers, timestamp};
use crate::world::weather::{Fault, Weather};

/// What a storm is played on.
pub enum Table {
    Memory,
    /// Another store, for example DynamoDB's adapter over the embedded engine, and what it waits on.
    Other(Arc<dyn Store>, tokio::runtime::Runtime),
}

pub struct Settings {
    pub table: Table,
    /// Writes a line for everything that happens.
    pub narrates: bool,
    /// Loses every hint, whatever the plan says.
    pub queue_drops_all: bool,
    /// Who counts; nobody, unless the figures are what is looked at.
    pub figures: Arc<dyn Figures>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { table: Table::Memory, narrates: false, queue_drops_all: false, figures: Arc::new(NoFigures) }
    }
}

/// How many workers of the queues are under way at once.
const WORKERS_MAX: usize = 6;
/// A worker that has come so far does not die any more.
const DIES_WITHIN: u64 = 24;
/// A storm that does not end is a violation by itself.
const STEPS_MAX: u64 = 3_000_000;
const TABLE: &str = "masa";
const RESTORED: &str = "masa-restored";

/// The functions on one machine, with its own caches.
struct Host {
    world: Arc<World>,
    webhook: Arc<Webhook>,
    intake: Arc<LeadIntake>,
}

/// Something that will happen.
enum Happening {
    Act(usize),
    Arrives(Arrival),
    Flush(&'static str),
    MailTold {
        body: String,
        stops: Option<What>,
        sign: Option<Sign>,
    },
    /// An HTTP request or a delivery, by its number, once more or for the first time.
    Sent(usize),
    TicksBack,
    Restore,
    Release,
    Redrive(usize),
    Clears,
}

/// An item on its way to the webhook.
#[derive(Clone)]
struct Arrival {
    told: Told,
    entry: Option<usize>,
    sign: Option<Sign>,
}

/// A request that is sent again until it is acknowledged.
#[derive(Clone)]
struct Sending {
    what: doors::Request,
    entries: Vec<usize>,
    signs: Vec<Sign>,
    tries: u32,
    acknowledged: bool,
}

enum Job {
    Sending(usize),
    Batch(Vec<Message>),
    Tick,
    Operator,
}

enum Came {
    Status(i64),
    Failed(Vec<usize>),
    Nothing,
}

pub struct Sim {
    pub plan: Arc<Plan>,
    pub log: Arc<Log>,
    pub weather: Arc<Weather>,
    pub store: Arc<StormStore>,
    timers: Arc<Timers>,
    memory: Option<Arc<InMemoryStore>>,
    queue: Arc<StormQueue>,
    meta: Arc<Meta>,
    figures: Arc<dyn Figures>,
    hosts: Vec<Host>,
    chance: Chance,
    executor: Executor<Job, Came>,
    agenda: BTreeMap<(Millis, u64), Happening>,
    sendings: Vec<Sending>,
    arrived: BTreeMap<&'static str, Vec<Arrival>>,
    generations: BTreeMap<(Who, usize), u32>,
    directory: Directory,
    backup: Option<(Arc<InMemoryStore>, WakeIndex)>,
    ticked_at: Millis,
    /// Until then each tick is played: a broadcast may have something to plan that no index tells of.
    walks_until: Millis,
    /// The ticks came back, and none of them has ended yet.
    outage_unnoticed: bool,
    number: u64,
    pub steps: u64,
    /// What entered, each once: acts, statuses and echoes.
    pub events: u64,
}

/// What the doors know each other by.
pub fn secrets() -> Arc<dyn Secrets> {
    Arc::new(FixedSecrets::from_iter([
        (names::META_APP_SECRET, APP_SECRET),
        (names::API_KEY, API_KEY),
        (names::FORM_KEY, FORM_KEY),
    ]))
}

pub fn pepper() -> Pepper {
    Pepper::new([9; 32])
}

impl Sim {
    pub fn new(plan: Arc<Plan>, settings: Settings) -> Self {
        let timers = Timers::at(plan.start);
        let mut rates = plan.rates.clone();
        if settings.queue_drops_all {
            rates.insert(Fault::QueueDropsAll, Fault::QueueDropsAll.most());
        }
        let weather = Weather::new(Chance::of(plan.seed, 3), rates, plan.clears_at);
        let log = Log::new(settings.narrates);
        let (inner, waits, memory): (Arc<dyn Store>, _, _) = match settings.table {
            Table::Memory => {
                let memory = Arc::new(InMemoryStore::default());
                (Arc::clone(&memory) as _, Waits::Never, Some(memory))
            }
            Table::Other(store, runtime) => (store, Waits::On(Box::new(runtime)), None),
        };
        let store = StormStore::new(
            inner,
            waits,
            Arc::clone(&timers),
            Arc::clone(&weather),
            Arc::clone(&log),
            plan.index_lag,
        );
        let store = Arc::new(store);
        let queue = Arc::new(StormQueue::new(Arc::clone(&timers), Arc::clone(&weather)));
        let meta = Arc::new(Meta::new(
            Arc::clone(&plan),
            Arc::clone(&timers),
            Arc::clone(&weather),
            Arc::clone(&log),
            Arc::clone(&store.current),
        ));
        let mut sim = Self {
            ticked_at: plan.start,
            walks_until: 0,
            outage_unnoticed: false,
            chance: Chance::of(plan.seed, 4),
            directory: Directory::of(&plan),
            plan,
            log,
            weather,
            store,
            timers,
            memory,
            queue,
            meta,
            figures: settings.figures,
            hosts: Vec::new(),
            executor: Executor::default(),
            agenda: BTreeMap::new(),
            sendings: Vec::new(),
            arrived: BTreeMap::new(),
            generations: BTreeMap::new(),
            backup: None,
            number: 0,
            steps: 0,
            events: 0,
        };
        if sim.plan.index_lag > 0 {
            sim.weather.count(Fault::IndexLags);
        }
        sim.install();
        sim.hosts = (0..2).map(|host| sim.host(host, TABLE)).collect();
        sim.fill_agenda();
        sim
    }

    /// The operator publishes the first playbooks and lets the table send.
    fn install(&self) {
        let store = self.store.calm();
        for business in 0..BUSINESSES {
            self.publish(&store, business, 0);
        }
        let now = timestamp(self.plan.start);
        let heartbeat = Heartbeat { swept_at: now, held_since: None };
        let put = async {
            store.release_table(TABLE).await?;
            store.put_heartbeat(&heartbeat).await
        };
        self.store.wait(put).unwrap_or_else(|error| panic!("a good day's store refused: {error}"));
    }

    fn publish(&self, store: &Arc<dyn Store>, business: usize, version: usize) {
        let (text, parsed) = published(business, version);
        let published = self.store.wait(publish(store.as_ref(), parsed, text));
        published.unwrap_or_else(|error| panic!("a good day's store refused: {error}"));
    }

    fn host(&self, number: u64, table: &str) -> Host {
        let world = Arc::new(World {
            public_url: Some(PUBLIC_URL.to_owned()),
            store: Arc::clone(&self.store) as _,
            queue: Arc::clone(&self.queue) as _,
            playbooks: Arc::new(StoredPlaybooks::knowing(Arc::clone(&self.store) as _, all_published())),
            clock: Arc::clone(&self.timers) as _,
            chance: Arc::new(SeededChance::new(self.plan.seed.wrapping_mul(31).wrapping_add(number))),
            figures: Arc::clone(&self.figures),
            pepper: pepper(),
            table: table.to_owned(),
            release: Mutex::default(),
        });
        let secrets = secrets();
        Host {
            webhook: Arc::new(Webhook { world: Arc::clone(&world), secrets: Arc::clone(&secrets) }),
            intake: Arc::new(LeadIntake { world: Arc::clone(&world), secrets }),
            world,
        }
    }

    fn fill_agenda(&mut self) {
        let plan = Arc::clone(&self.plan);
        for (index, act) in plan.acts.iter().enumerate() {
            self.at(plan.start + act.after, Happening::Act(index));
        }
        self.at(plan.clears_at, Happening::Clears);
        if let Some((from, to)) = plan.ticks_missed {
            self.log.turn(from, Turn::TicksStop);
            self.weather.count(Fault::TicksMissed);
            self.at(to, Happening::TicksBack);
            let release = to + self.chance.between(2 * MINUTE, 3 * HOUR);
            self.at(release, Happening::Release);
        }
        if let Some((at, _, released)) = plan.restore
            && self.memory.is_some()
        {
            self.at(at, Happening::Restore);
            self.at(released, Happening::Release);
        }
        // When the weather has cleared the operator looks after what waits for a person, as long as there is any.
        let rounds = [HOUR, 4 * HOUR, DAY, 2 * DAY, 3 * DAY, 5 * DAY, 8 * DAY, 11 * DAY, 14 * DAY];
        for after in rounds {
            self.at(plan.clears_at + after, Happening::Release);
            for business in 0..BUSINESSES {
                self.at(plan.clears_at + after + SECOND, Happening::Redrive(business));
            }
        }
    }

    fn at(&mut self, at: Millis, happening: Happening) {
        self.number += 1;
        self.agenda.insert((at, self.number), happening);
    }

    fn now(&self) -> Millis {
        self.timers.millis()
    }

    /// Plays to the end. `false` if it does not end by itself.
    pub fn play(&mut self) -> bool {
        loop {
            self.steps += 1;
            if self.steps > STEPS_MAX {
                return false;
            }
            let current = Arc::clone(&self.store.current);
            let step = self.executor.step(&mut self.chance, |task| current.store(task, Ordering::Relaxed));
            match step {
                Some(Some((task, job, how))) => self.ended(task, job, how),
                Some(None) => {}
                None => {
                    self.collect_reports();
                    let Some(next) = self.next_moment() else { return true };
                    if next > self.plan.end {
                        return true;
                    }
                    self.move_to(next);
                }
            }
        }
    }

    fn next_moment(&mut self) -> Option<Millis> {
        let now = self.now();
        let workers_free = self.executor.count() < WORKERS_MAX;
        let hints = self.queue.first().filter(|_| workers_free).map(|at| at.max(now));
        let agenda = self.agenda.first_key_value().map(|((at, _), _)| (*at).max(now));
        [self.timers.first(), hints, agenda, self.next_tick()].into_iter().flatten().min()
    }

    /// The next tick that finds something. Those before it find nothing, and only beat.
    fn next_tick(&self) -> Option<Millis> {
        if self.outage_unnoticed {
            return Some((self.ticked_at + MINUTE).max(self.now()));
        }
        let next = (self.ticked_at + MINUTE).max(self.now());
        let due = self.store.index().first();
        let at = match (next <= self.walks_until, due) {
            (true, _) => next,
            (false, due) => next.max(due? - MINUTE),
        };
        Some(match self.plan.ticks_missed {
            Some((from, to)) if (from..to).contains(&at) => to,
            _ => at,
        })
    }

    fn move_to(&mut self, next: Millis) {
        let ticks_at = self.next_tick();
        self.beat_until(next);
        self.timers.move_to(next);
        self.back_up();
        let happening =
            self.agenda.first_entry().filter(|entry| entry.key().0 <= next).map(|entry| entry.remove());
        if let Some(happening) = happening {
            self.happen(happening);
            return;
        }
        if ticks_at.is_some_and(|at| at <= next) {
            self.tick();
            return;
        }
        if self.executor.count() < WORKERS_MAX {
            let size = 1 + self.chance.index(4);
            if let Some((name, batch)) = self.queue.take(size) {
                self.work(name, batch);
            }
        }
    }

    /// The minutes on the way at which a tick found nothing.
    fn beat_until(&mut self, next: Millis) {
        if self.outage_unnoticed {
            return self.notice_outage();
        }
        let from = self.ticked_at;
        let idle = (next - from) / MINUTE - 1;
        if idle < 1 {
            return;
        }
        let mut beat = from + idle * MINUTE;
        if let Some((stop, back)) = self.plan.ticks_missed
            && (stop..back).contains(&beat)
        {
            beat = stop - 1;
        }
        if beat <= from {
            return;
        }
        let store = self.store.calm();
        let beats = async {
            let held_since = store.heartbeat().await?.and_then(|heartbeat| heartbeat.held_since);
            store.put_heartbeat(&Heartbeat { swept_at: timestamp(beat), held_since }).await
        };
        // A restored table may be unreadable to nobody: this is the simulation's own hand.
        self.store.wait(beats).unwrap_or_else(|error| panic!("a good day's store refused: {error}"));
        self.ticked_at = beat;
    }

    /// Only a sweep of the product's own ends an outage.
    fn notice_outage(&mut self) {
        let store = self.store.calm();
        let back = self.plan.ticks_missed.map_or(0, |(_, back)| back);
        let swept = self.store.wait(store.heartbeat()).ok().flatten();
        if swept.is_some_and(|heartbeat| heartbeat.swept_at.as_millisecond() >= back) {
            self.outage_unnoticed = false;
        }
    }

    fn tick(&mut self) {
        self.ticked_at = self.now();
        let host = self.chance.index(self.hosts.len());
        let world = Arc::clone(&self.hosts[host].world);
        let meta = Arc::clone(&self.meta);
        let log = Arc::clone(&self.log);
        self.spawn(Job::Tick, {
            let world = Arc::clone(&world);
            Box::pin(async move {
                if let Ok(swept) = followup_dispatcher::handle(&world).await {
                    log.count("sweep");
                    if swept.held {
                        log.count("sweep while bulk is held");
                    }
                }
                Came::Nothing
            })
        });
        // The others look for what is long overdue; where nothing is, they would find nothing.
        let overdue = self.store.index().first().is_some_and(|first| first < self.now() - MINUTE);
        let walks = self.now() <= self.walks_until;
        let functions = match (overdue, walks) {
            (true, _) => 0..5,
            (false, true) => 4..5,
            (false, false) => 0..0,
        };
        for function in functions {
            let (world, meta) = (Arc::clone(&world), Arc::clone(&meta));
            self.spawn(
                Job::Tick,
                Box::pin(async move {
                    let _rescued = match function {
                        0 => lead_intake::handle_tick(&world).await,
                        1 => comment_responder::handle_tick(&world).await,
                        2 => tag_responder::handle_tick(&world).await,
                        3 => message_responder::handle_tick(&world).await,
                        _ => sender::handle_tick(&world, meta.as_ref()).await,
                    };
                    Came::Nothing
                }),
            );
        }
    }

    fn spawn(&mut self, job: Job, future: Work<Came>) {
        let mortal = !matches!(job, Job::Operator);
        let dies = mortal && self.weather.strikes(Fault::WorkerDies, self.now());
        let dies_after = dies.then(|| self.chance.below(DIES_WITHIN) as u32);
        self.executor.spawn(job, dies_after, future);
    }

    fn work(&mut self, name: shared::adapters::sqs::QueueName, batch: Vec<Message>) {
        let host = self.chance.index(self.hosts.len());
        let world = Arc::clone(&self.hosts[host].world);
        let meta = Arc::clone(&self.meta);
        let event = doors::batch(batch.iter().map(|message| &message.hint));
        let work = Box::pin(async move {
            use shared::adapters::sqs::QueueName;
            let response = match name {
                QueueName::LeadIntake => lead_intake::handle_sqs(&world, event).await,
                QueueName::Comments => comment_responder::handle(&world, event).await,
                QueueName::Tags => tag_responder::handle(&world, event).await,
                QueueName::Messages => message_responder::handle(&world, event).await,
                QueueName::Conversation | QueueName::Bulk => {
                    sender::handle(&world, meta.as_ref(), event).await
                }
            };
            Came::Failed(doors::failed(&response))
        });
        self.spawn(Job::Batch(batch), work);
    }

    fn ended(&mut self, task: TaskId, job: Job, how: Ended<Came>) {
        if matches!(how, Ended::Died) {
            self.log.died(self.now(), task);
        }
        match (job, how) {
            (Job::Sending(number), Ended::Came(Came::Status(status))) => self.answered(number, status),
            (Job::Sending(number), _) => self.answered(number, 0),
            (Job::Batch(batch), Ended::Died) => self.queue.put_back(batch),
            (Job::Batch(batch), Ended::Came(Came::Failed(failed))) => {
                let failed = batch.into_iter().enumerate().filter(|(index, _)| failed.contains(index));
                self.queue.put_back(failed.map(|(_, message)| message));
            }
            (Job::Batch(_) | Job::Tick | Job::Operator, _) => {}
        }
    }

    /// What the caller of a request, or the platform, does with an answer: 0 is none.
    fn answered(&mut self, number: usize, status: i64) {
        let now = self.now();
        let sending = &mut self.sendings[number];
        if (200..300).contains(&status) {
            sending.acknowledged = true;
            let (entries, signs) = (sending.entries.clone(), std::mem::take(&mut sending.signs));
            let is_post = matches!(sending.what, doors::Request::Delivery(_));
            let mut history = self.log.lock();
            for entry in entries {
                history.entries[entry].acknowledged_at.get_or_insert(now);
            }
            history.signs.extend(signs.into_iter().map(|sign| Sign { acknowledged_at: now, ..sign }));
            drop(history);
            if is_post && self.weather.strikes(Fault::WebhookTwice, now) {
                let wait = self.chance.pick(&[SECOND, MINUTE, 2 * HOUR, DAY]);
                let again = now + self.chance.between(1, wait + 1);
                self.at(again, Happening::Sent(number));
            }
            return;
        }
        if (400..500).contains(&status) {
            self.log.count("request refused for good");
            self.log.say(now, || format!("   refused with {status}"));
            return;
        }
        if sending.acknowledged {
            return;
        }
        sending.tries += 1;
        let wait = (2 * SECOND * (1 << sending.tries.min(10))).min(30 * MINUTE);
        let again = now + self.chance.between(SECOND, wait);
        self.at(again, Happening::Sent(number));
    }

    fn collect_reports(&mut self) {
        for Report { at, told, sign } in self.meta.take_reports() {
            self.events += 1;
            let sign = sign.map(|(lead, work)| Sign { lead, work, acknowledged_at: 0 });
            let happening = match told {
                Reported::ByWebhook(told) => Happening::Arrives(Arrival { told, entry: None, sign }),
                Reported::OfMail { body, stops } => Happening::MailTold { body, stops, sign },
            };
            self.at(at, happening);
        }
    }

    /// SES's queue brings what it tells until it is taken.
    fn mail_told(&mut self, body: String, stops: Option<What>, sign: Option<Sign>) {
        let now = self.now();
        let entry = stops.map(|what| {
            self.log.count(what.kind());
            self.log.say(now, || what.to_string());
            let mut history = self.log.lock();
            history.entries.push(Entry { at: now, what, acknowledged_at: None });
            history.entries.len() - 1
        });
        self.sendings.push(Sending {
            what: doors::Request::MailEvent(body),
            entries: entry.into_iter().collect(),
            signs: sign.into_iter().collect(),
            tries: 0,
            acknowledged: false,
        });
        self.send(self.sendings.len() - 1);
    }

    fn happen(&mut self, happening: Happening) {
        let now = self.now();
        match happening {
            Happening::Act(index) => self.act(index),
            Happening::Arrives(arrival) => {
                let object = arrival.told.object;
                let waiting = self.arrived.entry(object).or_default();
                waiting.push(arrival);
                if waiting.len() == 1 {
                    let flush = now + self.chance.between(0, 600);
                    self.at(flush, Happening::Flush(object));
                }
            }
            Happening::Flush(object) => self.flush(object),
            Happening::Sent(number) => self.send(number),
            Happening::MailTold { body, stops, sign } => self.mail_told(body, stops, sign),
            Happening::TicksBack => {
                self.log.turn(now, Turn::TicksComeBack);
                self.outage_unnoticed = true;
                self.tick();
            }
            Happening::Restore => self.restore(),
            Happening::Release => {
                self.walks_until = now + acts::WALKS;
                self.release();
            }
            Happening::Redrive(business) => self.redrive(business),
            Happening::Clears => self.log.turn(now, Turn::WeatherClears),
        }
    }

    /// Everything of one object that has arrived goes into one delivery, whosever it is.
    fn flush(&mut self, object: &'static str) {
        let arrived = self.arrived.remove(object).unwrap_or_default();
        let entries: Vec<serde_json::Value> =
            arrived.iter().map(|arrival| arrival.told.entry.clone()).collect();
        let body = serde_json::json!({ "object": object, "entry": entries }).to_string();
        self.sendings.push(Sending {
            what: doors::Request::Delivery(body),
            entries: arrived.iter().filter_map(|arrival| arrival.entry).collect(),
            signs: arrived.into_iter().filter_map(|arrival| arrival.sign).collect(),
            tries: 0,
            acknowledged: false,
        });
        self.send(self.sendings.len() - 1);
    }

    fn send(&mut self, number: usize) {
        let host = self.chance.index(self.hosts.len());
        let (webhook, intake) = (Arc::clone(&self.hosts[host].webhook), Arc::clone(&self.hosts[host].intake));
        let what = self.sendings[number].what.clone();
        self.spawn(
            Job::Sending(number),
            Box::pin(async move { Came::Status(what.put_to(&webhook, &intake).await) }),
        );
    }
}
