//! The platform tells what became of each WhatsApp message, until it is told that this was heard.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;

use super::Accepted;
use crate::chance::Chance;
use crate::product::Product;
use crate::{bodies, clock};

const STATUSES: [&str; 3] = ["sent", "delivered", "read"];
/// How long a status is brought again. Meta does so for days.
const PATIENCE: Duration = Duration::from_secs(300);

pub struct Reporter {
    pub product: Product,
    /// All three statuses of a message come within this.
    pub within: Duration,
    pub chance: Chance,
    /// What the statuses are dated, where the product's clock is not the machine's.
    pub second: Option<i64>,
}

/// How many statuses are on their way, and how many were given up.
#[derive(Default)]
pub struct Reports {
    open: AtomicUsize,
    given_up: AtomicUsize,
}

impl Reports {
    pub fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    pub fn given_up(&self) -> usize {
        self.given_up.load(Ordering::SeqCst)
    }
}

impl Reporter {
    pub fn spawn(self, mut accepted: UnboundedReceiver<Accepted>) -> Arc<Reports> {
        let reports = Arc::new(Reports::default());
        let (reporter, told) = (Arc::new(self), Arc::clone(&reports));
        tokio::spawn(async move {
            while let Some(message) = accepted.recv().await {
                told.open.fetch_add(1, Ordering::SeqCst);
                let (reporter, told) = (Arc::clone(&reporter), Arc::clone(&told));
                tokio::spawn(async move {
                    reporter.report(&message, &told).await;
                    told.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        reports
    }

    async fn report(&self, message: &Accepted, reports: &Reports) {
        // The first is the evidence that doubt waits for, so it takes nearly all the time.
        let mut longest = self.within * 9 / 10;
        for status in STATUSES {
            clock::sleep(self.chance.between(Duration::ZERO, longest)).await;
            longest = self.within / 20;
            let second = self.second.unwrap_or_else(|| clock::today().as_second());
            let opaque = message.opaque.as_deref().unwrap_or_default();
            let body = bodies::whatsapp_status(&message.id, &message.to, status, opaque, second);
            if self.product.webhook_until_taken(&body, PATIENCE).await.is_err() {
                reports.given_up.fetch_add(1, Ordering::SeqCst);
            }
        }
    }
}
