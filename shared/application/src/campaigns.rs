//! What the operator sees of campaigns, and how a raffle is drawn.

use std::collections::BTreeMap;

use domain::catch_up::CatchUp;
use domain::event::{Event, EventKind, Responder};
use domain::event_key::{EventKey, Sameness};
use domain::grant::{CampaignState, Grant};
use domain::identity::Identity;
use domain::ids::{AssetId, BusinessId, CampaignName, LeadId};
use domain::pace::{Asking, Pace, Paced};
use domain::playbook::{Campaign, Coupon, Playbook};
use domain::raffle::{Draw, WINNERS_MAX};
use jiff::Timestamp;

use crate::accept::accept;
use crate::commit::{CommitError, Conflict};
use crate::grants::{COUPONS_MAX, CampaignCommit};
use crate::pace::connection;
use crate::roster::Roster;
use crate::world::{ATTEMPTS_MAX, WorkError, World};

const PAGE: usize = 500;

/// One campaign: what it has given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignReport {
    pub name: CampaignName,
    pub ends_at: Option<Timestamp>,
    /// The last raffle number.
    pub numbers: u32,
    /// Places that are taken, and how many there are, by rule.
    pub places: Vec<(String, u32, u32)>,
    /// Codes that are given, and left; of a pool only.
    pub coupons: Option<(u32, usize)>,
    pub is_drawn: bool,
}

/// One connection: how it works, and what waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionReport {
    pub asset: AssetId,
    /// Why nothing goes out, and since when.
    pub broken: Option<(Timestamp, String)>,
    pub paused_until: Option<Timestamp>,
    pub waiting: BTreeMap<Paced, Waiting>,
    /// What it may have missed, as far as it was read.
    pub catch_up: Option<CatchUp>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub count: usize,
    /// Since when the first of them waits.
    pub oldest: Timestamp,
    /// When the last of them will have left, if nothing is added and nothing breaks.
    pub empty_at: Timestamp,
}

/// What stands with the campaigns of a business. A walk of the roster: what waits is counted, not remembered.
pub async fn campaigns(
    world: &World,
    business: &BusinessId,
) -> Result<(Vec<CampaignReport>, Vec<ConnectionReport>), WorkError> {
    let playbook = playbook(world, business).await?;
    let mut reports = Vec::new();
    for campaign in playbook.campaigns.values() {
        reports.push(campaign_report(world, business, campaign).await?);
    }
    let mut waiting: BTreeMap<(AssetId, Paced), (usize, Timestamp)> = BTreeMap::new();
    let mut roster = Roster::of(world.store.as_ref(), business);
    loop {
        let page = roster.page().await?;
        if page.is_empty() {
            break;
        }
        for id in page {
            let Some(lead) = world.store.lead(business, id).await? else { continue };
            for work in lead.work.iter().filter(|work| !work.is_parked()) {
                let Some(asking) = Asking::of(work) else { continue };
                let entry =
                    waiting.entry((asking.asset().clone(), asking.kind())).or_insert((0, work.planned_at));
                entry.0 += 1;
                entry.1 = entry.1.min(work.planned_at);
            }
        }
    }
    let channels = &playbook.channels;
    let mut connections = Vec::new();
    for asset in [&channels.page, &channels.instagram].into_iter().flatten() {
        let (pace, now) = connection(world, business, asset).await?;
        let of = |kind: Paced| {
            let (count, oldest) = waiting.get(&(asset.clone(), kind)).copied()?;
            let empty_at = pace.empty_at(kind, count, playbook.paces.of(kind), now);
            Some((kind, Waiting { count, oldest, empty_at }))
        };
        connections.push(connection_report(&pace, now, Paced::ALL.into_iter().filter_map(of).collect()));
    }
    Ok((reports, connections))
}

fn connection_report(pace: &Pace, now: Timestamp, waiting: BTreeMap<Paced, Waiting>) -> ConnectionReport {
    ConnectionReport {
        asset: pace.asset.clone(),
        broken: pace.broken.as_ref().map(|broken| (broken.since, broken.reason.clone())),
        paused_until: pace.paused_until.filter(|until| *until > now),
        waiting,
        catch_up: pace.catch_up.clone(),
    }
}

async fn campaign_report(
    world: &World,
    business: &BusinessId,
    campaign: &Campaign,
) -> Result<CampaignReport, WorkError> {
    let known = world.store.campaign(business, &campaign.name).await?;
    let state = known.unwrap_or_else(|| CampaignState::new(business.clone(), campaign.name.clone()));
    let gifts = || campaign.all_rules().filter_map(|rule| Some((&rule.name, rule.gift.as_ref()?)));
    let places = gifts().filter_map(|(rule, gift)| {
        let taken = state.places.get(rule).copied().unwrap_or_default();
        Some((rule.to_string(), taken, gift.first?))
    });
    let pooled = gifts().any(|(_, gift)| gift.coupon == Some(Coupon::FromPool));
    let coupons = match pooled {
        true => {
            let left = world.store.coupons(business, &campaign.name, state.coupons, COUPONS_MAX).await?.len();
            Some((state.coupons, left))
        }
        false => None,
    };
    Ok(CampaignReport {
        name: campaign.name.clone(),
        ends_at: campaign.ends_at,
        numbers: state.numbers,
        places: places.collect(),
        coupons,
        is_drawn: state.draw.is_some_and(|draw| draw.drawn_at.is_some()),
    })
}

pub(crate) async fn playbook(
    world: &World,
    business: &BusinessId,
) -> Result<std::sync::Arc<Playbook>, WorkError> {
    let playbook = world.playbooks.current(business, world.clock.now()).await?;
    playbook.ok_or_else(|| WorkError::NoPlaybook(business.clone()))
}

/// Why a raffle cannot be committed to or drawn now.
#[derive(Debug, thiserror::Error)]
pub enum RaffleError {
    #[error("there is no campaign {0} that gives raffle numbers")]
    NoRaffle(CampaignName),
    #[error("nothing was committed to; run masa raffle commit before the draw, and publish what it prints")]
    NotCommitted,
    #[error("the raffle closes at {0}; draw after that")]
    StillOpen(Timestamp),
    #[error("nobody has a number yet")]
    Nobody,
    #[error("a draw has 1 to {WINNERS_MAX} winners")]
    Winners,
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<crate::ports::StoreError> for RaffleError {
    fn from(error: crate::ports::StoreError) -> Self {
        Self::Work(error.into())
    }
}

/// Binds a raffle to a secret before it is drawn. Once bound it stays; the first secret counts.
pub async fn commit_to_raffle(
    world: &World,
    business: &BusinessId,
    name: &CampaignName,
    seed: [u8; 32],
) -> Result<Draw, RaffleError> {
    change(world, business, name, |state| match state.draw {
        Some(_) => Ok(None),
        None => Ok(Some(Draw::committed(seed))),
    })
    .await
}

/// Freezes the list and draws from it. A raffle that is drawn stays as it was drawn.
pub async fn draw_raffle(
    world: &World,
    business: &BusinessId,
    name: &CampaignName,
    winners: u32,
) -> Result<Draw, RaffleError> {
    if !(1..=WINNERS_MAX).contains(&winners) {
        return Err(RaffleError::Winners);
    }
    let playbook = playbook(world, business).await?;
    let now = world.clock.now();
    let ends_at = playbook.campaigns.get(name).and_then(|campaign| campaign.ends_at);
    if let Some(ends_at) = ends_at.filter(|ends_at| *ends_at > now) {
        return Err(RaffleError::StillOpen(ends_at));
    }
    for _ in 0..ATTEMPTS_MAX {
        let known = world.store.campaign(business, name).await?;
        // What is numbered while the list is read changes the record, and the draw begins anew.
        let entrants = entrants(world, business, name).await?;
        let Some(state) = known else { return Err(RaffleError::NotCommitted) };
        let Some(draw) = state.draw.clone() else { return Err(RaffleError::NotCommitted) };
        let numbers: Vec<(u32, LeadId)> = entrants.iter().map(|(number, lead, _)| (*number, *lead)).collect();
        if draw.drawn_at.is_some() {
            // Whoever was not told then, since the machine stopped, is told now.
            tell_winners(world, business, name, &draw, &numbers).await?;
            return Ok(draw);
        }
        if entrants.is_empty() {
            return Err(RaffleError::Nobody);
        }
        let drawn = draw.drawn(&numbers, winners, now);
        match store(world, &state, drawn.clone(), now).await {
            Ok(()) => {
                tell_winners(world, business, name, &drawn, &numbers).await?;
                return Ok(drawn);
            }
            Err(CommitError::Conflict(Conflict::Version)) => {}
            Err(CommitError::Conflict(_)) => break,
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(WorkError::Contended.into())
}

/// Told twice it is one event.
async fn tell_winners(
    world: &World,
    business: &BusinessId,
    name: &CampaignName,
    draw: &Draw,
    numbers: &[(u32, LeadId)],
) -> Result<(), WorkError> {
    let winners = numbers.iter().filter(|(number, _)| draw.winners.contains(number));
    let event = |(number, lead): &(u32, LeadId)| {
        let id = format!("{name}#{number}");
        let same = Sameness::Given { kind: "won", id: &id };
        Event {
            business: business.clone(),
            key: EventKey::of(&world.pepper, business, Responder::Comment, same),
            occurred_at: draw.drawn_at.unwrap_or(world.clock.now()),
            author: Identity::Lead(*lead),
            also: Vec::new(),
            kind: EventKind::Won { campaign: name.clone(), number: *number },
        }
    };
    accept(world, winners.map(event).collect()).await?;
    Ok(())
}

/// Everybody with a number, in the order of the numbers.
pub async fn entrants(
    world: &World,
    business: &BusinessId,
    name: &CampaignName,
) -> Result<Vec<(u32, LeadId, Grant)>, WorkError> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = world.store.all_grants(business, name, after, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        all.extend(page.into_iter().filter_map(|(lead, grant)| Some((grant.number?, lead, grant))));
    }
    all.sort_by_key(|(number, ..)| *number);
    Ok(all)
}

async fn change(
    world: &World,
    business: &BusinessId,
    name: &CampaignName,
    next: impl Fn(&CampaignState) -> Result<Option<Draw>, RaffleError>,
) -> Result<Draw, RaffleError> {
    let playbook = playbook(world, business).await?;
    let gives = |campaign: &Campaign| {
        campaign.all_rules().any(|rule| rule.gift.as_ref().is_some_and(|gift| gift.raffle_number))
    };
    if !playbook.campaigns.get(name).is_some_and(gives) {
        return Err(RaffleError::NoRaffle(name.clone()));
    }
    for _ in 0..ATTEMPTS_MAX {
        let known = world.store.campaign(business, name).await?;
        let state = known.unwrap_or_else(|| CampaignState::new(business.clone(), name.clone()));
        let Some(draw) = next(&state)? else {
            return state.draw.ok_or(RaffleError::NotCommitted);
        };
        match store(world, &state, draw.clone(), world.clock.now()).await {
            Ok(()) => return Ok(draw),
            Err(CommitError::Conflict(Conflict::Version)) => {}
            Err(CommitError::Conflict(_)) => break,
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(WorkError::Contended.into())
}

async fn store(world: &World, read: &CampaignState, draw: Draw, now: Timestamp) -> Result<(), CommitError> {
    let state = CampaignState { draw: Some(draw), version: read.version + 1, ..read.clone() };
    let commit =
        CampaignCommit { state, grants: Vec::new(), inbox_done: Vec::new(), inbox_new: Vec::new(), now };
    world.store.commit_campaign(&commit).await
}
