//! Who names the business: in a comment, a caption or a post, in a story, or in answer to one.

use jiff::{SignedDuration, Timestamp};

use super::capture;
use super::draft::{Draft, Plan};
use crate::call::CommentFields;
use crate::channel::{Channel, Network};
use crate::event::{Event, Media, Mention, Message};
use crate::ids::{WorkId, short_hash};
use crate::lead::{ANSWERED_MAX, Answered};
use crate::playbook::{TagCampaign, TagPlace};
use crate::retry::scramble;
use crate::source::{Source, SourceKind};
use crate::timeline::{Entry, Fact, What};
use crate::work::{Action, Class, Purpose, Work};

/// An answer in public is of use while the post is looked at.
const PUBLIC_WITHIN: SignedDuration = SignedDuration::from_hours(3 * 24);
/// The window that a story mention opens.
const PRIVATE_WITHIN: SignedDuration = SignedDuration::from_hours(24);

const TEXT_CHARS_MAX: usize = 500;

/// Neither text nor author is told: they are looked up first.
pub fn mentioned(draft: &mut Draft<'_>, event: &Event, mention: &Mention) {
    capture::came_from(draft, &Source { kind: SourceKind::Mention, campaign: Vec::new() });
    draft.note(
        Entry::new(event.occurred_at, What::Mentioned)
            .with(Fact::Channel, mention.network.as_str())
            .with_some(Fact::Comment, mention.comment.as_ref())
            .with_some(Fact::Post, mention.post.as_ref()),
    );
    if mention.is_ours {
        // The comment itself arrives as well, and is answered as one.
        return;
    }
    if draft.playbook().tag_campaign(mention.network, mention.place(), event.occurred_at).is_none() {
        return;
    }
    let action = Action::LookUpMention { mention: Box::new(mention.clone()) };
    plan(draft, event.key.as_str(), "look-up", action, PUBLIC_WITHIN);
}

/// The platform told what the mention says.
pub(crate) fn looked_up(draft: &mut Draft<'_>, work: &Work, fields: &CommentFields) {
    draft.remove_work(work.id);
    let Action::LookUpMention { mention } = &work.action else { return };
    let told = Entry::new(draft.now(), What::CommentRead)
        .with(Fact::Work, work.id)
        .with_some(Fact::Comment, mention.comment.as_ref())
        .with_some(Fact::Post, mention.post.as_ref().or(fields.post.as_ref()));
    let text = fields.text.as_ref().map(|text| text.chars().take(TEXT_CHARS_MAX).collect::<String>());
    draft.note(told.with_some(Fact::Text, text));
    if work.called_off {
        return;
    }
    fields.author.iter().for_each(|author| draft.know(author));
    super::comments::call_by_name(draft, mention.network, fields.author_name.as_deref());
    let written_at = fields.written_at.unwrap_or(work.planned_at);
    let Some(campaign) = draft.playbook().tag_campaign(mention.network, mention.place(), written_at) else {
        return;
    };
    let Some(post) = mention.post.clone().or_else(|| fields.post.clone()) else {
        return note(
            draft,
            campaign,
            "the platform does not say where the mention stands, and takes no answer",
        );
    };
    if !may_answer(draft, campaign) {
        return;
    }
    let replies = campaign.replies(mention.network);
    if replies.is_empty() {
        return note(
            draft,
            campaign,
            "the platform allows no message to whoever only mentions; no reply is given",
        );
    }
    let id = mention.comment.as_ref().map(ToString::to_string).unwrap_or_else(|| post.to_string());
    let pick = (scramble(u64::from(short_hash(&id))) % replies.len() as u64) as u32;
    let action = Action::AnswerMention {
        network: mention.network,
        asset: mention.asset.clone(),
        post,
        comment: mention.comment.clone(),
        campaign: campaign.name.clone(),
        pick,
    };
    plan(draft, &id, "mention", action, PUBLIC_WITHIN);
}

/// A message that is about a story: it has opened the window, so that an answer may go.
pub fn in_story(draft: &mut Draft<'_>, event: &Event, message: &Message) {
    let place = match message.media {
        Some(Media::StoryMention) => TagPlace::Story,
        Some(Media::StoryReply) => TagPlace::StoryReply,
        _ => return,
    };
    let Some(campaign) = draft.playbook().tag_campaign(Network::Instagram, place, event.occurred_at) else {
        return;
    };
    let Some(answer) = campaign.message.clone() else { return };
    if !may_answer(draft, campaign) {
        return;
    }
    let (channel, purpose) = (Channel::Instagram, Purpose::Playbook);
    let action = Action::Send { message: answer, channel, purpose };
    plan(draft, event.key.as_str(), "story", action, PRIVATE_WITHIN);
}

/// Whether the person wants to be answered, and was not as often as the campaign answers.
fn may_answer(draft: &mut Draft<'_>, campaign: &TagCampaign) -> bool {
    if draft.lead.opt_out.is_some() {
        note(draft, campaign, "the person has refused messages");
        return false;
    }
    let day = match campaign.not_again_within {
        None => return true,
        Some(span) => span,
    };
    let now = draft.now();
    let campaign_name = campaign.name.clone();
    let recent = |answered: &Answered| {
        let at: Option<Timestamp> = answered.what.parse().ok();
        answered.campaign == campaign_name && at.is_some_and(|at| now.duration_since(at) < day)
    };
    if draft.lead.answered.iter().any(recent) {
        note(draft, campaign, "this person has had the campaign's answer");
        return false;
    }
    draft.lead.answered.retain(|answered| answered.campaign != campaign.name);
    draft.lead.answered.push(Answered { campaign: campaign.name.clone(), what: now.to_string() });
    let surplus = draft.lead.answered.len().saturating_sub(ANSWERED_MAX);
    draft.lead.answered.drain(..surplus);
    true
}

fn note(draft: &mut Draft<'_>, campaign: &TagCampaign, reason: &str) {
    let entry = Entry::new(draft.now(), What::Skipped).with(Fact::Campaign, &campaign.name);
    draft.note(entry.with(Fact::Reason, reason));
}

fn plan(draft: &mut Draft<'_>, event: &str, what: &str, action: Action, within: SignedDuration) {
    draft.plan(Plan {
        id: WorkId::for_event(draft.context.pepper, draft.lead.id, event, what),
        class: Class::Conversation,
        action,
        run: None,
        due_at: draft.now(),
        within: Some(within),
    });
}
