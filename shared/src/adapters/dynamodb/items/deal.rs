//! A deal, and what is said of one.

use std::collections::BTreeMap;

use domain::deal::{Deal, DealChange, Stage};
use domain::ids::{DealId, DealKind};
use serde::{Deserialize, Serialize};

use super::capture::DetailsItem;
use super::format::Damaged;
use super::moment::Moment;

#[derive(Debug, Serialize, Deserialize)]
pub struct DealItem {
    i: String,
    k: String,
    /// The stage.
    s: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    d: BTreeMap<String, Moment>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    q: BTreeMap<String, String>,
    /// When it changed.
    t: Moment,
    /// When its stage was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    u: Option<Moment>,
    /// When each date and fact was said.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    w: BTreeMap<String, Moment>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct DealChangeItem {
    i: String,
    k: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    s: Option<String>,
    /// A date that is taken back has no moment.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    d: BTreeMap<String, Option<Moment>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    q: BTreeMap<String, String>,
    /// The deal that it replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    r: Option<String>,
    #[serde(default, skip_serializing_if = "DetailsItem::is_empty")]
    w: DetailsItem,
}

impl From<&Deal> for DealItem {
    fn from(deal: &Deal) -> Self {
        Self {
            i: deal.id.to_string(),
            k: deal.kind.to_string(),
            s: deal.stage.as_str().to_owned(),
            d: deal.dates.iter().map(|(name, date)| (name.clone(), (*date).into())).collect(),
            q: deal.facts.clone(),
            t: deal.changed_at.into(),
            u: deal.stage_at.map(Into::into),
            w: deal.said_at.iter().map(|(name, at)| (name.clone(), (*at).into())).collect(),
        }
    }
}

impl DealItem {
    pub fn read(self) -> Result<Deal, Damaged> {
        Ok(Deal {
            id: DealId::new(self.i),
            kind: DealKind::new(self.k),
            stage: stage(&self.s)?,
            dates: self.d.into_iter().map(|(name, date)| (name, date.into())).collect(),
            facts: self.q,
            changed_at: self.t.into(),
            stage_at: self.u.map(Into::into),
            said_at: self.w.into_iter().map(|(name, at)| (name, at.into())).collect(),
        })
    }
}

impl From<&DealChange> for DealChangeItem {
    fn from(change: &DealChange) -> Self {
        Self {
            i: change.id.to_string(),
            k: change.kind.to_string(),
            s: change.stage.map(|stage| stage.as_str().to_owned()),
            d: change.dates.iter().map(|(name, date)| (name.clone(), date.map(Moment))).collect(),
            q: change.facts.clone(),
            r: change.replaces.as_ref().map(DealId::to_string),
            w: (&change.details).into(),
        }
    }
}

impl DealChangeItem {
    pub fn read(self) -> Result<DealChange, Damaged> {
        Ok(DealChange {
            id: DealId::new(self.i),
            kind: DealKind::new(self.k),
            stage: self.s.as_deref().map(stage).transpose()?,
            dates: self.d.into_iter().map(|(name, date)| (name, date.map(Into::into))).collect(),
            facts: self.q,
            replaces: self.r.map(DealId::new),
            details: self.w.read()?,
        })
    }
}

fn stage(word: &str) -> Result<Stage, Damaged> {
    Stage::parse(word).ok_or(Damaged::Field("stage"))
}
