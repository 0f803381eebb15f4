//! Another Graph API: it takes what the product sends, remembers what it accepted, and may fail on purpose.
//!
//! Written from the platforms' documents and sharing nothing with the product or its sandbox.

mod calls;
mod faults;
mod reports;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedSender;

use crate::http_server::{self, Reply, Request};
use crate::{Failure, clock};

pub use calls::Kind;
pub use faults::Faults;
pub use reports::Reporter;

/// Something that the platform did for the product.
#[derive(Clone, Debug)]
pub struct Accepted {
    pub at: Instant,
    pub kind: Kind,
    /// A telephone number in digits, a person's id, or a comment's.
    pub to: String,
    /// A template's name, or the text.
    pub what: String,
    /// A template's first parameter.
    pub first_parameter: Option<String>,
    pub opaque: Option<String>,
    pub id: String,
}

pub struct Graph {
    state: Mutex<State>,
    pub faults: Faults,
    /// Who tells the product of WhatsApp messages that were accepted.
    reports: Option<UnboundedSender<Accepted>>,
}

#[derive(Default)]
struct State {
    accepted: Vec<Accepted>,
    /// Those who got a WhatsApp message.
    written_to: BTreeSet<String>,
    /// Comments that had their one private reply.
    replied_privately: BTreeSet<String>,
    ids: u64,
    calls: u64,
    faults: BTreeMap<&'static str, u64>,
}

impl Graph {
    /// Listens on a free port of this machine, which it gives.
    pub async fn start(
        faults: Faults,
        reports: Option<UnboundedSender<Accepted>>,
    ) -> Result<(Arc<Self>, u16), Failure> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let graph = Arc::new(Self { state: Mutex::default(), faults, reports });
        let handling = Arc::clone(&graph);
        let handler = move |request| {
            let graph = Arc::clone(&handling);
            async move { graph.answer(request).await }
        };
        tokio::spawn(http_server::serve(listener, handler));
        Ok((graph, port))
    }

    async fn answer(&self, request: Request) -> Reply {
        let fault = self.faults.draw();
        {
            let mut state = self.state();
            state.calls += 1;
            if let Some(fault) = fault {
                *state.faults.entry(fault.name()).or_default() += 1;
            }
        }
        let Some(fault) = fault else { return calls::answer(self, &request) };
        if fault.does_it() {
            calls::answer(self, &request);
        }
        match fault {
            faults::Fault::AnsweredLate => clock::sleep(self.faults.lateness()).await,
            faults::Fault::DoneLate => {
                clock::sleep(self.faults.lateness()).await;
                calls::answer(self, &request);
            }
            _ => {}
        }
        fault.reply()
    }

    fn accept(&self, accepted: Accepted) {
        let mut state = self.state();
        if accepted.kind == Kind::WhatsApp {
            state.written_to.insert(accepted.to.clone());
            if let Some(reports) = &self.reports {
                // Nobody listens any more at the end of a run.
                let _ = reports.send(accepted.clone());
            }
        }
        state.accepted.push(accepted);
    }

    /// All that was accepted so far, in order.
    pub fn accepted(&self) -> Vec<Accepted> {
        self.state().accepted.clone()
    }

    pub fn accepted_count(&self) -> usize {
        self.state().accepted.len()
    }

    /// How many different people got a WhatsApp message.
    pub fn written_to_count(&self) -> usize {
        self.state().written_to.len()
    }

    pub fn calls(&self) -> u64 {
        self.state().calls
    }

    pub fn fault_counts(&self) -> BTreeMap<&'static str, u64> {
        self.state().faults.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
