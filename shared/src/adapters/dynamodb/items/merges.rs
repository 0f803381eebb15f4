//! Other records that are, or may be, of the same person.

use domain::ids::LeadId;
use domain::lead::{PendingMerge, Proof};
use serde::{Deserialize, Serialize};

use super::format::Damaged;
use super::moment::Moment;

/// With whom, whether it is proven, and when it is due.
#[derive(Debug, Serialize, Deserialize)]
pub struct MergeItem(String, bool, Moment);

impl From<&PendingMerge> for MergeItem {
    fn from(merge: &PendingMerge) -> Self {
        Self(merge.with.to_string(), merge.proof == Proof::Proven, merge.due_at.into())
    }
}

impl MergeItem {
    pub fn read(self) -> Result<PendingMerge, Damaged> {
        let Self(with, proven, due_at) = self;
        let proof = if proven { Proof::Proven } else { Proof::Claimed };
        Ok(PendingMerge { with: lead_id(&with)?, proof, due_at: due_at.into() })
    }
}

pub fn lead_id(text: &str) -> Result<LeadId, Damaged> {
    LeadId::parse(text).ok_or(Damaged::Field("lead id"))
}
