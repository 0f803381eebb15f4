//! What may never happen, in whatever order things come. The seeds are fixed, so a failure repeats.

use std::collections::{BTreeMap, BTreeSet};

use super::life::Life;
use crate::call::{Operation, PlatformCall};
use crate::decide::Decision;
use crate::ids::WorkId;
use crate::lead::Lead;
use crate::retry::scramble;
use crate::timeline::{Entry, Fact, What};
use crate::work::{Action, Intent, OPEN_WORK_MAX, WorkState};

const HISTORIES: u64 = 2_000;

#[test]
fn whatever_happens_the_promises_hold() {
    for seed in 0..HISTORIES {
        Life::new(scramble(seed)).live();
    }
}

impl Life {
    /// What holds of every call at the moment at which it is allowed.
    pub fn may_be_called(&mut self, call: &PlatformCall, lead: &Lead) {
        let log = &self.log;
        assert!(call.number > self.last_number, "claims have numbers that grow: {log:#?}");
        self.last_number = call.number;
        let claim = lead.claim.as_ref().unwrap();
        assert_eq!((claim.work, claim.number), (call.work, call.number), "{log:#?}");
        if claim.intent == Intent::LookForEvidence {
            return;
        }
        let work = lead.work(call.work).unwrap();
        let writes = matches!(
            call.operation,
            Operation::SendWhatsApp { .. } | Operation::SendMessage { .. } | Operation::ReplyToComment { .. }
        );
        assert!(
            !writes || lead.opt_out.is_none() || work.action.confirms_opt_out(),
            "written to after opting out: {log:#?}"
        );
        if work.action.confirms_opt_out() {
            self.confirmations.insert(work.id);
            assert!(self.confirmations.len() <= self.opt_outs, "confirmed once: {log:#?}");
        }
        if let Some(comment) = work.action.comment() {
            let public = matches!(work.action, Action::PublicReply { .. });
            assert!(!self.removed.contains(comment), "a comment that is gone is left alone: {log:#?}");
            assert!(!public || !self.hidden.contains(comment), "hidden, and answered: {log:#?}");
        }
        if let Some(run) = work.run {
            assert!(!self.stopped.contains(&run), "a stopped journey sends nothing: {log:#?}");
            let last = self.last_step.insert(run, work.number);
            assert!(last.is_none_or(|last| last <= work.number), "a run's messages keep order: {log:#?}");
        }
    }

    pub fn commit(&mut self, what: &str, decision: Decision) {
        let Decision { lead: new, timeline, .. } = decision;
        self.log.push(format!("{} {what}: {}", self.now, timeline.iter().map(brief).collect::<String>()));
        assert!(new.work.len() <= OPEN_WORK_MAX);
        let open: BTreeSet<WorkId> = new.work.iter().map(|work| work.id).collect();
        assert_eq!(open.len(), new.work.len(), "work stands once: {:#?}", self.log);
        self.ends_are_told_once(&timeline, &open);
        for work in &new.work {
            if self.planned.insert(work.id) {
                continue;
            }
            // A comment that is delivered again after it was answered is caught by its marker, not here.
            if self.ended.contains_key(&work.id) && is_by_its_own_id(&work.action) {
                self.ended.remove(&work.id);
            }
            assert!(!self.ended.contains_key(&work.id), "{} came back: {:#?}", work.id, self.log);
        }
        for work in &new.work {
            if let WorkState::InDoubt { since, until } = work.state {
                assert!(since < until);
            }
        }
        self.opt_outs += timeline.iter().filter(|entry| entry.what == What::OptedOut).count();
        for run in new.runs.iter().filter(|run| !run.is_active()) {
            let steps = self.playbooks.journey(run).map_or(0, |journey| journey.steps.len());
            if run.next < steps {
                self.stopped.insert(run.id);
            }
        }
        self.lead = new;
    }

    /// Whatever leaves the record is told to have ended, in one entry, and what stays is not.
    fn ends_are_told_once(&mut self, timeline: &[Entry], open: &BTreeSet<WorkId>) {
        let before: BTreeSet<WorkId> = self.lead.work.iter().map(|work| work.id).collect();
        let mut told = BTreeMap::new();
        for entry in timeline {
            let ends = matches!(
                entry.what,
                What::Sent | What::Settled | What::Skipped | What::Failed | What::Unknown
            );
            // What names only an id was never in the record, or is a platform's word about what left.
            let Some(id) = entry.fact(Fact::Work).filter(|_| ends && entry.fact(Fact::Event).is_some())
            else {
                continue;
            };
            let id = WorkId::parse(id).unwrap();
            assert_eq!(told.insert(id, entry.what), None, "ended twice: {:#?}", self.log);
            assert!(!open.contains(&id), "told to have ended and is open: {:#?}", self.log);
        }
        for id in before.difference(open) {
            let read = timeline.iter().any(|entry| matches!(entry.what, What::Captured | What::CommentRead));
            assert!(told.contains_key(id) || read, "gone without a word: {:#?}", self.log);
            let earlier = self.ended.insert(*id, told.get(id).copied().unwrap_or(What::Captured));
            assert_eq!(earlier, None, "ended twice: {:#?}", self.log);
        }
    }
}

fn is_by_its_own_id(action: &Action) -> bool {
    action.comment().is_some() || matches!(action, Action::LookUpLeadAd { .. })
}

fn brief(entry: &Entry) -> String {
    let message = entry.fact(Fact::Message).or(entry.fact(Fact::Event)).unwrap_or_default();
    format!("{} {message} {}; ", entry.what.as_str(), entry.fact(Fact::Reason).unwrap_or_default())
}
