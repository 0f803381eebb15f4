//! Other records that are, or may be, of the same person.

use domain::ids::LeadId;
use domain::lead::{PendingMerge, Proof};
use serde::{Deserialize, Serialize};

use super::format::Damaged;
use super::moment::Moment;

/// With whom, how sure it is, and when it is due.
#[derive(Debug, Serialize, Deserialize)]
pub struct MergeItem(String, char, Moment);

const PROOFS: [(Proof, char); 3] = [(Proof::Claimed, 'c'), (Proof::Asserted, 'a'), (Proof::Proven, 'p')];

impl From<&PendingMerge> for MergeItem {
    fn from(merge: &PendingMerge) -> Self {
        let letter =
            PROOFS.iter().find(|(proof, _)| *proof == merge.proof).map_or('c', |(_, letter)| *letter);
        Self(merge.with.to_string(), letter, merge.due_at.into())
    }
}

impl MergeItem {
    pub fn read(self) -> Result<PendingMerge, Damaged> {
        let Self(with, letter, due_at) = self;
        let proof = PROOFS.iter().find(|(_, known)| *known == letter).ok_or(Damaged::Field("proof"))?;
        Ok(PendingMerge { with: lead_id(&with)?, proof: proof.0, due_at: due_at.into() })
    }
}

pub fn lead_id(text: &str) -> Result<LeadId, Damaged> {
    LeadId::parse(text).ok_or(Damaged::Field("lead id"))
}
