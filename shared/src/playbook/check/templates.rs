//! What WhatsApp wants of a template (R13).

use domain::playbook::Button;

use super::{Check, parts, wording_path};
use crate::playbook::templates::{TemplateSketch, sketch};

const PARAMS_MAX: usize = 20;

pub fn check(check: &mut Check<'_, '_, '_>) {
    let mut seen: Vec<(TemplateSketch, &str)> = Vec::new();
    let messages = check.playbook.messages.values();
    let worded = messages.flat_map(|message| message.in_all_words().map(move |worded| (message, worded)));
    for (original, (wording, message)) in worded {
        let (Some(template), Some(sketch)) = (&message.whatsapp_template, sketch(&message)) else { continue };
        // Other words that go by the message's own template are free ones, inside the 24 hours.
        if wording.is_some_and(|index| original.wordings[index].whatsapp_template.is_none()) {
            continue;
        }
        let name = original.name.as_str();
        let path = wording_path(original, wording, &["whatsapp-template"]);
        let path = parts(&path);
        let same = |(other, _): &&(TemplateSketch, &str)| {
            (&other.name, &other.language) == (&sketch.name, &sketch.language)
        };
        if let Some((_, other)) = seen.iter().find(same).filter(|(other, _)| *other != sketch) {
            let what =
                format!("the template \"{}\" is another one in the message \"{other}\"", template.name);
            let hint = "give this one a name of its own, or the same kind, text and parameters";
            check.fault(&[&path[..], &["name"]].concat(), what, hint);
        }
        if template.params.len() > PARAMS_MAX {
            let what = format!("a template has at most {PARAMS_MAX} parameters");
            check.fault(&[&path[..], &["params"]].concat(), what, "write fixed words where you can");
        }
        let body = sketch.body.trim();
        if template.params.len() == sketch.body_parameters && (body.starts_with("{{") || body.ends_with("}}"))
        {
            let hint = "put a word before or after it";
            check.fault(
                &parts(&wording_path(original, wording, &["text"])),
                "WhatsApp refuses a template that begins or ends with a variable",
                hint,
            );
        }
        let first_is_book = matches!(message.buttons.first(), Some(Button::Book { .. }));
        if template.booking_button && !first_is_book {
            let hint = "begin the message's buttons with { book: … }";
            check.fault(
                &[&path[..], &["booking-button"]].concat(),
                "the template has a booking button, and the message does not begin with one",
                hint,
            );
        }
        seen.push((sketch, name));
    }
}
