//! What occurred in all the storms together: a storm proves nothing about what never happened in it.

use std::collections::BTreeMap;

use crate::people::acts::What;
use crate::world::weather::Fault;

/// Messages and answers that have to have left at least once.
pub const STEPS: [&str; 27] = [
    "merged",
    "welcome",
    "follow-1",
    "follow-2",
    "follow-3",
    "missed-call",
    "after-call",
    "thanks",
    "offer",
    "goodbye",
    "see-you",
    "looked",
    "reminder",
    "news",
    "alert",
    "welcome by e-mail",
    "tickets",
    "tickets by e-mail",
    "packing",
    "public reply",
    "private reply",
    "like",
    "look-up of a lead ad",
    "look for evidence",
    "sweep",
    "sweep while bulk is held",
    "released",
];

#[derive(Clone, Debug, Default)]
pub struct Coverage {
    counts: BTreeMap<String, u64>,
    /// The fewest events of any seed, and all of them together.
    pub events_least: Option<u64>,
    pub events: u64,
}

impl Coverage {
    pub fn add(&mut self, counts: &BTreeMap<String, u64>, events: u64) {
        self.events += events;
        self.events_least = Some(self.events_least.map_or(events, |least| least.min(events)));
        for (what, times) in counts {
            *self.counts.entry(what.clone()).or_default() += times;
        }
    }

    fn times(&self, what: &str) -> u64 {
        self.counts.get(what).copied().unwrap_or(0)
    }

    /// What never occurred, of all that should.
    pub fn missing(&self) -> Vec<&'static str> {
        let faults = Fault::ALL.iter().map(|fault| fault.word());
        let all = What::KINDS.into_iter().chain(faults).chain(STEPS);
        all.filter(|what| self.times(what) == 0).collect()
    }
}

impl std::fmt::Display for Coverage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let faults: Vec<&str> = Fault::ALL.iter().map(|fault| fault.word()).collect();
        for (title, names) in [("events", &What::KINDS[..]), ("faults", &faults[..]), ("steps", &STEPS[..])] {
            writeln!(f, "{title}:")?;
            for pair in names.chunks(3) {
                let cells = pair.iter().map(|name| format!("{name:<28}{:>10}", self.times(name)));
                writeln!(f, "  {}", cells.collect::<Vec<_>>().join("   "))?;
            }
        }
        let least = self.events_least.unwrap_or(0);
        writeln!(f, "{} events, at least {least} in each seed", self.events)
    }
}
