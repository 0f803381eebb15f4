//! Broadcasts: previewed, begun, stopped, and walked by the minute's tick. Where a walk stands is stored after each page of the
//! roster, so that whoever goes on after a crash asks about a page of people again at most; who has their message planned already is
//! told by their record.

use std::sync::Arc;

use domain::broadcast::{self, Broadcast, State, Tally, Turn, Unsendable, Wanted};
use domain::ids::{BroadcastName, BusinessId, LeadId, MessageName};
use domain::playbook::Playbook;
use jiff::{SignedDuration, Timestamp};

use crate::campaigns::playbook;
use crate::commit::CommitError;
use crate::redrive::carry_out;
use crate::release::{MaySend, may_send};
use crate::roster::Roster;
use crate::world::{ATTEMPTS_MAX, WorkError, World};

const PAGE: usize = 100;
/// How many people one tick asks about: it has others to look after, and ends within its minute.
const LEADS_PER_TICK_MAX: usize = 5_000;
/// A tick plans what leaves until a while after the next one.
const LOOK_AHEAD: SignedDuration = SignedDuration::from_secs(120);
/// Why a broadcast does not go on whose operator stopped it.
const BY_THE_OPERATOR: &str = "stopped by the business";

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum BroadcastError {
    #[error(transparent)]
    Refused(#[from] Unsendable),
    #[error(transparent)]
    Work(#[from] WorkError),
}

/// Whom a message to a segment would reach if it left now. A walk of the roster; nothing is written.
pub async fn preview(
    world: &World,
    business: &BusinessId,
    message: &MessageName,
    segment: &str,
) -> Result<Tally, BroadcastError> {
    let playbook = playbook(world, business).await?;
    broadcast::check(message, segment, &playbook)?;
    let mut tally = Tally::default();
    let mut roster = Roster::of(world.store.as_ref(), business);
    loop {
        let page = roster.page().await.map_err(WorkError::from)?;
        if page.is_empty() {
            return Ok(tally);
        }
        for id in page {
            let Some(lead) = world.store.lead(business, id).await.map_err(WorkError::from)? else { continue };
            let decidable = world.decidable(&lead).await?;
            tally.took(&broadcast::preview(&lead, message, segment, &decidable.context(&world.pepper)));
        }
    }
}

/// Begins a broadcast that reaches somebody. It goes by the next ticks. Gives whom it would reach if it left now.
pub async fn start(
    world: &World,
    business: &BusinessId,
    wanted: &Wanted,
) -> Result<(Broadcast, Tally), BroadcastError> {
    let playbook = playbook(world, business).await?;
    let mut fresh = Broadcast::new(wanted, &playbook, world.clock.now())?;
    let taken = || Unsendable::NameTaken(wanted.name.clone());
    if world.store.broadcast(business, &wanted.name).await.map_err(WorkError::from)?.is_some() {
        return Err(taken().into());
    }
    let tally = preview(world, business, &wanted.message, &wanted.segment).await?;
    if tally.planned == 0 {
        return Err(Unsendable::Nobody(tally.why_nobody()).into());
    }
    fresh.version = 1;
    match world.store.put_broadcast(&fresh).await {
        Ok(()) => Ok((fresh, tally)),
        Err(CommitError::Conflict(_)) => Err(taken().into()),
        Err(CommitError::Store(error)) => Err(WorkError::from(error).into()),
    }
}

/// Stops a broadcast. What was planned already still leaves: that of two minutes at most.
pub async fn stop(
    world: &World,
    business: &BusinessId,
    name: &BroadcastName,
) -> Result<Broadcast, BroadcastError> {
    change(world, business, name, |broadcast| broadcast.stop(BY_THE_OPERATOR, world.clock.now())).await
}

/// Lets a stopped one go on where it stood.
pub async fn resume(
    world: &World,
    business: &BusinessId,
    name: &BroadcastName,
) -> Result<Broadcast, BroadcastError> {
    change(world, business, name, Broadcast::resume).await
}

async fn change(
    world: &World,
    business: &BusinessId,
    name: &BroadcastName,
    change: impl Fn(&mut Broadcast) -> Result<(), Unsendable>,
) -> Result<Broadcast, BroadcastError> {
    for _ in 0..ATTEMPTS_MAX {
        let known = world.store.broadcast(business, name).await.map_err(WorkError::from)?;
        let mut broadcast = known.ok_or_else(|| Unsendable::Unknown(name.clone()))?;
        change(&mut broadcast)?;
        if put(world, &mut broadcast).await? {
            return Ok(broadcast);
        }
    }
    Err(WorkError::Contended.into())
}

/// Goes on with every broadcast as far as its pace allows. Gives how many messages were planned.
pub async fn go_on(world: &World) -> Result<u32, WorkError> {
    let mut planned = 0;
    if may_send(world).await? != MaySend::Yes(domain::claim::Release::Open) {
        return Ok(planned);
    }
    for business in world.store.businesses().await? {
        let broadcasts = world.store.broadcasts(&business).await?;
        let going = broadcasts.into_iter().filter(|broadcast| broadcast.state == State::Going);
        let going: Vec<Broadcast> = going.collect();
        if going.is_empty() {
            continue;
        }
        let Ok(playbook) = playbook(world, &business).await else { continue };
        for broadcast in going {
            planned += walk(world, &playbook, broadcast).await?;
        }
    }
    if planned > 0 {
        tracing::info!(planned, "messages of broadcasts were planned");
    }
    Ok(planned)
}

/// When a walk has something to plan next, a tick from now at the earliest: for a clock that is moved by hand.
pub async fn next_walk(world: &World, tick: SignedDuration) -> Result<Option<Timestamp>, WorkError> {
    let (mut next, now) = (None, world.clock.now());
    for business in world.store.businesses().await? {
        let broadcasts = world.store.broadcasts(&business).await?;
        for broadcast in broadcasts.iter().filter(|broadcast| broadcast.state == State::Going) {
            let Ok(playbook) = playbook(world, &business).await else { break };
            let walk = (broadcast.slot(&playbook, now) - LOOK_AHEAD).max(now + tick);
            next = next.into_iter().chain([walk]).min();
        }
    }
    Ok(next)
}

/// Walks on until the pace, the roster or the tick's patience is at its end. Whoever else walks meanwhile plans the same for the
/// same people, and only one of them goes on to the next page.
async fn walk(world: &World, playbook: &Arc<Playbook>, mut broadcast: Broadcast) -> Result<u32, WorkError> {
    let before = broadcast.tally.planned;
    if let Err(missing) = broadcast::check(&broadcast.message, &broadcast.segment, playbook) {
        tracing::error!(business = %broadcast.business, broadcast = %broadcast.name, "a broadcast is stopped: {missing}");
        let _ = broadcast.stop(&missing.to_string(), world.clock.now());
        put(world, &mut broadcast).await?;
        return Ok(0);
    }
    let mut patience = LEADS_PER_TICK_MAX;
    while patience > 0 && is_near(world, playbook, &broadcast) {
        let page = world.store.roster(&broadcast.business, broadcast.after, PAGE).await?;
        if page.is_empty() || broadcast.is_full() {
            broadcast.end(world.clock.now());
            put(world, &mut broadcast).await?;
            break;
        }
        // The moments are taken first, so that nobody else has them; what nobody of the page needs is given back.
        let began = broadcast.after;
        let reserved = reserve(world, playbook, &mut broadcast, page.len()).await?;
        let Some(slots) = reserved else { break };
        let (mut slots, now) = (slots.into_iter().peekable(), world.clock.now());
        for lead in page {
            let Some(slot) = slots.peek().copied().filter(|slot| *slot <= now + LOOK_AHEAD) else { break };
            if patience == 0 || broadcast.is_full() {
                break;
            }
            patience -= 1;
            let turn = one(world, &broadcast, lead, slot).await?;
            if turn == Turn::Planned {
                slots.next();
            }
            broadcast.took(lead, &turn);
        }
        if !put_progress(world, &mut broadcast, began, slots.next()).await? {
            break;
        }
    }
    Ok(broadcast.tally.planned - before)
}

/// Whether the next message leaves soon enough to be planned now.
fn is_near(world: &World, playbook: &Playbook, broadcast: &Broadcast) -> bool {
    let now = world.clock.now();
    broadcast.slot(playbook, now) <= now + LOOK_AHEAD
}

async fn one(world: &World, broadcast: &Broadcast, lead: LeadId, slot: Timestamp) -> Result<Turn, WorkError> {
    let decided = carry_out(world, &broadcast.business, lead, |lead, context| {
        let (turn, decision) = broadcast::plan(lead, broadcast, slot, context);
        decision.map(|decision| (decision, turn.clone())).ok_or(turn)
    });
    Ok(match decided.await? {
        Some(Ok(turn) | Err(turn)) => turn,
        None => Turn::NotOfSegment,
    })
}

/// Takes so many moments. `None` where another walk was faster, or the operator has stopped it.
async fn reserve(
    world: &World,
    playbook: &Playbook,
    broadcast: &mut Broadcast,
    count: usize,
) -> Result<Option<Vec<Timestamp>>, WorkError> {
    for _ in 0..ATTEMPTS_MAX {
        let (mut taking, now) = (broadcast.clone(), world.clock.now());
        let slots = (0..count).map(|_| taking.take_slot(playbook, now)).collect();
        if put(world, &mut taking).await? {
            *broadcast = taking;
            return Ok(Some(slots));
        }
        // A late message may have taken a moment.
        match world.store.broadcast(&broadcast.business, &broadcast.name).await? {
            Some(fresh) if fresh.after == broadcast.after && fresh.state == State::Going => {
                *broadcast = fresh
            }
            _ => return Ok(None),
        }
    }
    Err(WorkError::Contended)
}

/// Stores how far the walk came from `began`, and gives back the moments from `free` on if nobody has taken one behind them. `false`
/// where another walk was faster.
async fn put_progress(
    world: &World,
    broadcast: &mut Broadcast,
    began: Option<LeadId>,
    free: Option<Timestamp>,
) -> Result<bool, WorkError> {
    let reserved = broadcast.next_at;
    for _ in 0..ATTEMPTS_MAX {
        if let Some(free) = free.filter(|_| broadcast.next_at == reserved) {
            broadcast.next_at = free;
        }
        if put(world, broadcast).await? {
            return Ok(true);
        }
        let known = world.store.broadcast(&broadcast.business, &broadcast.name).await?;
        let Some(fresh) = known.filter(|fresh| fresh.after == began) else { return Ok(false) };
        // A late message took a moment, or the operator stopped it: the walk stands where it stood.
        *broadcast = Broadcast { after: broadcast.after, tally: broadcast.tally.clone(), ..fresh };
    }
    Err(WorkError::Contended)
}

/// Another moment for a message whose own is over. `None` where there is no such broadcast: then nothing holds it.
pub(crate) async fn slot_again(
    world: &World,
    playbook: &Playbook,
    name: &BroadcastName,
) -> Result<Option<Timestamp>, WorkError> {
    for _ in 0..ATTEMPTS_MAX {
        let known = world.store.broadcast(&playbook.business.id, name).await?;
        let Some(mut broadcast) = known else { return Ok(None) };
        let slot = broadcast.take_slot(playbook, world.clock.now());
        if put(world, &mut broadcast).await? {
            return Ok(Some(slot));
        }
    }
    Err(WorkError::Contended)
}

/// `false` where somebody else was faster.
async fn put(world: &World, broadcast: &mut Broadcast) -> Result<bool, WorkError> {
    broadcast.version += 1;
    match world.store.put_broadcast(broadcast).await {
        Ok(()) => Ok(true),
        Err(CommitError::Conflict(_)) => Ok(false),
        Err(CommitError::Store(error)) => Err(error.into()),
    }
}
