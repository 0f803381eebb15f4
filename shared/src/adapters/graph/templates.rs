//! The templates of a WhatsApp account: what Meta has of them, and the submission of one that it does not have.
//!
//! The operator's command calls this, not a lead's work. Fields and paging are general knowledge, not in PLATFORM.md.

mod wire;

use domain::call::Refusal;
use http::StatusCode;
use http::header::AUTHORIZATION;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::client::{self, Unread};
use super::codes::{self, Class};
use super::json::integer;
use super::request::Request;
use super::settings::{GraphSettings, InvalidGraphSettings};
use super::tokens::Token;
use crate::playbook::Submission;

/// A business has 250 templates, or 6000 once Meta has verified it: pages of a hundred hold all of them.
const PAGES_MAX: usize = 60;
/// As much of Meta's words as is shown.
const WORDS_CHARS_MAX: usize = 400;

/// A template as Meta has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownTemplate {
    pub name: String,
    pub language: String,
    /// In lower case, as Meta has decided.
    pub category: String,
    pub status: TemplateStatus,
    /// Why it was rejected, in Meta's word.
    pub reason: Option<String>,
    pub body: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateStatus {
    Approved,
    Pending,
    Rejected,
    /// For its quality, for some hours.
    Paused,
    /// For its quality, for good.
    Disabled,
    Other(String),
}

/// What Meta makes of a submission at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    pub status: TemplateStatus,
    /// In lower case; Meta may decide for another than was asked for.
    pub category: Option<String>,
}

/// Why the templates cannot be read or submitted.
#[derive(Debug, thiserror::Error)]
pub enum TemplatesError {
    #[error("the access token is empty, or not one line of plain characters")]
    UnusableToken,
    #[error("Meta could not be reached, and nothing was sent; try again")]
    NotReached,
    #[error("Meta's answer was lost; run this again, and what arrived is listed")]
    AnswerLost,
    #[error("Meta's answer cannot be read; is the address that of a Graph API?")]
    Unreadable,
    #[error("the account has more than {} templates, and the rest were not read", PAGES_MAX * wire::PAGE_TEMPLATES)]
    TooMany,
    #[error("{0}")]
    Refused(String),
}

/// The templates behind one token.
pub struct WhatsAppTemplates {
    http: reqwest::Client,
    root: String,
    token: Token,
}

impl WhatsAppTemplates {
    /// `secret` is the token, and after a blank its proof if it has one.
    pub fn new(settings: &GraphSettings, secret: &SecretString) -> Result<Self, InvalidGraphSettings> {
        let (root, timeout) = (settings.root()?, settings.timeout()?);
        Ok(Self { http: client::http(&root, timeout)?, root, token: Token::read(secret) })
    }

    /// All templates of an account.
    pub async fn list(&self, account: &str) -> Result<Vec<KnownTemplate>, TemplatesError> {
        let mut templates = Vec::new();
        let mut after = None;
        for _ in 0..PAGES_MAX {
            let answer = self.ask(wire::page(account, after)).await?;
            let data = answer["data"].as_array().ok_or(TemplatesError::Unreadable)?;
            templates.extend(data.iter().filter_map(wire::known));
            let paging = &answer["paging"];
            match paging["cursors"]["after"].as_str().filter(|_| !paging["next"].is_null()) {
                Some(next) => after = Some(next.to_owned()),
                None => return Ok(templates),
            }
        }
        Err(TemplatesError::TooMany)
    }

    pub async fn submit(&self, account: &str, submission: &Submission) -> Result<Submitted, TemplatesError> {
        let answer = self.ask(Request::post(account, "message_templates", wire::body(submission))).await?;
        let status = answer["status"].as_str().ok_or(TemplatesError::AnswerLost)?;
        let category = answer["category"].as_str().map(str::to_lowercase);
        Ok(Submitted { status: TemplateStatus::read(status), category })
    }

    async fn ask(&self, mut request: Request) -> Result<Value, TemplatesError> {
        let authorization = client::authorization(&self.token).ok_or(TemplatesError::UnusableToken)?;
        if let Some(proof) = self.token.proof() {
            request.query.push(("appsecret_proof", proof.expose_secret().to_owned()));
        }
        let mut sending = self
            .http
            .request(request.method.clone(), request.url(&self.root))
            .header(AUTHORIZATION, authorization);
        if let Some(body) = &request.body {
            sending = sending.json(body);
        }
        // The client's own errors name the address, in which a proof may stand: none of their words are kept.
        let response = sending.send().await.map_err(|error| match error.is_connect() {
            true => TemplatesError::NotReached,
            false => TemplatesError::AnswerLost,
        })?;
        let status = response.status();
        let bytes = client::body(response).await.map_err(|error| match error {
            Unread::TooLong => TemplatesError::Unreadable,
            Unread::Broken(_) => TemplatesError::AnswerLost,
        })?;
        let answer: Option<Value> = serde_json::from_slice(&bytes).ok();
        let error = answer.as_ref().and_then(|answer| answer.get("error"));
        if error.is_some() || !status.is_success() {
            return Err(self.refusal(status, error));
        }
        answer.ok_or(TemplatesError::Unreadable)
    }

    /// Advice of ours where we know what the code means. What is wrong with a template only Meta can say.
    fn refusal(&self, status: StatusCode, error: Option<&Value>) -> TemplatesError {
        let Some((code, error)) = error.and_then(|error| Some((integer(&error["code"])?, error))) else {
            return match status.is_server_error() {
                true => TemplatesError::AnswerLost,
                false => TemplatesError::Refused(format!(
                    "Meta refuses the call (HTTP status {})",
                    status.as_u16()
                )),
            };
        };
        let row = codes::find(code, integer(&error["error_subcode"]));
        let words = match row.map(|row| (row.class, row.advice)) {
            Some((Class::Unclear, _)) => return TemplatesError::AnswerLost,
            Some((Class::Wait(_) | Class::Limit, _)) => {
                "Meta takes no more calls for now; run this again in an hour".to_owned()
            }
            Some((Class::Refused(Refusal::ConnectionBroken | Refusal::Account), advice)) => advice.to_owned(),
            Some((Class::Refused(_), _)) | None => self.words(error),
        };
        TemplatesError::Refused(format!("{words} (Meta's code {code})"))
    }

    /// Meta's own words, which may repeat what it was sent: the token never leaves with them.
    fn words(&self, error: &Value) -> String {
        let of = |name: &str| error[name].as_str().map(str::trim).filter(|words| !words.is_empty());
        let words = match (of("error_user_title"), of("error_user_msg")) {
            (Some(title), Some(message)) => format!("{title}: {message}"),
            (Some(words), None) | (None, Some(words)) => words.to_owned(),
            (None, None) => of("message").unwrap_or("Meta refuses it and does not say why").to_owned(),
        };
        let secrets = [Some(self.token.value()), self.token.proof()];
        let words = secrets.into_iter().flatten().fold(words, |words, secret| {
            let secret = secret.expose_secret();
            if secret.is_empty() { words } else { words.replace(secret, "…") }
        });
        words.chars().take(WORDS_CHARS_MAX).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::wire::tests::submission;
    use super::*;
    use crate::adapters::graph::loopback::{TOKEN, answer_all, http};

    fn templates(base: &str) -> WhatsAppTemplates {
        let settings = GraphSettings { base_url: base.to_owned(), ..GraphSettings::default() };
        WhatsAppTemplates::new(&settings, &format!("{TOKEN} 0af1").into()).unwrap()
    }

    #[tokio::test]
    async fn all_pages_are_read_and_what_is_missing_is_submitted() {
        let first = r#"{"data": [
            {"name": "lead_welcome", "language": "he", "status": "APPROVED", "category": "UTILITY",
             "components": [{"type": "BODY", "text": "היי"}], "rejected_reason": "NONE"},
            {"name": 7}
        ], "paging": {"cursors": {"after": "MQ"}, "next": "https://graph.facebook.com/next"}}"#;
        let second = r#"{"data": [
            {"name": "follow_up", "language": "he", "status": "REJECTED", "category": "MARKETING",
             "rejected_reason": "INVALID_FORMAT"}
        ], "paging": {"cursors": {"after": "Mg"}}}"#;
        let taken = r#"{"id": "1", "status": "PENDING", "category": "MARKETING"}"#;
        let answers = [first, second, taken].map(|body| http("200 OK", "", body));
        let (base, asked) = answer_all(answers.into()).await;
        let templates = templates(&base);
        let known = templates.list("102").await.unwrap();
        let statuses: Vec<_> =
            known.iter().map(|known| (known.name.as_str(), known.status.clone())).collect();
        let expected = [("lead_welcome", TemplateStatus::Approved), ("follow_up", TemplateStatus::Rejected)];
        assert_eq!(statuses, expected);
        assert_eq!((known[0].reason.as_deref(), known[0].body.as_deref()), (None, Some("היי")));
        assert_eq!(known[1].reason.as_deref(), Some("INVALID_FORMAT"));
        let submitted = templates.submit("102", &submission()).await.unwrap();
        assert_eq!(
            submitted,
            Submitted { status: TemplateStatus::Pending, category: Some("marketing".into()) }
        );
        let lines: Vec<String> =
            asked.await.unwrap().iter().map(|asked| asked.lines().next().unwrap().to_owned()).collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        GET /graph/v26.0/102/message_templates?fields=name%2Clanguage%2Cstatus%2Ccategory%2Crejected_reason%2Ccomponents&limit=100&appsecret_proof=0af1 HTTP/1.1
        GET /graph/v26.0/102/message_templates?fields=name%2Clanguage%2Cstatus%2Ccategory%2Crejected_reason%2Ccomponents&limit=100&after=MQ&appsecret_proof=0af1 HTTP/1.1
        POST /graph/v26.0/102/message_templates?appsecret_proof=0af1 HTTP/1.1
        ");
    }

    #[tokio::test]
    async fn what_meta_says_of_a_template_is_told_and_no_secret_with_it() {
        let malformed =
            format!(r#"{{"error": {{"code": 190, "message": "Malformed access token {TOKEN}"}}}}"#);
        let words = format!(
            r#"{{"error": {{"code": 100, "error_subcode": 2388293, "message": "Invalid parameter",
                "error_user_title": "Too many variables", "error_user_msg": "Take some out. {TOKEN} 0af1"}}}}"#
        );
        let rate = r#"{"error": {"code": 80008}}"#.to_owned();
        let answers = [("400 Bad Request", malformed), ("400 Bad Request", words), ("400 Bad Request", rate)];
        let mut answers: Vec<Vec<u8>> = answers.iter().map(|(status, body)| http(status, "", body)).collect();
        answers.push(http("502 Bad Gateway", "", "<html>"));
        answers.push(http("404 Not Found", "", "{}"));
        answers.push(http("200 OK", "", "<html>"));
        let count = answers.len();
        let (base, _asked) = answer_all(answers).await;
        let templates = templates(&base);
        let mut told = Vec::new();
        for _ in 0..count {
            told.push(templates.submit("102", &submission()).await.unwrap_err().to_string());
        }
        told.push(self::templates("http://127.0.0.1:1").list("102").await.unwrap_err().to_string());
        let told = told.join("\n");
        assert!(!told.contains(TOKEN) && !told.contains("0af1"), "{told}");
        insta::assert_snapshot!(told, @"
        Meta does not accept the access token; connect the account again and set the new token (Meta's code 190)
        Too many variables: Take some out. … … (Meta's code 100)
        Meta takes no more calls for now; run this again in an hour (Meta's code 80008)
        Meta's answer was lost; run this again, and what arrived is listed
        Meta refuses the call (HTTP status 404)
        Meta's answer cannot be read; is the address that of a Graph API?
        Meta could not be reached, and nothing was sent; try again
        ");
    }

    #[tokio::test]
    async fn a_list_without_an_end_is_given_up() {
        let endless = r#"{"data": [], "paging": {"cursors": {"after": "MQ"}, "next": "more"}}"#;
        let (base, _asked) = answer_all(vec![http("200 OK", "", endless); PAGES_MAX]).await;
        assert!(matches!(templates(&base).list("102").await, Err(TemplatesError::TooMany)));
    }
}
