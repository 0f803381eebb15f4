//! Templates as Meta writes and reads them.

use serde_json::{Value, json};

use super::{KnownTemplate, TemplateStatus};
use crate::adapters::graph::request::Request;
use crate::playbook::{Submission, TemplateButton, TemplateCategory};

pub const PAGE_TEMPLATES: usize = 100;

impl TemplateStatus {
    pub(super) fn read(word: &str) -> Self {
        match word {
            "APPROVED" => Self::Approved,
            "PENDING" | "IN_APPEAL" => Self::Pending,
            "REJECTED" => Self::Rejected,
            "PAUSED" => Self::Paused,
            "DISABLED" => Self::Disabled,
            other => Self::Other(other.to_lowercase().replace('_', " ")),
        }
    }
}

pub fn page(account: &str, after: Option<String>) -> Request {
    let fields = "name,language,status,category,rejected_reason,components".to_owned();
    let mut query = vec![("fields", fields), ("limit", PAGE_TEMPLATES.to_string())];
    query.extend(after.map(|after| ("after", after)));
    Request::get(account, "message_templates", query)
}

/// One that cannot be read is none of ours: names and languages of ours are plain.
pub fn known(template: &Value) -> Option<KnownTemplate> {
    let text = |name: &str| template[name].as_str().map(str::to_owned);
    let components = template["components"].as_array();
    let body = components.into_iter().flatten().find(|component| component["type"] == "BODY");
    Some(KnownTemplate {
        name: text("name")?,
        language: text("language")?,
        category: text("category").unwrap_or_default().to_lowercase(),
        status: TemplateStatus::read(&text("status")?),
        reason: text("rejected_reason").filter(|reason| reason != "NONE"),
        body: body.and_then(|body| body["text"].as_str()).map(str::to_owned),
    })
}

/// The body of `POST /{whatsapp-account}/message_templates`.
pub fn body(submission: &Submission) -> Value {
    let mut text = json!({ "type": "BODY", "text": submission.body });
    if !submission.samples.is_empty() {
        text["example"] = json!({ "body_text": [submission.samples] });
    }
    let mut components = vec![text];
    if !submission.buttons.is_empty() {
        let buttons: Vec<Value> = submission.buttons.iter().map(button).collect();
        components.push(json!({ "type": "BUTTONS", "buttons": buttons }));
    }
    json!({
        "name": submission.name,
        "language": submission.language,
        "category": match submission.category {
            TemplateCategory::Marketing => "MARKETING",
            TemplateCategory::Utility => "UTILITY",
        },
        "components": components,
    })
}

fn button(button: &TemplateButton) -> Value {
    match button {
        TemplateButton::Url { label, url, end_sample: None } => {
            json!({ "type": "URL", "text": label, "url": url })
        }
        TemplateButton::Url { label, url, end_sample: Some(end) } => json!({
            "type": "URL",
            "text": label,
            "url": format!("{url}{{{{1}}}}"),
            "example": [format!("{url}{end}")],
        }),
        TemplateButton::QuickReply { label } => json!({ "type": "QUICK_REPLY", "text": label }),
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn submission() -> Submission {
        Submission {
            name: "lead_welcome".into(),
            language: "he".into(),
            category: TemplateCategory::Utility,
            body: "היי {{1}}, זאת {{2}} מהעסק.".into(),
            samples: vec!["דנה".into(), "נועה".into()],
            buttons: vec![
                TemplateButton::Url {
                    label: "לקביעת שיחה".into(),
                    url: "https://calendly.com/neveh-tours/call".into(),
                    end_sample: Some("?utm_source=masa".into()),
                },
                TemplateButton::Url {
                    label: "לסרטון".into(),
                    url: "https://www.example.com/video".into(),
                    end_sample: None,
                },
                TemplateButton::QuickReply { label: "לא, תודה".into() },
            ],
        }
    }

    #[test]
    fn a_template_is_submitted_with_its_text_samples_and_buttons() {
        insta::assert_snapshot!(serde_json::to_string_pretty(&body(&submission())).unwrap(), @r#"
        {
          "category": "UTILITY",
          "components": [
            {
              "example": {
                "body_text": [
                  [
                    "דנה",
                    "נועה"
                  ]
                ]
              },
              "text": "היי {{1}}, זאת {{2}} מהעסק.",
              "type": "BODY"
            },
            {
              "buttons": [
                {
                  "example": [
                    "https://calendly.com/neveh-tours/call?utm_source=masa"
                  ],
                  "text": "לקביעת שיחה",
                  "type": "URL",
                  "url": "https://calendly.com/neveh-tours/call{{1}}"
                },
                {
                  "text": "לסרטון",
                  "type": "URL",
                  "url": "https://www.example.com/video"
                },
                {
                  "text": "לא, תודה",
                  "type": "QUICK_REPLY"
                }
              ],
              "type": "BUTTONS"
            }
          ],
          "language": "he",
          "name": "lead_welcome"
        }
        "#);
        let bare = Submission {
            category: TemplateCategory::Marketing,
            body: "שלום לכולם".into(),
            samples: Vec::new(),
            buttons: Vec::new(),
            ..submission()
        };
        insta::assert_snapshot!(body(&bare).to_string(), @r#"
        {"category":"MARKETING","components":[{"text":"שלום לכולם","type":"BODY"}],"language":"he","name":"lead_welcome"}
        "#);
    }
}
