//! Marketing needs consent, with its proof (R1); a call is none (R4).

use domain::playbook::{Button, Kind, Trigger};

use super::{Check, parts, starts_by};

pub fn check(check: &mut Check<'_, '_, '_>) {
    sources(check);
    calls(check);
    one_text(check);
    answers_sell_nothing(check);
}

/// A journey that markets to whoever leaves their details needs the consent of every source.
fn sources(check: &mut Check<'_, '_, '_>) {
    let playbook = check.playbook;
    let marketing = check
        .sends()
        .into_iter()
        .find(|send| starts_by(send.journey, Trigger::LeadCaptured) && send.message.kind == Kind::Marketing);
    let Some(send) = marketing else { return };
    let what = |source: &str| {
        let (journey, message) = (&send.journey.name, &send.message.name);
        format!(
            "{source} states no consent, and the journey \"{journey}\" sends its leads marketing (\"{message}\")"
        )
    };
    let hint = "add consent: with the words that the person sees and agrees to";
    let lead_ads: &[&str] = &["sources", "lead-ads"];
    if check.is_written(lead_ads) && playbook.sources.lead_ads.is_none() {
        check.fault(lead_ads, what("lead-ads"), hint);
    }
    for (name, form) in &playbook.sources.forms {
        if form.consent.is_none() {
            check.fault(&["sources", "forms", name.as_str()], what(&format!("the form \"{name}\"")), hint);
        }
    }
}

/// One service message for each kind of call, over all journeys.
fn calls(check: &mut Check<'_, '_, '_>) {
    for trigger in [Trigger::CallMissed, Trigger::CallEnded] {
        let mut service = 0;
        for send in check.sends().into_iter().filter(|send| starts_by(send.journey, trigger)) {
            let name = trigger.as_str();
            if send.message.kind == Kind::Marketing {
                let what = format!("a call is no consent: what {name} starts sends no marketing");
                let hint = "send one service message with a button that asks: { consent: …, text: … }";
                send.fault(check, "send", what, hint);
                continue;
            }
            service += 1;
            if service > 1 {
                let what = format!("{name} allows one service message, and this is number {service}");
                send.fault(check, "send", what, "keep one, and ask for consent in it");
            }
        }
    }
}

/// What is recorded as agreed to is the text of the button, so all of them say the same.
fn one_text(check: &mut Check<'_, '_, '_>) {
    let mut first: Option<&str> = None;
    for (name, message) in &check.playbook.messages {
        for (index, button) in message.buttons.iter().enumerate() {
            let Button::Consent { text, .. } = button else { continue };
            if *first.get_or_insert(text) != text {
                let path = ["messages", name.as_str(), "buttons", &index.to_string(), "text"];
                let hint = "use the same words: they are kept as the proof of what was agreed to";
                check.fault(&path, "two consent buttons ask for different things", hint);
            }
        }
    }
}

/// Answers are not held back for lack of consent, so they may not be marketing.
fn answers_sell_nothing(check: &mut Check<'_, '_, '_>) {
    let playbook = check.playbook;
    let is_marketing =
        |name| playbook.messages.get(name).is_some_and(|message| message.kind == Kind::Marketing);
    for answering in check.answers() {
        if answering.answer.private_reply.as_ref().is_some_and(is_marketing) {
            let hint = "a comment asks for an answer: give it with a message of kind: service";
            let path = answering.at("private-reply");
            check.fault(&parts(&path), "a private reply may not be a marketing message", hint);
        }
    }
    if playbook.opt_out_confirmation.as_ref().is_some_and(is_marketing) {
        let hint = "confirm with a message of kind: service";
        check.fault(&["opt-out", "confirm"], "who refuses gets no marketing message", hint);
    }
}
