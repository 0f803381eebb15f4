//! Two records of one person become one: both are read, and both are written in one transaction.

use domain::decide::Decision;
use domain::ids::LeadId;
use domain::lead::Lead;
use domain::merge::{Merging, forget, merge, postpone};
use domain::timeline::{Entry, Fact, What};
use jiff::Timestamp;

use crate::commit::{Commit, CommitError, OtherRecord, Repointed};
use crate::world::{ATTEMPTS_MAX, WorkError, World};

/// Carries out the merge of a lead with another, if neither holds a claim, and gives back the record that goes on:
/// one of the two, or the lead as it waits. `None` when it is gone.
pub(crate) async fn merge_with(world: &World, lead: Lead, with: LeadId) -> Result<Option<Lead>, WorkError> {
    let mut read = Some(lead);
    for _ in 0..ATTEMPTS_MAX {
        let Some(lead) = read else { return Ok(None) };
        if lead.merges.iter().all(|pending| pending.with != with) {
            return Ok(Some(lead));
        }
        let commit = step(world, &lead, with).await?;
        let Some(commit) = commit else { return Ok(Some(lead)) };
        match world.store.commit(&commit).await {
            Ok(()) => {
                log(&commit);
                return Ok(commit.lead);
            }
            // A name may have come to one of the two in between; either way the fresh records tell.
            Err(CommitError::Conflict(_)) => read = world.living_lead(&lead.business, lead.id).await?,
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(WorkError::Contended)
}

/// From here on one id tells of both.
fn log(commit: &Commit) {
    if let (Some(winner), Some(other)) = (&commit.lead, &commit.other) {
        let (business, into, lead) = (&commit.business, winner.id, other.lead.id);
        tracing::info!(%business, %lead, %into, "two records of one person were joined");
    }
}

/// What is to be committed on the records as they stand. `None` when nothing is.
async fn step(world: &World, lead: &Lead, with: LeadId) -> Result<Option<Commit>, WorkError> {
    let other = world
        .living_lead(&lead.business, with)
        .await?
        .filter(|other| other.id != lead.id && other.erasing.is_none());
    let Some(other) = other else {
        let now = world.clock.now();
        return Ok(Some(changed(lead, now, None, |lead| forget(lead, with))));
    };
    let decidable = world.decidable_with(lead, Some(&other)).await?;
    let now = decidable.now();
    match merge(lead, &other, &decidable.context(&world.pepper)) {
        Merging::Waits(until) => {
            let mut waiting = lead.clone();
            let new = postpone(&mut waiting, with, until);
            Ok(new.then(|| changed(lead, now, None, |lead| *lead = waiting)))
        }
        Merging::TooMany => {
            let entry = Entry::new(now, What::Skipped).with(Fact::Lead, with);
            let entry = entry.with(Fact::Reason, "this person has too many records to be joined");
            Ok(Some(changed(lead, now, Some(entry), |lead| forget(lead, with))))
        }
        Merging::Merged(merged) => {
            let lead_wins = merged.winner.lead.id == lead.id;
            let (winner, loser) = if lead_wins { (lead, &other) } else { (&other, lead) };
            Ok(Some(joined(world, winner, loser, merged.winner, merged.loser, now)))
        }
    }
}

fn changed(lead: &Lead, now: Timestamp, entry: Option<Entry>, change: impl FnOnce(&mut Lead)) -> Commit {
    let mut new = lead.clone();
    change(&mut new);
    let timeline = entry.into_iter().collect();
    Commit::of(lead, Decision { timeline, ..Decision::of(new) }, Vec::new(), now)
}

fn joined(
    world: &World,
    winner: &Lead,
    loser: &Lead,
    ours: Decision,
    theirs: Decision,
    now: Timestamp,
) -> Commit {
    let moved = loser.identities.iter().filter(|identity| ours.lead.identities.contains(identity));
    let repointed = moved.map(|identity| Repointed {
        identity: world.identity_key(&loser.business, identity),
        from: loser.id,
    });
    let repointed = repointed.collect();
    let mut commit = Commit::of(winner, ours, Vec::new(), now);
    commit.repointed = repointed;
    commit.other = Some(OtherRecord {
        read_version: loser.version,
        lead: Lead { version: loser.version + 1, ..theirs.lead },
        timeline: theirs.timeline,
    });
    commit
}
