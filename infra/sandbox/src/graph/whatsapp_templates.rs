//! Templates: approved texts with holes, which must be filled exactly (PLATFORM.md §5, errors in §7).

use jiff::Timestamp;
use serde_json::Value;

use super::whatsapp_content::missing;
use super::{Content, Refusal};
use crate::Template;
use crate::message::{Button, Press};
use crate::world::World;

/// General knowledge, not in PLATFORM.md.
const PARAMETER_CHARACTERS_MAX: usize = 1024;

/// The template that a message names, and what the person reads.
pub(super) fn read<'a>(
    world: &'a World,
    now: Timestamp,
    business: usize,
    object: &Value,
) -> Result<(&'a Template, Content), Refusal> {
    let name = object["name"].as_str().ok_or_else(|| missing("template.name"))?;
    let language = object["language"]["code"].as_str().ok_or_else(|| missing("template.language.code"))?;
    let approved =
        world.templates(business, now).filter(|(_, approved)| *approved).map(|(template, _)| template);
    let mut named = approved.filter(|template| template.name == name && template.language == language);
    let template = named.next().ok_or_else(|| unknown(name, language))?;
    let none = Vec::new();
    let components = object["components"].as_array().unwrap_or(&none);
    let parameters = body_parameters(template, components)?;
    let mut buttons: Vec<_> = link_button(template, components)?.into_iter().collect();
    buttons.extend(quick_reply_buttons(components));
    let content = Content { kind: "template".to_owned(), body: filled(template, &parameters), buttons };
    Ok((template, content))
}

fn body_parameters(template: &Template, components: &[Value]) -> Result<Vec<String>, Refusal> {
    let given =
        components.iter().find(|component| is(component, "type", "body")).map(|body| &body["parameters"]);
    let given = given.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if given.len() != template.body_parameters {
        let details = format!(
            "body: number of localizable_params ({}) does not match the expected number of params ({})",
            given.len(),
            template.body_parameters
        );
        return Err(mismatch(&details));
    }
    given.iter().map(parameter).collect()
}

fn parameter(parameter: &Value) -> Result<String, Refusal> {
    if !is(parameter, "type", "text") {
        return Err(Refusal::whatsapp(
            132_012,
            "Template parameter format mismatch",
            "body parameters are text here",
        ));
    }
    let text = parameter["text"].as_str().unwrap_or_default();
    if text.trim().is_empty() {
        return Err(mismatch("a parameter has no text"));
    }
    // General knowledge, not in PLATFORM.md: Meta refuses these, and people's names bring them.
    if text.contains(['\n', '\t'])
        || text.contains("     ")
        || text.chars().count() > PARAMETER_CHARACTERS_MAX
    {
        return Err(Refusal::whatsapp(
            100,
            "Invalid parameter",
            "param text cannot have new-line/tab characters or more than 4 consecutive spaces",
        ));
    }
    Ok(text.to_owned())
}

fn link_button(template: &Template, components: &[Value]) -> Result<Option<Button>, Refusal> {
    let given = components
        .iter()
        .find(|component| is(component, "type", "button") && is(component, "sub_type", "url"));
    match (template.url_button, given) {
        (false, None) => Ok(None),
        (false, Some(_)) => Err(mismatch("the template has no button with a parameter")),
        (true, None) => Err(missing("the parameter of the url button at index 0")),
        (true, Some(button)) => {
            let index = &button["index"];
            if index != "0" && index != 0 {
                return Err(missing("the parameter of the url button at index 0"));
            }
            let suffix = button["parameters"][0]["text"].as_str().filter(|suffix| !suffix.trim().is_empty());
            let payload = suffix.ok_or_else(|| missing("the text of the url button's parameter"))?.to_owned();
            Ok(Some(Button { title: "קישור".to_owned(), payload, press: Press::Link }))
        }
    }
}

fn quick_reply_buttons(components: &[Value]) -> impl Iterator<Item = Button> {
    let quick = components
        .iter()
        .filter(|component| is(component, "type", "button") && is(component, "sub_type", "quick_reply"));
    quick.filter_map(|component| component["parameters"][0]["payload"].as_str()).map(|payload| Button {
        title: payload.to_owned(),
        payload: payload.to_owned(),
        press: Press::Template,
    })
}

/// Meta takes `type` and `sub_type` in either case.
fn is(value: &Value, name: &str, expected: &str) -> bool {
    value[name].as_str().is_some_and(|text| text.eq_ignore_ascii_case(expected))
}

/// The body with its holes filled, read once from left to right: a `{{1}}` in a parameter stays what it is.
fn filled(template: &Template, parameters: &[String]) -> String {
    let mut text = String::new();
    let mut rest = template.body.as_str();
    while let Some((before, after)) = rest.split_once("{{") {
        text.push_str(before);
        let hole = after.split_once("}}");
        let parameter =
            hole.and_then(|(number, _)| parameters.get(number.trim().parse::<usize>().ok()?.checked_sub(1)?));
        rest = match (hole, parameter) {
            (Some((_, after)), Some(parameter)) => {
                text.push_str(parameter);
                after
            }
            _ => {
                text.push_str("{{");
                after
            }
        };
    }
    text + rest
}

fn mismatch(details: &str) -> Refusal {
    Refusal::whatsapp(132_000, "Number of parameters does not match the expected number of params", details)
}

fn unknown(name: &str, language: &str) -> Refusal {
    let details = format!("template name ({name}) does not exist in {language}");
    Refusal::whatsapp(132_001, "Template name does not exist in the translation", &details).with_status(404)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage;
    use serde_json::json;

    fn code(object: &Value) -> Result<String, u32> {
        let world = World::new(stage::settings());
        read(&world, stage::start(), 0, object)
            .map(|(_, content)| content.body)
            .map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_template_is_filled_exactly() {
        // PLATFORM.md §7: 132000, 132001, 132012, 131008.
        let body = |texts: &[&str]| {
            let parameters: Vec<_> = texts.iter().map(|text| json!({"type": "text", "text": text})).collect();
            json!({"type": "body", "parameters": parameters})
        };
        let link = json!({"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "abc"}]});
        let empty_link = json!({"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": ""}]});
        let named = |name: &str, language: &str, components: Value| json!({"name": name, "language": {"code": language}, "components": components});
        let cases = [
            (
                named("lead_welcome", "he", json!([body(&["דנה", "נועה"])])),
                Ok("היי דנה, כאן נועה".to_owned()),
            ),
            (
                named("lead_welcome", "he", json!([body(&["{{2}}", "נועה"])])),
                Ok("היי {{2}}, כאן נועה".to_owned()),
            ),
            (named("lead_welcome", "he", json!([body(&["דנה"])])), Err(132_000)),
            (named("lead_welcome", "he", json!([])), Err(132_000)),
            (named("lead_welcome", "he", json!([body(&["", "נועה"])])), Err(132_000)),
            (named("lead_welcome", "he", json!([body(&["דנה\nכהן", "נועה"])])), Err(100)),
            (
                named(
                    "lead_welcome",
                    "he",
                    json!([{"type": "body", "parameters": [{"type": "image"}, {"type": "image"}]}]),
                ),
                Err(132_012),
            ),
            (named("lead_welcome", "en", json!([])), Err(132_001)),
            (named("nothing", "he", json!([])), Err(132_001)),
            (named("spring_sale", "he", json!([body(&["דנה"]), link])), Ok("מבצע אביב, דנה".to_owned())),
            (named("spring_sale", "he", json!([body(&["דנה"])])), Err(131_008)),
            (named("spring_sale", "he", json!([body(&["דנה"]), empty_link])), Err(131_008)),
        ];
        for (object, expected) in cases {
            assert_eq!(code(&object), expected, "{object}");
        }
    }
}
