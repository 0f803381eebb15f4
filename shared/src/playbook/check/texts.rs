//! Texts that can be filled in for everybody, whatever is known of them.

use std::collections::BTreeSet;

use domain::grant::Grant;
use domain::identity::Identity;
use domain::ids::LeadId;
use domain::lead::Lead;
use domain::link::LinkCode;
use domain::name::PersonName;
use domain::playbook::{Coupon, Gift, Message, Playbook, WhatsAppTemplate};
use domain::render::{self, RenderError, TIME_SUFFIX, VARIABLES, WHATSAPP_LINK};
use jiff::Timestamp;

use super::{Check, parts, wording_path};
use crate::playbook::nearest::did_you_mean;

/// The cure for a text that repeats too much.
const WRITTEN_OUT: &str = "write the text as it is to be, without loops and without *";

/// What a lead may lack.
const PERSONAL: [&str; 5] = ["first_name", "full_name", "username", "raffle_number", "coupon"];

pub fn check(check: &mut Check<'_, '_, '_>) {
    let playbook = check.playbook;
    for message in playbook.messages.values() {
        for (wording, worded) in message.in_all_words() {
            let path = wording_path(message, wording, &["text"]);
            let reader = reader_of(check, message);
            can_be_filled_in(check, &worded.text, &reader, Some("''"), &parts(&path));
            let template = match wording {
                Some(index) => &message.wordings[index].whatsapp_template,
                None => &message.whatsapp_template,
            };
            params_can_be_filled_in(check, message, wording, template.as_ref());
        }
    }
    for message in playbook.messages.values() {
        if let Some(form) = &message.email {
            let reader = reader_of(check, message);
            let path = ["messages", message.name.as_str(), "email", "subject"];
            can_be_filled_in(check, &form.subject, &reader, Some("''"), &path);
            for (index, attached) in form.attachments.iter().enumerate() {
                let index = index.to_string();
                let path = |key| ["messages", message.name.as_str(), "email", "attachments", &index, key];
                can_be_filled_in(check, &attached.name, &reader, Some("''"), &path("name"));
                // Whoever lacks the file waits for it.
                can_be_filled_in(check, &attached.url, &reader, None, &path("url"));
            }
        }
    }
    for replies in check.public_replies() {
        let reader = given(stranger(playbook), replies.gift);
        for (path, _, reply) in replies.texts(check.tree) {
            if reply.contains(WHATSAPP_LINK) {
                let what = "whatsapp_link is for one person: whoever has it is taken for them";
                check.fault(&parts(&path), what, "write it in the private reply");
                continue;
            }
            can_be_filled_in(check, reply, &reader, Some("''"), &parts(&path));
        }
    }
}

/// Whoever a message goes to has what a campaign gives only if nobody else gets it.
fn reader_of(check: &Check<'_, '_, '_>, message: &Message) -> Lead {
    let stranger = stranger(check.playbook);
    let sent = check.sends().iter().any(|sending| sending.message.name == message.name);
    let answers = check.answers();
    let mut private = answers.iter().filter(|answering| {
        let reminds = answering.gift.and_then(|gift| gift.remind.as_ref());
        answering.answer.private_reply.as_ref() == Some(&message.name)
            || reminds.is_some_and(|reminder| reminder.message == message.name)
    });
    match private.next() {
        Some(first) if !sent && private.all(|other| other.gift == first.gift) => given(stranger, first.gift),
        _ => stranger,
    }
}

fn given(reader: Lead, gift: Option<&Gift>) -> Lead {
    let Some(gift) = gift else { return reader };
    let grant = Grant {
        given_at: Timestamp::UNIX_EPOCH,
        number: gift.raffle_number.then_some(100_000),
        coupon: gift.coupon.as_ref().map(|coupon| match coupon {
            Coupon::Fixed(code) => code.clone(),
            Coupon::FromPool => "X".repeat(20),
        }),
    };
    Lead { grants: [("any".into(), grant)].into(), ..reader }
}

/// The reader with everything that a campaign can give, for whom a text is longest.
pub fn with_gifts(reader: Lead) -> Lead {
    let all = Gift { raffle_number: true, coupon: Some(Coupon::FromPool), ..Gift::default() };
    given(reader, Some(&all))
}

fn params_can_be_filled_in(
    check: &mut Check<'_, '_, '_>,
    message: &Message,
    wording: Option<usize>,
    template: Option<&WhatsAppTemplate>,
) {
    for (index, param) in template.iter().flat_map(|template| &template.params).enumerate() {
        let path = wording_path(message, wording, &["whatsapp-template", "params", &index.to_string()]);
        let path = parts(&path);
        if param.contains("{{") {
            let hint = "a parameter is written without braces: first_name | default('…')";
            check.fault(&path, format!("\"{param}\" is a text, not an expression"), hint);
        } else {
            let reader = stranger(check.playbook);
            can_be_filled_in(check, &format!("{{{{ {param} }}}}"), &reader, Some("'…'"), &path);
        }
    }
}

/// `default` is what the cure suggests; without one, a value may be missing.
fn can_be_filled_in(
    check: &mut Check<'_, '_, '_>,
    template: &str,
    reader: &Lead,
    default: Option<&str>,
    path: &[&str],
) {
    if template.trim().is_empty() || check.report.is_full() {
        return;
    }
    let variables = match render::variables(template) {
        Ok(variables) => variables,
        Err(error @ RenderError::Endless) => return check.fault(path, error.to_string(), WRITTEN_OUT),
        Err(error) => return check.fault(path, error.to_string(), "a variable is written {{ first_name }}"),
    };
    if !variables_exist(check, &variables, path) {
        return;
    }
    match render::text(template, check.playbook, reader) {
        Ok(_) => {}
        Err(RenderError::Missing | RenderError::Empty) if default.is_none() => {}
        Err(RenderError::Missing) => {
            let default = default.unwrap_or("''");
            let name = missing(check.playbook, template, &variables);
            let what = format!("not everybody has a value for {name}");
            check.fault(path, what, format!("say what stands there then: {name} | default({default})"));
        }
        Err(RenderError::Empty) => {
            let hint = "give it words that fit everybody: first_name | default('…')";
            check.fault(path, "this comes out empty for somebody whose name is not known", hint);
        }
        Err(error @ RenderError::Endless) => {
            check.fault(path, error.to_string(), WRITTEN_OUT);
        }
        Err(error @ RenderError::Syntax(_)) => {
            check.fault(path, error.to_string(), "there are the filters default, upper and lower");
        }
    }
}

fn variables_exist(check: &mut Check<'_, '_, '_>, variables: &BTreeSet<String>, path: &[&str]) -> bool {
    let links = &check.playbook.business.links;
    let known: Vec<String> = VARIABLES
        .iter()
        .map(|name| (*name).to_owned())
        .chain(links.keys().map(|link| format!("links.{link}")))
        .chain(deal_variables(check.playbook))
        .collect();
    let mut all_exist = true;
    for name in variables {
        if name == "booking_link" && !links.contains_key("booking") {
            let hint = "add the calendar's address: links: { booking: \"https://…\" }";
            check.fault(path, "the text uses booking_link, and there is no such link", hint);
            all_exist = false;
        } else if name == WHATSAPP_LINK && check.playbook.channels.whatsapp_phone.is_none() {
            let hint = "say which number it opens: channels: { whatsapp: { phone: \"+972…\" } }";
            check.fault(path, "the text uses whatsapp_link, and the business names no number", hint);
            all_exist = false;
        } else if !known.contains(name) && !name.starts_with("fields.") {
            let all = known.iter().map(String::as_str).chain(["fields.…"]);
            check.fault(path, format!("unknown variable \"{name}\""), did_you_mean(name, all));
            all_exist = false;
        }
    }
    all_exist
}

/// Which value it is that a stranger lacks: the first that has no default right behind it.
fn missing<'a>(playbook: &Playbook, template: &str, variables: &'a BTreeSet<String>) -> &'a str {
    let compact: String = template.chars().filter(|c| !c.is_whitespace()).collect();
    let of_deals: Vec<String> = deal_variables(playbook).collect();
    let personal = |name: &&String| {
        PERSONAL.contains(&name.as_str()) || name.starts_with("fields.") || of_deals.contains(name)
    };
    let bare = |name: &&String| !compact.contains(&format!("{name}|default("));
    let mut candidates = variables.iter().filter(personal);
    candidates.clone().find(bare).or_else(|| candidates.next()).map_or("this", String::as_str)
}

/// What texts can say of each kind of deal.
fn deal_variables(playbook: &Playbook) -> impl Iterator<Item = String> + '_ {
    playbook.deals.iter().flat_map(|(kind, names)| {
        let facts = names.facts.iter().map(move |fact| format!("{kind}.{fact}"));
        let dates = names
            .dates
            .iter()
            .flat_map(move |date| [format!("{kind}.{date}"), format!("{kind}.{date}{TIME_SUFFIX}")]);
        facts.chain(dates)
    })
}

/// Somebody of whom nothing is known: what can be written to them can be written to anybody.
pub fn stranger(playbook: &Playbook) -> Lead {
    let mut stranger = Lead::new(playbook.business.id.clone(), LeadId::new(0), Timestamp::UNIX_EPOCH);
    // Whoever is written to has one, if the text asks for it.
    stranger.identities.extend(LinkCode::parse("M-00000-00000").map(Identity::Link));
    stranger
}

/// Somebody with a rather long name: what fits them fits nearly everybody.
pub fn acquaintance(playbook: &Playbook) -> Lead {
    Lead {
        name: PersonName::parse("אלכסנדרה־מרגלית בן־אברהם הכהן"), ..stranger(playbook)
    }
}
