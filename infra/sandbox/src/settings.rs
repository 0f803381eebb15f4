//! What the sandbox is told at its start: the businesses that exist on the platforms and what they own there.
//! Neither type writes `Debug`: both hold secrets.

use std::path::PathBuf;

/// The world before anybody has done anything.
#[derive(Clone)]
pub struct Settings {
    pub businesses: Vec<Business>,
    /// Signs the webhooks and proves tokens.
    pub app_secret: String,
    /// A file that lets a restarted process go on where it stopped.
    pub journal: Option<PathBuf>,
}

/// A customer of Meta's: a Page, and what is connected with it.
#[derive(Clone)]
pub struct Business {
    /// The product's name for it, for example `neveh`.
    pub id: String,
    /// What people read.
    pub name: String,
    /// The id of the Facebook Page.
    pub page: String,
    /// The id of the Instagram account, if there is one.
    pub instagram: Option<String>,
    /// The id of the WhatsApp phone number (not the number itself).
    pub whatsapp_number: Option<String>,
    /// The id of the WhatsApp Business account.
    pub whatsapp_account: Option<String>,
    /// The WhatsApp number as people read it.
    pub display_phone: String,
    /// The access token for all of its assets.
    pub token: String,
    /// The WhatsApp templates that Meta has approved.
    pub templates: Vec<Template>,
}

impl Business {
    /// Instagram's id, or what stands in for it when scoped ids are derived.
    pub(crate) fn instagram_or_page(&self) -> &str {
        self.instagram.as_deref().unwrap_or(&self.page)
    }
}

/// An approved WhatsApp template.
#[derive(Clone, Debug)]
pub struct Template {
    pub name: String,
    pub language: String,
    /// `marketing` or `utility`, as Meta has decided.
    pub category: String,
    /// How many `{{n}}` its body has.
    pub body_parameters: usize,
    /// It has one link button, at index 0, whose address ends with a parameter.
    pub url_button: bool,
    /// The text with `{{1}}`, `{{2}}` … in it, to show what a person reads.
    pub body: String,
}
