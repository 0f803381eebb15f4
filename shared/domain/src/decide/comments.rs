//! Comments under the business's posts, and what answers them.

use jiff::SignedDuration;

use super::capture;
use super::draft::{Draft, Plan};
use super::journeys;
use crate::channel::Network;
use crate::event::{Comment, Event};
use crate::identity::Identity;
use crate::ids::{CommentId, WorkId};
use crate::name::PersonName;
use crate::playbook::{Happened, Trigger};
use crate::retry::scramble;
use crate::source::{Source, SourceKind};
use crate::timeline::{Entry, Fact, What};
use crate::work::{Action, Class, Work};

/// A private reply may be given within seven days of the comment (R18).
const PRIVATE_REPLY_WITHIN: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A live broadcast runs for hours at most; its end is not told, the refusal is.
const LIVE_REPLY_WITHIN: SignedDuration = SignedDuration::from_mins(15);

const COMMENT_CHARS_MAX: usize = 500;

pub fn commented(draft: &mut Draft<'_>, event: &Event, comment: &Comment) {
    draft.only_once(Identity::Comment(comment.id.clone()));
    match (&comment.author_name, comment.network) {
        (Some(name), Network::Facebook) if draft.lead.name.is_none() => {
            draft.lead.name = PersonName::parse(name)
        }
        (Some(name), Network::Instagram) => draft.lead.username = Some(name.chars().take(100).collect()),
        _ => {}
    }
    let kind = SourceKind::Comment { id: comment.id.clone(), post: comment.post.clone() };
    capture::came_from(draft, &Source { kind, campaign: Vec::new() });
    draft.note(
        Entry::new(event.occurred_at, What::Commented)
            .with(Fact::Channel, comment.network.as_str())
            .with(Fact::Comment, &comment.id)
            .with_some(Fact::Post, comment.post.as_ref())
            .with(Fact::Text, comment.text.chars().take(COMMENT_CHARS_MAX).collect::<String>()),
    );
    answer(draft, comment);
    let made = Happened::new(Trigger::CommentMade, event.key.as_str());
    journeys::happened(draft, made.of(Some(comment.network.as_str())));
}

fn answer(draft: &mut Draft<'_>, comment: &Comment) {
    let Some(campaign) = draft.playbook().campaign_for(comment.network, comment.is_reply) else { return };
    if draft.lead.opt_out.is_some() {
        let entry = Entry::new(draft.now(), What::Skipped).with(Fact::Comment, &comment.id);
        draft.note(entry.with(Fact::Reason, "the person has refused messages").with(Fact::Rule, "R3"));
        return;
    }
    let (network, asset, id) = (comment.network, &comment.asset, &comment.id);
    let mut actions: Vec<(&str, Action)> = Vec::new();
    // Live comments take no public reply (R20).
    if !campaign.replies.is_empty() && !comment.is_live {
        let drawn = scramble(draft.context.seed) % campaign.replies.len() as u64;
        actions.push((
            "reply",
            Action::PublicReply {
                network,
                asset: asset.clone(),
                comment: id.clone(),
                campaign: campaign.name.clone(),
                pick: drawn as u32,
            },
        ));
    }
    if campaign.like && !comment.is_live {
        actions.push(("like", Action::Like { network, asset: asset.clone(), comment: id.clone() }));
    }
    if let Some(message) = &campaign.private_reply {
        let message = message.clone();
        actions.push((
            "private",
            Action::PrivateReply { network, asset: asset.clone(), comment: id.clone(), message },
        ));
    }
    let within = if comment.is_live { LIVE_REPLY_WITHIN } else { PRIVATE_REPLY_WITHIN };
    for (what, action) in actions {
        draft.plan(Plan {
            // By the comment, not by the event: a comment that arrives by two ways is answered once.
            id: WorkId::for_event(draft.context.pepper, draft.lead.id, id.as_str(), what),
            class: Class::Conversation,
            action,
            run: None,
            due_at: draft.now(),
            within: Some(within),
        });
    }
}

/// What was planned for a comment that is gone is not sent.
pub fn removed(draft: &mut Draft<'_>, event: &Event, comment: &CommentId) {
    draft.note(Entry::new(event.occurred_at, What::CommentRemoved).with(Fact::Comment, comment));
    cancel(draft, comment, "the comment was removed", |_| true);
}

/// A hidden comment takes no public reply (R20); the private one still may go.
pub fn hidden(draft: &mut Draft<'_>, event: &Event, comment: &CommentId) {
    draft.note(Entry::new(event.occurred_at, What::CommentHidden).with(Fact::Comment, comment));
    cancel(draft, comment, "the comment was hidden", |action| matches!(action, Action::PublicReply { .. }));
}

fn cancel(draft: &mut Draft<'_>, comment: &CommentId, reason: &str, which: fn(&Action) -> bool) {
    let ours = |work: &&Work| work.action.comment() == Some(comment) && which(&work.action);
    let dropped: Vec<_> = draft.lead.work.iter().filter(ours).cloned().collect();
    for work in dropped {
        draft.call_off(&work, reason, None);
    }
}
