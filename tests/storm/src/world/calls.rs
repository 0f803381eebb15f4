//! What a call asks of a platform, in the words of the log that the judge reads.

use shared::domain::call::{Operation, Recipient, WhatsAppContent, WhatsAppRecipient};
use shared::domain::channel::{Channel, Network};

use super::log::Wanted;

/// The name in brackets, which every text of the storm's playbooks has.
fn bracketed(text: &str) -> String {
    let name = text.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
    name.map_or_else(|| "?".to_owned(), |(name, _)| name.to_owned())
}

/// What the call asks for, without what the rules of the business say of it.
pub fn wanted(operation: &Operation) -> Wanted {
    match operation {
        Operation::SendWhatsApp { from, to, content, .. } => {
            let to = match to {
                WhatsAppRecipient::Phone(phone) => phone.digits().to_owned(),
                WhatsAppRecipient::Id(id) | WhatsAppRecipient::User(id) => id.clone(),
            };
            let (message, template) = match content {
                WhatsAppContent::Template { name, .. } => (name.replace('_', "-"), true),
                WhatsAppContent::Text { body }
                | WhatsAppContent::Buttons { body, .. }
                | WhatsAppContent::Link { body, .. } => (bracketed(body), false),
            };
            Wanted::Send { channel: Channel::WhatsApp, from: from.to_string(), to, message, template }
        }
        Operation::SendEmail(mail) => Wanted::Send {
            channel: Channel::Email,
            from: mail.from.as_str().to_owned(),
            to: mail.to.as_str().to_owned(),
            message: bracketed(&mail.text),
            template: false,
        },
        Operation::SendMessage { channel, from, to: Recipient::Person(to), text, .. } => Wanted::Send {
            channel: *channel,
            from: from.to_string(),
            to: to.clone(),
            message: bracketed(text),
            template: false,
        },
        Operation::SendMessage { channel, to: Recipient::Comment(comment), text, .. } => {
            Wanted::PrivateReply {
                network: if *channel == Channel::Instagram { Network::Instagram } else { Network::Facebook },
                comment: comment.to_string(),
                message: bracketed(text),
            }
        }
        Operation::ReplyToComment { network, comment, .. } => {
            Wanted::PublicReply { network: *network, comment: comment.to_string() }
        }
        Operation::Like { comment, .. } => Wanted::Like { comment: comment.to_string() },
        Operation::ReadLeadAd { id } => Wanted::ReadLeadAd { id: id.to_string() },
        Operation::Hide { comment, .. } => Wanted::Hide { comment: comment.to_string() },
        Operation::AnswerMention { post, comment, .. } => {
            let at = comment.as_ref().map_or(post.as_str(), |comment| comment.as_str());
            Wanted::AnswerMention { at: at.to_owned() }
        }
        Operation::ReadComment { .. }
        | Operation::ReadFollow { .. }
        | Operation::ReadMention { .. }
        | Operation::FindReply { .. }
        | Operation::FindMessage { .. }
        | Operation::List { .. } => Wanted::Look,
        Operation::Announce(told) => {
            Wanted::Announce { what: told.what.as_str().to_owned(), happened_at: told.happened_at }
        }
        Operation::SendAlert(alert) => Wanted::Alert {
            of: alert.who.clone(),
            about: alert.about.iter().map(|news| news.trigger.as_str().to_owned()).collect(),
        },
    }
}

/// What the person will read of it, as far as it depends on who they are and on the playbook.
pub fn words(operation: &Operation) -> Option<String> {
    match operation {
        Operation::SendWhatsApp { content, .. } => Some(match content {
            WhatsAppContent::Template { params, .. } => params.join(" "),
            WhatsAppContent::Text { body }
            | WhatsAppContent::Buttons { body, .. }
            | WhatsAppContent::Link { body, .. } => body.clone(),
        }),
        Operation::SendMessage { text, .. } | Operation::ReplyToComment { text, .. } => Some(text.clone()),
        Operation::SendEmail(mail) => Some(mail.text.clone()),
        Operation::Like { .. }
        | Operation::Hide { .. }
        | Operation::ReadLeadAd { .. }
        | Operation::ReadComment { .. }
        | Operation::ReadFollow { .. }
        | Operation::ReadMention { .. }
        | Operation::AnswerMention { .. }
        | Operation::FindReply { .. }
        | Operation::FindMessage { .. }
        | Operation::List { .. }
        | Operation::SendAlert(_)
        | Operation::Announce(_) => None,
    }
}

/// Where the files lie that go along, and the path by which its reader stops mails.
pub fn of_a_mail(operation: &Operation) -> (Vec<String>, Option<String>) {
    let Operation::SendEmail(mail) = operation else { return Default::default() };
    let files = mail.attachments.iter().map(|file| file.url.clone()).collect();
    (files, mail.unsubscribe.as_ref().map(|token| format!("/unsubscribe/{}", token.as_str())))
}

/// The word by which it is counted.
pub fn name_of(wanted: &Wanted) -> &str {
    match wanted {
        Wanted::Send { message, .. } => message,
        Wanted::PrivateReply { .. } => "private reply",
        Wanted::PublicReply { .. } => "public reply",
        Wanted::Like { .. } => "like",
        Wanted::ReadLeadAd { .. } => "look-up of a lead ad",
        Wanted::Hide { .. } => "hiding",
        Wanted::AnswerMention { .. } => "answer to a mention",
        Wanted::Look => "look for evidence",
        Wanted::Announce { .. } => "announcement",
        Wanted::Alert { .. } => "alert",
    }
}
