//! Every key of the table, once, with its way back.
//!
//! Parts stand apart by `#`. Ids and identity keys hold none at a place where it could mislead: they are read
//! from the right, and a business's name may be anything.

use application::ports::{InboxId, InboxRowId};
use domain::delivery::DeliveryStatus;
use domain::event_key::EventKey;
use domain::identity::IdentityKey;
use domain::ids::{AssetId, BroadcastName, BusinessId, CampaignName, LeadId, PlaybookVersion, WorkId};
use domain::work::Class;
use jiff::Timestamp;

/// The attributes that are keys of the table and of its indexes.
pub const PK: &str = "pk";
pub const SK: &str = "sk";
/// The wake index: `<class>#<shard>`, and the moment in milliseconds.
pub const WAKE: &str = "wake";
pub const WAKE_PK: &str = "wk";
pub const WAKE_SK: &str = "wa";
/// The attention index: the business, and the order in which the operator sees it.
pub const ATTENTION: &str = "attention";
pub const ATTENTION_PK: &str = "at";
pub const ATTENTION_SK: &str = "as";
/// The roster: `<business>#<shard>`, and the lead.
pub const ROSTER: &str = "roster";
pub const ROSTER_PK: &str = "ro";
pub const ROSTER_SK: &str = "rl";

/// Where an item stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub pk: String,
    pub sk: String,
}

fn key(pk: String, sk: impl Into<String>) -> Key {
    Key { pk, sk: sk.into() }
}

fn lead_pk(business: &BusinessId, lead: LeadId) -> String {
    format!("B#{business}#L#{lead}")
}

pub fn lead(business: &BusinessId, lead: LeadId) -> Key {
    key(lead_pk(business, lead), LEAD_SK)
}

pub const LEAD_SK: &str = "LEAD";
pub const TIMELINE_PREFIX: &str = "T#";
pub const DELIVERY_PREFIX: &str = "S#";

/// The entries of one commit. The lead's version tells commits of one moment apart.
pub fn timeline(business: &BusinessId, lead: LeadId, now: Timestamp, version: u64) -> Key {
    let millis = now.as_millisecond().max(0);
    key(lead_pk(business, lead), format!("{TIMELINE_PREFIX}{millis:013}#{version:010}"))
}

/// The version from a timeline item's sort key.
pub fn timeline_version(sk: &str) -> Option<u64> {
    sk.strip_prefix(TIMELINE_PREFIX)?.split_once('#')?.1.parse().ok()
}

pub fn delivery(business: &BusinessId, lead: LeadId, work: WorkId, status: DeliveryStatus) -> Key {
    let prefix = deliveries(business, lead, work);
    key(prefix.pk, format!("{}{}", prefix.sk, status.as_str()))
}

/// What the deliveries of one piece of work begin with.
pub fn deliveries(business: &BusinessId, lead: LeadId, work: WorkId) -> Key {
    key(lead_pk(business, lead), format!("{DELIVERY_PREFIX}{work}#"))
}

/// Work and status from a delivery's sort key.
pub fn delivery_of(sk: &str) -> Option<(WorkId, DeliveryStatus)> {
    let (work, status) = sk.strip_prefix(DELIVERY_PREFIX)?.split_once('#')?;
    Some((WorkId::parse(work)?, DeliveryStatus::parse(status)?))
}

pub fn identity(business: &BusinessId, identity: &IdentityKey) -> Key {
    key(format!("B#{business}#I#{identity}"), IDENTITY_SK)
}

/// The identity sorts before its inbox, so that one query gives both.
pub const IDENTITY_SK: &str = "I";
const INBOX_PREFIX: &str = "IN#";
/// Sorts behind every row of an inbox.
pub const INBOX_END: &str = "IN$";

pub fn inbox_row(row: &InboxRowId) -> Key {
    let identity = identity(&row.at.business, &row.at.identity);
    key(identity.pk, format!("{INBOX_PREFIX}{}", row.sort))
}

/// Where the rows of an inbox up to a millisecond begin and end.
pub fn inbox_up_to(up_to: Timestamp) -> (String, String) {
    let millis = up_to.as_millisecond().max(0);
    (INBOX_PREFIX.to_owned(), format!("{INBOX_PREFIX}{millis:013}$"))
}

pub fn seen(business: &BusinessId, event: &EventKey) -> Key {
    key(format!("B#{business}#E#{event}"), "E")
}

pub fn asset(asset: &AssetId) -> Key {
    key(format!("A#{asset}"), "A")
}

pub fn notice(business: &BusinessId, notice: &str) -> Key {
    key(format!("B#{business}#O"), format!("{NOTICE_PREFIX}{notice}"))
}

const NOTICE_PREFIX: &str = "N#";

pub fn heartbeat() -> Key {
    key("M".to_owned(), "HEARTBEAT")
}

/// Apart from the heartbeat: whoever may write that must not release a table.
pub fn release() -> Key {
    key("R".to_owned(), "RELEASE")
}

/// The businesses of the installation stand in one partition, for the operator alone.
pub fn businesses() -> Key {
    key("B".to_owned(), BUSINESS_PREFIX)
}

pub fn business(business: &BusinessId) -> Key {
    let all = businesses();
    key(all.pk, format!("{}{business}", all.sk))
}

/// The business from its sort key.
pub fn business_of(sk: &str) -> Option<BusinessId> {
    sk.strip_prefix(BUSINESS_PREFIX).map(BusinessId::new)
}

const BUSINESS_PREFIX: &str = "B#";

pub fn current_playbook(business: &BusinessId) -> Key {
    key(format!("B#{business}"), "P#CURRENT")
}

pub fn playbook_piece(business: &BusinessId, version: &PlaybookVersion, piece: usize) -> Key {
    let prefix = playbook_pieces(business, version);
    key(prefix.pk, format!("{}{piece:03}", prefix.sk))
}

/// What the pieces of one version begin with.
pub fn playbook_pieces(business: &BusinessId, version: &PlaybookVersion) -> Key {
    key(format!("B#{business}"), format!("P#{version}#"))
}

pub fn broadcast(business: &BusinessId, name: &BroadcastName) -> Key {
    let all = broadcasts(business);
    key(all.pk, format!("{}{name}", all.sk))
}

/// What the broadcasts of a business begin with.
pub fn broadcasts(business: &BusinessId) -> Key {
    key(format!("B#{business}#BC"), "N#")
}

fn campaign_pk(business: &BusinessId, name: &CampaignName) -> String {
    format!("B#{business}#C#{name}")
}

/// A campaign's record; what it gives stands beside it.
pub fn campaign(business: &BusinessId, name: &CampaignName) -> Key {
    key(campaign_pk(business, name), "C")
}

pub fn grant(business: &BusinessId, name: &CampaignName, lead: LeadId) -> Key {
    let all = grants(business, name);
    key(all.pk, format!("{}{lead}", all.sk))
}

/// What a campaign's grants begin with.
pub fn grants(business: &BusinessId, name: &CampaignName) -> Key {
    key(campaign_pk(business, name), "G#")
}

/// The code at a place of a campaign's pool.
pub fn coupon(business: &BusinessId, name: &CampaignName, place: u32) -> Key {
    key(campaign_pk(business, name), format!("K#{place:010}"))
}

/// Sorts behind every code of a pool.
pub const COUPONS_END: &str = "K$";

/// How fast a connection may go.
pub fn pace(business: &BusinessId, asset: &AssetId) -> Key {
    key(format!("B#{business}#K#{asset}"), "K")
}

pub fn wake_pk(class: Class, shard: u32) -> String {
    format!("{}#{shard}", class.as_str())
}

/// Leads first, then events, then notices.
pub fn attention_of_lead(lead: LeadId) -> String {
    format!("1#{lead}")
}

pub fn attention_of_row(row: &InboxRowId) -> String {
    format!("2#{}#{}", row.at.identity, row.sort)
}

pub fn attention_of_notice(notice: &str) -> String {
    format!("3#{notice}")
}

pub const ROSTER_SHARDS: u32 = 8;

pub fn roster_pk(business: &BusinessId, shard: u32) -> String {
    format!("{business}#{shard}")
}

/// Ids are hashes, so their first bits spread leads evenly; and the shards, one after the other, are in the
/// order of ids.
pub fn roster_shard(lead: LeadId) -> u32 {
    let first = lead.to_string().chars().next().and_then(|digit| digit.to_digit(16)).unwrap_or(0);
    first * ROSTER_SHARDS / 16
}

/// What an item is, read from where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    Lead(BusinessId, LeadId),
    InboxRow(InboxRowId),
    Notice(BusinessId, String),
}

impl Key {
    pub fn names(&self) -> Option<Named> {
        let rest = self.pk.strip_prefix("B#")?;
        if self.sk == LEAD_SK {
            let (business, lead) = rest.rsplit_once("#L#")?;
            return Some(Named::Lead(BusinessId::new(business), LeadId::parse(lead)?));
        }
        if let Some(sort) = self.sk.strip_prefix(INBOX_PREFIX) {
            let (business, identity) = rest.rsplit_once("#I#")?;
            let at = InboxId { business: BusinessId::new(business), identity: IdentityKey::parse(identity)? };
            return Some(Named::InboxRow(InboxRowId { at, sort: sort.to_owned() }));
        }
        let notice = self.sk.strip_prefix(NOTICE_PREFIX)?;
        Some(Named::Notice(BusinessId::new(rest.strip_suffix("#O")?), notice.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_named_by_its_key_whatever_its_business_is_called() {
        for business in ["neveh", "a#L#b", "#I#", "O"] {
            let business = BusinessId::new(business);
            let id = LeadId::new(7);
            assert_eq!(lead(&business, id).names(), Some(Named::Lead(business.clone(), id)));
            let identity = IdentityKey::parse(&format!("phone#{}", "a".repeat(32))).unwrap();
            let at = InboxId { business: business.clone(), identity };
            let row = InboxRowId { at, sort: format!("0000000000001#m-{}", "b".repeat(32)) };
            assert_eq!(inbox_row(&row).names(), Some(Named::InboxRow(row)));
            assert_eq!(notice(&business, "k#1").names(), Some(Named::Notice(business, "k#1".to_owned())));
        }
        assert_eq!(heartbeat().names(), None);
    }

    #[test]
    fn the_parts_of_sort_keys_are_read_back() {
        let (business, lead, work) = ("neveh".into(), LeadId::new(1), WorkId::new(2));
        let told = delivery(&business, lead, work, DeliveryStatus::Read);
        assert_eq!(delivery_of(&told.sk), Some((work, DeliveryStatus::Read)));
        let entries = timeline(&business, lead, Timestamp::UNIX_EPOCH, 12);
        assert_eq!(timeline_version(&entries.sk), Some(12));
    }

    #[test]
    fn the_roster_s_shards_are_in_the_order_of_ids() {
        let shards: Vec<u32> = (0..16u128).map(|digit| roster_shard(LeadId::new(digit << 124))).collect();
        assert_eq!(shards, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]);
    }
}
