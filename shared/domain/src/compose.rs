//! From a piece of work to the call that does it: texts are rendered, addresses and windows looked up, limits
//! of the platforms kept.

use crate::call::{ButtonAction, Operation, Recipient, ReplyButton, WhatsAppContent, WhatsAppRecipient};
use crate::channel::Channel;
use crate::decide::Draft;
use crate::identity::Identity;
use crate::ids::{AssetId, CampaignName};
use crate::lead::Lead;
use crate::playbook::{Button, Message, Playbook, WhatsAppTemplate};
use crate::render::{self, RenderError};
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

/// How long a text may be, in characters (PLATFORM.md §§3, 5).
fn text_limit(channel: Channel, has_buttons: bool) -> usize {
    match (channel, has_buttons) {
        (Channel::WhatsApp, false) => 4_096,
        (Channel::WhatsApp, true) => 1_024,
        (Channel::Messenger, false) => 2_000,
        (Channel::Messenger, true) => 640,
        (Channel::Instagram, _) => 1_000,
    }
}

fn park(error: &RenderError, what: &str) -> Uncomposable {
    Uncomposable::Park { reason: format!("{what} cannot be filled in: {error}") }
}

pub fn operation_for(draft: &Draft<'_>, work: &Work) -> Result<Operation, Uncomposable> {
    let (lead, playbook) = (&draft.lead, draft.playbook());
    match &work.action {
        Action::Send { message, channel, .. } => {
            let message = known(draft, message.as_str())?;
            send(lead, playbook, message, *channel, draft.now())
        }
        Action::PrivateReply { network, asset, comment, message } => {
            let message = known(draft, message.as_str())?;
            let channel = network.private_channel();
            let (text, buttons) = free_form(lead, playbook, message, channel)?;
            let to = Recipient::Comment(comment.clone());
            Ok(Operation::SendMessage { channel, from: asset.clone(), to, text, buttons })
        }
        Action::PublicReply { network, comment, campaign, pick, .. } => {
            let text = public_reply(draft, campaign, *pick)?;
            Ok(Operation::ReplyToComment { network: *network, comment: comment.clone(), text })
        }
        Action::Like { network, asset, comment } => {
            Ok(Operation::Like { network: *network, asset: asset.clone(), comment: comment.clone() })
        }
        Action::LookUpLeadAd { id, .. } => Ok(Operation::ReadLeadAd { id: id.clone() }),
    }
}

/// The question by which doubt about this work is settled, where the platform has to be asked.
pub fn evidence_for(draft: &Draft<'_>, work: &Work) -> Option<Operation> {
    let WorkState::InDoubt { since, .. } = work.state else { return None };
    match &work.action {
        Action::PublicReply { network, asset, comment, campaign, pick } => {
            let text = public_reply(draft, campaign, *pick).ok()?;
            Some(Operation::FindReply {
                network: *network,
                asset: asset.clone(),
                comment: comment.clone(),
                text,
            })
        }
        Action::Send { message, channel: Channel::Instagram, .. } => {
            let message = draft.message(message)?;
            let (text, _) = free_form(&draft.lead, draft.playbook(), message, Channel::Instagram).ok()?;
            let Identity::Igsid(person) = draft.lead.address(Channel::Instagram)? else { return None };
            let asset = sender_asset(&draft.lead, draft.playbook(), Channel::Instagram)?;
            let since = since - crate::call::CLAIM_LENGTH;
            Some(Operation::FindMessage { asset, person, text, since })
        }
        _ => None,
    }
}

fn known<'a>(draft: &Draft<'a>, name: &str) -> Result<&'a Message, Uncomposable> {
    draft.message(&name.into()).ok_or_else(|| Uncomposable::Park {
        reason: format!("the playbook has no message {name} any more; publish one of that name"),
    })
}

fn public_reply(draft: &Draft<'_>, campaign: &CampaignName, pick: u32) -> Result<String, Uncomposable> {
    let gone = || Uncomposable::Skip {
        reason: format!("the playbook has no campaign {campaign} any more"),
        rule: "C2",
    };
    let replies = &draft.playbook().campaigns.get(campaign).ok_or_else(gone)?.replies;
    let reply = replies.get(pick as usize % replies.len().max(1)).ok_or_else(gone)?;
    render::text(reply, draft.playbook(), &draft.lead).map_err(|error| park(&error, "the public reply"))
}

/// Answers leave from the asset that was written to; what we begin leaves from the business's own.
fn sender_asset(lead: &Lead, playbook: &Playbook, channel: Channel) -> Option<AssetId> {
    let answered = lead.windows.get(&channel).map(|window| window.asset.clone());
    answered.or_else(|| playbook.channels.asset(channel).cloned())
}

fn send(
    lead: &Lead,
    playbook: &Playbook,
    message: &Message,
    channel: Channel,
    now: jiff::Timestamp,
) -> Result<Operation, Uncomposable> {
    let no_asset = || Uncomposable::Park {
        reason: format!("the playbook names no {} account to send from", channel.as_str()),
    };
    let from = sender_asset(lead, playbook, channel).ok_or_else(no_asset)?;
    let unreachable =
        || Uncomposable::Skip { reason: "this lead cannot be reached on the channel".into(), rule: "R27" };
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
                    fill_template(lead, playbook, message, template)?
                }
                _ => whatsapp_free_form(lead, playbook, message)?,
            };
            Ok(Operation::SendWhatsApp { from, to, content })
        }
        (_, Identity::Psid(person) | Identity::Igsid(person)) => {
            let (text, buttons) = free_form(lead, playbook, message, channel)?;
            Ok(Operation::SendMessage { channel, from, to: Recipient::Person(person), text, buttons })
        }
        _ => Err(unreachable()),
    }
}

fn fill_template(
    lead: &Lead,
    playbook: &Playbook,
    message: &Message,
    template: &WhatsAppTemplate,
) -> Result<WhatsAppContent, Uncomposable> {
    let params = template
        .params
        .iter()
        .map(|expression| render::parameter(expression, playbook, lead))
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
    playbook: &Playbook,
    message: &Message,
) -> Result<WhatsAppContent, Uncomposable> {
    let (body, buttons) = free_form(lead, playbook, message, Channel::WhatsApp)?;
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
    playbook: &Playbook,
    message: &Message,
    channel: Channel,
) -> Result<(String, Vec<ReplyButton>), Uncomposable> {
    let text = render::text(&message.text, playbook, lead)
        .map_err(|error| park(&error, &format!("the message {}", message.name)))?;
    let buttons: Vec<ReplyButton> =
        message.buttons.iter().filter_map(|button| reply_button(button, playbook, lead)).collect();
    let limit = text_limit(channel, !buttons.is_empty());
    if text.chars().count() > limit {
        let reason = format!(
            "the message {} is longer than the {limit} characters that {} takes",
            message.name,
            channel.as_str()
        );
        return Err(Uncomposable::Park { reason });
    }
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
