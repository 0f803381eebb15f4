//! A life in which anything may happen at any moment, drawn from a seed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::events::{
    comment_is_hidden, comments, echo, event, fields, form, lead_ad, missed_call, phone, presses,
    removes_comment, writes, writes_on_instagram,
};
use super::tale::{done, lead_ad_read, lost, refused, throttled};
use crate::call::{Operation, Outcome, PlatformCall, Refusal};
use crate::channel::{Channel, Network};
use crate::claim::{Claimed, Release, claim};
use crate::context::{Context, Playbooks};
use crate::decide::decide;
use crate::delivery::{Delivery, DeliveryStatus};
use crate::doubt::Deliveries;
use crate::event::{Event, EventKind};
use crate::finish::finish;
use crate::ids::{CommentId, Pepper, RunId, WorkId};
use crate::lead::Lead;
use crate::playbook::{CONSENT_PAYLOAD, OPT_OUT_PAYLOAD, Occasion, Trigger};
use crate::redrive::redrive;
use crate::retry::scramble;
use crate::testing::at;
use crate::timeline::What;
use crate::work::OPEN_WORK_MAX;

const TURNS: usize = 60;
/// How many calls one look may lead to at one moment.
const ROUNDS_MAX: usize = 3 * OPEN_WORK_MAX;

pub struct Life {
    pub lead: Lead,
    pub playbooks: Playbooks,
    pub pepper: Pepper,
    pub deliveries: Deliveries,
    pub now: Timestamp,
    pub seed: u64,
    /// Calls that no answer has come to yet. A slow worker's answer may come after its claim ran out.
    pub calls: Vec<PlatformCall>,
    pub last_number: u64,
    pub planned: BTreeSet<WorkId>,
    pub ended: BTreeMap<WorkId, What>,
    pub last_step: BTreeMap<RunId, u32>,
    pub stopped: BTreeSet<RunId>,
    /// Comments that are gone, and those that are only hidden.
    pub removed: BTreeSet<CommentId>,
    pub hidden: BTreeSet<CommentId>,
    pub opt_outs: usize,
    pub confirmations: BTreeSet<WorkId>,
    pub log: Vec<String>,
}

impl Life {
    pub fn new(seed: u64) -> Self {
        let mut playbook = crate::testing::playbook();
        let journey = playbook.journeys.get_mut(&"new-lead".into()).unwrap();
        // Some journeys go on although the person writes, and some begin by it.
        if seed.is_multiple_of(2) {
            journey.stops.clear();
        }
        if seed.is_multiple_of(3) {
            journey.starts.push(Occasion::any(Trigger::LeadReplied));
        }
        if seed.is_multiple_of(5) {
            journey.starts.push(Occasion::any(Trigger::ConsentGiven));
        }
        Self {
            lead: crate::testing::lead(),
            playbooks: Playbooks::only(Arc::new(playbook)),
            pepper: Pepper::new([5; 32]),
            deliveries: Deliveries::new(),
            now: at("2027-03-20T09:00"),
            seed,
            calls: Vec::new(),
            last_number: 0,
            planned: BTreeSet::new(),
            ended: BTreeMap::new(),
            last_step: BTreeMap::new(),
            stopped: BTreeSet::new(),
            removed: BTreeSet::new(),
            hidden: BTreeSet::new(),
            opt_outs: 0,
            confirmations: BTreeSet::new(),
            log: Vec::new(),
        }
    }

    fn draw(&mut self, below: u64) -> u64 {
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        scramble(self.seed) % below
    }

    fn in_context<T>(&self, use_it: impl FnOnce(&Context<'_>) -> T) -> T {
        let (now, playbooks, pepper) = (self.now, &self.playbooks, &self.pepper);
        use_it(&Context { now, seed: self.seed, playbooks, pepper, public_url: None })
    }

    pub fn live(&mut self) {
        for turn in 0..TURNS {
            let passed = match self.draw(12) {
                0..=5 => SignedDuration::from_secs(self.draw(40) as i64),
                6..=8 => SignedDuration::from_mins(self.draw(120) as i64),
                9 => SignedDuration::from_hours(self.draw(72) as i64),
                // To the moment at which the record wants to be looked at.
                _ => {
                    let wake = self.lead.wake().map_or(self.now, |wake| wake.at);
                    wake.duration_since(self.now).clamp(SignedDuration::ZERO, SignedDuration::from_hours(240))
                }
            };
            self.now += passed;
            match self.draw(10) {
                0..=3 => self.something_happens(turn),
                4..=5 => {
                    self.look();
                }
                6..=7 => self.an_answer_comes(),
                8 => self.work_off(),
                _ => self.something_is_told(),
            }
        }
        self.work_off();
    }

    fn something_happens(&mut self, turn: usize) {
        let id = turn.to_string();
        let comment = format!("c{}", self.draw(4));
        let event: Event = match self.draw(18) {
            0 | 1 => form(&id)(self.now),
            2 => lead_ad()(self.now),
            3 => missed_call(&id)(self.now),
            4 | 5 => comments(&comment, |comment| {
                comment.network = if turn.is_multiple_of(2) { Network::Facebook } else { Network::Instagram };
            })(self.now),
            6 => removes_comment(&comment)(self.now),
            7 => comment_is_hidden(&comment)(self.now),
            8 | 9 => writes(&id, "שלום")(self.now),
            10 => writes(&id, "הסר")(self.now),
            11 => presses(&id, OPT_OUT_PAYLOAD)(self.now),
            12 => presses(&id, CONSENT_PAYLOAD)(self.now),
            13 => writes_on_instagram(&id, "שלום")(self.now),
            14 => echo(Channel::WhatsApp, &id)(self.now),
            15 => event(phone(), &id, EventKind::MarketingStopped)(self.now),
            16 => event(phone(), &id, EventKind::MarketingResumed)(self.now),
            _ => {
                let work = self.lead.work.first().map(|work| work.id);
                let kind = EventKind::DeliveryFailed { id: id.as_str().into(), work, code: 131_026 };
                event(phone(), &id, kind)(self.now)
            }
        };
        match &event.kind {
            EventKind::CommentRemoved { comment } => self.removed.extend([comment.clone()]),
            EventKind::CommentHidden { comment } => self.hidden.extend([comment.clone()]),
            EventKind::Commented(comment) => {
                self.removed.remove(&comment.id);
                self.hidden.remove(&comment.id);
            }
            _ => {}
        }
        let decision = self.in_context(|context| decide(&self.lead, &event, context));
        let already: BTreeSet<WorkId> = decision.lead.work.iter().map(|work| work.id).collect();
        self.commit(event.kind.name(), decision);
        let again = self.in_context(|context| decide(&self.lead, &event, context));
        let is_new = |id: &WorkId| !already.contains(id);
        let twice =
            again.lead.work.iter().filter(|work| is_new(&work.id) && self.planned.contains(&work.id)).count();
        assert_eq!(twice, 0, "the same event planned more: {:#?}", self.log);
    }

    fn look(&mut self) -> bool {
        let claimed = self.in_context(|context| claim(&self.lead, &self.deliveries, Release::Open, context));
        let Some(Claimed { decision, call }) = claimed else {
            let wake = self.lead.wake();
            assert!(wake.is_none_or(|wake| wake.at > self.now), "a hot loop: {:#?}", self.log);
            return false;
        };
        let standing = self.lead.claim.clone().filter(|claim| self.now < claim.until);
        assert_eq!(standing, None, "nobody looks beside a claim: {:#?}", self.log);
        if let Some(call) = &call {
            self.may_be_called(call, &decision.lead);
            self.calls.push(call.clone());
        }
        self.commit("look", decision);
        true
    }

    fn an_answer_comes(&mut self) {
        if self.calls.is_empty() {
            return;
        }
        let index = self.draw(self.calls.len() as u64) as usize;
        let call = self.calls.remove(index);
        let outcome = self.outcome(&call);
        self.answer(&call, &outcome);
    }

    fn outcome(&mut self, call: &PlatformCall) -> Outcome {
        let looks = matches!(call.operation, Operation::FindReply { .. } | Operation::FindMessage { .. });
        let wait = SignedDuration::from_secs(self.draw(600) as i64);
        match self.draw(12) {
            0 => throttled(Some(wait)),
            1 => throttled(None),
            2 | 3 => lost(),
            4 => {
                let why = [
                    Refusal::ConnectionBroken,
                    Refusal::Window,
                    Refusal::Recipient,
                    Refusal::OptedOut,
                    Refusal::NotNow,
                    Refusal::AlreadyAnswered,
                    Refusal::Request,
                    Refusal::Template,
                ];
                refused(why[self.draw(why.len() as u64) as usize], "refused")
            }
            5 if looks => Outcome::NotFound,
            _ if looks => Outcome::Found("found".into()),
            _ if matches!(call.operation, Operation::ReadLeadAd { .. }) => lead_ad_read(fields()),
            _ => done(),
        }
    }

    fn answer(&mut self, call: &PlatformCall, outcome: &Outcome) {
        let decision =
            self.in_context(|context| finish(&self.lead, call.work, call.number, outcome, context));
        if let Some(decision) = decision {
            self.commit(&format!("answer {} {outcome:?}", call.number), decision);
        }
    }

    /// Everything that may leave now leaves, and then there is nothing more to do now.
    fn work_off(&mut self) {
        for _ in 0..ROUNDS_MAX {
            if !self.look() {
                return;
            }
            if let Some(standing) = self.lead.claim.clone() {
                let index = self.calls.iter().position(|call| call.number == standing.number).unwrap();
                let call = self.calls.remove(index);
                let outcome = self.outcome(&call);
                self.answer(&call, &outcome);
            }
        }
        panic!("still not done: {:#?}", self.log);
    }

    fn something_is_told(&mut self) {
        if self.draw(3) == 0 {
            let decision = self.in_context(|context| redrive(&self.lead, context));
            if let Some(decision) = decision {
                // Parked steps let later ones pass; driven again they are behind them.
                self.last_step.clear();
                self.commit("redrive", decision);
            }
        }
        let Some(call) = self.calls.last() else { return };
        let work = call.work;
        let status = [DeliveryStatus::Sent, DeliveryStatus::Read, DeliveryStatus::Failed];
        let status = status[self.draw(3) as usize];
        self.deliveries.entry(work).or_default().push(Delivery { status, at: self.now, id: None });
    }
}
