//! One commit: one conditional transaction, or a single put where nothing else is written.

use application::commit::{Commit, CommitError, Conflict, SEEN_FOR};
use application::ports::{InboxRow, StoreError};
use aws_sdk_dynamodb::types::CancellationReason;
use domain::identity::IdentityKey;
use domain::lead::Lead;
use domain::timeline::Entry;
use jiff::Timestamp;

use super::condition::Condition;
use super::errors::unwritable;
use super::inbox;
use super::items::{Damaged, TimelineItem, to_body};
use super::keys::{self, Key, PK};
use super::leads::{self, VERSION};
use super::names::{self, LEAD};
use super::requests::{Transacted, Write, Written};
use super::row::{BODY, Row, number, text};
use super::schema::TTL;
use super::store::DynamoDbStore;

/// The name of the call that wrote an item by a single put.
const NAME: &str = "n";
/// A commit's entries above this are cut: an item holds 400 KB.
const ENTRIES_BYTES_MAX: usize = 300_000;

/// A write, and what it means if its condition does not hold.
struct Guarded {
    write: Write,
    conflict: Option<Conflict>,
}

impl DynamoDbStore {
    pub(super) async fn write_commit(&self, commit: &Commit) -> Result<(), CommitError> {
        let mut writes = writes_of(commit).map_err(unwritable)?;
        let name = self.write_name();
        if writes.len() <= 1 {
            return match writes.pop() {
                Some(single) => self.write_single(single, &name).await,
                None => Ok(()),
            };
        }
        let (writes, conflicts): (Vec<_>, Vec<_>) =
            writes.into_iter().map(|guarded| (guarded.write, guarded.conflict)).unzip();
        match self.transact("commit", writes, &name).await? {
            Transacted::Yes => Ok(()),
            Transacted::TokenTaken => Err(CommitError::Conflict(Conflict::Version)),
            Transacted::No(reasons) => Err(why(&reasons, &conflicts)),
        }
    }

    /// Half the price of a transaction of one.
    async fn write_single(&self, single: Guarded, name: &str) -> Result<(), CommitError> {
        let Guarded { write, conflict } = single;
        match write {
            Write::Delete(key) => Ok(self.delete("commit", &key).await?),
            // Only a record's write comes alone.
            Write::Update(key, update, condition) => {
                match self.update("commit", &key, update, &condition).await? {
                    Written::Yes => Ok(()),
                    Written::No(_) => Err(CommitError::Conflict(conflict.unwrap_or(Conflict::Version))),
                }
            }
            Write::Put(row, None) => Ok(self.put("commit", row, None).await.map(|_| ())?),
            Write::Put(row, Some(condition)) => {
                let row = row.with(NAME, text(name));
                match self.put("commit", row, Some(&condition)).await? {
                    Written::Yes => Ok(()),
                    // The answer to our own first request was lost, and the SDK sent it again.
                    Written::No(Some(standing)) if standing.text(NAME) == Some(name) => Ok(()),
                    Written::No(_) => Err(CommitError::Conflict(conflict.unwrap_or(Conflict::Version))),
                }
            }
        }
    }
}

/// Everything that a commit writes, in the order in which its conflicts count.
fn writes_of(commit: &Commit) -> Result<Vec<Guarded>, Damaged> {
    let mut writes = Vec::new();
    if let Some(lead) = &commit.lead {
        writes.push(guarded(lead_row(lead, commit)?, version_is(commit.read_version), Conflict::Version));
        if let Some(other) = &commit.other {
            let row = leads::row_of(&other.lead, other.lead.wake())?;
            writes.push(guarded(row, version_is(other.read_version), Conflict::Version));
        }
        if let Some(once) = &commit.once {
            writes.push(guarded(identity_row(commit, once, lead), Condition::absent(), Conflict::Once));
        }
        let other = commit.other.as_ref().map(|other| (&other.lead, &other.timeline));
        for (lead, entries) in [(lead, &commit.timeline)].into_iter().chain(other) {
            if !entries.is_empty() {
                writes.push(free(Write::Put(timeline_row(lead, commit.now, entries)?, None)));
            }
        }
    }
    let owner = commit.lead.as_ref().map(|lead| lead.id);
    for (identity, write) in commit.names() {
        let key = keys::identity(&commit.business, identity);
        let conflict = Some(Conflict::Identity(identity.clone()));
        writes.push(Guarded { write: names::write_of(key, owner, write)?, conflict });
    }
    if let Some(event) = &commit.seen {
        let until = (commit.now + SEEN_FOR).as_second();
        let row = Row::at(&keys::seen(&commit.business, event)).with(TTL, number(until));
        writes.push(guarded(row, absent_or_expired(commit.now), Conflict::Seen));
    }
    let new = newest(&commit.inbox_new);
    if let Some(done) = &commit.inbox_done
        && !new.iter().any(|row| row.id() == *done)
    {
        writes.push(free(Write::Delete(keys::inbox_row(done))));
    }
    for row in new {
        writes.push(free(Write::Put(inbox::row_or_notice(row)?, None)));
    }
    Ok(writes)
}

fn guarded(row: Row, condition: Condition, conflict: Conflict) -> Guarded {
    Guarded { write: Write::Put(row, Some(condition)), conflict: Some(conflict) }
}

fn free(write: Write) -> Guarded {
    Guarded { write, conflict: None }
}

fn lead_row(lead: &Lead, commit: &Commit) -> Result<Row, Damaged> {
    debug_assert_eq!(lead.business, commit.business, "a commit is of one business");
    leads::row_of(lead, commit.indexed_wake())
}

fn identity_row(commit: &Commit, identity: &IdentityKey, lead: &Lead) -> Row {
    Row::at(&keys::identity(&commit.business, identity)).with(LEAD, text(&lead.id.to_string()))
}

fn timeline_row(lead: &Lead, now: Timestamp, entries: &[Entry]) -> Result<Row, Damaged> {
    let key: Key = keys::timeline(&lead.business, lead.id, now, lead.version);
    let body = to_body(&TimelineItem::of(entries))?;
    if body.len() <= ENTRIES_BYTES_MAX {
        return Ok(Row::at(&key).with(BODY, text(&body)));
    }
    Row::at(&key).with_body(&TimelineItem::clipped(entries))
}

pub fn version_is(read: u64) -> Condition {
    match read {
        0 => Condition::absent(),
        read => {
            Condition { expression: "#v = :v", names: &[("#v", VERSION)], values: vec![(":v", number(read))] }
        }
    }
}

/// DynamoDB takes its time to delete what has expired; for us it is gone at once.
fn absent_or_expired(now: Timestamp) -> Condition {
    Condition {
        expression: "attribute_not_exists(#pk) OR #ttl <= :now",
        names: &[("#pk", PK), ("#ttl", TTL)],
        values: vec![(":now", number(now.as_second()))],
    }
}

/// Each row once, as it came last.
pub fn newest(rows: &[InboxRow]) -> Vec<&InboxRow> {
    let last_of: std::collections::BTreeMap<_, &InboxRow> = rows.iter().map(|row| (row.id(), row)).collect();
    last_of.into_values().collect()
}

/// The first condition that did not hold. A transaction that met another, and one that was throttled, wrote
/// nothing either.
fn why(reasons: &[CancellationReason], conflicts: &[Option<Conflict>]) -> CommitError {
    let codes = || reasons.iter().map(|reason| reason.code().unwrap_or_default());
    let failed = codes().zip(conflicts).find(|(code, _)| *code == "ConditionalCheckFailed");
    if let Some((_, conflict)) = failed {
        return CommitError::Conflict(conflict.clone().unwrap_or(Conflict::Version));
    }
    match codes().find(|code| !matches!(*code, "None" | "TransactionConflict" | "")) {
        Some(other) => StoreError::Unavailable(format!("commit: {other}")).into(),
        None => CommitError::Conflict(Conflict::Version),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(codes: &[&str]) -> Vec<CancellationReason> {
        codes.iter().map(|code| CancellationReason::builder().code(*code).build()).collect()
    }

    #[test]
    fn the_first_condition_that_failed_is_the_conflict() {
        let conflicts = [Some(Conflict::Version), None, Some(Conflict::Seen)];
        let conflict = |codes: &[&str]| match why(&reasons(codes), &conflicts) {
            CommitError::Conflict(conflict) => conflict,
            CommitError::Store(error) => panic!("{error}"),
        };
        assert_eq!(conflict(&["None", "None", "ConditionalCheckFailed"]), Conflict::Seen);
        assert_eq!(
            conflict(&["ConditionalCheckFailed", "None", "ConditionalCheckFailed"]),
            Conflict::Version
        );
        assert_eq!(conflict(&["TransactionConflict", "None", "None"]), Conflict::Version);
        assert_eq!(conflict(&["None", "TransactionConflict", "ConditionalCheckFailed"]), Conflict::Seen);
        let throttled = why(&reasons(&["None", "ThrottlingError", "None"]), &conflicts);
        assert_eq!(throttled.to_string(), "the store did not answer: commit: ThrottlingError");
    }
}
