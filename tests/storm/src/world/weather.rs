//! What goes wrong, how often, and how often it did. Each seed has some kinds of fault and lacks others, so that
//! no kind hides another.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::chance::Chance;
use crate::world::timers::Millis;

macro_rules! faults {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, at most $most:literal;)+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault { $($(#[$doc])* $variant,)+ }

        impl Fault {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The highest rate of this kind in any seed, in ten thousand chances.
            pub fn most(self) -> u32 {
                match self { $(Self::$variant => $most,)+ }
            }
        }
    };
}

faults! {
    /// The store refuses before it does anything.
    StoreThrottled = "store throttled", at most 900;
    /// The store's answer is lost after the work was done.
    StoreAnswerLost = "store answer lost", at most 700;
    /// A transaction meets another that is under way: nothing is written, and it is told as a conflict.
    StoreConflict = "transaction conflict", at most 800;
    /// A request takes many seconds, with the client's own retries.
    StoreSlow = "store slow", at most 250;
    /// The wake index shows what was, for some more operations.
    IndexLags = "index lags", at most 10_000;
    QueueRefused = "queue refused", at most 900;
    QueueDropped = "queue dropped", at most 4_000;
    QueueDoubled = "queue doubled", at most 3_000;
    QueueDelayed = "queue delayed", at most 3_000;
    /// All of it, silently, from the first hint to the last.
    QueueDropsAll = "queue drops all", at most 10_000;
    MetaSlow = "platform slow", at most 1_500;
    /// The call never arrives, and nobody is told.
    MetaRequestLost = "platform request lost", at most 900;
    /// The work is done, and its answer is lost.
    MetaAnswerLost = "platform answer lost", at most 1_500;
    /// An error that says nothing certain (codes 1, 2, 131000, HTTP 5xx); half of them were done.
    MetaUnclear = "platform unclear", at most 700;
    /// Rates, maintenance: certainly not done, come again (4, 17, 32, 613, 800xx, 130429, 131056, 131016, 131057).
    MetaWait = "platform asks to wait", at most 1_000;
    /// Token or permission (190, 10, 200 to 299, 131005).
    MetaBroken = "connection broken", at most 300;
    /// Blocked, restricted or unpaid (368, 131031, 131042, 131048).
    MetaAccount = "account restricted", at most 200;
    /// The window is closed earlier than we think (10/2018278, 10/2534022, 131047).
    MetaWindow = "window refused", at most 200;
    /// Nobody there (551, 1545041, 131026, 131021).
    MetaRecipient = "recipient refused", at most 150;
    /// The person stopped marketing on the platform (131050).
    MetaOptedOut = "refused as opted out", at most 150;
    /// Not now for this person (131049, 130472).
    MetaNotNow = "not now for this person", at most 200;
    /// A wrong request (100, 131008, 132000 …).
    MetaRequest = "request refused", at most 150;
    ReportLate = "report late", at most 3_000;
    ReportTwice = "report twice", at most 3_000;
    ReportOutOfOrder = "reports out of order", at most 3_000;
    ReportNever = "report never", at most 2_500;
    /// The platform gives a message up after it accepted it.
    ReportFailed = "report failed", at most 300;
    /// Nobody has the address that a mail went to.
    MailBounces = "mail bounces", at most 1_500;
    /// Its reader reports it as spam.
    MailComplained = "mail complained of", at most 1_500;
    WebhookTwice = "webhook twice", at most 2_500;
    WebhookLate = "webhook late", at most 1_000;
    WorkerDies = "worker dies", at most 1_200;
    /// Ticks do not come for minutes, or for hours.
    TicksMissed = "ticks missed", at most 10_000;
    /// The table is restored to an earlier moment, under another name.
    Restore = "restore", at most 10_000;
    /// A row in an inbox that nobody can read.
    PoisonRow = "poison row", at most 10_000;
}

/// How often each kind strikes, in ten thousand chances.
pub type Rates = BTreeMap<Fault, u32>;

pub struct Weather(Mutex<Inner>);

struct Inner {
    chance: Chance,
    /// By the kinds' places; 0 for those that this seed lacks.
    rates: Vec<u32>,
    /// From then on all goes well.
    clears_at: Millis,
    struck: Vec<u64>,
}

impl Weather {
    pub fn new(chance: Chance, rates: Rates, clears_at: Millis) -> Arc<Self> {
        let by_place = Fault::ALL.iter().map(|fault| rates.get(fault).copied().unwrap_or(0)).collect();
        let struck = vec![0; Fault::ALL.len()];
        Arc::new(Self(Mutex::new(Inner { chance, rates: by_place, clears_at, struck })))
    }

    /// Whether this fault happens here and now.
    pub fn strikes(&self, fault: Fault, now: Millis) -> bool {
        let mut inner = self.lock();
        let rate = inner.rates[fault as usize];
        if rate == 0 || now >= inner.clears_at {
            return false;
        }
        let strikes = inner.chance.strikes(rate);
        inner.struck[fault as usize] += u64::from(strikes);
        strikes
    }

    /// Counts a fault that somebody else has decided on.
    pub fn count(&self, fault: Fault) {
        self.lock().struck[fault as usize] += 1;
    }

    pub fn has(&self, fault: Fault) -> bool {
        self.lock().rates[fault as usize] > 0
    }

    pub fn draw<T>(&self, draw: impl FnOnce(&mut Chance) -> T) -> T {
        draw(&mut self.lock().chance)
    }

    pub fn struck(&self) -> BTreeMap<&'static str, u64> {
        let inner = self.lock();
        let all = Fault::ALL.iter().zip(&inner.struck).filter(|(_, times)| **times > 0);
        all.map(|(fault, times)| (fault.word(), *times)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
