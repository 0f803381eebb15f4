//! What an event changes on a lead.
//!
//! [`decide`] cannot fail: every pair of lead and event has a decided answer, and what cannot be acted on is at
//! least written to the timeline. It never says that something was sent; it plans work, and the claim decides
//! whether it may leave.

mod answer;
mod calls;
mod capture;
mod comments;
mod deals;
mod draft;
mod follow;
mod journeys;
mod messages;
mod phone;
mod steps;
mod tags;

pub use answer::unreachable;
pub(crate) use capture::{CONSENTS_MAX, FIELDS_MAX, captured as capture_lead_ad};
pub(crate) use comments::looked_up;
pub(crate) use draft::describe;
pub use draft::{Draft, Plan};
pub(crate) use follow::told as follow_told;
pub(crate) use journeys::{compare_segments, is_forgettable, stop as stop_run};
pub(crate) use messages::{leave_in_peace, stop_marketing};
pub(crate) use phone::given as phone_given;
pub(crate) use steps::{advance, wait_for};
pub(crate) use tags::looked_up as mention_looked_up;

use crate::context::Context;
use crate::event::{Event, EventKind};
use crate::identity::Identity;
use crate::lead::Lead;
use crate::playbook::{Happened, Trigger};
use crate::timeline::{Entry, Fact, What};

/// The new record, and what is to be written beside it in the same transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub lead: Lead,
    pub timeline: Vec<Entry>,
    /// What must not be known yet, or this decision was made before: a comment, however late it is replayed.
    pub once: Option<Identity>,
    /// What others hear of by it.
    pub told: Vec<Event>,
}

impl Decision {
    /// A record as it is, with nothing to be written beside it.
    pub fn of(lead: Lead) -> Self {
        Self { lead, timeline: Vec::new(), once: None, told: Vec::new() }
    }
}

pub fn decide(lead: &Lead, event: &Event, context: &Context<'_>) -> Decision {
    let mut draft = Draft::new(lead, context);
    draft.occurred_at = event.occurred_at;
    draft.answers_from = event.occurred_at;
    draft.know(&event.author);
    event.also.iter().for_each(|identity| match identity {
        Identity::Lead(other) => draft.absorb(*other),
        name => draft.know(name),
    });
    // What made the record is told by when it was made.
    if event.kind.is_of_the_person() && event.occurred_at > draft.lead.created_at {
        draft.lead.active_at = draft.lead.active_at.max(Some(event.occurred_at));
    }
    match &event.kind {
        EventKind::Captured(capture) => capture::captured(&mut draft, event, capture),
        EventKind::LeadAd(lead_ad) => capture::lead_ad_filled(&mut draft, event, lead_ad),
        EventKind::Deal(change) => deals::changed(&mut draft, event, change),
        EventKind::Called(call) => calls::called(&mut draft, event, call),
        EventKind::Commented(comment) => comments::commented(&mut draft, event, comment),
        EventKind::CommentEdited { comment } => {
            draft.note(Entry::new(event.occurred_at, What::CommentEdited).with(Fact::Comment, comment));
        }
        EventKind::CommentRemoved { comment } => comments::removed(&mut draft, event, comment),
        EventKind::CommentHidden { comment } => comments::hidden(&mut draft, event, comment),
        EventKind::Messaged(message) => {
            messages::messaged(&mut draft, event, message);
            tags::in_story(&mut draft, event, message);
        }
        EventKind::MessageEdited { channel, .. } => {
            draft.note(
                Entry::new(event.occurred_at, What::MessageEdited).with(Fact::Channel, channel.as_str()),
            );
        }
        EventKind::MessageUnsent { channel, .. } => {
            draft.note(
                Entry::new(event.occurred_at, What::MessageUnsent).with(Fact::Channel, channel.as_str()),
            );
        }
        EventKind::Reacted { channel, asset } => messages::reacted(&mut draft, event, *channel, asset),
        EventKind::Referred { channel, asset, source } => {
            messages::referred(&mut draft, event, *channel, asset, source);
        }
        EventKind::Echoed { channel, id, text } => {
            messages::echoed(&mut draft, event, *channel, id.as_ref(), text.as_deref());
        }
        EventKind::Standby { channel } => messages::standby(&mut draft, event, *channel),
        EventKind::Receipt { channel, status, ids, up_to } => {
            messages::receipt(&mut draft, event, *channel, *status, ids, *up_to);
        }
        EventKind::DeliveryFailed { id, work, code } => {
            messages::delivery_failed(&mut draft, event, id, *work, *code)
        }
        EventKind::MarketingStopped => messages::marketing_stopped(&mut draft, event),
        EventKind::MarketingResumed => messages::marketing_resumed(&mut draft, event),
        EventKind::EmailStopped { why, work } => messages::email_stopped(&mut draft, event, *why, *work),
        EventKind::LinkClicked { link } => {
            draft.note(Entry::new(event.occurred_at, What::LinkClicked).with(Fact::Link, link));
            let clicked = Happened::new(Trigger::LinkClicked, event.key.as_str());
            journeys::happened(&mut draft, clicked.of(Some(link)));
        }
        EventKind::ReplyTold { channel, refuses } => {
            messages::reply_told(&mut draft, event, *channel, *refuses)
        }
        EventKind::IdentityChanged { to } => draft.rename(&event.author, to),
        EventKind::Claimed { by, asked } => {
            crate::merge::claimed(&mut draft, event, *by, asked.as_ref());
        }
        EventKind::Mentioned(mention) => tags::mentioned(&mut draft, event, mention),
        EventKind::Granted(given) => comments::granted(&mut draft, given),
        EventKind::Won { campaign, number } => comments::won(&mut draft, event, campaign, *number),
        // A campaign is no lead, and decides for itself.
        EventKind::GrantWanted(_) => {}
        // News of the account is of no one lead: whoever waits for the template is found by the attention index.
        EventKind::TemplateApproved { .. } => {}
    }
    compare_segments(&mut draft, lead, event.key.as_str());
    draft.finish()
}
