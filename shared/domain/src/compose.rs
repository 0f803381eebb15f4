//! From a piece of work to the call that does it: texts are rendered, addresses and windows looked up, limits
//! of the platforms kept.

use std::borrow::Cow;

use crate::alert;
use crate::call::{
    Announcement, ButtonAction, Operation, Recipient, ReplyButton, WhatsAppContent, WhatsAppRecipient,
};
use crate::card;
use crate::channel::{Channel, Network};
use crate::click::Tracked;
use crate::decide::Draft;
use crate::email::EmailAddress;
use crate::identity::Identity;
use crate::ids::{AssetId, CampaignName, RuleName};
use crate::lead::Lead;
use crate::mail::{Attachment, Mail, UnsubscribeToken, header_line, is_file_address};
use crate::playbook::{Button, EmailForm, Message, Playbook, WhatsAppTemplate};
use crate::render::{self, RenderError};
use crate::scheduled::with_note;
use crate::work::{Action, Work, WorkState};

/// Why no call can be made of this work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uncomposable {
    Skip {
        reason: String,
        rule: &'static str,
    },
    /// The playbook is at fault: the operator mends it, and the work goes on.
    Park {
        reason: String,
    },
}

/// Nobody reads more in an e-mail, and providers cut what is longer than 102 KB of HTML.
pub const EMAIL_CHARS_MAX: usize = 20_000;

/// How long a text may be, in characters (PLATFORM.md §§3, 5).
fn text_limit(channel: Channel, has_buttons: bool) -> usize {
    match (channel, has_buttons) {
        (Channel::WhatsApp, false) => 4_096,
        (Channel::WhatsApp, true) => 1_024,
        (Channel::Messenger, false) => 2_000,
        (Channel::Messenger, true) => 640,
        (Channel::Instagram, _) => 1_000,
        (Channel::Email, _) => EMAIL_CHARS_MAX,
    }
}

fn park(error: &RenderError, what: &str) -> Uncomposable {
    Uncomposable::Park { reason: format!("{what} cannot be filled in: {error}") }
}

pub fn operation_for(draft: &Draft<'_>, work: &Work) -> Result<Operation, Uncomposable> {
    let lead = &draft.lead;
    match &work.action {
        Action::Send { message, channel, purpose } => {
            let message = known(draft, message.as_str())?.worded(lead, *channel);
            let lead = of_its_deal(lead, work);
            send(&with_note(&lead, purpose), draft, &message, *channel)
        }
        Action::PrivateReply { to, message, campaign } => {
            let channel = to.network.private_channel();
            let lead = of_its_campaign(lead, campaign);
            let message = known(draft, message.as_str())?.worded(&lead, channel);
            let (text, buttons) = free_form(&lead, draft, &message, channel)?;
            let recipient = Recipient::Comment(to.comment.clone());
            let (from, image) = (to.asset.clone(), message.image.clone());
            Ok(Operation::SendMessage { channel, from, to: recipient, text, buttons, image })
        }
        Action::PublicReply { to, campaign, rule, pick } => {
            let text = public_reply(draft, to.network, (campaign, rule), *pick)?;
            Ok(Operation::ReplyToComment { network: to.network, comment: to.comment.clone(), text })
        }
        Action::Like { to } => {
            Ok(Operation::Like { network: to.network, asset: to.asset.clone(), comment: to.comment.clone() })
        }
        Action::Hide { to } => Ok(Operation::Hide { network: to.network, comment: to.comment.clone() }),
        Action::AnswerMention { network, asset, post, comment, campaign, pick } => {
            Ok(Operation::AnswerMention {
                network: *network,
                asset: asset.clone(),
                post: post.clone(),
                comment: comment.clone(),
                text: mention_reply(draft, *network, campaign, *pick)?,
            })
        }
        Action::LookUpMention { mention } => Ok(Operation::ReadMention {
            network: mention.network,
            asset: mention.asset.clone(),
            post: mention.post.clone(),
            comment: mention.comment.clone(),
        }),
        Action::LookUpFollow => match lead.address(Channel::Instagram) {
            Some(Identity::Igsid(person)) => Ok(Operation::ReadFollow { person }),
            _ => Err(unreachable()),
        },
        Action::LookUpComment { comment } => {
            Ok(Operation::ReadComment { network: comment.network, comment: comment.id.clone() })
        }
        Action::LookUpLeadAd { id, .. } => Ok(Operation::ReadLeadAd { id: id.clone() }),
        Action::Announce { what, happened_at } => Ok(Operation::Announce(Announcement {
            what: *what,
            happened_at: *happened_at,
            source: lead.last_source.as_ref().map(|source| source.kind.as_str()),
            tags: lead.tags.iter().cloned().collect(),
        })),
        Action::Alert { to, about } => match alert::compose(lead, draft.context, to, about) {
            Some(alert) => Ok(Operation::SendAlert(Box::new(alert))),
            None => Err(Uncomposable::Park {
                reason: format!("the playbook has no mailbox, or no address of the agent {to}, any more"),
            }),
        },
    }
}

/// The question by which doubt about this work is settled, where the platform has to be asked.
pub fn evidence_for(draft: &Draft<'_>, work: &Work) -> Option<Operation> {
    let WorkState::InDoubt { since, .. } = work.state else { return None };
    match &work.action {
        Action::PublicReply { to, campaign, rule, pick } => {
            let text = public_reply(draft, to.network, (campaign, rule), *pick).ok()?;
            Some(Operation::FindReply {
                network: to.network,
                asset: to.asset.clone(),
                comment: to.comment.clone(),
                text,
            })
        }
        Action::Send { message, channel: Channel::Instagram, purpose } if !goes_as_a_card(draft, work) => {
            let message = draft.message(message)?.worded(&draft.lead, Channel::Instagram);
            let lead = of_its_deal(&draft.lead, work);
            let lead = with_note(&lead, purpose);
            let (text, _) = free_form(&lead, draft, &message, Channel::Instagram).ok()?;
            let Identity::Igsid(person) = draft.lead.address(Channel::Instagram)? else { return None };
            let asset = sender_asset(&draft.lead, draft.playbook(), Channel::Instagram)?;
            let since = since - crate::call::CLAIM_LENGTH;
            Some(Operation::FindMessage { asset, person, text, since })
        }
        _ => None,
    }
}

/// On Instagram, whose list of messages tells nothing of what stands in a card.
pub fn goes_as_a_card(draft: &Draft<'_>, work: &Work) -> bool {
    let Action::Send { message, channel: Channel::Instagram, .. } = &work.action else { return false };
    draft.message(message).is_some_and(|message| message.image.is_some())
}

/// The lead with the one deal of which the journey tells.
fn of_its_deal<'l>(lead: &'l Lead, work: &Work) -> Cow<'l, Lead> {
    let run = lead.runs.iter().find(|run| Some(run.id) == work.run);
    match run.and_then(|run| lead.deal(run.deal.as_ref()?)) {
        Some(deal) => Cow::Owned(Lead { deals: vec![deal.clone()], ..lead.clone() }),
        None => Cow::Borrowed(lead),
    }
}

fn known<'a>(draft: &Draft<'a>, name: &str) -> Result<&'a Message, Uncomposable> {
    draft.message(&name.into()).ok_or_else(|| Uncomposable::Park {
        reason: format!("the playbook has no message {name} any more; publish one of that name"),
    })
}

fn mention_reply(
    draft: &Draft<'_>,
    network: Network,
    campaign: &CampaignName,
    pick: u32,
) -> Result<String, Uncomposable> {
    let gone = || Uncomposable::Skip {
        reason: format!("the playbook has no replies of {campaign} any more"),
        rule: "C11",
    };
    let playbook = draft.playbook();
    let replies = playbook.tags.get(campaign).ok_or_else(gone)?.replies(network);
    let reply = replies.get(pick as usize % replies.len().max(1)).ok_or_else(gone)?;
    render::text(reply, playbook, &draft.lead).map_err(|error| park(&error, "the answer to a mention"))
}

/// The lead with what this one campaign has given.
fn of_its_campaign<'l>(lead: &'l Lead, campaign: &CampaignName) -> Cow<'l, Lead> {
    let others = lead.grants.keys().any(|name| name != campaign);
    if !others {
        return Cow::Borrowed(lead);
    }
    let mut lead = lead.clone();
    lead.grants.retain(|name, _| name == campaign);
    Cow::Owned(lead)
}

fn public_reply(
    draft: &Draft<'_>,
    network: Network,
    (campaign, rule): (&CampaignName, &RuleName),
    pick: u32,
) -> Result<String, Uncomposable> {
    let gone = || Uncomposable::Skip {
        reason: format!("the playbook has no replies of {campaign}/{rule} any more"),
        rule: "C2",
    };
    let playbook = draft.playbook();
    let answer = playbook.campaigns.get(campaign).and_then(|campaign| campaign.answer_of(rule));
    let replies = answer.ok_or_else(gone)?.replies(network);
    let reply = replies.get(pick as usize % replies.len().max(1)).ok_or_else(gone)?;
    render::text(reply, playbook, &of_its_campaign(&draft.lead, campaign))
        .map_err(|error| park(&error, "the public reply"))
}

/// Answers leave from the asset that was written to; what we begin leaves from the business's own.
fn sender_asset(lead: &Lead, playbook: &Playbook, channel: Channel) -> Option<AssetId> {
    let answered = lead.windows.get(&channel).map(|window| window.asset.clone());
    answered.or_else(|| playbook.channels.asset(channel).cloned())
}

fn unreachable() -> Uncomposable {
    Uncomposable::Skip { reason: "this lead cannot be reached on the channel".into(), rule: "R27" }
}

fn send(
    lead: &Lead,
    draft: &Draft<'_>,
    message: &Message,
    channel: Channel,
) -> Result<Operation, Uncomposable> {
    let (playbook, now) = (draft.playbook(), draft.now());
    let no_asset = || Uncomposable::Park {
        reason: format!("the playbook names no {} account to send from", channel.as_str()),
    };
    let from = sender_asset(lead, playbook, channel).ok_or_else(no_asset)?;
    let address = lead.address(channel).ok_or_else(unreachable)?;
    match (channel, address) {
        (Channel::WhatsApp, address) => {
            let to = match address {
                Identity::Phone(phone) => WhatsAppRecipient::Phone(phone),
                Identity::WhatsAppUser(user) => WhatsAppRecipient::User(user),
                Identity::WhatsAppId(id) => WhatsAppRecipient::Id(id),
                _ => return Err(unreachable()),
            };
            // Inside the window free text is welcome and costs nothing; outside only a template may go (R10).
            let content = match &message.whatsapp_template {
                Some(template) if !lead.window_is_open(channel, now) => {
                    fill_template(lead, draft, message, template)?
                }
                _ => whatsapp_free_form(lead, draft, message)?,
            };
            Ok(Operation::SendWhatsApp { from, to, content, image: message.image.clone() })
        }
        (Channel::Email, Identity::Email(to)) => mail(lead, draft, message, to),
        (_, Identity::Psid(person) | Identity::Igsid(person)) => {
            let (text, buttons) = free_form(lead, draft, message, channel)?;
            let (to, image) = (Recipient::Person(person), message.image.clone());
            Ok(Operation::SendMessage { channel, from, to, text, buttons, image })
        }
        _ => Err(unreachable()),
    }
}

/// A message as an e-mail. What its buttons would say back cannot be said there.
fn mail(
    lead: &Lead,
    draft: &Draft<'_>,
    message: &Message,
    to: EmailAddress,
) -> Result<Operation, Uncomposable> {
    let playbook = draft.playbook();
    let (Some(form), Some(mailbox)) = (&message.email, &playbook.channels.mailbox) else {
        return Err(unreachable());
    };
    let subject = render::text(&form.subject, playbook, lead)
        .map_err(|error| park(&error, &format!("the subject of the message {}", message.name)))?;
    let (text, mut buttons) = free_form(lead, draft, message, Channel::Email)?;
    buttons.retain(|button| matches!(button.action, ButtonAction::Url(_)));
    Ok(Operation::SendEmail(Box::new(Mail {
        from: mailbox.from.clone(),
        from_name: playbook.business.name.clone(),
        reply_to: mailbox.reply_to.clone(),
        to,
        subject: header_line(&subject),
        text,
        buttons,
        image: message.image.clone(),
        attachments: attachments(lead, playbook, message, form)?,
        language: playbook.business.language.clone(),
        unsubscribe: Some(UnsubscribeToken::of(draft.context.pepper, &lead.business, lead.id)),
    })))
}

/// The files of an e-mail. Who has none of their own yet waits for it, unless the playbook says that it may lack.
fn attachments(
    lead: &Lead,
    playbook: &Playbook,
    message: &Message,
    form: &EmailForm,
) -> Result<Vec<Attachment>, Uncomposable> {
    let mut attachments = Vec::new();
    for attached in &form.attachments {
        let what = || format!("an attachment of the message {}", message.name);
        let url = match render::text(&attached.url, playbook, lead) {
            Ok(url) => url.trim().to_owned(),
            Err(RenderError::Empty) => continue,
            Err(error) => return Err(park(&error, &what())),
        };
        if !is_file_address(&url) {
            let reason = format!("{} has no address that begins with https://", what());
            return Err(Uncomposable::Park { reason });
        }
        let name = render::text(&attached.name, playbook, lead).map_err(|error| park(&error, &what()))?;
        attachments.push(Attachment { name: header_line(&name).replace(['/', '\\'], "-"), url });
    }
    Ok(attachments)
}

fn fill_template(
    lead: &Lead,
    draft: &Draft<'_>,
    message: &Message,
    template: &WhatsAppTemplate,
) -> Result<WhatsAppContent, Uncomposable> {
    let tracked = Tracked::of(lead, draft.context);
    let filled = |expression: &String| {
        let value = render::parameter(expression, draft.playbook(), lead)?;
        Ok(tracked.text(&value).into_owned())
    };
    let params = template
        .params
        .iter()
        .map(filled)
        .collect::<Result<_, _>>()
        .map_err(|error| park(&error, &format!("a parameter of the template {}", template.name)))?;
    let payloads = message
        .buttons
        .iter()
        .enumerate()
        .filter_map(|(index, button)| Some((index, button.payload()?.to_owned())))
        .collect();
    Ok(WhatsAppContent::Template {
        name: template.name.clone(),
        language: template.language.clone(),
        params,
        url_suffix: template.booking_button.then(|| format!("?{}", render::booking_query(lead))),
        payloads,
    })
}

fn whatsapp_free_form(
    lead: &Lead,
    draft: &Draft<'_>,
    message: &Message,
) -> Result<WhatsAppContent, Uncomposable> {
    let (body, buttons) = free_form(lead, draft, message, Channel::WhatsApp)?;
    match <[ReplyButton; 1]>::try_from(buttons) {
        Ok([ReplyButton { label, action: ButtonAction::Url(url) }]) => {
            Ok(WhatsAppContent::Link { body, label, url })
        }
        Ok(one) => Ok(WhatsAppContent::Buttons { body, buttons: one.into() }),
        Err(buttons) if buttons.is_empty() => Ok(WhatsAppContent::Text { body }),
        Err(buttons) => {
            // WhatsApp does not mix buttons that answer with links: the links join the text.
            let (links, answers): (Vec<_>, Vec<_>) =
                buttons.into_iter().partition(|button| matches!(button.action, ButtonAction::Url(_)));
            let links = links.iter().map(|button| match &button.action {
                ButtonAction::Url(url) => format!("\n{}: {url}", button.label),
                ButtonAction::Payload(_) => String::new(),
            });
            let body = links.fold(body, |body, link| body + &link);
            Ok(if answers.is_empty() {
                WhatsAppContent::Text { body }
            } else {
                WhatsAppContent::Buttons { body, buttons: answers }
            })
        }
    }
}

fn free_form(
    lead: &Lead,
    draft: &Draft<'_>,
    message: &Message,
    channel: Channel,
) -> Result<(String, Vec<ReplyButton>), Uncomposable> {
    let playbook = draft.playbook();
    let text = render::text(&message.text, playbook, lead)
        .map_err(|error| park(&error, &format!("the message {}", message.name)))?;
    let mut buttons: Vec<ReplyButton> =
        message.buttons.iter().filter_map(|button| reply_button(button, playbook, lead)).collect();
    if message.image.is_some() && !card::fits(&text, channel) {
        let reason =
            format!("the message {} is too long to go with an image by {}", message.name, channel.as_str());
        return Err(Uncomposable::Park { reason });
    }
    let limit = text_limit(channel, !buttons.is_empty());
    if text.chars().count() > limit {
        let reason = format!(
            "the message {} is longer than the {limit} characters that {} takes",
            message.name,
            channel.as_str()
        );
        return Err(Uncomposable::Park { reason });
    }
    let tracked = Tracked::of(lead, draft.context);
    tracked.buttons(&mut buttons);
    // An address of ours may be longer: what would not fit any more leads straight on.
    let told = tracked.text(&text);
    let fits = told.chars().count() <= limit && (message.image.is_none() || card::fits(&told, channel));
    let text = if fits { told.into_owned() } else { text };
    Ok((text, buttons))
}

fn reply_button(button: &Button, playbook: &Playbook, lead: &Lead) -> Option<ReplyButton> {
    let action = match button {
        Button::Book { .. } => ButtonAction::Url(render::booking_link(playbook, lead)?),
        Button::Link { link, .. } => ButtonAction::Url(playbook.business.links.get(link)?.clone()),
        other => ButtonAction::Payload(other.payload()?.to_owned()),
    };
    Some(ReplyButton { label: button.label().to_owned(), action })
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::channel::Window;
    use crate::context::{Context, Playbooks};
    use crate::ids::Pepper;
    use crate::testing::{at, follow_up, mobile, playbook};
    use crate::work::{Class, Purpose};

    fn now() -> Timestamp {
        at("2026-11-30T12:00")
    }

    /// A lead with an open window on a channel.
    fn lead_on(channel: Channel, identity: Identity) -> Lead {
        let mut lead = crate::testing::lead();
        lead.identities.insert(identity);
        lead.windows.insert(channel, Window { opened_at: now(), asset: "written-to".into() });
        lead
    }

    fn plain_on(channel: Channel) -> Work {
        let mut work = follow_up(now());
        work.action = Action::Send { message: "plain".into(), channel, purpose: Purpose::Playbook };
        work.class = Class::Conversation;
        work
    }

    /// What becomes of the message `plain` with this text and these buttons.
    fn composed(
        lead: &Lead,
        channel: Channel,
        text: &str,
        buttons: Vec<Button>,
    ) -> Result<Operation, Uncomposable> {
        let mut playbook = playbook();
        let message = playbook.messages.get_mut(&"plain".into()).unwrap();
        message.text = text.to_owned();
        message.buttons = buttons;
        let (playbooks, pepper) = (Playbooks::only(playbook.into()), Pepper::new([5; 32]));
        let context =
            Context { now: now(), seed: 0, playbooks: &playbooks, pepper: &pepper, public_url: None };
        operation_for(&Draft::new(lead, &context), &plain_on(channel))
    }

    fn on_whatsapp(buttons: Vec<Button>) -> String {
        let lead = lead_on(Channel::WhatsApp, Identity::Phone(mobile()));
        let operation = composed(&lead, Channel::WhatsApp, "text", buttons).unwrap();
        let Operation::SendWhatsApp { content, .. } = operation else { panic!("{operation:?}") };
        let shown = |buttons: Vec<ReplyButton>| {
            let shown = buttons.into_iter().map(|button| match button.action {
                ButtonAction::Url(url) => format!("[{} -> {url}]", button.label),
                ButtonAction::Payload(payload) => format!("[{} = {payload}]", button.label),
            });
            shown.collect::<String>()
        };
        match content {
            WhatsAppContent::Text { body } => format!("text: {body}"),
            WhatsAppContent::Buttons { body, buttons } => format!("buttons: {body} {}", shown(buttons)),
            WhatsAppContent::Link { body, label, url } => format!("link: {body} [{label} -> {url}]"),
            WhatsAppContent::Template { name, .. } => format!("template {name}"),
        }
    }

    #[test]
    fn buttons_take_the_form_that_whatsapp_knows() {
        let link = |label: &str| Button::Link { label: label.into(), link: "booking".into() };
        let reply = |label: &str| Button::Reply { label: label.into(), payload: label.to_lowercase() };
        let missing = Button::Link { label: "Shop".into(), link: "shop".into() };
        let cases = [
            vec![],
            vec![link("Book")],
            vec![reply("Yes")],
            vec![reply("Yes"), reply("No")],
            vec![reply("Yes"), link("Book")],
            vec![link("Book"), link("More")],
            vec![missing],
        ];
        let shown = cases.map(|buttons| on_whatsapp(buttons).replace('\n', " / ")).join("\n");
        insta::assert_snapshot!(shown, @"
        text: text
        link: text [Book -> https://example.com/book]
        buttons: text [Yes = yes]
        buttons: text [Yes = yes][No = no]
        buttons: text / Book: https://example.com/book [Yes = yes]
        text: text / Book: https://example.com/book / More: https://example.com/book
        text: text
        ");
    }

    #[test]
    fn a_message_goes_to_whatever_whatsapp_knows_the_person_by() {
        let to = |identity: Identity| {
            let lead = lead_on(Channel::WhatsApp, identity);
            match composed(&lead, Channel::WhatsApp, "text", vec![]) {
                Ok(Operation::SendWhatsApp { to: WhatsAppRecipient::Phone(phone), .. }) => {
                    phone.as_str().to_owned()
                }
                Ok(Operation::SendWhatsApp { to: WhatsAppRecipient::User(user), .. }) => {
                    format!("user {user}")
                }
                Ok(Operation::SendWhatsApp { to: WhatsAppRecipient::Id(id), .. }) => format!("id {id}"),
                other => format!("{other:?}"),
            }
        };
        assert_eq!(to(Identity::Phone(mobile())), "+972541234567");
        assert_eq!(to(Identity::WhatsAppUser("US.1".into())), "user US.1");
        assert_eq!(to(Identity::WhatsAppId("5678".into())), "id 5678");
    }

    #[test]
    fn a_text_that_the_channel_would_cut_waits_for_the_operator() {
        let answer = || vec![Button::Reply { label: "Yes".into(), payload: "yes".into() }];
        let cases = [
            (Channel::WhatsApp, vec![], 4_096),
            (Channel::WhatsApp, answer(), 1_024),
            (Channel::Messenger, vec![], 2_000),
            (Channel::Messenger, answer(), 640),
            (Channel::Instagram, vec![], 1_000),
            (Channel::Instagram, answer(), 1_000),
        ];
        for (channel, buttons, limit) in cases {
            let identity = match channel {
                Channel::WhatsApp => Identity::Phone(mobile()),
                Channel::Messenger => Identity::Psid("9".into()),
                Channel::Instagram => Identity::Igsid("9".into()),
                Channel::Email => continue,
            };
            let lead = lead_on(channel, identity);
            let fits = |length| composed(&lead, channel, &"א".repeat(length), buttons.clone());
            assert!(fits(limit).is_ok(), "{channel:?} {limit}");
            assert!(matches!(fits(limit + 1), Err(Uncomposable::Park { .. })), "{channel:?} {limit}");
        }
    }

    #[test]
    fn an_instagram_message_is_looked_for_from_before_its_claim() {
        let lead = lead_on(Channel::Instagram, Identity::Igsid("9".into()));
        let mut work = plain_on(Channel::Instagram);
        let since = now() + SignedDuration::from_secs(10);
        work.state = WorkState::InDoubt { since, until: since + crate::call::DOUBT_LENGTH };
        let (playbooks, pepper) = (Playbooks::only(playbook().into()), Pepper::new([5; 32]));
        let context =
            Context { now: now(), seed: 0, playbooks: &playbooks, pepper: &pepper, public_url: None };
        let question = evidence_for(&Draft::new(&lead, &context), &work);
        let Some(Operation::FindMessage { asset, person, text, since }) = question else {
            panic!("{question:?}")
        };
        assert_eq!((asset.as_str(), person.as_str(), text.as_str()), ("written-to", "9", "plain"));
        assert!(since < now(), "the call began no later than its claim");
    }
}
