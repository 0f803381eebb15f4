//! A lead whose life is told line by line: what happened, what was claimed, and when to look again.

use std::fmt::Write;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::call::{
    CallFailure, LeadAdFields, Operation, Outcome, PlatformCall, Receipt, Refusal, WhatsAppContent,
};
use crate::claim::{Claimed, Release, claim};
use crate::context::{Context, Playbooks};
use crate::decide::{Decision, decide};
use crate::delivery::{Delivery, DeliveryStatus};
use crate::doubt::Deliveries;
use crate::event::Event;
use crate::figure::{Figure, figures};
use crate::finish::finish;
use crate::ids::Pepper;
use crate::lead::Lead;
use crate::merge::{Merged, Merging, merge};
use crate::playbook::Playbook;
use crate::redrive::{redrive, template_approved};
use crate::run::Run;
use crate::testing::at;
use crate::timeline::{Entry, Fact};

/// A life that takes more looks than this does not come to rest.
const LOOKS_MAX: usize = 300;

pub struct Tale {
    pub lead: Lead,
    pub release: Release,
    playbooks: Playbooks,
    pepper: Pepper,
    deliveries: Deliveries,
    pub calls: Vec<PlatformCall>,
    pub counted: Vec<Figure>,
    now: Timestamp,
    told: String,
}

impl Tale {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// A tale whose playbook differs from that of the tests.
    pub fn with(change: impl FnOnce(&mut Playbook)) -> Self {
        let mut playbook = crate::testing::playbook();
        change(&mut playbook);
        Self {
            lead: crate::testing::lead(),
            release: Release::Open,
            playbooks: Playbooks::only(Arc::new(playbook)),
            pepper: Pepper::new([5; 32]),
            deliveries: Deliveries::new(),
            calls: Vec::new(),
            counted: Vec::new(),
            now: Timestamp::MIN,
            told: String::new(),
        }
    }

    pub fn happens(&mut self, moment: &str, event: impl FnOnce(Timestamp) -> Event) -> &mut Self {
        self.hears_late(moment, moment, event)
    }

    /// Decided at `moment` on what happened before.
    pub fn hears_late(
        &mut self,
        moment: &str,
        happened: &str,
        event: impl FnOnce(Timestamp) -> Event,
    ) -> &mut Self {
        let now = at(moment);
        let event = event(at(happened));
        let decision = self.in_context(now, |tale, context| decide(&tale.lead, &event, context));
        self.tell(now, event.kind.name());
        self.commit(decision);
        self.tell_wake()
    }

    /// A worker looks once.
    pub fn look(&mut self, moment: &str) -> &mut Self {
        self.look_at(at(moment));
        self.tell_wake()
    }

    fn look_at(&mut self, now: Timestamp) -> bool {
        let claimed =
            self.in_context(now, |tale, context| claim(&tale.lead, &tale.deliveries, tale.release, context));
        self.tell(now, "look");
        let Some(Claimed { decision, call }) = claimed else {
            self.tell_more("nothing to do");
            return false;
        };
        self.commit(decision);
        if let Some(call) = call {
            self.tell_more(&format!("CALL {} {}", call.number, shown(&call.operation)));
            self.calls.push(call);
            return true;
        }
        false
    }

    /// The platform answers the last call.
    pub fn answers(&mut self, moment: &str, outcome: Outcome) -> &mut Self {
        let last = self.calls.len() - 1;
        self.answers_call(moment, last, outcome)
    }

    /// The platform answers the call of this index, perhaps long after its claim ran out.
    pub fn answers_call(&mut self, moment: &str, index: usize, outcome: Outcome) -> &mut Self {
        self.answer_at(at(moment), index, outcome);
        self.tell_wake()
    }

    /// A look, and an answer to the last call, at a moment that was computed.
    pub fn look_when(&mut self, now: Timestamp) {
        self.look_at(now.max(self.now));
    }

    pub fn answers_when(&mut self, now: Timestamp, outcome: Outcome) {
        self.answer_at(now.max(self.now), self.calls.len() - 1, outcome);
    }

    fn answer_at(&mut self, now: Timestamp, index: usize, outcome: Outcome) {
        let call = &self.calls[index];
        let (work, number) = (call.work, call.number);
        let decision =
            self.in_context(now, |tale, context| finish(&tale.lead, work, number, &outcome, context));
        self.tell(now, &format!("answer to call {number}"));
        match decision {
            Some(decision) => self.commit(decision),
            None => self.tell_more("it changes nothing"),
        }
    }

    /// The platform tells by itself how far the last call's message has come.
    pub fn is_told(&mut self, moment: &str, status: DeliveryStatus) -> &mut Self {
        let work = self.calls.last().unwrap().work;
        let delivery = Delivery { status, at: at(moment), id: Some("wamid.told".into()) };
        self.deliveries.entry(work).or_default().push(delivery);
        self
    }

    pub fn is_redriven(&mut self, moment: &str) -> &mut Self {
        let now = at(moment);
        let decision = self.in_context(now, |tale, context| redrive(&tale.lead, context));
        self.tell(now, "redrive");
        match decision {
            Some(decision) => self.commit(decision),
            None => self.tell_more("nothing is parked"),
        }
        self.tell_wake()
    }

    pub fn is_approved(&mut self, moment: &str, template: &str, language: &str) -> &mut Self {
        let now = at(moment);
        let decision =
            self.in_context(now, |tale, context| template_approved(&tale.lead, template, language, context));
        self.tell(now, &format!("approval of {template} ({language})"));
        match decision {
            Some(decision) => self.commit(decision),
            None => self.tell_more("nothing waits for it"),
        }
        self.tell_wake()
    }

    /// The record of another tale turns out to be of the same person. What goes on goes on in this one.
    pub fn merges_with(&mut self, moment: &str, other: &mut Self) -> &mut Self {
        let now = at(moment);
        let merging = self.in_context(now, |tale, context| merge(&tale.lead, &other.lead, context));
        self.tell(now, "merge");
        match merging {
            Merging::Merged(merged) => {
                let Merged { winner, loser } = *merged;
                for entry in &loser.timeline {
                    self.tell_more(&format!("the other: {}", line(entry)));
                }
                self.commit(winner);
                other.lead = loser.lead;
                self.calls.append(&mut other.calls);
            }
            Merging::Waits(until) => self.tell_more(&format!("waits until {}", civil(until))),
            Merging::TooMany => self.tell_more("too many"),
        }
        self.tell_wake()
    }

    /// Time passes, a worker looks whenever the record says so, and the platform takes everything.
    pub fn lives_until(&mut self, moment: &str) -> &mut Self {
        for round in 0.. {
            let Some(wake) = self.lead.wake().filter(|wake| wake.at <= at(moment)) else { break };
            assert!(round < LOOKS_MAX, "it goes on for ever: {}", self.told);
            let now = self.now.max(wake.at);
            if self.look_at(now) {
                self.answer_at(now, self.calls.len() - 1, done());
            }
        }
        self.tell_wake()
    }

    pub fn told(&self) -> &str {
        &self.told
    }

    /// The playbook is published anew. Who is on a journey finishes the one on which they began.
    pub fn publishes(&mut self, version: &str, change: impl FnOnce(&mut Playbook)) {
        let old = Arc::clone(&self.playbooks.current);
        let mut playbook = Playbook::clone(&old);
        playbook.version = version.into();
        change(&mut playbook);
        // As in life, what nobody is on any more is not read again.
        let waits = |run: &&Run| self.lead.work.iter().any(|work| work.run == Some(run.id));
        let mut runs = self.lead.runs.iter().filter(|run| run.is_active() || waits(run));
        if runs.any(|run| run.version == old.version) {
            self.playbooks.pinned.insert(old.version.clone(), old);
        }
        self.playbooks.current = Arc::new(playbook);
    }

    /// Takes up a decision that a story made itself.
    pub fn commits(&mut self, decision: Decision) {
        self.commit(decision);
    }

    pub fn in_context<T>(&self, now: Timestamp, use_it: impl FnOnce(&Self, &Context<'_>) -> T) -> T {
        use_it(
            self,
            &Context { now, seed: 11, playbooks: &self.playbooks, pepper: &self.pepper, public_url: None },
        )
    }

    fn commit(&mut self, decision: Decision) {
        for entry in &decision.timeline {
            self.tell_more(&line(entry));
        }
        let decided = Lead { version: self.lead.version + 1, ..decision.lead };
        self.counted.extend(figures(&self.lead, &decided, &decision.timeline));
        self.lead = decided;
    }

    fn tell(&mut self, now: Timestamp, what: &str) {
        assert!(now >= self.now, "time goes forward");
        self.now = now;
        writeln!(self.told, "{} {what}", civil(now)).unwrap();
    }

    fn tell_more(&mut self, what: &str) {
        writeln!(self.told, "    {what}").unwrap();
    }

    fn tell_wake(&mut self) -> &mut Self {
        match self.lead.wake() {
            Some(wake) => self.tell_more(&format!("wakes {} for {}", civil(wake.at), wake.class.as_str())),
            None => self.tell_more("sleeps"),
        }
        self
    }
}

fn civil(at: Timestamp) -> String {
    let zone = TimeZone::get("Asia/Jerusalem").unwrap();
    at.to_zoned_datetime(zone).strftime("%m-%d %H:%M:%S").to_string()
}

/// An entry as a business would read it: without ids of ours, and moments in its own time.
fn line(entry: &Entry) -> String {
    let mut line = entry.what.as_str().to_owned();
    for (fact, value) in &entry.facts {
        match fact {
            Fact::Work | Fact::Lead => {}
            Fact::Until => write!(line, " [until {}]", civil(value.parse().unwrap())).unwrap(),
            _ => write!(line, " [{value}]").unwrap(),
        }
    }
    line
}

fn shown(operation: &Operation) -> String {
    let what = match operation {
        Operation::SendWhatsApp { content, .. } => match content {
            WhatsAppContent::Template { name, .. } => format!("template {name}"),
            WhatsAppContent::Text { body }
            | WhatsAppContent::Buttons { body, .. }
            | WhatsAppContent::Link { body, .. } => format!("free text: {body}"),
        },
        Operation::SendMessage { text, .. } => text.clone(),
        Operation::ReplyToComment { text, .. } | Operation::FindReply { text, .. } => text.clone(),
        Operation::FindMessage { text, .. } => text.clone(),
        Operation::Like { .. }
        | Operation::Hide { .. }
        | Operation::ReadLeadAd { .. }
        | Operation::ReadComment { .. }
        | Operation::List { .. }
        | Operation::ReadFollow { .. }
        | Operation::ReadMention { .. } => String::new(),
        Operation::AnswerMention { text, .. } => text.clone(),
        Operation::SendEmail(mail) => format!("{}: {}", mail.subject, mail.text),
        Operation::SendAlert(alert) => alert.mail().subject,
        Operation::Announce(announcement) => {
            format!("{} {:?}", announcement.what.as_str(), announcement.tags)
        }
    };
    format!("{}: {}", operation.name(), what.trim()).trim_end_matches(": ").to_owned()
}

pub fn done() -> Outcome {
    Outcome::Done(Receipt { id: Some("wamid.1".into()), ..Receipt::default() })
}

pub fn lead_ad_read(fields: LeadAdFields) -> Outcome {
    Outcome::LeadAdRead(fields)
}

pub fn throttled(wait: Option<SignedDuration>) -> Outcome {
    Outcome::Failed(CallFailure::TryAgain { wait, is_limit: true, reason: "too many calls".into() })
}

pub fn lost() -> Outcome {
    Outcome::Failed(CallFailure::AnswerLost { reason: "no answer in time".into() })
}

pub fn refused(why: Refusal, reason: &str) -> Outcome {
    Outcome::Failed(CallFailure::Refused { why, code: None, reason: reason.into() })
}
