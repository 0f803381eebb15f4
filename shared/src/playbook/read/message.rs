//! A message: its class, text, buttons, channels, and its approved WhatsApp template.

use domain::channel::Channel;
use domain::mail::is_file_address;
use domain::playbook::{
    Attached, Button, EmailForm, Gender, Kind, Message, Variant, WhatsAppTemplate, Wording,
};

use crate::playbook::fields::{Fields, scalar};
use crate::playbook::nearest::did_you_mean;
use crate::playbook::report::Report;
use crate::playbook::tree::{Entry, Node};

pub const KEYS: [&str; 8] =
    ["kind", "text", "image", "buttons", "channels", "whatsapp-template", "email", "wordings"];
pub const WORDING_KEYS: [&str; 7] =
    ["language", "gender", "channel", "variant", "share", "text", "whatsapp-template"];
pub const EMAIL_KEYS: [&str; 2] = ["subject", "attachments"];
pub const ATTACHMENT_KEYS: [&str; 2] = ["name", "url"];
const ATTACHMENTS_MAX: usize = 5;
/// Longer ones are cut in lists of e-mails.
const SUBJECT_CHARS_MAX: usize = 150;
/// A language, a gender, a channel and a variant each in their combinations.
const WORDINGS_MAX: usize = 24;
const SHARE_MAX: u32 = 1_000;
const BUTTONS: [&str; 6] = ["book", "link", "reply", "consent", "opt-out", "confirm"];
/// WhatsApp's limit for what a button carries.
const PAYLOAD_CHARS_MAX: usize = 256;

pub fn message(entry: &Entry, language: &str, report: &mut Report<'_>) -> Message {
    let fields = Fields::read(&entry.value, "a message", &KEYS, report);
    Message {
        name: entry.key.as_str().into(),
        kind: kind(&fields, entry, report),
        text: fields.required("text", "what the person reads", report),
        image: image(&fields, report),
        buttons: fields.list("buttons", report).iter().map(|node| button(node, report)).collect(),
        channels: channels(&fields, report),
        whatsapp_template: fields
            .get("whatsapp-template")
            .map(|node| whatsapp_template(node, language, report)),
        email: fields.get("email").map(|node| email(node, report)),
        wordings: wordings(&fields, language, report),
    }
}

/// The platforms fetch it themselves, and only over TLS.
fn image(fields: &Fields<'_>, report: &mut Report<'_>) -> Option<String> {
    let address = fields.optional("image", report)?;
    if is_file_address(address) {
        return Some(address.to_owned());
    }
    let hint = "write the address of the picture itself, as the browser shows it: \"https://…/crete.jpg\"";
    report.fault(fields.key_place("image"), format!("\"{address}\" is no address of an image"), hint);
    None
}

/// `wordings: [{ gender: female, text: … }, { language: en, text: …, whatsapp-template: … }]`.
fn wordings(fields: &Fields<'_>, language: &str, report: &mut Report<'_>) -> Vec<Wording> {
    let nodes = fields.list("wordings", report);
    if let Some(surplus) = nodes.get(WORDINGS_MAX) {
        let what = format!("a message has at most {WORDINGS_MAX} wordings");
        report.fault(surplus.place, what, "make two messages of it");
    }
    nodes.iter().take(WORDINGS_MAX).map(|node| wording(node, language, report)).collect()
}

fn wording(node: &Node, language: &str, report: &mut Report<'_>) -> Wording {
    let fields = Fields::read(node, "a wording", &WORDING_KEYS, report);
    if ["language", "gender", "channel", "variant"].iter().all(|key| fields.get(key).is_none()) {
        let hint = "say for whom it is: language: en, gender: female, channel: instagram, or variant: b";
        report.fault(fields.place(), "this wording is for everybody, as the text is", hint);
    }
    let own = fields.optional("language", report);
    let gender = fields.one_of("gender", Gender::ALL, Gender::as_str, report);
    let channel = fields.one_of("channel", Channel::ALL, Channel::as_str, report);
    Wording {
        language: own.map(str::to_lowercase),
        gender,
        channel,
        variant: variant(&fields, report),
        text: fields.required("text", "what the person reads", report),
        // The template's language follows the words.
        whatsapp_template: fields
            .get("whatsapp-template")
            .map(|node| whatsapp_template(node, own.unwrap_or(language), report)),
    }
}

fn variant(fields: &Fields<'_>, report: &mut Report<'_>) -> Option<Variant> {
    let share = fields.optional("share", report);
    let Some(name) = fields.optional("variant", report) else {
        if share.is_some() {
            let hint = "give it a name: variant: b, share: 1";
            report.fault(fields.key_place("share"), "a share is of a variant, and none is named", hint);
        }
        return None;
    };
    let parsed = share.map_or(Some(1), |share| share.parse::<u32>().ok());
    match parsed.filter(|share| (1..=SHARE_MAX).contains(share)) {
        Some(share) => Some(Variant { name: name.to_owned(), share }),
        None => {
            let hint =
                format!("write a whole number from 1 to {SHARE_MAX}; the text as it stands has one share");
            let written = share.unwrap_or_default();
            report.fault(
                fields.key_place("share"),
                format!("nobody can take a share of \"{written}\""),
                hint,
            );
            None
        }
    }
}

/// Never guessed: a marketing message that passes for service would go out without consent.
fn kind(fields: &Fields<'_>, entry: &Entry, report: &mut Report<'_>) -> Kind {
    let Some(node) = fields.get("kind") else {
        let hint =
            "write kind: service (what the person asked for or bought) or kind: marketing (needs consent)";
        report.fault(entry.key_place, format!("the message \"{}\" needs \"kind\"", entry.key), hint);
        return Kind::Service;
    };
    match scalar(node, "kind", report) {
        Some("marketing") => Kind::Marketing,
        Some("service") | None => Kind::Service,
        Some(other) => {
            let hint = did_you_mean(other, ["service", "marketing"]);
            report.fault(node.place, format!("unknown kind of message \"{other}\""), hint);
            Kind::Service
        }
    }
}

fn channels(fields: &Fields<'_>, report: &mut Report<'_>) -> Vec<Channel> {
    let mut channels = Vec::new();
    for (word, place) in fields.texts("channels", report) {
        match Channel::parse(word) {
            Some(channel) if channels.contains(&channel) => {
                report.fault(place, format!("\"{word}\" stands here twice"), "keep the first");
            }
            Some(channel) => channels.push(channel),
            None => {
                let hint = did_you_mean(word, Channel::ALL.map(Channel::as_str));
                report.fault(place, format!("unknown channel \"{word}\""), hint);
            }
        }
    }
    let by_email = fields.get("email").is_some();
    if channels.is_empty() {
        return Channel::ALL.into_iter().filter(|channel| *channel != Channel::Email || by_email).collect();
    }
    match (channels.contains(&Channel::Email), by_email) {
        (true, false) => {
            let hint = "say what stands above it: email: { subject: … }";
            report.fault(fields.key_place("channels"), "a message that goes by e-mail needs a subject", hint);
        }
        (false, true) => {
            let hint = "add email to its channels, or take its form out";
            report.fault(fields.key_place("email"), "this message does not go by e-mail", hint);
        }
        _ => {}
    }
    channels
}

/// `email: { subject: … }`.
fn email(node: &Node, report: &mut Report<'_>) -> EmailForm {
    let fields = Fields::read(node, "\"email\"", &EMAIL_KEYS, report);
    let subject = fields.required("subject", "what stands above the text in a list of e-mails", report);
    if subject.chars().count() > SUBJECT_CHARS_MAX {
        let what = format!("a subject has at most {SUBJECT_CHARS_MAX} characters");
        report.fault(fields.key_place("subject"), what, "shorten it");
    }
    let nodes = fields.list("attachments", report);
    if let Some(surplus) = nodes.get(ATTACHMENTS_MAX) {
        let what = format!("an e-mail has at most {ATTACHMENTS_MAX} attachments");
        report.fault(surplus.place, what, "put the others behind a link");
    }
    let attachments = nodes.iter().take(ATTACHMENTS_MAX).map(|node| attached(node, report)).collect();
    EmailForm { subject, attachments }
}

/// `{ name: tickets.pdf, url: "{{ trip.tickets }}" }`.
fn attached(node: &Node, report: &mut Report<'_>) -> Attached {
    let fields = Fields::read(node, "an attachment", &ATTACHMENT_KEYS, report);
    let name = fields.required("name", "what its reader sees, such as tickets.pdf", report);
    let url = fields.required("url", "where the file lies", report);
    let begins = url.trim_start();
    if !url.is_empty() && !begins.starts_with("https://") && !begins.starts_with("{{") {
        let hint = "write an address that begins with https://, or the fact of a deal that holds one";
        report.fault(fields.key_place("url"), format!("\"{url}\" is no address of a file"), hint);
    }
    Attached { name, url }
}

fn button(node: &Node, report: &mut Report<'_>) -> Button {
    let known = ["book", "link", "reply", "consent", "opt-out", "confirm", "to", "payload", "text"];
    let fields = Fields::read(node, "a button", &known, report);
    let kinds: Vec<&str> = BUTTONS.into_iter().filter(|kind| fields.get(kind).is_some()).collect();
    let kind = match kinds.as_slice() {
        [kind] => *kind,
        [] => {
            let hint = "write one of: { book: … }, { link: …, to: … }, { reply: … }, \
                        { consent: …, text: … }, { opt-out: … }, { confirm: … }";
            report.fault(fields.place(), "the button does not say what it does", hint);
            return Button::Book { label: String::new() };
        }
        [first, second, ..] => {
            let what = format!("a button does one thing, and this one has \"{first}\" and \"{second}\"");
            report.fault(fields.place(), what, "write two buttons");
            first
        }
    };
    let companion = match kind {
        "link" => "to",
        "reply" => "payload",
        "consent" => "text",
        _ => "",
    };
    for stray in ["to", "payload", "text"] {
        if stray != companion && fields.get(stray).is_some() {
            let what = format!("a button with \"{kind}\" has no \"{stray}\"");
            report.fault(fields.key_place(stray), what, "take it out");
        }
    }
    let label = fields.required(kind, "what the button says", report);
    match kind {
        "book" => Button::Book { label },
        "link" => {
            let hint = "the name of one of the links: { link: …, to: video }";
            Button::Link { label, link: fields.required("to", hint, report) }
        }
        "reply" => Button::Reply { payload: payload(&fields, &label, report), label },
        "consent" => {
            let hint = "what the person agrees to by pressing, in full";
            Button::Consent { label, text: fields.required("text", hint, report) }
        }
        "confirm" => Button::Confirm { label },
        _ => Button::OptOut { label },
    }
}

/// What the button says back; its label, if nothing else is said.
fn payload(fields: &Fields<'_>, label: &str, report: &mut Report<'_>) -> String {
    let payload = fields.optional("payload", report).unwrap_or(label);
    let place = fields.get("payload").map_or(fields.place(), |node| node.place);
    if payload.starts_with("masa:") {
        let hint = "for consent and refusal there are the buttons { consent: … } and { opt-out: … }";
        report.fault(place, "what starts with \"masa:\" is Masa's own", hint);
    }
    if payload.chars().count() > PAYLOAD_CHARS_MAX {
        let what = format!("the payload is longer than {PAYLOAD_CHARS_MAX} characters");
        report.fault(place, what, "write a short word");
    }
    payload.to_owned()
}

fn whatsapp_template(node: &Node, language: &str, report: &mut Report<'_>) -> WhatsAppTemplate {
    let known = ["name", "language", "params", "booking-button"];
    let fields = Fields::read(node, "a WhatsApp template", &known, report);
    let name = fields.required("name", "the name under which WhatsApp has approved it", report);
    let sound = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !name.bytes().all(sound) || name.len() > 512 {
        let place = fields.get("name").map_or(fields.place(), |node| node.place);
        let hint = "WhatsApp takes a-z, 0-9 and \"_\" only";
        report.fault(place, format!("\"{name}\" is no name of a template"), hint);
    }
    WhatsAppTemplate {
        name,
        language: fields.optional("language", report).unwrap_or(language).to_owned(),
        params: fields.texts("params", report).into_iter().map(|(text, _)| text.to_owned()).collect(),
        booking_button: fields.switch("booking-button", report),
    }
}
