//! A journey: what starts and stops it, and its steps in time.
//!
//! Steps stand in the order of the file, and each goes on to a later one only, so that every way ends. A branch, a
//! wait for an event and a split are steps with more than one way on.

mod occasion;
mod time;

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::civil;

use super::condition::Condition;
use crate::ids::{DealKind, JourneyName, MessageName, StepId};
pub use occasion::{Happened, Occasion, Trigger};
pub use time::{DealDate, Delay, StepZone, Unit, Wait};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Journey {
    pub name: JourneyName,
    pub starts: Vec<Occasion>,
    pub stops: Vec<Occasion>,
    /// What it is for. Reached, it ends the run, and is told of the journey, for those who are held out as well.
    pub goals: Vec<Occasion>,
    /// How many of a hundred people are left out of it, so that its effect can be told. They are always the same.
    pub hold_out_percent: u32,
    /// A start within this time of the last one is the same occasion: three missed calls, one message.
    pub not_again_within: Option<SignedDuration>,
    pub steps: Vec<Step>,
}

impl Journey {
    /// The kind of deal on whose dates the steps hang. Each deal of that kind has a run of its own.
    pub fn deal_kind(&self) -> Option<&DealKind> {
        self.steps.iter().find_map(|step| Some(&step.delay.date()?.kind))
    }

    pub fn step(&self, id: &StepId) -> Option<(usize, &Step)> {
        self.steps.iter().enumerate().find(|(_, step)| step.id == *id)
    }

    /// How many steps there are on the shortest way between two, if there is one.
    pub fn steps_between(&self, from: usize, to: usize) -> Option<usize> {
        // Steps lead to later ones only, so that one look at each is enough.
        let mut far = BTreeMap::from([(from, 0)]);
        for (index, step) in self.steps.iter().enumerate() {
            let Some(here) = far.get(&index).copied() else { continue };
            for next in step.ways_on() {
                let there = far.entry(next).or_insert(here + 1);
                *there = (*there).min(here + 1);
            }
        }
        far.get(&to).copied()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// By this it is known in every version of the journey.
    pub id: StepId,
    pub action: StepAction,
    pub delay: Delay,
    /// The civil time at which the step goes out, on its day.
    pub at: Option<civil::Time>,
    /// Where its civil times and its nights are counted. Without one, where the business is.
    pub zone: Option<StepZone>,
    /// How late it may still go.
    pub within: SignedDuration,
    pub quiet: Quiet,
    /// It is taken only by those of whom this holds at its moment.
    pub only_if: Option<Condition>,
    /// The index of the step after it. Behind the last one the run is over.
    pub next: usize,
}

/// Whether quiet hours hold a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quiet {
    /// They hold what comes by the clock; an answer to what someone just did goes at once.
    #[default]
    Usual,
    Ignore,
    /// They hold an answer, too.
    Keep,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StepAction {
    Send(MessageName),
    Tag(String),
    Untag(String),
    Task(TaskStep),
    /// Goes on with the next step where the condition holds.
    Branch {
        condition: Condition,
        otherwise: usize,
    },
    /// Goes on with the next step as soon as one of these happens, or elsewhere when the step's time is over.
    Await {
        occasions: Vec<Occasion>,
        otherwise: usize,
    },
    /// Goes on with the next step where the person follows the business on Instagram, which is asked when the step is
    /// reached.
    FollowGate {
        otherwise: usize,
    },
    /// Everybody takes one of these ways, and always the same one.
    Split {
        ways: Vec<Way>,
    },
}

/// Something for a person of the business to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskStep {
    pub title: String,
    /// An agent or a team, by name.
    pub to: String,
    /// How long they have.
    pub due: Wait,
    /// Whose it becomes how long after that, if it is not done.
    pub escalate: Option<(String, Wait)>,
}

/// One way of a split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    pub name: String,
    /// How many people take it, in proportion to the others.
    pub share: u32,
    pub to: usize,
}

impl StepAction {
    pub fn message(&self) -> Option<&MessageName> {
        match self {
            Self::Send(message) => Some(message),
            Self::Tag(_)
            | Self::Untag(_)
            | Self::Task(_)
            | Self::Branch { .. }
            | Self::Await { .. }
            | Self::FollowGate { .. }
            | Self::Split { .. } => None,
        }
    }

    /// Where else than to the next step it may lead.
    pub fn elsewhere(&self) -> Vec<usize> {
        match self {
            Self::Send(_) | Self::Tag(_) | Self::Untag(_) | Self::Task(_) => Vec::new(),
            Self::Branch { otherwise, .. }
            | Self::Await { otherwise, .. }
            | Self::FollowGate { otherwise } => {
                vec![*otherwise]
            }
            Self::Split { ways } => ways.iter().map(|way| way.to).collect(),
        }
    }

    /// The word for it, in a timeline and in the id of a step that was given none.
    pub fn word(&self) -> String {
        match self {
            Self::Send(message) => message.to_string(),
            Self::Tag(tag) => format!("tag {tag}"),
            Self::Untag(tag) => format!("untag {tag}"),
            Self::Task(task) => format!("task {}", task.title),
            Self::Branch { .. } => "if".to_owned(),
            Self::Await { .. } => "wait-for".to_owned(),
            Self::FollowGate { .. } => "follow-gate".to_owned(),
            Self::Split { .. } => "split".to_owned(),
        }
    }
}

/// How late a step may go that does not say.
pub const WITHIN_DEFAULT: SignedDuration = SignedDuration::from_hours(24);

impl Step {
    /// A step that says nothing but what it does and when, and goes on to this index.
    pub fn new(action: StepAction, delay: Delay, next: usize) -> Self {
        Self {
            id: StepId::new(action.word()),
            action,
            delay,
            at: None,
            zone: None,
            within: WITHIN_DEFAULT,
            quiet: Quiet::Usual,
            only_if: None,
            next,
        }
    }

    /// Everything to which it may lead.
    pub fn ways_on(&self) -> impl Iterator<Item = usize> {
        let own = (!matches!(self.action, StepAction::Split { .. })).then_some(self.next);
        own.into_iter().chain(self.action.elsewhere())
    }
}

/// Steps one after the other, each with an id of its own.
pub fn in_order(steps: impl IntoIterator<Item = Step>) -> Vec<Step> {
    let mut ordered: Vec<Step> = Vec::new();
    for (index, step) in steps.into_iter().enumerate() {
        let id = free_id(&step.id, &ordered);
        ordered.push(Step { id, next: index + 1, ..step });
    }
    ordered
}

/// The id, or with a number where an earlier step has it.
pub fn free_id(wanted: &StepId, taken: &[Step]) -> StepId {
    let is_free = |id: &StepId| taken.iter().all(|step| step.id != *id);
    let numbered = (2..).map(|number| StepId::new(format!("{wanted}#{number}")));
    std::iter::once(wanted.clone()).chain(numbered).find(is_free).unwrap_or_else(|| wanted.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_message_twice_is_two_steps() {
        let send = || Step::new(StepAction::Send("hello".into()), Delay::After(Wait::NONE), 0);
        let steps = in_order([send(), send(), send()]);
        let shown: Vec<_> = steps.iter().map(|step| (step.id.as_str(), step.next)).collect();
        assert_eq!(shown, [("hello", 1), ("hello#2", 2), ("hello#3", 3)]);
    }
}
