//! The WhatsApp templates that a playbook needs: what would be submitted for approval.

use std::borrow::Cow;

use domain::playbook::{Kind, Message, Playbook};

/// One template as WhatsApp keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateSketch {
    pub name: String,
    pub language: String,
    pub category: TemplateCategory,
    /// How many values its body takes.
    pub body_parameters: usize,
    /// Whether it has a link button whose address ends with a value: the booking link.
    pub url_button: bool,
    /// The text with `{{1}}`, `{{2}}` … for the values. Where the text has another number of variables than the
    /// template has parameters, it stands here as the marketer wrote it.
    pub body: String,
}

/// Follows the message's class: what markets is marketing to WhatsApp, too (R13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateCategory {
    Marketing,
    Utility,
}

impl TemplateCategory {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Marketing => "marketing",
            Self::Utility => "utility",
        }
    }
}

/// Every template that the playbook's messages name, once, in the order of their messages' names.
pub fn templates(playbook: &Playbook) -> Vec<TemplateSketch> {
    let mut sketches: Vec<TemplateSketch> = Vec::new();
    let worded = playbook.messages.values().flat_map(own_templates);
    for sketch in worded.filter_map(|message| sketch(&message)) {
        if !sketches.contains(&sketch) {
            sketches.push(sketch);
        }
    }
    sketches
}

/// A message in those of its words that have a template of their own.
pub(super) fn own_templates(message: &Message) -> impl Iterator<Item = Cow<'_, Message>> {
    let own = |index: Option<usize>| match index {
        Some(index) => message.wordings[index].whatsapp_template.is_some(),
        None => message.whatsapp_template.is_some(),
    };
    message.in_all_words().filter(move |(index, _)| own(*index)).map(|(_, worded)| worded)
}

pub(super) fn sketch(message: &Message) -> Option<TemplateSketch> {
    let template = message.whatsapp_template.as_ref()?;
    let body_parameters = template.params.len();
    let body = match numbered(&message.text) {
        (body, count) if count == body_parameters => body,
        _ => message.text.clone(),
    };
    Some(TemplateSketch {
        name: template.name.clone(),
        language: template.language.clone(),
        category: match message.kind {
            Kind::Marketing => TemplateCategory::Marketing,
            Kind::Service => TemplateCategory::Utility,
        },
        body_parameters,
        url_button: template.booking_button,
        body: body.trim().to_owned(),
    })
}

/// The text with its expressions numbered, and how many there are.
fn numbered(text: &str) -> (String, usize) {
    let (mut body, mut rest, mut count) = (String::new(), text, 0);
    while let Some((before, inside)) = rest.split_once("{{") {
        let Some((_, after)) = inside.split_once("}}") else { break };
        count += 1;
        body.push_str(before);
        body.push_str(&format!("{{{{{count}}}}}"));
        rest = after;
    }
    body.push_str(rest);
    (body, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_become_numbers_in_their_order() {
        let cases = [
            ("היי {{ first_name | default('') }}, זאת {{ agent.name }}.", "היי {{1}}, זאת {{2}}.", 2),
            ("שלום", "שלום", 0),
            ("{{ open", "{{ open", 0),
        ];
        for (text, body, count) in cases {
            assert_eq!(numbered(text), (body.to_owned(), count), "{text}");
        }
    }
}
