//! After an outage: what a platform has and no webhook brought is read from it and taken in.

use domain::call::{CallFailure, Listed, Operation, Outcome, PlatformCall, Refusal};
use domain::catch_up::{CatchUp, Reading, Trouble, nightly};
use domain::channel::Network;
use domain::event::{Event, EventKind, Responder};
use domain::event_key::{EventKey, Sameness};
use domain::identity::Identity;
use domain::ids::{AssetId, BusinessId, LeadId, WorkId};
use domain::pace::Pace;
use domain::playbook::Playbook;
use jiff::Timestamp;

use crate::accept::accept;
use crate::campaigns::playbook;
use crate::commit::CommitError;
use crate::pace::connection;
use crate::ports::{InboxId, Platforms};
use crate::release::{MaySend, may_send};
use crate::world::{ATTEMPTS_MAX, WorkError, World};

/// How many pages of one connection one tick reads: it has others to look after, and ends within its minute.
const PAGES_PER_TICK_MAX: usize = 20;

/// What a tick read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaughtUp {
    pub pages: usize,
    pub found: usize,
}

/// The operator asks for everything since a moment. It is read by the next ticks of whoever holds the tokens. Gives how
/// many connections it concerns.
pub async fn start(world: &World, business: &BusinessId, since: Timestamp) -> Result<usize, WorkError> {
    let playbook = playbook(world, business).await?;
    let assets = assets(&playbook);
    for (network, asset) in &assets {
        let now = world.clock.now();
        let fresh = CatchUp::new(&playbook, *network, asset, since, now);
        change(world, business, asset, |known| *known = Some(fresh.clone())).await?;
    }
    Ok(assets.len())
}

/// Begins what the night brings, and reads on where the last tick ended.
pub async fn go_on(world: &World, platforms: &dyn Platforms) -> Result<CaughtUp, WorkError> {
    let mut caught_up = CaughtUp::default();
    if may_send(world).await? == MaySend::No {
        return Ok(caught_up);
    }
    for business in world.store.businesses().await? {
        let Ok(playbook) = playbook(world, &business).await else { continue };
        for (network, asset) in assets(&playbook) {
            let (pace, now) = connection(world, &business, &asset).await?;
            if let Some(fresh) = nightly(pace.catch_up.as_ref(), &playbook, network, &asset, now) {
                let is_new = |known: &Option<CatchUp>| *known == pace.catch_up;
                change(world, &business, &asset, |known| {
                    if is_new(known) {
                        *known = Some(fresh.clone());
                    }
                })
                .await?;
            } else if pace.catch_up.as_ref().is_none_or(|catch_up| catch_up.next(now).is_none()) {
                continue;
            }
            for _ in 0..PAGES_PER_TICK_MAX {
                let Some(found) = page(world, platforms, &playbook, network, &asset).await? else { break };
                caught_up.pages += 1;
                caught_up.found += found;
            }
        }
    }
    if caught_up.found > 0 {
        let CaughtUp { pages, found } = caught_up;
        tracing::warn!(
            pages,
            found,
            "comments and lead ads that no webhook brought were read from the platform"
        );
    }
    Ok(caught_up)
}

/// Reads one page. `None` when there is none to be read now.
async fn page(
    world: &World,
    platforms: &dyn Platforms,
    playbook: &Playbook,
    network: Network,
    asset: &AssetId,
) -> Result<Option<usize>, WorkError> {
    let business = &playbook.business.id;
    let (pace, now) = connection(world, business, asset).await?;
    let Some((reading, since)) =
        pace.catch_up.as_ref().and_then(|known| Some((known.next(now)?, known.since)))
    else {
        return Ok(None);
    };
    let call = call(playbook, network, asset, reading, since);
    match platforms.call(&call).await {
        Outcome::Listed(listed) => {
            let events = unheard(world, business, asset, &listed, since).await?;
            let found = accept(world, events).await?;
            change(world, business, asset, |known| {
                known.iter_mut().for_each(|known| known.took(reading, &listed, found, now));
            })
            .await?;
            Ok(Some(found))
        }
        answer => {
            let (trouble, reason) = trouble(&answer);
            tracing::info!(%business, %asset, reason, "a list of what may have been missed was not read");
            change(world, business, asset, |known| {
                known.iter_mut().for_each(|known| known.failed(reading, trouble, reason, now));
            })
            .await?;
            Ok(matches!(trouble, Trouble::Skip).then_some(0))
        }
    }
}

fn call(
    playbook: &Playbook,
    network: Network,
    asset: &AssetId,
    reading: &Reading,
    since: Timestamp,
) -> PlatformCall {
    PlatformCall {
        business: playbook.business.id.clone(),
        // It is of no lead.
        lead: LeadId::new(0),
        work: WorkId::new(0),
        number: 0,
        token: playbook.channels.token.clone(),
        operation: Operation::List { network, asset: asset.clone(), reading: reading.clone(), since },
    }
}

fn trouble(answer: &Outcome) -> (Trouble, &str) {
    match answer {
        Outcome::Failed(CallFailure::TryAgain { wait, reason, .. }) => (Trouble::Later(*wait), reason),
        Outcome::Failed(CallFailure::AnswerLost { reason }) => (Trouble::Later(None), reason),
        Outcome::Failed(CallFailure::Refused {
            why: Refusal::ConnectionBroken | Refusal::Account,
            reason,
            ..
        }) => (Trouble::Broken, reason),
        Outcome::Failed(CallFailure::Refused { reason, .. }) => (Trouble::Skip, reason),
        _ => (Trouble::Skip, "the platform's answer does not fit the question"),
    }
}

/// What a list tells of, as its webhook would have, but for what somebody has handled already.
async fn unheard(
    world: &World,
    business: &BusinessId,
    asset: &AssetId,
    listed: &Listed,
    since: Timestamp,
) -> Result<Vec<Event>, WorkError> {
    let mut events = Vec::new();
    for listed in &listed.comments {
        let comment = &listed.comment;
        let stand_in = Identity::Comment(comment.id.clone());
        let is_ours = listed.author.as_ref().is_some_and(|author| author.value() == asset.as_str());
        let Some(at) = comment.written_at.filter(|at| *at >= since && !is_ours && !listed.is_hidden) else {
            continue;
        };
        if is_known(world, business, &stand_in).await? {
            continue;
        }
        let same = Sameness::Comment { id: comment.id.as_str(), verb: "add", edited_at: None };
        let author = listed.author.clone().unwrap_or(stand_in);
        events.push(event(
            world,
            business,
            (Responder::Comment, same),
            at,
            author,
            EventKind::Commented(comment.clone()),
        ));
    }
    for (lead_ad, at) in &listed.lead_ads {
        let author = Identity::LeadAd(lead_ad.id.clone());
        if *at < since || is_known(world, business, &author).await? {
            continue;
        }
        let same = Sameness::LeadAd { id: lead_ad.id.as_str() };
        events.push(event(
            world,
            business,
            (Responder::LeadIntake, same),
            *at,
            author,
            EventKind::LeadAd(lead_ad.clone()),
        ));
    }
    Ok(events)
}

fn event(
    world: &World,
    business: &BusinessId,
    (responder, same): (Responder, Sameness<'_>),
    occurred_at: Timestamp,
    author: Identity,
    kind: EventKind,
) -> Event {
    let key = EventKey::of(&world.pepper, business, responder, same);
    Event { business: business.clone(), key, occurred_at, author, also: Vec::new(), kind }
}

/// Comments and lead ads have names that never end: whoever handled one, knows it.
async fn is_known(world: &World, business: &BusinessId, thing: &Identity) -> Result<bool, WorkError> {
    let at = InboxId { business: business.clone(), identity: world.identity_key(business, thing) };
    let inbox = world.store.inbox(&at, 0).await?;
    Ok(inbox.lead.is_some() || inbox.erased.is_some())
}

async fn change(
    world: &World,
    business: &BusinessId,
    asset: &AssetId,
    change: impl Fn(&mut Option<CatchUp>),
) -> Result<(), WorkError> {
    for _ in 0..ATTEMPTS_MAX {
        let (mut pace, _): (Pace, _) = connection(world, business, asset).await?;
        change(&mut pace.catch_up);
        pace.version += 1;
        match world.store.put_pace(&pace).await {
            Ok(()) => return Ok(()),
            Err(CommitError::Conflict(_)) => {}
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(WorkError::Contended)
}

fn assets(playbook: &Playbook) -> Vec<(Network, AssetId)> {
    let channels = &playbook.channels;
    let of = [(Network::Facebook, &channels.page), (Network::Instagram, &channels.instagram)];
    of.into_iter().filter_map(|(network, asset)| Some((network, asset.clone()?))).collect()
}
