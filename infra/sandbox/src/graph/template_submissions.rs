//! `POST /{whatsapp-account-id}/message_templates`: a template waits a minute and is approved. What Meta refuses of one
//! is general knowledge, not in PLATFORM.md.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Call, Refusal};
use crate::numbers::digits;
use crate::world::{SubmittedTemplate, World};
use crate::{Template, limits};

/// Meta takes minutes or a day; here somebody looks on.
const APPROVAL: SignedDuration = SignedDuration::from_mins(1);

pub(super) fn submit(
    world: &mut World,
    now: Timestamp,
    business: usize,
    call: &Call,
) -> Result<Value, Refusal> {
    let template = read(call)?;
    let same = |known: &Template| (&known.name, &known.language) == (&template.name, &template.language);
    if world.templates(business, now).any(|(known, _)| same(known)) {
        return Err(Refusal::invalid("there is already content for this template in this language"));
    }
    if world.templates(business, now).count() >= limits::LISTED_MAX {
        return Err(Refusal::invalid("this account has as many templates as it can have"));
    }
    let account = world.businesses[business].whatsapp_account.clone().unwrap_or_default();
    let id = digits(&format!("template {account} {} {}", template.name, template.language), 15);
    let approved_at = now + APPROVAL;
    let news = json!({
        "event": "APPROVED",
        "message_template_id": id,
        "message_template_name": template.name,
        "message_template_language": template.language,
        "reason": "NONE",
    });
    let change = json!({ "field": "message_template_status_update", "value": news });
    world.notify(
        approved_at,
        &json!({
            "object": "whatsapp_business_account",
            "entry": [{ "id": account, "time": approved_at.as_second(), "changes": [change] }],
        }),
    );
    let answer = json!({ "id": id, "status": "PENDING", "category": template.category.to_uppercase() });
    world.submitted.push(SubmittedTemplate { business, template, approved_at });
    Ok(answer)
}

fn read(call: &Call) -> Result<Template, Refusal> {
    let required =
        |name: &str| call.text(name).ok_or_else(|| Refusal::invalid(&format!("{name} is required")));
    let (name, language, category) = (required("name")?, required("language")?, required("category")?);
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !name.bytes().all(plain) {
        return Err(Refusal::invalid("name can only have lower-case letters, digits and underscores"));
    }
    if !matches!(category, "MARKETING" | "UTILITY") {
        return Err(Refusal::invalid("category must be MARKETING or UTILITY"));
    }
    let components = call.parameters.get("components").and_then(Value::as_array);
    let component = |kind: &str| components.into_iter().flatten().find(|one| one["type"] == kind);
    let body = component("BODY").ok_or_else(|| Refusal::invalid("components has no BODY"))?;
    let text = body["text"].as_str().ok_or_else(|| Refusal::invalid("the BODY has no text"))?;
    Ok(Template {
        name: name.to_owned(),
        language: language.to_owned(),
        category: category.to_lowercase(),
        body_parameters: variables(text, &body["example"]["body_text"][0])?,
        url_button: url_button(component("BUTTONS"))?,
        body: text.to_owned(),
    })
}

/// How many values the text takes. Each needs a sample, and none stands at an end.
fn variables(text: &str, samples: &Value) -> Result<usize, Refusal> {
    let count = (1..).take_while(|number| text.contains(&format!("{{{{{number}}}}}"))).count();
    if text.matches("{{").count() != count {
        return Err(Refusal::invalid("variables are numbered {{1}}, {{2}} and so on, and stand once"));
    }
    if text.trim().starts_with("{{") || text.trim().ends_with("}}") {
        return Err(Refusal::invalid("variables cannot be at the start or the end of the template"));
    }
    if samples.as_array().map_or(0, Vec::len) != count {
        return Err(Refusal::invalid("each variable of the body needs a sample"));
    }
    Ok(count)
}

/// Whether the first button's address ends with a value.
fn url_button(buttons: Option<&Value>) -> Result<bool, Refusal> {
    let Some(buttons) = buttons else { return Ok(false) };
    let buttons = buttons["buttons"].as_array().ok_or_else(|| Refusal::invalid("BUTTONS has no buttons"))?;
    let varies = |button: &Value| button["url"].as_str().is_some_and(|url| url.ends_with("{{1}}"));
    if buttons.iter().any(|button| varies(button) && !button["example"][0].is_string()) {
        return Err(Refusal::invalid("an address with a variable needs a sample"));
    }
    Ok(buttons.first().is_some_and(varies))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::{NUMBER, Stage};
    use jiff::ToSpan;

    const EDGE: &str = "102102102102102/message_templates";

    fn template() -> Value {
        json!({
            "name": "trip_soon", "language": "he", "category": "UTILITY",
            "components": [
                {"type": "BODY", "text": "היי {{1}}, הטיול מתקרב", "example": {"body_text": [["דנה"]]}},
            ],
        })
    }

    #[test]
    fn a_submitted_template_is_approved_after_a_minute_and_then_goes_out() {
        let stage = Stage::new();
        let submitted = stage.post(EDGE, template());
        assert_eq!((submitted.status, &submitted.body["status"]), (200, &json!("PENDING")));
        let send = json!({
            "messaging_product": "whatsapp", "to": "972501234567", "type": "template",
            "template": {"name": "trip_soon", "language": {"code": "he"}, "components": [
                {"type": "body", "parameters": [{"type": "text", "text": "דנה"}]},
            ]},
        });
        let send = || stage.post(&format!("{NUMBER}/messages"), send.clone());
        assert_eq!(send().body["error"]["code"], 132_001);
        assert!(stage.webhooks().is_empty());
        stage.wait(1.minute());
        let told = stage.webhooks().remove(0);
        assert_eq!(told["entry"][0]["changes"][0]["value"]["event"], "APPROVED");
        assert_eq!(send().status, 200);
        let listed = stage.get(EDGE).body;
        assert_eq!(listed["data"][2]["status"], "APPROVED");
    }

    #[test]
    fn what_meta_does_not_approve_it_does_not_take() {
        let stage = Stage::new();
        let change = |change: &dyn Fn(&mut Value)| {
            let mut template = template();
            change(&mut template);
            template
        };
        let faults = [
            change(&|template| template["name"] = json!("lead_welcome")),
            change(&|template| template["name"] = json!("Trip soon")),
            change(&|template| template["category"] = json!("SERVICE")),
            change(&|template| template["components"] = json!([])),
            change(&|template| template["components"][0]["text"] = json!("{{1}}, הטיול מתקרב")),
            change(&|template| template["components"][0]["text"] = json!("היי {{2}}, הטיול מתקרב")),
            change(&|template| template["components"][0]["example"] = Value::Null),
        ];
        for fault in faults {
            assert_eq!(stage.post(EDGE, fault.clone()).body["error"]["code"], 100, "{fault}");
        }
    }
}
