//! What AWS, the table and Meta say of an installation.

use jiff::{SignedDuration, Timestamp};
use shared::adapters::graph::TemplateStatus;
use shared::application::ports::Heartbeat;
use shared::domain::ids::BusinessId;

#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub now: Timestamp,
    /// The two stacks by name, and their status where they are there.
    pub stacks: Vec<(String, Option<String>)>,
    pub functions: Vec<FunctionFacts>,
    pub table: Option<TableFacts>,
    pub heartbeat: Option<Heartbeat>,
    pub queues: Vec<QueueFacts>,
    /// Secrets that functions need and that are not stored.
    pub missing_secrets: Vec<String>,
    pub api: Option<Api>,
    pub businesses: Vec<BusinessFacts>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionFacts {
    pub name: &'static str,
    /// Lambda's `State`, such as `Active`; `None` if there is no such function.
    pub state: Option<String>,
    pub code: CodeState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeState {
    /// What the stack was told.
    AsDeployed,
    /// Changed since by `cargo lambda deploy` or by hand.
    Changed,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableFacts {
    pub name: String,
    pub expires_markers: bool,
    pub can_be_restored: bool,
    pub is_protected: bool,
    /// The table that may send.
    pub released: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueFacts {
    pub name: &'static str,
    pub waiting: u64,
    pub dead: u64,
}

/// What `GET /healthz` answered from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    pub url: String,
    /// `None` when nothing answered.
    pub status: Option<u16>,
    /// How far this machine's clock is from the one that answered.
    pub clock_is_off_by: Option<SignedDuration>,
}

#[derive(Clone, Debug)]
pub struct BusinessFacts {
    pub id: BusinessId,
    /// The version of the playbook that is followed, or why there is none to follow.
    pub playbook: Result<String, String>,
    /// Leads and events that wait for a person, and notices.
    pub parked: usize,
    pub notices: usize,
    pub meta: Option<MetaFacts>,
}

/// What Meta says of one business.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetaFacts {
    /// The name of the secret.
    pub token_name: String,
    pub token: TokenFacts,
    /// The permissions that the business's channels need; of each row one is enough.
    pub needs: Vec<&'static [&'static str]>,
    /// Of the Page: the fields that come, and those that are needed.
    pub page: Option<Subscription>,
    pub whatsapp: Option<Subscription>,
    pub instagram: Option<Subscription>,
    /// The templates that the playbook names.
    pub templates: Vec<TemplateFacts>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TokenFacts {
    #[default]
    NotStored,
    /// Meta's words, which hold no secret.
    Refused(String),
    /// Meta was not reached, or would not say.
    Unknown(String),
    Valid {
        expires_at: Option<Timestamp>,
        permissions: Vec<String>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subscription {
    /// The app hears of this asset; of a Page only these fields.
    Subscribed {
        missing_fields: Vec<&'static str>,
    },
    NotSubscribed,
    Unknown(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFacts {
    pub name: String,
    pub language: String,
    /// `None` if there is no such template.
    pub status: Option<TemplateStatus>,
}
