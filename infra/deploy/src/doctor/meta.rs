//! What Meta says of a business: its token, what it is told of, its templates. Nothing is changed there.

use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use shared::adapters::graph::{GraphSettings, InvalidGraphSettings, Token, WhatsAppTemplates};
use shared::domain::playbook::{Channels, Playbook};
use shared::playbook::templates;

use super::facts::{MetaFacts, Subscription, TemplateFacts, TokenFacts};
use crate::text::PAGE_FIELDS;

const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
/// Reads from the Graph API with the token of one business.
pub struct MetaReader {
    http: reqwest::Client,
    root: String,
    token: SecretString,
    proof: Option<SecretString>,
    templates: WhatsAppTemplates,
}

/// Meta's words for why it does not say. They hold no secret.
struct Unsaid {
    is_refusal: bool,
    words: String,
}

impl MetaReader {
    pub fn new(settings: &GraphSettings, secret: &SecretString) -> Result<Self, InvalidGraphSettings> {
        let http =
            reqwest::Client::builder().timeout(ANSWERS_WITHIN).redirect(reqwest::redirect::Policy::none());
        let token = Token::read(secret);
        Ok(Self {
            http: http.build().map_err(InvalidGraphSettings::Client)?,
            root: format!("{}/{}", settings.base_url.trim_end_matches('/'), settings.version),
            token: token.value().clone(),
            proof: token.proof().cloned(),
            templates: WhatsAppTemplates::new(settings, secret)?,
        })
    }

    /// All that a business needs of Meta.
    pub async fn read(&self, playbook: &Playbook) -> MetaFacts {
        let channels = &playbook.channels;
        let mut facts = MetaFacts {
            token_name: channels.token.clone(),
            token: self.token().await,
            needs: needs(channels),
            ..MetaFacts::default()
        };
        if let Some(page) = &channels.page {
            facts.page = Some(self.page(page.as_str()).await);
        }
        if let Some(account) = &channels.instagram {
            facts.instagram = Some(or_by_its_page(self.account(account.as_str()).await));
        }
        if let Some(account) = &channels.whatsapp_account {
            facts.whatsapp = Some(self.account(account.as_str()).await);
            facts.templates = self.templates(account.as_str(), playbook).await;
        }
        facts
    }

    async fn token(&self) -> TokenFacts {
        let query = [("input_token", self.token.expose_secret())];
        match self.get("debug_token", &query).await {
            Ok(answer) => token_facts(&answer["data"]),
            Err(unsaid) if unsaid.is_refusal => TokenFacts::Refused(unsaid.words),
            Err(unsaid) => TokenFacts::Unknown(unsaid.words),
        }
    }

    async fn page(&self, page: &str) -> Subscription {
        match self.get(&format!("{page}/subscribed_apps"), &[]).await {
            Ok(answer) => page_subscription(&answer["data"]),
            Err(unsaid) => Subscription::Unknown(unsaid.words),
        }
    }

    /// A WhatsApp or an Instagram account: it has no fields of its own, but all that the app is told of.
    async fn account(&self, account: &str) -> Subscription {
        match self.get(&format!("{account}/subscribed_apps"), &[]).await {
            Ok(answer) if answer["data"].as_array().is_some_and(|apps| !apps.is_empty()) => {
                Subscription::Subscribed { missing_fields: Vec::new() }
            }
            Ok(_) => Subscription::NotSubscribed,
            Err(unsaid) => Subscription::Unknown(unsaid.words),
        }
    }

    /// The templates that the playbook names, as Meta has them; none where Meta does not say.
    async fn templates(&self, account: &str, playbook: &Playbook) -> Vec<TemplateFacts> {
        let Ok(known) = self.templates.list(account).await else { return Vec::new() };
        let status = |name: &str, language: &str| {
            let found = known.iter().find(|known| known.name == name && known.language == language);
            found.map(|known| known.status.clone())
        };
        let facts = templates(playbook).into_iter().map(|template| TemplateFacts {
            status: status(&template.name, &template.language),
            name: template.name,
            language: template.language,
        });
        facts.collect()
    }

    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, Unsaid> {
        let mut asking =
            self.http.get(format!("{}/{path}", self.root)).bearer_auth(self.token.expose_secret());
        asking = asking.query(query);
        if let Some(proof) = &self.proof {
            asking = asking.query(&[("appsecret_proof", proof.expose_secret())]);
        }
        // The client's own words name the address, in which the token may stand.
        let silent = |_| Unsaid { is_refusal: false, words: "Meta did not answer".to_owned() };
        let answer = asking.send().await.map_err(silent)?;
        let is_good = answer.status().is_success();
        let body: Value = answer.json().await.map_err(silent)?;
        if is_good {
            return Ok(body);
        }
        let error = &body["error"];
        let code = error["code"].as_i64().unwrap_or_default();
        let words = error["message"].as_str().unwrap_or("it gives no reason");
        Err(Unsaid { is_refusal: code == 190, words: format!("{words} (code {code})") })
    }
}

/// An Instagram account that came by Facebook Login is told of through its Page, and Meta's pages do not say what its
/// own list shows then.
fn or_by_its_page(subscription: Subscription) -> Subscription {
    match subscription {
        Subscription::NotSubscribed => {
            Subscription::Unknown("it lists no app; by Facebook Login its Page tells of it".to_owned())
        }
        said => said,
    }
}

/// What a Page needs, an Instagram account, and a WhatsApp account; `cloud::readiness` says what for. Instagram's own
/// login gives its permissions other names.
const OF_A_PAGE: [&[&str]; 5] = [
    &["pages_messaging"],
    &["pages_manage_metadata"],
    &["pages_read_engagement"],
    &["pages_manage_engagement"],
    &["leads_retrieval"],
];
const OF_INSTAGRAM: [&[&str]; 2] = [
    &["instagram_manage_messages", "instagram_business_manage_messages"],
    &["instagram_manage_comments", "instagram_business_manage_comments"],
];
const OF_WHATSAPP: [&[&str]; 2] = [&["whatsapp_business_messaging"], &["whatsapp_business_management"]];

fn needs(channels: &Channels) -> Vec<&'static [&'static str]> {
    let of = |is_there: bool, needs: &'static [&'static [&'static str]]| {
        is_there.then_some(needs).into_iter().flatten()
    };
    let page = of(channels.page.is_some(), &OF_A_PAGE);
    let instagram = of(channels.instagram.is_some(), &OF_INSTAGRAM);
    page.chain(instagram).chain(of(channels.whatsapp_number.is_some(), &OF_WHATSAPP)).copied().collect()
}

fn token_facts(data: &Value) -> TokenFacts {
    if data["is_valid"] == Value::Bool(false) {
        let words = data["error"]["message"].as_str().unwrap_or("it is not valid any more");
        return TokenFacts::Refused(words.to_owned());
    }
    if data["is_valid"] != Value::Bool(true) {
        return TokenFacts::Unknown("its answer has no is_valid".to_owned());
    }
    // Zero is Meta's word for never.
    let expires_at = data["expires_at"].as_i64().filter(|seconds| *seconds > 0);
    let scopes = data["scopes"].as_array().into_iter().flatten();
    TokenFacts::Valid {
        expires_at: expires_at.and_then(|seconds| Timestamp::from_second(seconds).ok()),
        permissions: scopes.filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}

fn page_subscription(data: &Value) -> Subscription {
    let apps = data.as_array().map(Vec::as_slice).unwrap_or_default();
    if apps.is_empty() {
        return Subscription::NotSubscribed;
    }
    let told = |field: &str| {
        let fields = apps.iter().flat_map(|app| app["subscribed_fields"].as_array().into_iter().flatten());
        fields.filter_map(Value::as_str).any(|known| known == field)
    };
    Subscription::Subscribed {
        missing_fields: PAGE_FIELDS.into_iter().filter(|field| !told(field)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_is_read_as_meta_shows_it() {
        let never = json!({ "is_valid": true, "expires_at": 0, "scopes": ["pages_messaging"] });
        let permissions = vec!["pages_messaging".to_owned()];
        assert_eq!(token_facts(&never), TokenFacts::Valid { expires_at: None, permissions });
        let ends = json!({ "is_valid": true, "expires_at": 1_796_000_000 });
        let TokenFacts::Valid { expires_at: Some(at), .. } = token_facts(&ends) else { panic!() };
        assert_eq!(at.as_second(), 1_796_000_000);
        let ended = json!({ "is_valid": false, "error": { "message": "Session has expired" } });
        assert_eq!(token_facts(&ended), TokenFacts::Refused("Session has expired".into()));
        assert!(matches!(token_facts(&Value::Null), TokenFacts::Unknown(_)));
    }

    #[test]
    fn each_permission_that_is_needed_stands_in_the_table_that_says_what_for() {
        let all = OF_A_PAGE.iter().chain(&OF_INSTAGRAM).chain(&OF_WHATSAPP);
        for permission in all.flat_map(|row| row.iter()) {
            let quoted = format!("`{permission}`");
            let named = cloud::readiness::READINESS.iter().any(|row| row.permission.contains(&quoted));
            assert!(named, "{permission}");
        }
        assert_eq!(needs(&Channels::default()), [] as [&[&str]; 0]);
        let channels = Channels { whatsapp_number: Some("106".into()), ..Channels::default() };
        assert_eq!(needs(&channels), OF_WHATSAPP);
    }

    #[test]
    fn an_instagram_account_without_an_app_of_its_own_may_be_told_of_by_its_page() {
        assert!(matches!(or_by_its_page(Subscription::NotSubscribed), Subscription::Unknown(_)));
        let told = Subscription::Subscribed { missing_fields: Vec::new() };
        assert_eq!(or_by_its_page(told.clone()), told);
    }

    #[test]
    fn a_page_is_subscribed_to_each_field_for_itself() {
        assert_eq!(page_subscription(&json!([])), Subscription::NotSubscribed);
        let some = json!([{ "id": "1", "subscribed_fields": ["feed", "messages", "messaging_postbacks"] }]);
        let missing_fields = vec!["leadgen", "message_echoes"];
        assert_eq!(page_subscription(&some), Subscription::Subscribed { missing_fields });
    }
}
