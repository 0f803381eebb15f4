//! A campaign works its inbox off: it numbers what is wanted of it, and tells each lead what it got.

use std::collections::BTreeMap;

use domain::event::EventKind;
use domain::figure::Figure;
use domain::grant::{CampaignState, Grant, Numbered, Stock, Wanted, answer, number};
use domain::identity::Identity;
use domain::ids::{BusinessId, CampaignName, LeadId};
use domain::playbook::{Coupon, Playbook};
use jiff::Timestamp;

use crate::commit::{CommitError, Conflict};
use crate::drain::Drained;
use crate::held::hint_at;
use crate::ports::{InboxId, InboxRow, InboxRowId};
use crate::world::{ATTEMPTS_MAX, WorkError, World};

/// How many wishes one transaction numbers. Each takes three writes of the hundred that it may have; but whoever waits for
/// the embedded engine waits for the longest transaction, too.
const WISHES_PER_COMMIT_MAX: usize = 8;
/// How many such transactions one call makes. What is left is found by the next hint or tick.
const COMMITS_PER_CALL_MAX: usize = 75;

/// What a campaign's transaction writes, all of it or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignCommit {
    /// The new record, with the version that it gets. The commit fails unless the one before it stands.
    pub state: CampaignState,
    /// What is given, to people who have nothing yet.
    pub grants: Vec<(LeadId, Grant)>,
    pub inbox_done: Vec<InboxRowId>,
    pub inbox_new: Vec<InboxRow>,
    pub now: Timestamp,
}

/// Numbers what is wanted, in the order of the inbox.
pub(crate) async fn give(world: &World, at: &InboxId) -> Result<Drained, WorkError> {
    let mut drained = Drained::default();
    let mut conflicts = 0;
    for _ in 0..COMMITS_PER_CALL_MAX {
        let wishes = wishes(world, at, &mut drained).await?;
        let Some((campaign, _, _)) = wishes.first() else { return Ok(drained) };
        let campaign = campaign.clone();
        let playbook = world.playbooks.current(&at.business, world.clock.now()).await?;
        let playbook = playbook.ok_or_else(|| WorkError::NoPlaybook(at.business.clone()))?;
        let known = world.store.campaign(&at.business, &campaign).await?;
        let state = known.unwrap_or_else(|| CampaignState::new(at.business.clone(), campaign.clone()));
        let wanted: Vec<Wanted> = wishes.iter().map(|(_, wanted, _)| wanted.clone()).collect();
        let stock = stock(world, &state, &wanted, &playbook).await?;
        let now = world.clock.now();
        let Numbered { state, new, given } = number(&state, &wanted, stock, &playbook, now);
        let answered = given.len();
        if answered > 0 {
            let told = given.into_iter().map(|given| answer(&world.pepper, &at.business, given, now));
            let told = world.rows_of(told.collect(), now);
            let done = wishes.iter().take(answered).map(|(_, _, row)| row.clone()).collect();
            let commit = CampaignCommit { state, grants: new, inbox_done: done, inbox_new: told, now };
            match world.store.commit_campaign(&commit).await {
                Ok(()) => {
                    drained.decided += answered;
                    hint_at(world, &commit.inbox_new).await;
                }
                // Another worker numbers this campaign, too.
                Err(CommitError::Conflict(Conflict::Version)) if conflicts < ATTEMPTS_MAX => {
                    conflicts += 1;
                    continue;
                }
                Err(CommitError::Conflict(_)) => return Err(WorkError::Contended),
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        if answered < wishes.len() {
            let reason = format!(
                "the campaign {campaign} has no coupon left; load more with masa coupons load, then masa redrive"
            );
            for (_, _, row) in &wishes[answered..] {
                world.store.park_inbox(row, &reason, now).await?;
                world.figures.count(&at.business, Figure::Parked);
                drained.parked += 1;
            }
        }
    }
    Ok(drained)
}

/// The next wishes of one campaign. What is none is parked.
async fn wishes(
    world: &World,
    at: &InboxId,
    drained: &mut Drained,
) -> Result<Vec<(CampaignName, Wanted, InboxRowId)>, WorkError> {
    let mut wishes = Vec::new();
    for row in world.store.inbox(at, WISHES_PER_COMMIT_MAX).await?.rows {
        let (id, reason) = match row {
            Ok(row) => match (&row.event.author, &row.event.kind) {
                (Identity::Campaign(name), EventKind::GrantWanted(wanted)) => {
                    wishes.push((name.clone(), wanted.clone(), row.id()));
                    continue;
                }
                _ => (row.id(), "this is no wish, and stands in a campaign's inbox".to_owned()),
            },
            Err(unreadable) => (unreadable.id, unreadable.reason),
        };
        tracing::error!(business = %at.business, inbox = %at.identity, reason, "a wish cannot be read and is parked");
        world.store.park_inbox(&id, &reason, world.clock.now()).await?;
        world.figures.count(&at.business, Figure::Parked);
        drained.parked += 1;
    }
    Ok(wishes)
}

async fn stock(
    world: &World,
    state: &CampaignState,
    wanted: &[Wanted],
    playbook: &Playbook,
) -> Result<Stock, WorkError> {
    let mut leads: Vec<LeadId> = wanted.iter().map(|wanted| wanted.lead).collect();
    leads.sort();
    leads.dedup();
    let grants: BTreeMap<LeadId, Grant> = world.store.grants(&state.business, &state.name, &leads).await?;
    let pooled = playbook.campaigns.get(&state.name).is_some_and(|campaign| {
        let mut gifts = campaign.all_rules().filter_map(|rule| rule.gift.as_ref());
        gifts.any(|gift| gift.coupon == Some(Coupon::FromPool))
    });
    let codes = match pooled {
        true => world.store.coupons(&state.business, &state.name, state.coupons, leads.len()).await?,
        false => Vec::new(),
    };
    Ok(Stock { grants, codes })
}

/// How many codes one pool may hold.
pub const COUPONS_MAX: usize = 100_000;

/// What became of codes that were loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    pub added: usize,
    /// They were there already.
    pub known: usize,
    /// How many nobody has yet.
    pub left: usize,
}

/// Puts codes into a campaign's pool, behind those that are there; one that is there already is not put again.
pub async fn load_coupons(
    world: &World,
    business: &BusinessId,
    campaign: &CampaignName,
    codes: &[String],
) -> Result<Loaded, WorkError> {
    let there = world.store.coupons(business, campaign, 0, COUPONS_MAX).await?;
    let mut seen: std::collections::BTreeSet<&String> = there.iter().collect();
    let new: Vec<String> = codes.iter().filter(|code| seen.insert(code)).cloned().collect();
    if !new.is_empty() {
        world.store.put_coupons(business, campaign, there.len() as u32, &new).await?;
    }
    let given = world.store.campaign(business, campaign).await?.map_or(0, |state| state.coupons as usize);
    let left = (there.len() + new.len()).saturating_sub(given);
    Ok(Loaded { added: new.len(), known: codes.len() - new.len(), left })
}
