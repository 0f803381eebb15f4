//! What one person would get, and when, before anybody gets anything.
//!
//! It is no model of the rules but the rules themselves: the events are decided, the claims are made and the answers are
//! taken up by the same functions, on one record, with the clock moved from one moment at which something can happen to
//! the next. The platforms accept everything.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::call::{CommentFields, LeadAdFields, Operation, Outcome, PlatformCall, Receipt, WhatsAppContent};
use crate::channel::Channel;
use crate::claim::{Claimed, Release, claim};
use crate::context::{Context, Playbooks};
use crate::decide::{Decision, decide};
use crate::doubt::Deliveries;
use crate::event::Event;
use crate::finish::finish;
use crate::ids::{JourneyName, MessageName, Pepper, StepId, WorkId};
use crate::lead::Lead;
use crate::playbook::Kind;
use crate::timeline::{Entry, Fact, What};

/// A life that takes more looks than this does not come to rest.
const LOOKS_MAX: usize = 10_000;

/// What is known of a person before anything happens, and what happens.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub lead: Lead,
    /// In any order.
    pub events: Vec<Event>,
    /// What a lead ad says when it is read.
    pub lead_ad: Option<LeadAdFields>,
    /// What Instagram says when it is asked whether they follow.
    pub follows: bool,
    pub until: Timestamp,
}

/// A calendar of one life.
#[derive(Clone, Debug)]
pub struct Simulation {
    pub lines: Vec<Line>,
    /// As it is in the end, with what is still to come.
    pub lead: Lead,
    /// It had to be cut short: something happens again and again.
    pub is_endless: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub at: Timestamp,
    pub what: LineWhat,
    pub journey: Option<JourneyName>,
    pub step: Option<StepId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineWhat {
    /// Something happened, by the name of its kind.
    Happened(&'static str),
    Sent(Sent),
    NotSent {
        message: Option<MessageName>,
        reason: String,
        rule: Option<String>,
    },
    /// Anything else that the timeline tells, by its word, and about what.
    Noted {
        what: What,
        about: Option<String>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Without one it is a public reply or a like.
    pub message: Option<MessageName>,
    /// The word for what it is: `message`, `private-reply`, `public-reply`, `like`.
    pub how: String,
    pub channel: Option<Channel>,
    pub text: Option<String>,
    pub template: Option<String>,
    pub price: Price,
    /// Where it was moved from, each time with the reason and the rule.
    pub moves: Vec<Delayed>,
}

/// It was to leave, and was moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delayed {
    pub from: Timestamp,
    pub reason: String,
    pub rule: Option<String>,
}

/// What a platform takes for a message, by its own classes (WhatsApp's pricing of July 2025: each template that is
/// delivered outside of the window by its category, the rest nothing).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Price {
    Free,
    UtilityTemplate,
    MarketingTemplate,
}

impl Price {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::UtilityTemplate => "utility template",
            Self::MarketingTemplate => "marketing template",
        }
    }
}

pub fn simulate(scenario: &Scenario, playbooks: &Playbooks, pepper: &Pepper, seed: u64) -> Simulation {
    let mut events: Vec<&Event> = scenario.events.iter().collect();
    events.sort_by_key(|event| std::cmp::Reverse(event.occurred_at));
    let mut life = Life {
        scenario,
        playbooks,
        pepper,
        seed,
        lead: scenario.lead.clone(),
        lines: Vec::new(),
        steps: BTreeMap::new(),
        moves: BTreeMap::new(),
        calls: BTreeMap::new(),
        now: Timestamp::MIN,
    };
    for _ in 0..LOOKS_MAX {
        let wake = life.lead.wake().map(|wake| wake.at);
        match (events.last().map(|event| event.occurred_at), wake) {
            // Of one moment, what happens comes first.
            (Some(event_at), wake) if event_at <= scenario.until && wake.is_none_or(|at| event_at <= at) => {
                if let Some(event) = events.pop() {
                    life.happens(event);
                }
            }
            (_, Some(at)) if at <= scenario.until => life.look(at),
            _ => return life.end(false),
        }
    }
    life.end(true)
}

struct Life<'s> {
    scenario: &'s Scenario,
    playbooks: &'s Playbooks,
    pepper: &'s Pepper,
    seed: u64,
    lead: Lead,
    lines: Vec<Line>,
    /// The step by which a piece of work was asked for.
    steps: BTreeMap<WorkId, (JourneyName, StepId)>,
    moves: BTreeMap<String, Vec<Delayed>>,
    calls: BTreeMap<String, Operation>,
    now: Timestamp,
}

impl Life<'_> {
    fn happens(&mut self, event: &Event) {
        self.now = self.now.max(event.occurred_at);
        self.line(LineWhat::Happened(event.kind.name()), None, None);
        let decision = self.in_context(|lead, context| decide(lead, event, context));
        self.take(decision);
    }

    fn look(&mut self, at: Timestamp) {
        self.now = self.now.max(at);
        let nothing_told = Deliveries::new();
        let claimed = self.in_context(|lead, context| claim(lead, &nothing_told, Release::Open, context));
        let Some(Claimed { decision, call }) = claimed else { return };
        self.take(decision);
        let Some(call) = call else { return };
        let outcome = self.answer(&call);
        self.calls.insert(call.work.to_string(), call.operation);
        let finished =
            self.in_context(|lead, context| finish(lead, call.work, call.number, &outcome, context));
        if let Some(decision) = finished {
            self.take(decision);
        }
    }

    fn answer(&self, call: &PlatformCall) -> Outcome {
        match (&call.operation, &self.scenario.lead_ad) {
            (Operation::ReadLeadAd { .. }, Some(fields)) => Outcome::LeadAdRead(fields.clone()),
            (Operation::ReadFollow { .. }, _) => Outcome::FollowRead(Some(self.scenario.follows)),
            (Operation::ReadComment { .. } | Operation::ReadMention { .. }, _) => {
                Outcome::CommentRead(CommentFields::default())
            }
            _ => Outcome::Done(Receipt {
                id: Some(format!("simulated-{}", call.number).as_str().into()),
                ..Receipt::default()
            }),
        }
    }

    fn in_context<T>(&self, use_it: impl FnOnce(&Lead, &Context<'_>) -> T) -> T {
        let context = Context {
            now: self.now,
            seed: self.seed,
            playbooks: self.playbooks,
            pepper: self.pepper,
            public_url: None,
        };
        use_it(&self.lead, &context)
    }

    fn take(&mut self, decision: Decision) {
        self.lead = decision.lead;
        self.lead.version += 1;
        for run in &self.lead.runs {
            let Some(journey) = self.playbooks.journey(run) else { continue };
            for step in &journey.steps {
                let work = WorkId::for_step(self.pepper, run.id, &step.id);
                self.steps.entry(work).or_insert_with(|| (journey.name.clone(), step.id.clone()));
            }
        }
        for entry in &decision.timeline {
            self.tell(entry);
        }
    }

    fn tell(&mut self, entry: &Entry) {
        let fact = |fact| entry.fact(fact).map(str::to_owned);
        let work = fact(Fact::Work).unwrap_or_default();
        let (journey, step) = match WorkId::parse(&work).and_then(|id| self.steps.get(&id)) {
            Some((journey, step)) => (Some(journey.clone()), Some(step.clone())),
            None => (entry.fact(Fact::Journey).map(Into::into), entry.fact(Fact::Step).map(Into::into)),
        };
        let what = match entry.what {
            What::Moved => {
                let delayed = Delayed {
                    from: self.now,
                    reason: fact(Fact::Reason).unwrap_or_default(),
                    rule: fact(Fact::Rule),
                };
                self.moves.entry(work).or_default().push(delayed);
                return;
            }
            What::Sent if entry.fact(Fact::Event) == Some("announcement") => return,
            What::Sent => LineWhat::Sent(self.sent(entry, &work)),
            What::Skipped => LineWhat::NotSent {
                message: entry.fact(Fact::Message).map(Into::into),
                reason: fact(Fact::Reason).unwrap_or_default(),
                rule: fact(Fact::Rule),
            },
            What::NoWhatsApp => LineWhat::NotSent {
                message: None,
                reason: fact(Fact::Reason).unwrap_or_default(),
                rule: fact(Fact::Rule),
            },
            // What happened is told as such.
            What::Captured
            | What::LeadAdFilled
            | What::CallMissed
            | What::CallEnded
            | What::Commented
            | What::CommentRead
            | What::Wrote
            | What::DealChanged => return,
            what => {
                let about = [Fact::Tag, Fact::Way, Fact::Trigger, Fact::Reason, Fact::Source, Fact::Text];
                LineWhat::Noted { what, about: about.into_iter().find_map(fact) }
            }
        };
        self.line(what, journey, step);
    }

    fn sent(&mut self, entry: &Entry, work: &str) -> Sent {
        let message = entry.fact(Fact::Message).map(MessageName::from);
        let kind = message.as_ref().and_then(|name| self.playbooks.current.messages.get(name));
        let (text, template) = match self.calls.get(work) {
            Some(Operation::SendWhatsApp { content, .. }) => match content {
                WhatsAppContent::Text { body }
                | WhatsAppContent::Buttons { body, .. }
                | WhatsAppContent::Link { body, .. } => (Some(body.clone()), None),
                WhatsAppContent::Template { name, .. } => (None, Some(name.clone())),
            },
            Some(Operation::SendMessage { text, .. } | Operation::ReplyToComment { text, .. }) => {
                (Some(text.clone()), None)
            }
            _ => (None, None),
        };
        let price = match (&template, kind.map(|message| message.kind)) {
            (None, _) => Price::Free,
            (Some(_), Some(Kind::Marketing)) => Price::MarketingTemplate,
            (Some(_), _) => Price::UtilityTemplate,
        };
        Sent {
            message,
            how: entry.fact(Fact::Event).unwrap_or_default().to_owned(),
            channel: entry.fact(Fact::Channel).and_then(Channel::parse),
            text,
            template,
            price,
            moves: self.moves.remove(work).unwrap_or_default(),
        }
    }

    fn line(&mut self, what: LineWhat, journey: Option<JourneyName>, step: Option<StepId>) {
        self.lines.push(Line { at: self.now, what, journey, step });
    }

    fn end(self, is_endless: bool) -> Simulation {
        Simulation { lines: self.lines, lead: self.lead, is_endless }
    }
}

/// A step that waits for its moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToCome {
    pub journey: JourneyName,
    pub step: StepId,
    pub at: Timestamp,
}

/// The steps that wait for their moment, each with it: what comes after the end of the calendar.
pub fn still_to_come(lead: &Lead, playbooks: &Playbooks) -> Vec<ToCome> {
    let runs = lead.runs.iter().filter_map(|run| {
        let step = playbooks.journey(run)?.steps.get(run.next)?;
        Some(ToCome { journey: run.journey.clone(), step: step.id.clone(), at: run.next_at? })
    });
    runs.collect()
}
