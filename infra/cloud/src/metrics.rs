//! The figures that Masa reports of itself. The functions write these (`shared::adapters::emf`), the dashboard and the
//! alarms show them, and no others of ours; `tests/figures.rs` holds the three together.
//!
//! Each name and each set of dimensions is a metric that AWS charges for: no lead, campaign or message is one.

pub const NAMESPACE: &str = "Masa";

/// What every figure is told apart by.
pub const INSTALLATION: &str = "Installation";
/// What a marketer's figures are told apart by besides.
pub const BUSINESS: &str = "Business";

/// Of what a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Installation,
    /// Of one business of the installation.
    Business,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    pub name: &'static str,
    pub of: Of,
}

pub const METRICS: [Metric; 9] = [
    // People who became leads.
    Metric { name: "Leads", of: Of::Business },
    // Messages that people wrote to us.
    Metric { name: "Replies", of: Of::Business },
    // Messages that a platform took.
    Metric { name: "MessagesSent", of: Of::Business },
    // Messages that a platform refused for good.
    Metric { name: "MessagesFailed", of: Of::Business },
    // Messages whose answer was lost.
    Metric { name: "MessagesInDoubt", of: Of::Business },
    // From the lead to the first message that a platform took.
    Metric { name: "SpeedToLeadSeconds", of: Of::Business },
    // Work that was parked for a person.
    Metric { name: "Parked", of: Of::Business },
    // Of the due work that waits longest, at each sweep; 0 when none does.
    Metric { name: "OldestDueAgeSeconds", of: Of::Installation },
    // One for each sweep that ended.
    Metric { name: "Ticks", of: Of::Installation },
];

/// The metric of this name.
pub fn named(name: &str) -> Option<Metric> {
    METRICS.into_iter().find(|metric| metric.name == name)
}
