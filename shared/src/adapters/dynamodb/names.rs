//! Names: which lead an identity is, and that whoever had it before was erased. What is said of an erasure stays
//! through every write.

use application::commit::NameWrite;
use domain::erasure::ErasedIdentity;
use domain::ids::LeadId;

use super::condition::Condition;
use super::errors::unreadable;
use super::items::{Damaged, ErasedItem, from_body, to_body};
use super::keys::{Key, PK};
use super::requests::Write;
use super::row::{Row, text};
use application::ports::StoreError;

/// Which lead an identity is.
pub const LEAD: &str = "lead";
/// When whoever had this name was erased, and what they had refused.
const ERASED: &str = "er";

const LEADS_HERE: &str = "SET #lead = :lead";

/// Without an owner only what is erased is written, and no name leads to an empty text.
pub fn write_of(key: Key, owner: Option<LeadId>, write: NameWrite<'_>) -> Result<Write, Damaged> {
    let ours = (":lead", text(&owner.map(|lead| lead.to_string()).unwrap_or_default()));
    Ok(match write {
        NameWrite::Given => Write::Update(
            key,
            LEADS_HERE,
            Condition {
                expression: "attribute_not_exists(#pk) OR #lead = :lead",
                names: &[("#pk", PK), ("#lead", LEAD)],
                values: vec![ours],
            },
        ),
        NameWrite::Repointed(from) => Write::Update(
            key,
            LEADS_HERE,
            Condition {
                expression: "attribute_not_exists(#pk) OR #lead IN (:lead, :from)",
                names: &[("#pk", PK), ("#lead", LEAD)],
                values: vec![ours, (":from", text(&from.to_string()))],
            },
        ),
        NameWrite::Revived => Write::Update(
            key,
            LEADS_HERE,
            Condition {
                expression: "attribute_not_exists(#lead) OR #lead = :lead",
                names: &[("#lead", LEAD)],
                values: vec![ours],
            },
        ),
        NameWrite::Erased(erased) => Write::Update(
            key,
            "SET #er = :er REMOVE #lead",
            Condition {
                expression: "attribute_not_exists(#lead) OR #lead = :lead",
                names: &[("#lead", LEAD), ("#er", ERASED)],
                values: vec![ours, (":er", text(&to_body(&ErasedItem::from(erased))?))],
            },
        ),
    })
}

pub fn erased_of(row: &Row) -> Result<Option<ErasedIdentity>, StoreError> {
    let Some(body) = row.text(ERASED) else { return Ok(None) };
    let item: ErasedItem = from_body(body).map_err(|damaged| unreadable("an erased name", &damaged))?;
    Ok(Some(item.into()))
}
