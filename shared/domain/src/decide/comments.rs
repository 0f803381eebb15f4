//! Comments under the business's posts, and what answers them.

use jiff::{SignedDuration, Timestamp};

use super::capture;
use super::draft::{Draft, Plan};
use super::journeys;
use super::phone;
use crate::call::CommentFields;
use crate::channel::Network;
use crate::event::{Comment, Event};
use crate::grant::{self, Given, Wanted};
use crate::identity::Identity;
use crate::ids::{CampaignName, CommentId, RuleName, WorkId};
use crate::lead::{ANSWERED_MAX, Answered, WISHES_MAX, Wish};
use crate::name::PersonName;
use crate::playbook::{Answer, Campaign, Coupon, Happened, Once, Reminder, Rule, TaskStep, Trigger};
use crate::retry::scramble;
use crate::schedule::later;
use crate::source::{Source, SourceKind};
use crate::task::{self, Task};
use crate::timeline::{Entry, Fact, What};
use crate::work::{Action, Class, CommentAt, Purpose, Work};

/// A private reply may be given within seven days of the comment (R18).
const PRIVATE_REPLY_WITHIN: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A live broadcast runs for hours at most; its end is not told, the refusal is.
const LIVE_REPLY_WITHIN: SignedDuration = SignedDuration::from_mins(15);
/// How long after it was written a platform may still bring a comment (PLATFORM.md §1: 36 hours, and some more).
const HEARD_WITHIN: SignedDuration = SignedDuration::from_hours(3 * 24);

const COMMENT_CHARS_MAX: usize = 500;

pub fn commented(draft: &mut Draft<'_>, event: &Event, comment: &Comment) {
    draft.only_once(Identity::Comment(comment.id.clone()));
    call_by_name(draft, comment.network, comment.author_name.as_deref());
    let kind = SourceKind::Comment { id: comment.id.clone(), post: comment.post.clone() };
    capture::came_from(draft, &Source { kind, campaign: Vec::new() });
    draft.note(
        Entry::new(event.occurred_at, What::Commented)
            .with(Fact::Channel, comment.network.as_str())
            .with(Fact::Comment, &comment.id)
            .with_some(Fact::Post, comment.post.as_ref())
            .with(Fact::Text, comment.text.chars().take(COMMENT_CHARS_MAX).collect::<String>()),
    );
    if draft.playbook().must_ask_about(comment, event.occurred_at, HEARD_WITHIN) {
        plan(
            draft,
            &comment.id,
            "look-up",
            Action::LookUpComment { comment: Box::new(comment.clone()) },
            comment.is_live,
        );
    } else {
        answer(draft, comment, comment.written_at.unwrap_or(event.occurred_at), false);
    }
    let made = Happened::new(Trigger::CommentMade, event.key.as_str());
    journeys::happened(draft, made.of(Some(comment.network.as_str())));
}

/// Facebook shows a full name, Instagram a user name.
pub(super) fn call_by_name(draft: &mut Draft<'_>, network: Network, name: Option<&str>) {
    match (name, network) {
        (Some(name), Network::Facebook) if draft.lead.name.is_none() => {
            draft.lead.name = PersonName::parse(name)
        }
        (Some(name), Network::Instagram) => draft.lead.username = Some(name.chars().take(100).collect()),
        _ => {}
    }
}

/// The platform told what the webhook had not.
pub(crate) fn looked_up(draft: &mut Draft<'_>, work: &Work, fields: &CommentFields) {
    draft.remove_work(work.id);
    let Action::LookUpComment { comment } = &work.action else { return };
    let mut comment = (**comment).clone();
    let told = Entry::new(draft.now(), What::CommentRead)
        .with(Fact::Work, work.id)
        .with(Fact::Comment, &comment.id)
        .with_some(Fact::Post, fields.post.as_ref());
    draft.note(told);
    let ours = |author: &Identity| author.value() == comment.asset.as_str();
    if work.called_off || fields.author.as_ref().is_some_and(ours) {
        return;
    }
    fields.author.iter().for_each(|author| draft.know(author));
    call_by_name(draft, comment.network, fields.author_name.as_deref());
    comment.post = comment.post.or_else(|| fields.post.clone());
    comment.written_at = comment.written_at.or(fields.written_at);
    comment.friends = comment.friends.or(fields.friends);
    comment.is_reply |= fields.is_reply.unwrap_or_default();
    if let Some(text) = fields.text.as_ref().filter(|_| comment.text.is_empty()) {
        comment.text = text.clone();
    }
    let written_at = comment.written_at.unwrap_or(work.planned_at);
    (draft.occurred_at, draft.answers_from) = (written_at, written_at);
    answer(draft, &comment, written_at, fields.is_hidden);
}

fn answer(draft: &mut Draft<'_>, comment: &Comment, written_at: Timestamp, is_hidden: bool) {
    let Some((campaign, rule)) = draft.playbook().answer_to(comment, written_at) else { return };
    let at = CommentAt {
        network: comment.network,
        asset: comment.asset.clone(),
        comment: comment.id.clone(),
        post: comment.post.clone(),
        is_live: comment.is_live,
    };
    if rule.answer.hide {
        plan(draft, &at.comment, "hide", Action::Hide { to: at.clone() }, at.is_live);
    }
    if draft.lead.opt_out.is_some() {
        return not_answered(draft, &at.comment, campaign, "the person has refused messages", Some("R3"));
    }
    if !is_first(draft, campaign, rule, comment) {
        return not_answered(draft, &at.comment, campaign, "this person has had the campaign's answer", None);
    }
    if let Some(task) = &rule.answer.task {
        give_task(draft, comment, task);
    }
    match &rule.gift {
        Some(gift) => {
            like(draft, &rule.answer, &at);
            match (&gift.coupon, gift.needs_numbering()) {
                (Some(Coupon::Fixed(code)), false) => {
                    let grant =
                        grant::Grant { given_at: draft.now(), number: None, coupon: Some(code.clone()) };
                    draft.lead.grants.entry(campaign.name.clone()).or_insert(grant);
                    say(draft, &campaign.name, &rule.name, &rule.answer, &at, is_hidden);
                }
                _ => wish(draft, campaign, rule, at, written_at, is_hidden),
            }
        }
        None => {
            reply(draft, &campaign.name, &rule.name, &rule.answer, &at, is_hidden);
            like(draft, &rule.answer, &at);
            write_privately(draft, &campaign.name, &rule.name, &rule.answer, &at);
        }
    }
}

fn not_answered(
    draft: &mut Draft<'_>,
    comment: &CommentId,
    campaign: &Campaign,
    reason: &str,
    rule: Option<&str>,
) {
    let entry = Entry::new(draft.now(), What::Skipped).with(Fact::Comment, comment);
    let entry = entry.with(Fact::Campaign, &campaign.name).with(Fact::Reason, reason);
    draft.note(entry.with_some(Fact::Rule, rule));
}

/// Whether the person has not had this answer as often as the campaign gives it, and remembers it.
fn is_first(draft: &mut Draft<'_>, campaign: &Campaign, rule: &Rule, comment: &Comment) -> bool {
    let what = match campaign.once {
        Once::Comment => return true,
        Once::Post => comment.post.as_ref().map(|post| post.as_str().to_owned()).unwrap_or_default(),
        Once::Rule => rule.name.as_str().to_owned(),
        Once::Campaign => String::new(),
    };
    let answered = Answered { campaign: campaign.name.clone(), what };
    if draft.lead.answered.contains(&answered) {
        return false;
    }
    draft.lead.answered.push(answered);
    let surplus = draft.lead.answered.len().saturating_sub(ANSWERED_MAX);
    draft.lead.answered.drain(..surplus);
    true
}

/// The campaign is asked, and answers by an event.
fn wish(
    draft: &mut Draft<'_>,
    campaign: &Campaign,
    rule: &Rule,
    to: CommentAt,
    written_at: Timestamp,
    is_hidden: bool,
) {
    if draft.lead.wishes.len() >= WISHES_MAX {
        return not_answered(draft, &to.comment, campaign, "this lead has too many wishes already", None);
    }
    let business = draft.lead.business.clone();
    draft.lead.wishes.insert(to.comment.clone(), Wish { is_hidden });
    let wanted = Wanted { lead: draft.lead.id, rule: rule.name.clone(), to, written_at };
    let event = grant::wish(draft.context.pepper, &business, &campaign.name, wanted, draft.now());
    draft.tell(event);
}

/// The campaign's answer: the wish is fulfilled, or came too late.
pub fn granted(draft: &mut Draft<'_>, given: &Given) {
    let Given { campaign, wanted, grant } = given;
    let entry = Entry::new(draft.now(), What::Granted).with(Fact::Campaign, campaign);
    let entry = entry.with(Fact::Comment, &wanted.to.comment);
    match grant {
        Some(grant) => {
            let known = draft.lead.grants.entry(campaign.clone()).or_insert_with(|| grant.clone());
            let number = known.number;
            draft.note(entry.with_some(Fact::Number, number));
        }
        None => draft.note(entry.with(Fact::Reason, "nothing is left to give")),
    }
    // Of a comment that was taken back since, nothing is said.
    let Some(wish) = draft.lead.wishes.remove(&wanted.to.comment) else { return };
    if draft.lead.opt_out.is_some() {
        return;
    }
    let campaign_now = draft.playbook().campaigns.get(campaign);
    let Some(rule) = campaign_now.and_then(|campaign| campaign.rule(&wanted.rule)) else {
        let entry = Entry::new(draft.now(), What::Skipped).with(Fact::Comment, &wanted.to.comment);
        return draft.note(entry.with(Fact::Reason, "its rule is no longer in the playbook"));
    };
    let otherwise = rule.gift.as_ref().and_then(|gift| gift.otherwise.as_ref());
    let answer = match (grant, otherwise) {
        (Some(_), _) => &rule.answer,
        (None, Some(otherwise)) => otherwise,
        (None, None) => return,
    };
    if let (Some(_), Some(of), Some(gift)) = (grant, campaign_now, &rule.gift) {
        gift.remind.iter().for_each(|reminder| remind(draft, of, reminder, &wanted.to));
    }
    (draft.occurred_at, draft.answers_from) = (wanted.written_at, wanted.written_at);
    say(draft, campaign, &rule.pool(grant.is_some()), answer, &wanted.to, wish.is_hidden);
}

/// The draw has drawn this person's number. Journeys tell them.
pub fn won(draft: &mut Draft<'_>, event: &Event, campaign: &CampaignName, number: u32) {
    let entry = Entry::new(event.occurred_at, What::Won).with(Fact::Campaign, campaign);
    draft.note(entry.with(Fact::Number, number));
    let won = Happened::new(Trigger::RaffleWon, event.key.as_str());
    journeys::happened(draft, won.of(Some(campaign.as_str())));
}

/// Shortly before a raffle closes, if the conversation is open then (R17 says so when the time has come).
fn remind(draft: &mut Draft<'_>, campaign: &Campaign, reminder: &Reminder, at: &CommentAt) {
    let Some(ends_at) = campaign.ends_at else { return };
    let before = reminder.before.duration();
    let due_at = ends_at - before;
    if due_at <= draft.now() {
        return;
    }
    let (message, channel) = (reminder.message.clone(), at.network.private_channel());
    draft.plan(Plan {
        // One for each person, however many comments.
        id: WorkId::for_event(draft.context.pepper, draft.lead.id, campaign.name.as_str(), "reminder"),
        class: Class::Bulk,
        action: Action::Send { message, channel, purpose: Purpose::Playbook },
        run: None,
        due_at,
        within: Some(before),
    });
}

fn say(
    draft: &mut Draft<'_>,
    campaign: &CampaignName,
    pool: &RuleName,
    answer: &Answer,
    at: &CommentAt,
    is_hidden: bool,
) {
    reply(draft, campaign, pool, answer, at, is_hidden);
    write_privately(draft, campaign, pool, answer, at);
}

/// In public: not below a live or a hidden comment (R20).
fn reply(
    draft: &mut Draft<'_>,
    campaign: &CampaignName,
    pool: &RuleName,
    answer: &Answer,
    at: &CommentAt,
    is_hidden: bool,
) {
    let replies = answer.replies(at.network);
    if replies.is_empty() || at.is_live || is_hidden {
        return;
    }
    let pick = (scramble(draft.context.seed) % replies.len() as u64) as u32;
    let (campaign, rule) = (campaign.clone(), pool.clone());
    let action = Action::PublicReply { to: at.clone(), campaign, rule, pick };
    plan(draft, &at.comment, "reply", action, at.is_live);
}

fn like(draft: &mut Draft<'_>, answer: &Answer, at: &CommentAt) {
    if answer.likes.contains(&at.network) && !at.is_live {
        plan(draft, &at.comment, "like", Action::Like { to: at.clone() }, at.is_live);
    }
}

fn write_privately(
    draft: &mut Draft<'_>,
    campaign: &CampaignName,
    pool: &RuleName,
    answer: &Answer,
    at: &CommentAt,
) {
    let Some(message) = answer.private_reply.clone() else { return };
    if answer.asks_phone.is_some() {
        phone::asked(draft, campaign, pool, at.network.private_channel());
    }
    let action = Action::PrivateReply { to: at.clone(), message, campaign: campaign.clone() };
    plan(draft, &at.comment, "private", action, at.is_live);
}

fn give_task(draft: &mut Draft<'_>, comment: &Comment, wanted: &TaskStep) {
    let due_at = later(draft.now(), wanted.due.duration());
    let escalates = wanted.escalate.as_ref().map(|(to, wait)| (to.clone(), later(due_at, wait.duration())));
    let id = WorkId::for_event(draft.context.pepper, draft.lead.id, comment.id.as_str(), "task");
    task::give(draft, Task { id, title: wanted.title.clone(), to: wanted.to.clone(), due_at, escalates });
}

fn plan(draft: &mut Draft<'_>, comment: &CommentId, what: &str, action: Action, is_live: bool) {
    draft.plan(Plan {
        // By the comment, not by the event: a comment that arrives by two ways is answered once.
        id: WorkId::for_event(draft.context.pepper, draft.lead.id, comment.as_str(), what),
        class: Class::Conversation,
        action,
        run: None,
        due_at: draft.now(),
        within: Some(if is_live { LIVE_REPLY_WITHIN } else { PRIVATE_REPLY_WITHIN }),
    });
}

/// What was planned for a comment that is gone is not sent.
pub fn removed(draft: &mut Draft<'_>, event: &Event, comment: &CommentId) {
    draft.note(Entry::new(event.occurred_at, What::CommentRemoved).with(Fact::Comment, comment));
    draft.lead.wishes.remove(comment);
    cancel(draft, comment, "the comment was removed", |_| true);
}

/// A hidden comment takes no public reply (R20); the private one still may go.
pub fn hidden(draft: &mut Draft<'_>, event: &Event, comment: &CommentId) {
    draft.note(Entry::new(event.occurred_at, What::CommentHidden).with(Fact::Comment, comment));
    if let Some(wish) = draft.lead.wishes.get_mut(comment) {
        wish.is_hidden = true;
    }
    cancel(draft, comment, "the comment was hidden", |action| matches!(action, Action::PublicReply { .. }));
}

fn cancel(draft: &mut Draft<'_>, comment: &CommentId, reason: &str, which: fn(&Action) -> bool) {
    let ours = |work: &&Work| work.action.comment() == Some(comment) && which(&work.action);
    let dropped: Vec<_> = draft.lead.work.iter().filter(ours).cloned().collect();
    for work in dropped {
        draft.call_off(&work, reason, None);
    }
}
