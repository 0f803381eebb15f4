//! A simulation for a program.

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::domain::playbook::Playbook;
use shared::domain::simulate::{Line, LineWhat, Simulation, ToCome};

use crate::Refusal;

pub fn render(playbook: &Playbook, simulation: &Simulation, to_come: &[ToCome]) -> Result<String, Refusal> {
    // With its offset, so that a reader sees the civil time and the instant.
    let civil = |at: Timestamp| {
        at.to_zoned_datetime(playbook.business.zone.clone()).strftime("%FT%H:%M:%S%:z").to_string()
    };
    let lines: Vec<Value> = simulation.lines.iter().map(|line| value(line, &civil)).collect();
    let to_come: Vec<Value> = to_come
        .iter()
        .map(|ToCome { journey, step, at }| json!({ "at": civil(*at), "journey": journey.as_str(), "step": step.as_str() }))
        .collect();
    let told = json!({ "business": playbook.business.id.as_str(), "lines": lines, "to_come": to_come });
    Ok(format!("{}\n", serde_json::to_string_pretty(&told)?))
}

fn value(line: &Line, civil: &impl Fn(Timestamp) -> String) -> Value {
    let mut value = match &line.what {
        LineWhat::Happened(what) => json!({ "what": "happened", "event": what }),
        LineWhat::Sent(sent) => {
            let moves: Vec<Value> = sent
                .moves
                .iter()
                .map(|moved| json!({ "from": civil(moved.from), "reason": moved.reason, "rule": moved.rule }))
                .collect();
            json!({
                "what": "sent",
                "message": sent.message.as_ref().map(|message| message.as_str()),
                "how": sent.how,
                "channel": sent.channel.map(|channel| channel.as_str()),
                "text": sent.text,
                "template": sent.template,
                "price": sent.price.as_str(),
                "moved": moves,
            })
        }
        LineWhat::NotSent { message, reason, rule } => json!({
            "what": "not-sent",
            "message": message.as_ref().map(|message| message.as_str()),
            "reason": reason,
            "rule": rule,
        }),
        LineWhat::Noted { what, about } => json!({ "what": what.as_str(), "about": about }),
    };
    if let Some(object) = value.as_object_mut() {
        object.insert("at".to_owned(), civil(line.at).into());
        let journey = line.journey.as_ref().map(|journey| journey.as_str());
        object.extend(journey.map(|journey| ("journey".to_owned(), journey.into())));
        object.extend(line.step.as_ref().map(|step| ("step".to_owned(), step.as_str().into())));
    }
    value
}
