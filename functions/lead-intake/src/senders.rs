//! How those who send forms write them down, each in its own way, and how a playbook says where things stand.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use shared::domain::playbook::{FieldPath, FieldPlace, FieldPlaces, Form, Sender};
use shared::form_fields::is_known;

use crate::form_body::{Body, Fields, FormFault, check_sizes, plain, text_of};

/// Of one request.
const SUBMISSIONS_MAX: usize = 100;
/// Of names such as `a[b][c]`.
const DEPTH_MAX: usize = 8;

/// All that a request says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Said {
    pub submissions: Vec<Submission>,
    /// The form key, where the sender has a place of its own for it.
    pub key: Option<String>,
    /// The sender tries whether it is heard: nobody filled anything in.
    pub is_test: bool,
}

/// What one person filled in.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Submission {
    /// What the sender calls it: the same when it is sent again.
    pub id: Option<String>,
    pub fields: Fields,
    /// Where the playbook looks for a field and nothing stands, by the field.
    pub absent: Vec<(String, FieldPath)>,
}

pub fn read(form: &Form, body: Body) -> Result<Said, FormFault> {
    if form.from.is_none() && form.fields.is_empty() {
        let fields = plain(body)?;
        return Ok(Said {
            submissions: vec![Submission { fields, ..Submission::default() }],
            ..Said::default()
        });
    }
    let body = tree(body);
    let mut said = match form.from {
        Some(Sender::Elementor) => one(None, elementor(&body)),
        Some(Sender::ContactForm7) => one(None, contact_form_7(&body)),
        Some(Sender::Wix) => wix(&body),
        Some(Sender::GoogleAds) => google_ads(&body),
        Some(Sender::TikTok) => tiktok(&body),
        Some(Sender::Make) => make(&body),
        // What is asked of every form stands where it always does.
        None => one(None, texts(&body, |name| name.starts_with('_'))),
    };
    if said.submissions.is_empty() || said.submissions.len() > SUBMISSIONS_MAX {
        return Err(FormFault::Unreadable("one to 100 leads stand under entry, in a request of TikTok's"));
    }
    // The playbook's places are looked up in what is one person's.
    let of_one = match form.from {
        Some(Sender::TikTok) => entries_of(&body),
        _ => std::slice::from_ref(&body),
    };
    for (submission, own) in said.submissions.iter_mut().zip(of_one) {
        let Placed { found, absent } = place(&form.fields, own).map_err(FormFault::Invalid)?;
        submission.fields.retain(|(name, _)| !form.fields.contains_key(name));
        submission.fields.extend(found);
        submission.absent = absent;
        submission.fields = check_sizes(std::mem::take(&mut submission.fields))?;
    }
    Ok(said)
}

fn one(id: Option<String>, fields: Fields) -> Said {
    Said { submissions: vec![Submission { id, fields, absent: Vec::new() }], ..Said::default() }
}

/// What the playbook's map of the fields finds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Placed {
    pub found: Fields,
    /// Where nothing stands, by the field.
    pub absent: Vec<(String, FieldPath)>,
}

/// What stands where the playbook says, or, by its name, the field that is no text there.
pub fn place(places: &FieldPlaces, body: &Value) -> Result<Placed, BTreeMap<String, String>> {
    let mut placed = Placed::default();
    for (name, place) in places {
        match place {
            FieldPlace::Always(text) => placed.found.push((name.clone(), text.clone())),
            FieldPlace::At { path, means } => match at(body, path.steps()) {
                Value::Null => placed.absent.push((name.clone(), path.clone())),
                value => match text_of(value) {
                    Some(text) => {
                        placed.found.push((name.clone(), means.get(&text).cloned().unwrap_or(text)));
                    }
                    None => {
                        let what = "where something stands that is no text";
                        let fault = format!("the playbook looks for it at {path}, {what}");
                        return Err([(name.clone(), fault)].into());
                    }
                },
            },
        }
    }
    Ok(placed)
}

fn at<'v, 's>(value: &'v Value, path: impl IntoIterator<Item = &'s str>) -> &'v Value {
    path.into_iter().fold(value, |value, step| match value {
        Value::Array(items) => {
            step.parse::<usize>().ok().and_then(|index| items.get(index)).unwrap_or(&Value::Null)
        }
        other => &other[step],
    })
}

/// Text, a number, or a list of those, if it says anything.
fn text(value: &Value) -> Option<String> {
    text_of(value).filter(|text| !text.trim().is_empty())
}

/// The members of an object that are texts.
fn texts(object: &Value, wanted: impl Fn(&str) -> bool) -> Fields {
    let members = object.as_object().into_iter().flatten();
    members
        .filter(|(name, _)| wanted(name))
        .filter_map(|(name, value)| Some((name.clone(), text(value)?)))
        .collect()
}

/// The entries of a list that each name a field.
fn entries<'v>(list: &'v Value, name: impl Fn(&'v Value) -> Option<String>, value: &str) -> Fields {
    let entries = list.as_array().into_iter().flatten();
    entries.filter_map(|entry| Some((name(entry)?, text(&entry[value])?))).collect()
}

/// `fields[name][value]=…` is how PHP writes what lies deeper; a name that stands twice is a list.
fn tree(body: Body) -> Value {
    let fields = match body {
        Body::Json(object) => return Value::Object(object),
        Body::Urlencoded(fields) => fields,
    };
    let mut tree = Map::new();
    for (name, value) in fields {
        let (first, rest) = name.split_once('[').unwrap_or((&name, ""));
        let steps: Vec<&str> =
            rest.split('[').map(|step| step.trim_end_matches(']')).filter(|step| !step.is_empty()).collect();
        if steps.len() < DEPTH_MAX {
            put(&mut tree, first, &steps, Value::String(value));
        }
    }
    Value::Object(tree)
}

fn put(object: &mut Map<String, Value>, name: &str, rest: &[&str], value: Value) {
    let slot = object.entry(name.to_owned()).or_insert(Value::Null);
    match (rest, slot) {
        ([], slot @ Value::Null) => *slot = value,
        ([], Value::Array(items)) => items.push(value),
        ([], slot) => *slot = Value::Array(vec![slot.take(), value]),
        ([next, rest @ ..], Value::Object(inner)) => put(inner, next, rest, value),
        ([next, rest @ ..], slot) => {
            let mut inner = Map::new();
            put(&mut inner, next, rest, value);
            *slot = Value::Object(inner);
        }
    }
}

/// The form's webhook (elementor.com, "Webhooks"). With "Advanced Data" each field has an id, a title, a type and a value;
/// without, there are labels and values, among them what Elementor adds itself.
fn elementor(body: &Value) -> Fields {
    /// Of a form in English; in other languages they come along as answers.
    const ADDED: [&str; 8] =
        ["Date", "Time", "Page URL", "User Agent", "Remote IP", "Powered by", "form_id", "form_name"];
    /// What shows or guards and asks nothing.
    const NO_QUESTION: [&str; 5] = ["honeypot", "html", "recaptcha", "recaptcha_v3", "step"];
    let Some(fields) = body["fields"].as_object() else { return texts(body, |name| !ADDED.contains(&name)) };
    let read = |(id, field): (&String, &Value)| {
        let kind = field["type"].as_str().unwrap_or_default();
        let name = match kind {
            "tel" => "phone".to_owned(),
            "email" => "email".to_owned(),
            // An id that nobody chose says nothing; the title does.
            _ if id.starts_with("field_") => text(&field["title"]).unwrap_or_else(|| id.clone()),
            _ => id.clone(),
        };
        let asks = !NO_QUESTION.contains(&kind);
        asks.then(|| Some((name, text(&field["value"])?))).flatten()
    };
    fields.iter().filter_map(read).chain(texts(body, |name| name.starts_with('_'))).collect()
}

/// The plugins that post a form of Contact Form 7 send its fields by their tags; a tag that nobody named is its type and a
/// number (contactform7.com, "Tag syntax").
fn contact_form_7(body: &Value) -> Fields {
    let numbered = |name: &str, kind: &str| {
        name.strip_prefix(kind)
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    let named = |(name, value): (String, String)| match name.as_str() {
        tag if numbered(tag, "tel-") => ("phone".to_owned(), value),
        tag if numbered(tag, "email-") => ("email".to_owned(), value),
        _ => (name, value),
    };
    texts(body, |name| !name.starts_with("_wpcf7")).into_iter().map(named).collect()
}

/// An automation's HTTP request with the whole payload: the form's labels and values, and the contact that Wix made of them.
fn wix(body: &Value) -> Said {
    let data = if body["data"].is_object() { &body["data"] } else { body };
    let mut fields = entries(&data["submissions"], |entry| text(&entry["label"]), "value");
    let contact = &data["contact"];
    let said =
        |fields: &Fields, names: &[&str]| fields.iter().any(|(name, _)| names.contains(&name.as_str()));
    let known: Fields = [
        ("first_name", text(&contact["name"]["first"])),
        ("last_name", text(&contact["name"]["last"])),
        ("phone", text(&contact["phone"]).or_else(|| text(&contact["phones"][0]["phone"]))),
        ("email", text(&contact["email"]).or_else(|| text(&contact["emails"][0]["email"]))),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
    .collect();
    // A form may ask for a phone in words of its own, which the contact's place makes plain.
    for (name, value) in known {
        let same = |other: &(String, String)| other.1 == value && !is_known(&other.0);
        fields.retain(|other| !same(other));
        if !said(&fields, &[name.as_str()]) {
            fields.push((name, value));
        }
    }
    fields.extend(texts(body, |name| name.starts_with('_')));
    one(text(&data["submissionId"]), fields)
}

/// A lead form extension (developers.google.com/google-ads/webhook).
fn google_ads(body: &Value) -> Said {
    // The question in words, where Google has no name of its own for it.
    let name = |column: &Value| {
        let id = text(&column["column_id"]);
        id.filter(|id| is_known(id))
            .or_else(|| text(&column["column_name"]))
            .or_else(|| text(&column["column_id"]))
    };
    let mut fields = entries(&body["user_column_data"], name, "string_value");
    fields.extend(text(&body["gcl_id"]).map(|id| ("gclid".to_owned(), id)));
    fields.extend(texts(body, |name| matches!(name, "campaign_id" | "adgroup_id" | "creative_id")));
    Said {
        key: text(&body["google_key"]),
        is_test: body["is_test"] == true,
        ..one(text(&body["lead_id"]), fields)
    }
}

/// The subscription to leads of TikTok's API for Business: one request may bring several.
fn tiktok(body: &Value) -> Said {
    let lead = |entry: &Value| {
        let mut fields = entries(&entry["changes"], |change| text(&change["field"]), "value");
        fields.extend(texts(entry, |name| matches!(name, "campaign_id" | "adgroup_id" | "ad_id")));
        Submission { id: text(&entry["lead_id"]), fields, absent: Vec::new() }
    };
    Said { submissions: entries_of(body).iter().map(lead).collect(), ..Said::default() }
}

fn entries_of(body: &Value) -> &[Value] {
    body["entry"].as_array().map_or(&[], Vec::as_slice)
}

/// Whatever a scenario passes on: its own names and texts, those one step down, and a lead ad's `field_data`.
fn make(body: &Value) -> Said {
    const IDS: [&str; 4] = ["id", "leadId", "lead_id", "leadgen_id"];
    let mut fields = texts(body, |name| !IDS.contains(&name));
    for (_, value) in body.as_object().into_iter().flatten().filter(|(_, value)| value.is_object()) {
        fields.extend(texts(value, |name| !name.starts_with('_')));
    }
    fields.extend(entries(&body["field_data"], |field| text(&field["name"]), "values"));
    one(IDS.iter().find_map(|id| text(&body[*id])), fields)
}
