//! What forms, lead ads and calls say.

use domain::event::{Call, CallKind, Capture, Details, LeadAd};
use domain::ids::{AssetId, FormId, LeadAdId};
use serde::{Deserialize, Serialize};

use super::format::Damaged;
use super::identity;
use super::person::NameItem;
use super::source::SourceItem;

#[derive(Debug, Serialize, Deserialize)]
pub struct CaptureItem {
    d: DetailsItem,
    s: SourceItem,
    /// The text that was agreed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    c: Option<String>,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DetailsItem {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    n: Option<NameItem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<String>,
    /// A number that could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    u: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    q: Vec<(String, String)>,
}

impl From<&Details> for DetailsItem {
    fn from(details: &Details) -> Self {
        Self {
            n: details.name.as_ref().map(Into::into),
            p: details.phone.as_ref().map(|phone| phone.as_str().to_owned()),
            u: details.phone_unreadable.clone(),
            e: details.email.as_ref().map(|email| email.as_str().to_owned()),
            q: details.fields.clone(),
        }
    }
}

impl DetailsItem {
    pub fn read(self) -> Result<Details, Damaged> {
        Ok(Details {
            name: self.n.as_ref().map(NameItem::read).transpose()?,
            phone: self.p.as_deref().map(identity::phone).transpose()?,
            phone_unreadable: self.u,
            email: self.e.as_deref().map(identity::email).transpose()?,
            fields: self.q,
        })
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl From<&Capture> for CaptureItem {
    fn from(capture: &Capture) -> Self {
        Self { d: (&capture.details).into(), s: (&capture.source).into(), c: capture.consent.clone() }
    }
}

impl CaptureItem {
    pub fn read(self) -> Result<Capture, Damaged> {
        Ok(Capture { details: self.d.read()?, source: self.s.into(), consent: self.c })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub struct LeadAdItem {
    i: String,
    p: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    f: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    a: Option<String>,
}

impl From<&LeadAd> for LeadAdItem {
    fn from(ad: &LeadAd) -> Self {
        let form = ad.form.as_ref().map(FormId::to_string);
        Self { i: ad.id.to_string(), p: ad.page.to_string(), f: form, a: ad.ad.clone() }
    }
}

impl From<LeadAdItem> for LeadAd {
    fn from(item: LeadAdItem) -> Self {
        let (id, page) = (LeadAdId::new(item.i), AssetId::new(item.p));
        Self { id, page, form: item.f.map(FormId::new), ad: item.a }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub struct CallItem {
    k: CallKindItem,
    p: String,
    /// The agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    a: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum CallKindItem {
    Missed,
    Ended,
}

impl From<&Call> for CallItem {
    fn from(call: &Call) -> Self {
        let k = match call.kind {
            CallKind::Missed => CallKindItem::Missed,
            CallKind::Ended => CallKindItem::Ended,
        };
        Self { k, p: call.phone.as_str().to_owned(), a: call.agent.clone() }
    }
}

impl CallItem {
    pub fn read(self) -> Result<Call, Damaged> {
        let kind = match self.k {
            CallKindItem::Missed => CallKind::Missed,
            CallKindItem::Ended => CallKind::Ended,
        };
        Ok(Call { kind, phone: identity::phone(&self.p)?, agent: self.a })
    }
}
