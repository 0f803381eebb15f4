//! How much each channel takes (R26): characters, buttons, labels.

use domain::card::{CAPTION_CHARS_MAX, CARD_CHARS_MAX, fits};
use domain::channel::{Channel, Network};
use domain::compose::EMAIL_CHARS_MAX;
use domain::playbook::{Button, Message};
use domain::render;

use super::texts::{acquaintance, stranger, with_gifts};
use super::{Check, parts, wording_path};

const BUTTONS_MAX: usize = 3;
const LABEL_CHARS_MAX: usize = 20;
const TEMPLATE_CHARS_MAX: usize = 1_024;

/// As when a message is composed (`domain::compose`), so that nothing is refused only then.
fn text_chars_max(channel: Channel, has_buttons: bool) -> usize {
    match (channel, has_buttons) {
        (Channel::WhatsApp, false) => 4_096,
        (Channel::WhatsApp, true) => 1_024,
        (Channel::Messenger, false) => 2_000,
        (Channel::Messenger, true) => 640,
        (Channel::Instagram, _) => 1_000,
        (Channel::Email, _) => EMAIL_CHARS_MAX,
    }
}

fn comment_chars_max(network: Network) -> usize {
    match network {
        Network::Facebook => 8_000,
        Network::Instagram => 2_200,
    }
}

pub fn check(check: &mut Check<'_, '_, '_>) {
    for message in check.playbook.messages.values() {
        let mut channels: Vec<Channel> = check.channels(message).collect();
        channels.extend(check.private_replies(message).into_iter().map(Network::private_channel));
        for (wording, worded) in message.in_all_words() {
            let own = wording.and_then(|index| message.wordings[index].channel);
            let channels: Vec<Channel> =
                channels.iter().copied().filter(|channel| own.is_none_or(|own| own == *channel)).collect();
            text(check, message, wording, &worded, &channels);
            if message.image.is_some() {
                image(check, message, wording, &worded, &channels);
            }
        }
        buttons(check, message, &channels);
    }
    for replies in check.public_replies() {
        for (path, network, reply) in replies.texts(check.tree) {
            let (length, limit) = (length(check, reply), comment_chars_max(network));
            if length > limit {
                let network = network.as_str();
                let what =
                    format!("a comment on {network} has at most {limit} characters, this has {length}");
                check.fault(&parts(&path), what, "shorten it");
            }
        }
    }
}

/// The text as it is sent, to different people.
fn rendered(check: &Check<'_, '_, '_>, template: &str) -> Vec<String> {
    let playbook = check.playbook;
    let readers = [stranger(playbook), acquaintance(playbook)].map(with_gifts);
    readers.iter().filter_map(|lead| render::text(template, playbook, lead).ok()).collect()
}

/// Of the text, to whoever it is longer for.
fn length(check: &Check<'_, '_, '_>, template: &str) -> usize {
    rendered(check, template).iter().map(|text| text.chars().count()).max().unwrap_or(0)
}

fn image(
    check: &mut Check<'_, '_, '_>,
    message: &Message,
    wording: Option<usize>,
    worded: &Message,
    channels: &[Channel],
) {
    let texts = rendered(check, &worded.text);
    let Some(channel) = channels.iter().find(|channel| !texts.iter().all(|text| fits(text, **channel)))
    else {
        return;
    };
    let takes = match channel {
        Channel::WhatsApp => format!("whatsapp takes {CAPTION_CHARS_MAX} characters below an image"),
        Channel::Email | Channel::Messenger | Channel::Instagram => format!(
            "{} takes a line of {CARD_CHARS_MAX} characters with an image, and as many below it",
            channel.as_str()
        ),
    };
    let hint = "shorten it, leave the image out, or name other channels";
    check.fault(&parts(&wording_path(message, wording, &["text"])), takes, hint);
}

fn text(
    check: &mut Check<'_, '_, '_>,
    message: &Message,
    wording: Option<usize>,
    worded: &Message,
    channels: &[Channel],
) {
    let length = length(check, &worded.text);
    let has_buttons = !message.buttons.is_empty();
    let of_channels = channels.iter().map(|channel| {
        (
            text_chars_max(*channel, has_buttons),
            channel.as_str(),
            if has_buttons { " with buttons" } else { "" },
        )
    });
    let of_template =
        worded.whatsapp_template.iter().map(|_| (TEMPLATE_CHARS_MAX, "whatsapp", " as a template"));
    if let Some((limit, channel, how)) = of_channels.chain(of_template).min()
        && length > limit
    {
        let what = format!("{channel} takes {limit} characters{how}, this has {length}");
        let hint = "shorten it, send a link to the rest, or name other channels";
        check.fault(&parts(&wording_path(message, wording, &["text"])), what, hint);
    }
}

fn buttons(check: &mut Check<'_, '_, '_>, message: &Message, channels: &[Channel]) {
    let name = message.name.as_str();
    // WhatsApp puts links that do not fit into the text; the others count every button.
    let counts = |button: &&Button| {
        button.payload().is_some()
            || channels.iter().any(|channel| !matches!(channel, Channel::WhatsApp | Channel::Email))
    };
    let surplus = message.buttons.iter().enumerate().filter(|(_, button)| counts(button)).nth(BUTTONS_MAX);
    if let Some((index, _)) = surplus {
        let what = format!("a message has at most {BUTTONS_MAX} buttons, and this is one more");
        check.fault(
            &["messages", name, "buttons", &index.to_string()],
            what,
            "take it out, or send two messages",
        );
    }
    for (index, button) in message.buttons.iter().enumerate() {
        let (label, length) = (button.label(), button.label().chars().count());
        if length > LABEL_CHARS_MAX {
            let path = ["messages", name, "buttons", &index.to_string(), key(button)];
            let what =
                format!("a button says at most {LABEL_CHARS_MAX} characters, \"{label}\" has {length}");
            check.fault(&path, what, "shorten it");
        }
    }
}

fn key(button: &Button) -> &'static str {
    match button {
        Button::Book { .. } => "book",
        Button::Link { .. } => "link",
        Button::Reply { .. } => "reply",
        Button::Consent { .. } => "consent",
        Button::OptOut { .. } => "opt-out",
        Button::Confirm { .. } => "confirm",
    }
}
