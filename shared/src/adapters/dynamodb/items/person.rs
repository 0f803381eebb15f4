//! What is known of a person: names, consents, refusals.

use domain::consent::{Consent, OptOut};
use domain::name::PersonName;
use serde::{Deserialize, Serialize};

use super::format::Damaged;
use super::moment::Moment;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct NameItem {
    /// In full.
    n: String,
    /// The first name, where it is not the first word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    g: Option<String>,
}

impl From<&PersonName> for NameItem {
    fn from(name: &PersonName) -> Self {
        let usual = name.full().split(' ').next() == Some(name.first());
        Self { n: name.full().to_owned(), g: (!usual).then(|| name.first().to_owned()) }
    }
}

impl NameItem {
    pub fn read(&self) -> Result<PersonName, Damaged> {
        let first = self.g.as_deref().or(self.n.split(' ').next());
        PersonName::of_parts(first, None, Some(&self.n)).ok_or(Damaged::Field("name"))
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub struct ConsentItem {
    /// The text.
    x: String,
    /// When.
    t: Moment,
    /// Where.
    s: String,
}

impl From<&Consent> for ConsentItem {
    fn from(consent: &Consent) -> Self {
        Self { x: consent.text.clone(), t: consent.given_at.into(), s: consent.source.clone() }
    }
}

impl From<ConsentItem> for Consent {
    fn from(item: ConsentItem) -> Self {
        Self { text: item.x, given_at: item.t.into(), source: item.s }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub struct OptOutItem {
    t: Moment,
    /// The channel it came by.
    b: String,
}

impl From<&OptOut> for OptOutItem {
    fn from(refusal: &OptOut) -> Self {
        Self { t: refusal.at.into(), b: refusal.by.clone() }
    }
}

impl From<OptOutItem> for OptOut {
    fn from(item: OptOutItem) -> Self {
        Self { at: item.t.into(), by: item.b }
    }
}
