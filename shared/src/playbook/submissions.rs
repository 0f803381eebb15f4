//! What is submitted to WhatsApp for a playbook's templates: texts, buttons, and a sample of each value, without which
//! Meta approves none. What Meta would refuse in any case is a fault with its place, before anything is sent.
//!
//! Meta's limits here are general knowledge, not in PLATFORM.md.

use std::collections::BTreeMap;

use domain::ids::LeadId;
use domain::lead::Lead;
use domain::name::PersonName;
use domain::playbook::{Button, Message, Playbook};
use domain::render;
use jiff::Timestamp;

use super::fault::PlaybookFaults;
use super::report::Report;
use super::templates::{TemplateCategory, own_templates, sketch};
use super::tree::{self, Node};

/// One template as it is submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    pub name: String,
    pub language: String,
    pub category: TemplateCategory,
    /// With `{{1}}`, `{{2}}` … for the values.
    pub body: String,
    /// One for each value, in their order.
    pub samples: Vec<String>,
    pub buttons: Vec<TemplateButton>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateButton {
    /// Opens an address. With a sample its end is a value of its own for each person.
    Url { label: String, url: String, end_sample: Option<String> },
    /// Says something back.
    QuickReply { label: String },
}

/// Reads a playbook, and what its templates are submitted as, each once, in the order of their messages' names.
pub fn submissions(file_name: &str, text: &str) -> Result<(Playbook, Vec<Submission>), PlaybookFaults> {
    let playbook = super::parse(file_name, text)?;
    let mut report = Report::new(file_name);
    let tree = tree::parse(text, "a playbook", "", &mut report);
    let submissions = tree.map(|tree| Reading { playbook: &playbook, tree, report: &mut report }.all());
    match (submissions, report.into_faults()) {
        (Some(submissions), None) => Ok((playbook, submissions)),
        (_, Some(faults)) => Err(faults),
        (None, None) => Err(PlaybookFaults::unreadable(file_name)),
    }
}

struct Reading<'a, 'r, 'f> {
    playbook: &'a Playbook,
    tree: Node,
    report: &'r mut Report<'f>,
}

impl Reading<'_, '_, '_> {
    fn all(mut self) -> Vec<Submission> {
        let playbook = self.playbook;
        let mut submissions: Vec<Submission> = Vec::new();
        for message in playbook.messages.values().flat_map(own_templates) {
            let Some(submission) = self.submission(&message) else { continue };
            let same = |other: &&Submission| {
                (&other.name, &other.language) == (&submission.name, &submission.language)
            };
            match submissions.iter().find(same) {
                // That the rest is the same is checked of every playbook.
                Some(other) if other.buttons != submission.buttons => self.fault(
                    &["messages", message.name.as_str(), "whatsapp-template", "name"],
                    &format!("the template \"{}\" has other buttons in another message", submission.name),
                    "give this one a name of its own, or the same buttons",
                ),
                Some(_) => {}
                None => submissions.push(submission),
            }
        }
        if !submissions.is_empty() && playbook.channels.whatsapp_account.is_none() {
            let hint =
                "copy the account's id from WhatsApp Manager: whatsapp: { number: \"…\", account: \"…\" }";
            self.fault(
                &["channels", "whatsapp"],
                "the business names no WhatsApp account to submit to",
                hint,
            );
        }
        submissions
    }

    fn submission(&mut self, message: &Message) -> Option<Submission> {
        let (template, sketch) = (message.whatsapp_template.as_ref()?, sketch(message)?);
        self.check_text(message, &sketch.body, sketch.body_parameters);
        let name = message.name.as_str();
        let lead = somebody(self.playbook, &sketch.language, &template.params);
        let mut samples = Vec::new();
        for (index, expression) in template.params.iter().enumerate() {
            match render::parameter(expression, self.playbook, &lead) {
                Ok(sample) => samples.push(sample),
                Err(error) => {
                    let path = ["messages", name, "whatsapp-template", "params", &index.to_string()];
                    let what = format!("there is no sample for \"{expression}\": {error}");
                    self.fault(&path, &what, "give it a default: … | default('…')");
                }
            }
        }
        Some(Submission {
            name: sketch.name,
            language: sketch.language,
            category: sketch.category,
            body: sketch.body,
            samples,
            buttons: self.buttons(message, template.booking_button),
        })
    }

    fn check_text(&mut self, message: &Message, body: &str, parameters: usize) {
        let path = ["messages", message.name.as_str(), "text"];
        let variables = message.text.matches("{{").count();
        if message.text.contains("{%") || message.text.contains("{#") {
            let hint = "write one text for everybody; only {{ … }} can differ";
            self.fault(&path, "WhatsApp takes no conditions in a template", hint);
        } else if variables != parameters {
            let what = format!("the text has {variables} variables, and its template takes {parameters}");
            self.fault(&path, &what, "give whatsapp-template one of params for each {{ … }}, in their order");
        } else if words(body, parameters) < words_min(parameters) {
            let what = format!(
                "WhatsApp refuses {parameters} variables in so short a text: it wants {} other words, this has {}",
                words_min(parameters),
                words(body, parameters)
            );
            self.fault(&path, &what, "write more fixed words, or take a variable out");
        }
    }

    /// The message's buttons, in their order: so they are counted when the template is sent.
    fn buttons(&mut self, message: &Message, booking_button: bool) -> Vec<TemplateButton> {
        let playbook = self.playbook;
        let links = &playbook.business.links;
        let mut buttons = Vec::new();
        for (index, button) in message.buttons.iter().enumerate() {
            let label = button.label().to_owned();
            let url = |link: &str| links.get(link).cloned().unwrap_or_default();
            buttons.push(match button {
                Button::Book { .. } if booking_button && index == 0 => {
                    let url = url("booking");
                    if url.contains(['?', '#']) {
                        let what =
                            "what is known of a person follows the booking link, so it cannot have ? or #";
                        self.fault(&["links", "booking"], what, "copy the link up to the question mark");
                    }
                    TemplateButton::Url { label, url, end_sample: Some("?utm_source=masa".to_owned()) }
                }
                Button::Book { .. } => TemplateButton::Url { label, url: url("booking"), end_sample: None },
                Button::Link { link, .. } => TemplateButton::Url { label, url: url(link), end_sample: None },
                Button::Reply { .. }
                | Button::Consent { .. }
                | Button::OptOut { .. }
                | Button::Confirm { .. } => TemplateButton::QuickReply { label },
            });
        }
        let changes = buttons.windows(2).filter(|pair| is_link(&pair[0]) != is_link(&pair[1])).count();
        if changes > 1 {
            let what = "WhatsApp takes links and answers in a template only apart from each other";
            let hint = "put all buttons that open a link before or after the others";
            self.fault(&["messages", message.name.as_str(), "buttons"], what, hint);
        }
        buttons
    }

    fn fault(&mut self, path: &[&str], what: &str, hint: &str) {
        self.report.fault(self.tree.place_of(path), what, hint);
    }
}

fn is_link(button: &TemplateButton) -> bool {
    matches!(button, TemplateButton::Url { .. })
}

/// The words of a body that are the same for everybody.
fn words(body: &str, parameters: usize) -> usize {
    let fixed = (1..=parameters).fold(body.to_owned(), |text, n| text.replace(&format!("{{{{{n}}}}}"), " "));
    fixed.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// How many of them Meta wants beside so many variables.
fn words_min(parameters: usize) -> usize {
    if parameters == 0 { 1 } else { 2 * parameters + 1 }
}

/// A person who does not exist, with a value for all that the expressions ask for.
fn somebody(playbook: &Playbook, language: &str, expressions: &[String]) -> Lead {
    let (name, date) = match language.split(['_', '-']).next() {
        Some("he") => ("דנה כהן", "1.12.2026"),
        _ => ("Dana Cohen", "1 December 2026"),
    };
    let asked = expressions.iter().map(|expression| render::variables(&format!("{{{{ {expression} }}}}")));
    let mut fields = BTreeMap::new();
    for variable in asked.filter_map(Result::ok).flatten() {
        let Some(field) = variable.strip_prefix("fields.") else { continue };
        let has = |words: &[&str]| words.iter().any(|word| field.to_lowercase().contains(word));
        let sample = match () {
            () if has(&["date"]) => date,
            () if has(&["link", "url"]) => "https://www.example.com",
            () => field,
        };
        fields.insert(field.to_owned(), sample.to_owned());
    }
    Lead {
        name: PersonName::parse(name),
        username: Some("dana.cohen".to_owned()),
        fields,
        ..Lead::new(playbook.business.id.clone(), LeadId::new(0), Timestamp::UNIX_EPOCH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STARTER: &str = include_str!("../../../infra/local/playbook.he.yaml");

    fn of_starter(right: &str, wrong: &str) -> Result<Vec<Submission>, String> {
        assert!(STARTER.contains(right), "the starter has no {right:?}");
        let read = submissions("playbook.yaml", &STARTER.replacen(right, wrong, 1));
        read.map(|(_, submissions)| submissions).map_err(|faults| faults.to_string())
    }

    #[test]
    fn the_starter_s_templates_are_submitted_with_real_names_and_a_sample_of_each_value() {
        let submissions = of_starter("", "").unwrap();
        let names: Vec<&str> = submissions.iter().map(|submission| submission.name.as_str()).collect();
        insta::assert_snapshot!(names.join(" "), @"after_call follow_up_1 follow_up_2 follow_up_3 follow_up_4 missed_call trip_attractions trip_enjoy trip_how_was_it trip_joined trip_airport lead_welcome");
        insta::assert_debug_snapshot!(submissions.iter().find(|submission| submission.name == "lead_welcome"), @r#"
        Some(
            Submission {
                name: "lead_welcome",
                language: "he",
                category: Utility,
                body: "היי {{1}}, זאת {{2}} מ{{3}}.\nקיבלנו את הפנייה שלך ואשמח לשוחח. שולחת לך קישור ליומן שלי, אפשר לקבוע זמן שהכי נוח לך שאתקשר.\nבינתיים אפשר להציץ על סרטון מהטיול האחרון שלנו: {{4}}\nנדבר בקרוב!",
                samples: [
                    "דנה",
                    "נועה",
                    "נווה תיירות",
                    "https://www.example.com/neveh/last-trip",
                ],
                buttons: [
                    Url {
                        label: "לקביעת שיחה",
                        url: "https://calendly.com/neveh-tours/call",
                        end_sample: Some(
                            "?utm_source=masa",
                        ),
                    },
                ],
            },
        )
        "#);
        let missed = submissions.iter().find(|submission| submission.name == "missed_call").unwrap();
        let answer = TemplateButton::QuickReply { label: "כן, אשמח לקבל".into() };
        assert_eq!(missed.buttons, [answer]);
    }

    #[test]
    fn what_meta_would_refuse_is_told_with_its_place_and_not_sent() {
        let mistakes = [
            (
                "params: [\"first_name | default('לך')\", agent.name, business.name, links.testimonials]",
                "params: [agent.name]",
            ),
            ("https://calendly.com/neveh-tours/call", "https://calendly.com/neveh-tours/call?month=12"),
            (
                "      - { consent: \"כן, אשמח לקבל\"",
                "      - { reply: \"ספרו לי\" }\n      - { book: \"לקביעת שיחה\" }\n      - { consent: \"כן, אשמח לקבל\"",
            ),
            (
                "      ראינו שהתקשרת ולא הספקנו לענות. מיד אחד המומחים שלנו יצור איתך קשר.\n      נשמח לשלוח לך גם הצעות לטיולים, אם זה מתאים לך.\n",
                "      תודה!\n",
            ),
        ];
        let told = mistakes.map(|(right, wrong)| of_starter(right, wrong).unwrap_err());
        insta::assert_snapshot!(told.join("\n"), @"
        playbook.yaml:90:7: the text has 4 variables, and its template takes 1
            give whatsapp-template one of params for each {{ … }}, in their order
        playbook.yaml:19:12: what is known of a person follows the booking link, so it cannot have ? or #
            copy the link up to the question mark
        playbook.yaml:80:5: WhatsApp takes links and answers in a template only apart from each other
            put all buttons that open a link before or after the others
        playbook.yaml:77:7: WhatsApp refuses 3 variables in so short a text: it wants 7 other words, this has 4
            write more fixed words, or take a variable out
        ");
    }

    #[test]
    fn what_a_form_asked_for_has_a_sample_by_its_name() {
        let playbook = super::super::parse("playbook.yaml", STARTER).unwrap();
        let expressions = ["fields.trip_date", "fields.city | default('')", "fields.form_link", "username"];
        let lead = somebody(&playbook, "en_US", &expressions.map(str::to_owned));
        let samples = expressions.map(|expression| render::parameter(expression, &playbook, &lead).unwrap());
        assert_eq!(samples, ["1 December 2026", "city", "https://www.example.com", "dana.cohen"]);
    }
}
