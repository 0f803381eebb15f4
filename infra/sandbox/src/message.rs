//! A message in a conversation, as the phone shows it.

use jiff::Timestamp;
use serde::Serialize;

/// Who wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Person,
    Business,
}

/// How far a message of the business has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    Delivered,
    Read,
    Failed,
}

/// What pressing a button does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Press {
    /// WhatsApp, reply button of a session message.
    Reply,
    /// WhatsApp, row of a list.
    Row,
    /// WhatsApp, quick reply of a template.
    Template,
    /// Messenger and Instagram: says its title and vanishes.
    QuickReply,
    /// Messenger and Instagram: stays under its message.
    Postback,
    /// Opens an address; the platform tells nobody.
    Link,
}

/// Something to press under a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Button {
    pub title: String,
    /// What comes back when it is pressed; for a link, where it leads.
    pub payload: String,
    pub press: Press,
}

/// One bubble.
#[derive(Clone, Debug, Serialize)]
pub struct Message {
    pub id: String,
    pub at: Timestamp,
    pub from: Side,
    pub kind: String,
    pub body: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
}
