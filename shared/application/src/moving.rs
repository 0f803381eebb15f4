//! People who are on a journey go over to the playbook that is published now, in a walk of the roster.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::ids::{BusinessId, JourneyName, LeadId, StepId};
use domain::lead::Lead;
use domain::moving::{Moved, move_runs};
use domain::playbook::Playbook;

use crate::commit::{Commit, CommitError};
use crate::roster::Roster;
use crate::world::{ATTEMPTS_MAX, Decidable, WorkError, World};

/// What a move changes, or would: from which step that comes next to which, for how many runs. `None` is the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeopleMoved {
    pub people: usize,
    pub changes: BTreeMap<(Option<StepId>, Option<StepId>), usize>,
}

/// Moves everybody who is on a journey by an older version to this one, or says only what would change. Broken off, it
/// is begun again: who was moved is not moved twice. The playbook must be the one that is published; to see beforehand
/// what it would change, it need not be yet.
pub async fn move_people(
    world: &World,
    playbook: &Arc<Playbook>,
    journey: &JourneyName,
    dry_run: bool,
) -> Result<PeopleMoved, WorkError> {
    let business = &playbook.business.id;
    let mut told = PeopleMoved::default();
    let mut roster = Roster::of(world.store.as_ref(), business);
    loop {
        let page = roster.page().await?;
        if page.is_empty() {
            return Ok(told);
        }
        for lead in &page {
            let Some(moved) = move_one(world, playbook, business, *lead, journey, dry_run).await? else {
                continue;
            };
            told.people += 1;
            for run in moved.runs {
                let (before, after) = (run.before.map(|(step, _)| step), run.after.map(|(step, _)| step));
                *told.changes.entry((before, after)).or_default() += 1;
            }
        }
    }
}

async fn move_one(
    world: &World,
    playbook: &Arc<Playbook>,
    business: &BusinessId,
    id: LeadId,
    journey: &JourneyName,
    dry_run: bool,
) -> Result<Option<Moved>, WorkError> {
    for _ in 0..ATTEMPTS_MAX {
        let Some(lead) = world.store.lead(business, id).await? else { return Ok(None) };
        if lead.merged_into.is_some() || lead.erasing.is_some() {
            return Ok(None);
        }
        let decidable = by_the_new_one(world.decidable(&lead).await?, playbook);
        let Some(moved) = move_runs(&lead, journey, &decidable.context(&world.pepper)) else {
            return Ok(None);
        };
        if dry_run || commit(world, &lead, &moved, &decidable).await? {
            return Ok(Some(moved));
        }
    }
    Err(WorkError::Contended)
}

/// What is current here may be what was current a moment ago.
fn by_the_new_one(mut decidable: Decidable, playbook: &Arc<Playbook>) -> Decidable {
    let playbooks = &mut decidable.playbooks;
    let before = std::mem::replace(&mut playbooks.current, Arc::clone(playbook));
    playbooks.pinned.insert(before.version.clone(), before);
    decidable
}

/// `false` where somebody else was faster.
async fn commit(world: &World, lead: &Lead, moved: &Moved, decidable: &Decidable) -> Result<bool, WorkError> {
    let commit = Commit::of(lead, moved.decision.clone(), Vec::new(), decidable.now());
    match world.commit(lead, &commit).await {
        Ok(()) => {
            if let Some(lead) = &commit.lead {
                world.hint(lead).await;
            }
            Ok(true)
        }
        Err(CommitError::Conflict(_)) => Ok(false),
        Err(CommitError::Store(error)) => Err(error.into()),
    }
}
