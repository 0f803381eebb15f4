//! What is kept of who was erased: moments and keyed hashes.

use domain::erasure::{ErasedIdentity, Erasing, Suppression};
use domain::identity::IdentityKey;
use serde::{Deserialize, Serialize};

use super::format::{Damaged, FORMAT};
use super::moment::Moment;
use super::person::OptOutItem;
use super::words::is_default;

#[derive(Debug, Serialize, Deserialize)]
pub struct ErasedItem {
    f: u32,
    /// When.
    t: Moment,
    #[serde(flatten)]
    s: SuppressionItem,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct SuppressionItem {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    o: Option<OptOutItem>,
    /// When marketing was stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    m: Option<Moment>,
    /// When e-mails were stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    e: Option<Moment>,
}

impl From<&Suppression> for SuppressionItem {
    fn from(suppression: &Suppression) -> Self {
        Self {
            o: suppression.opt_out.as_ref().map(Into::into),
            m: suppression.marketing_stopped_at.map(Moment),
            e: suppression.email_stopped_at.map(Moment),
        }
    }
}

impl From<SuppressionItem> for Suppression {
    fn from(item: SuppressionItem) -> Self {
        Self {
            opt_out: item.o.map(Into::into),
            marketing_stopped_at: item.m.map(Into::into),
            email_stopped_at: item.e.map(Into::into),
        }
    }
}

impl From<&ErasedIdentity> for ErasedItem {
    fn from(erased: &ErasedIdentity) -> Self {
        Self { f: FORMAT, t: erased.at.into(), s: (&erased.suppression).into() }
    }
}

impl From<ErasedItem> for ErasedIdentity {
    fn from(item: ErasedItem) -> Self {
        Self { at: item.t.into(), suppression: item.s.into() }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub struct ErasingItem {
    t: Moment,
    /// The next look, and how many there were.
    n: Moment,
    #[serde(default, skip_serializing_if = "is_default")]
    l: u32,
    /// Inboxes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    i: Vec<String>,
    #[serde(flatten)]
    s: SuppressionItem,
}

impl From<&Erasing> for ErasingItem {
    fn from(erasing: &Erasing) -> Self {
        Self {
            t: erasing.at.into(),
            n: erasing.next_at.into(),
            l: erasing.looks,
            i: erasing.inboxes.iter().map(IdentityKey::to_string).collect(),
            s: (&erasing.suppression).into(),
        }
    }
}

impl ErasingItem {
    pub fn read(self) -> Result<Erasing, Damaged> {
        let key = |text: &String| IdentityKey::parse(text).ok_or(Damaged::Field("inbox"));
        Ok(Erasing {
            at: self.t.into(),
            next_at: self.n.into(),
            looks: self.l,
            inboxes: self.i.iter().map(key).collect::<Result<_, _>>()?,
            suppression: self.s.into(),
        })
    }
}
