//! What a lead ad's form says of a person. Which field means what is in `form_fields`.

use domain::call::LeadAdFields;
use domain::event::Details;
use domain::ids::FormId;
use serde_json::Value;

use super::json;
use crate::form_fields;

/// A form has fewer questions than this; what is beyond is dropped.
const FIELDS_MAX: usize = 100;
const VALUE_CHARACTERS_MAX: usize = 1_000;

/// Reads the answer to `GET /{leadgen-id}`; `None` where it has no fields.
pub fn read(answer: &Value) -> Option<LeadAdFields> {
    let data = answer["field_data"].as_array()?;
    let answers =
        data.iter().take(FIELDS_MAX).filter_map(|field| Some((field["name"].as_str()?, value(field)?)));
    Some(LeadAdFields {
        details: details(&answers.collect::<Vec<_>>()),
        form: json::id(&answer["form_id"]).map(FormId::new),
        ad: json::id(&answer["ad_id"]),
    })
}

/// All that was answered to one question.
fn value(field: &Value) -> Option<String> {
    let values = field["values"].as_array()?.iter().filter_map(json::id);
    let values: Vec<String> =
        values.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()).collect();
    let joined: String = values.join(", ").chars().take(VALUE_CHARACTERS_MAX).collect();
    (!joined.is_empty()).then_some(joined)
}

/// A lead ad is filled in already: nobody can be told of a fault, so what is at fault stays among the answers.
fn details(answers: &[(&str, String)]) -> Details {
    let spelled: Vec<(String, String)> =
        answers.iter().map(|(name, value)| (spelling(name), value.clone())).collect();
    let read = form_fields::read(&spelled);
    let at_fault = spelled.iter().filter(|(name, _)| read.faults.contains_key(name)).cloned();
    let mut details = read.details;
    details.fields.extend(at_fault);
    for (name, _) in &mut details.fields {
        // Consent and texts name a question as the form does.
        if let Some((as_given, _)) = answers.iter().find(|(as_given, _)| spelling(as_given) == *name) {
            *name = (*as_given).to_owned();
        }
    }
    details
}

/// Meta writes the spaces of a form's own questions as underscores; its standard names have them by nature.
fn spelling(name: &str) -> String {
    if name.is_ascii() { name.to_owned() } else { name.replace('_', " ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::email::EmailAddress;
    use domain::name::PersonName;
    use domain::phone::PhoneNumber;
    use serde_json::json;

    fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> [(String, String); N] {
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned()))
    }

    #[test]
    fn standard_questions_are_known_and_the_rest_stays() {
        let answer = json!({
            "id": "233",
            "form_id": 700,
            "ad_id": "120",
            "field_data": [
                {"name": "full_name", "values": ["דנה כהן"]},
                {"name": "phone_number", "values": ["+972541234567"]},
                {"name": "email", "values": ["Dana@Example.com"]},
                {"name": "לאן_תרצו_לטוס?", "values": ["יוון", " ", "איטליה"]},
                {"name": "empty", "values": []},
                {"name": "travel_month", "values": [4]},
            ],
        });
        let fields = read(&answer).unwrap();
        assert_eq!((fields.form, fields.ad.as_deref()), (Some("700".into()), Some("120")));
        let details = fields.details;
        assert_eq!(details.name.as_ref().map(PersonName::full), Some("דנה כהן"));
        assert_eq!(details.phone.as_ref().map(PhoneNumber::as_str), Some("+972541234567"));
        assert_eq!(details.email.as_ref().map(EmailAddress::as_str), Some("Dana@example.com"));
        assert_eq!(details.fields, pairs([("לאן_תרצו_לטוס?", "יוון, איטליה"), ("travel_month", "4")]));
    }

    #[test]
    fn a_hebrew_form_is_understood_and_what_cannot_be_read_is_kept() {
        let field = |name: &str, value: &str| json!({ "name": name, "values": [value] });
        let read = |fields: Value| read(&json!({ "field_data": fields })).unwrap().details;
        let details = read(json!([field("שם_מלא", "דנה כהן"), field("מספר_טלפון:", "054-123-4567")]));
        assert_eq!(details.name.as_ref().map(PersonName::first), Some("דנה"));
        assert_eq!(details.phone.as_ref().map(PhoneNumber::as_str), Some("+972541234567"));
        assert_eq!(details.fields, []);
        let details = read(json!([
            field("שם פרטי", "דנה"),
            field("טלפון", "אין לי"),
            field("אימייל", "dana at example")
        ]));
        assert_eq!(details.phone_unreadable.as_deref(), Some("אין לי"));
        assert_eq!(details.fields, pairs([("אימייל", "dana at example")]));
    }

    #[test]
    fn a_lead_without_fields_is_not_read() {
        assert_eq!(read(&json!({"id": "233"})), None);
        assert_eq!(read(&json!({"field_data": []})), Some(LeadAdFields::default()));
    }
}
