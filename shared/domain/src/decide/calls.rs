//! A call was missed, or has ended.

use super::capture;
use super::draft::Draft;
use super::journeys;
use crate::event::{Call, CallKind, Event};
use crate::playbook::{Happened, Trigger};
use crate::source::{Source, SourceKind};
use crate::timeline::{Entry, Fact, What};

/// A call is no consent (R4): what its journey sends is service, and each claim checks that.
pub fn called(draft: &mut Draft<'_>, event: &Event, call: &Call) {
    capture::came_from(draft, &Source { kind: SourceKind::Call, campaign: Vec::new() });
    let (what, trigger) = match call.kind {
        CallKind::Missed => (What::CallMissed, Trigger::CallMissed),
        CallKind::Ended => (What::CallEnded, Trigger::CallEnded),
    };
    draft.note(Entry::new(event.occurred_at, what).with_some(Fact::Agent, call.agent.as_ref()));
    let happened = Happened::new(trigger, event.key.as_str());
    journeys::happened(draft, Happened { by: call.agent.as_deref(), ..happened });
}
