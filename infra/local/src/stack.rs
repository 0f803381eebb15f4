//! Everything of one machine, put together and started.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::Router;
use engine::{Engine, EngineError, Retries};
use lead_intake::LeadIntake;
use sandbox::Sandbox;
use shared::adapters::dynamodb::{DynamoDbStore, TableError, ensure_table};
use shared::adapters::graph::{GraphApi, GraphSettings, InvalidGraphSettings};
use shared::adapters::mail::Files;
use shared::adapters::outside::Outside;
use shared::adapters::stored_playbooks::StoredPlaybooks;
use shared::adapters::system::{SystemChance, SystemClock};
use shared::application::World;
use shared::application::in_memory::{NoFigures, SeededChance};
use shared::application::ports::{Chance, Clock, Store, StoreError};
use shared::application::publish::{PublishError, publish};
use shared::domain::ids::BusinessId;
use shared::domain::playbook::Playbook;
use shared::playbook::{PlaybookFaults, parse};
use shared::secrets::Secrets;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use webhook::Webhook;

use crate::bus::LocalBus;
use crate::clock::LocalClock;
use crate::functions::Functions;
use crate::mail::LocalMail;
use crate::moving::{MoveError, Mover};
use crate::queue::LocalQueue;
use crate::sandbox_link::{self, WebhookPump};
use crate::settings::{ClockSetting, GraphSetting, LocalSettings};
use crate::{data, routes};

/// The table that this folder's data is. A copy of the folder is the same business, not a restored table.
const TABLE: &str = "masa";

/// Why the stack did not start. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{0}")]
    Playbook(PlaybookFaults),
    #[error("two playbooks are of the business {0}; each business has one")]
    BusinessTwice(BusinessId),
    #[error("there is no playbook; name one with --playbook FILE")]
    NoPlaybook,
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("the port {port} of this machine is taken; stop what uses it, or choose another with --port")]
    PortTaken { port: u16 },
    #[error("the port {port} cannot be opened: {source}")]
    Port { port: u16, source: std::io::Error },
    #[error("the data folder {} cannot be used: {source}", folder.display())]
    Folder { folder: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Graph(#[from] InvalidGraphSettings),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A running stack. It ends when it is dropped or when [`Stack::stop`] is called.
pub struct Stack {
    inner: Arc<Inner>,
    address: SocketAddr,
    tasks: JoinSet<()>,
}

/// What the routes and the workers share.
pub(crate) struct Inner {
    pub(crate) clock: Arc<LocalClock>,
    pub(crate) store: Arc<dyn Store>,
    functions: Arc<Functions>,
    pub(crate) bus: Arc<LocalBus>,
    pump: Option<Arc<WebhookPump>>,
    pub(crate) webhook: Webhook,
    pub(crate) lead_intake: LeadIntake,
    businesses: Vec<BusinessId>,
    pub(crate) playbooks: Arc<StoredPlaybooks>,
    door: Mutex<Router>,
    /// One moves the clock at a time.
    moving: tokio::sync::Mutex<()>,
}

impl Inner {
    pub(crate) fn world(&self) -> &World {
        &self.functions.world
    }

    /// What the next tick would go on with.
    pub(crate) async fn go_on(&self) {
        self.functions.go_on().await;
    }

    pub(crate) fn businesses(&self) -> &[BusinessId] {
        &self.businesses
    }

    pub(crate) async fn move_clock(&self, to: jiff::Timestamp) -> Result<jiff::Timestamp, MoveError> {
        let _one_at_a_time = self.moving.lock().await;
        let door = self.door();
        self.mover(&door).move_to(to).await
    }

    fn mover<'s>(&'s self, door: &'s Router) -> Mover<'s> {
        Mover { clock: &self.clock, functions: &self.functions, pump: self.pump.as_deref(), door }
    }

    fn door(&self) -> Router {
        self.door.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
}

impl Stack {
    /// Brings everything up. When this returns, `GET /healthz` answers 200.
    pub async fn start(settings: LocalSettings) -> Result<Self, StartError> {
        let playbooks = read_playbooks(&settings)?;
        let listener = listen(settings.port).await?;
        let address =
            listener.local_addr().map_err(|source| StartError::Port { port: settings.port, source })?;
        let folder = settings.data.as_deref();
        let in_folder =
            |source| StartError::Folder { folder: folder.map(PathBuf::from).unwrap_or_default(), source };
        if let Some(folder) = folder {
            std::fs::create_dir_all(folder).map_err(in_folder)?;
        }
        let engine = match folder {
            Some(folder) => Engine::open(folder)?,
            None => Engine::memory()?,
        };
        let chance: Arc<dyn Chance> = match settings.seed {
            Some(seed) => Arc::new(SeededChance::new(seed)),
            None => Arc::new(SystemChance),
        };
        let client = engine.client(Retries::Standard);
        ensure_table(&client, TABLE).await?;
        let store_of =
            |client| -> Arc<dyn Store> { Arc::new(DynamoDbStore::new(client, TABLE, Arc::clone(&chance))) };
        let store = store_of(client);
        let stored_playbooks = Arc::new(StoredPlaybooks::new(Arc::clone(&store)));
        for (playbook, file) in playbooks.iter().zip(&settings.playbooks) {
            publish(store.as_ref(), playbook, &file.text).await?;
        }
        if store.released_table().await?.is_none() {
            store.release_table(TABLE).await?;
        }
        let clock = Arc::new(match settings.clock {
            ClockSetting::System => LocalClock::System(SystemClock),
            ClockSetting::Manual { start } => LocalClock::manual(start, folder),
        });
        let queue = Arc::new(LocalQueue::new(Arc::clone(&clock) as Arc<dyn Clock>));
        let pepper = data::pepper(folder).map_err(in_folder)?;
        let public_url = format!("http://{address}");
        let world_over = |store: &Arc<dyn Store>| {
            Arc::new(World {
                public_url: Some(public_url.clone()),
                store: Arc::clone(store),
                queue: Arc::clone(&queue) as _,
                playbooks: Arc::clone(&stored_playbooks) as _,
                clock: Arc::clone(&clock) as _,
                chance: Arc::clone(&chance),
                // Nobody collects them here; `/sandbox` and the command show the records themselves.
                figures: Arc::new(NoFigures),
                pepper: pepper.clone(),
                table: TABLE.to_owned(),
                release: Mutex::default(),
            })
        };
        let secrets: Arc<dyn Secrets> = Arc::new(settings.secrets.by_name());
        let bus = Arc::new(LocalBus::default());
        let graph = graph_api(&settings, Arc::clone(&secrets), address)?;
        // Whoever brings news waits for the answer, and goes away after seconds: that is not kept waiting by what the
        // workers still have to do, however much it is.
        let door = world_over(&store_of(engine.ahead().client(Retries::Standard)));
        let webhook = Webhook { world: Arc::clone(&door), secrets: Arc::clone(&secrets) };
        let lead_intake = LeadIntake { world: door, secrets };
        let pump = match settings.graph {
            GraphSetting::Sandbox => {
                let journal = folder.map(|folder| folder.join("sandbox.jsonl"));
                let sandbox = Sandbox::new(sandbox_link::settings(&playbooks, &settings.secrets, journal));
                Some(Arc::new(WebhookPump {
                    sandbox: Arc::new(sandbox.map_err(in_folder)?),
                    clock: Arc::clone(&clock) as _,
                    queue: Arc::clone(&queue),
                    wanted: Notify::new(),
                    pending: Default::default(),
                }))
            }
            GraphSetting::Url { .. } => None,
        };
        let mail = LocalMail {
            sandbox: pump.as_ref().map(|pump| Arc::clone(&pump.sandbox)),
            clock: Arc::clone(&clock) as _,
            public_url: public_url.clone(),
            files: Files::default(),
        };
        let (bus_of_all, graph, mail) = (Arc::clone(&bus) as _, Arc::new(graph), Arc::new(mail));
        let platforms = Arc::new(Outside { graph, bus: bus_of_all, mail });
        let functions = Arc::new(Functions { world: world_over(&store), platforms, queue });
        let inner = Arc::new(Inner {
            clock,
            store,
            functions,
            bus,
            pump,
            webhook,
            lead_intake,
            businesses: playbooks.iter().map(|playbook| playbook.business.id.clone()).collect(),
            playbooks: stored_playbooks,
            door: Mutex::default(),
            moving: tokio::sync::Mutex::new(()),
        });
        let tasks = serve(&inner, listener, engine);
        inner.functions.refill().await;
        Ok(Self { inner, address, tasks })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The sandbox of this stack, unless another Graph API is used.
    pub fn sandbox(&self) -> Option<Arc<Sandbox>> {
        self.inner.pump.as_ref().map(|pump| Arc::clone(&pump.sandbox))
    }

    pub fn clock(&self) -> &dyn Clock {
        self.inner.clock.as_ref()
    }

    pub fn store(&self) -> &dyn Store {
        self.inner.store.as_ref()
    }

    /// Moves a manual clock through every due moment.
    pub async fn move_clock(&self, to: jiff::Timestamp) -> Result<jiff::Timestamp, MoveError> {
        self.inner.move_clock(to).await
    }

    /// Waits until all that is due at this moment has been worked.
    pub async fn work_off(&self) {
        let door = self.inner.door();
        self.inner.mover(&door).work_off().await;
    }

    /// Tells the pump that the sandbox may have webhooks, after acts that did not come by HTTP.
    pub fn sandbox_acted(&self) {
        if let Some(pump) = &self.inner.pump {
            pump.want();
        }
    }

    /// Ends after what is in hand, at most in a few seconds. Nothing depends on it: a kill loses nothing either.
    pub async fn stop(mut self) {
        let patience = std::time::Duration::from_secs(5);
        let _ = tokio::time::timeout(patience, self.inner.functions.queue.worked_off()).await;
        self.tasks.shutdown().await;
    }
}

fn read_playbooks(settings: &LocalSettings) -> Result<Vec<Arc<Playbook>>, StartError> {
    let mut playbooks: Vec<Arc<Playbook>> = Vec::new();
    for file in &settings.playbooks {
        let playbook = parse(&file.name, &file.text).map_err(StartError::Playbook)?;
        if playbooks.iter().any(|other| other.business.id == playbook.business.id) {
            return Err(StartError::BusinessTwice(playbook.business.id));
        }
        playbooks.push(Arc::new(playbook));
    }
    if playbooks.is_empty() { Err(StartError::NoPlaybook) } else { Ok(playbooks) }
}

/// Loopback only: the sandbox's routes have no key.
async fn listen(port: u16) -> Result<TcpListener, StartError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        std::io::ErrorKind::AddrInUse => StartError::PortTaken { port },
        _ => StartError::Port { port, source },
    })
}

fn graph_api(
    settings: &LocalSettings,
    tokens: Arc<dyn Secrets>,
    address: SocketAddr,
) -> Result<GraphApi, StartError> {
    let graph_settings = match &settings.graph {
        GraphSetting::Sandbox => {
            GraphSettings { base_url: format!("http://{address}/sandbox/graph"), ..GraphSettings::default() }
        }
        GraphSetting::Url { url, version } => {
            let base_url = url.trim_end_matches('/').to_owned();
            GraphSettings { base_url, version: version.clone(), ..GraphSettings::default() }
        }
    };
    Ok(GraphApi::new(&graph_settings, tokens)?)
}

fn serve(inner: &Arc<Inner>, listener: TcpListener, engine: Engine) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let public = routes::public(Arc::clone(inner));
    *inner.door.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = public.clone();
    let mut app = routes::sandbox(Arc::clone(inner)).fallback_service(public.clone());
    if let Some(pump) = &inner.pump {
        let (now, acted) = (Arc::clone(&inner.clock), Arc::clone(pump));
        let sandbox = sandbox::router(
            Arc::clone(&pump.sandbox),
            Arc::new(move || now.now()),
            Arc::new(move || acted.want()),
        );
        app = app.nest("/sandbox", sandbox);
        tasks.spawn(Arc::clone(pump).run(public));
        // What an earlier run left undelivered.
        pump.want();
    }
    inner.functions.spawn_workers(&mut tasks);
    if !inner.clock.is_manual() {
        inner.functions.spawn_ticker(&mut tasks);
        spawn_redelivery(inner, &mut tasks);
    }
    let clock = Arc::clone(&inner.clock);
    tasks.spawn(async move {
        // The engine lives as long as the stack; garbage goes once an hour, as DynamoDB's TTL would take it.
        let mut hours = tokio::time::interval(std::time::Duration::from_secs(3_600));
        loop {
            hours.tick().await;
            if let Err(error) = engine.sweep_ttl(TABLE, clock.now()).await {
                tracing::error!(%error, "expired markers were not swept");
            }
        }
    });
    tasks.spawn(async move {
        if let Err(error) = axum::serve(listener, app).await {
            tracing::error!(%error, "the server ended");
        }
    });
    tasks
}

/// Webhooks that the product refused come again, as Meta brings them.
fn spawn_redelivery(inner: &Arc<Inner>, tasks: &mut JoinSet<()>) {
    let Some(pump) = inner.pump.clone() else { return };
    tasks.spawn(async move {
        let mut seconds = tokio::time::interval(std::time::Duration::from_secs(5));
        loop {
            seconds.tick().await;
            if pump.sandbox.next_webhook_at().is_some() {
                pump.want();
            }
        }
    });
}
