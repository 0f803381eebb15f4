//! An advertisement says that it is one, who sends it, and how to refuse (R2).

use domain::playbook::{Button, Kind, Message};
use domain::render;

use super::texts::stranger;
use super::{Check, parts, wording_path};

/// What a text may offer as the word to send. A test holds that each of them is understood when it comes back.
const REFUSALS: [&str; 7] = ["הסר", "הסירו", "להסיר", "הסרה", "stop", "unsubscribe", "remove"];

pub fn check(check: &mut Check<'_, '_, '_>) {
    let playbook = check.playbook;
    let marketing = playbook.messages.values().filter(|message| message.kind == Kind::Marketing);
    let worded = marketing.flat_map(|message| message.in_all_words().map(move |worded| (message, worded)));
    for (message, (wording, worded)) in worded {
        // A text that cannot be filled in has been reported.
        let Ok(text) = render::text(&worded.text, playbook, &stranger(playbook)) else { continue };
        let path = wording_path(message, wording, &["text"]);
        let path = parts(&path);
        let own = wording.and_then(|index| message.wordings[index].language.as_deref());
        let words: &[&str] = match own.unwrap_or(playbook.business.language.as_str()) {
            "he" => &["פרסומת"],
            _ => &["Advertisement", "Ad:", "פרסומת"],
        };
        let opening = text.trim_start_matches(|c: char| !c.is_alphanumeric());
        if !words.iter().any(|word| opening.starts_with(word)) {
            let what = format!("a marketing message begins with {}", words.join(" or "));
            check.fault(
                &path,
                what,
                format!(
                    "write \"{}: …\", or kind: service if it sells nothing",
                    words[0].trim_end_matches(':')
                ),
            );
        }
        let subject = message.email.as_ref().filter(|_| wording.is_none());
        if let Some(form) = subject.filter(|form| !words.iter().any(|word| form.subject.starts_with(word))) {
            let what = format!("the subject of a marketing e-mail begins with {}", words.join(" or "));
            let hint = format!("write subject: \"{}: {}\"", words[0].trim_end_matches(':'), form.subject);
            check.fault(&["messages", message.name.as_str(), "email", "subject"], what, hint);
        }
        let business = &playbook.business;
        if !text.contains(&business.name) && !text.contains(&business.agent) {
            let hint = "say it in the text: {{ business.name }} or {{ agent.name }}";
            check.fault(&path, "a marketing message says who sends it", hint);
        }
        if !can_be_refused(message, &text) {
            let hint = "add a button { opt-out: \"הסר\" }, or to the text: להסרה השיבו הסר";
            check.fault(&path, "a marketing message says how to refuse more of them", hint);
        }
    }
}

fn can_be_refused(message: &Message, text: &str) -> bool {
    let button = message.buttons.iter().any(|button| matches!(button, Button::OptOut { .. }));
    button
        || text
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| REFUSALS.contains(&word.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_we_offer_is_a_word_that_we_understand() {
        for word in REFUSALS {
            assert!(domain::consent::is_refusal(word), "{word}");
        }
    }
}
