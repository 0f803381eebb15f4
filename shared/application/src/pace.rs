//! What is paced asks first: an answer to a comment the connection's pace, a late message of a broadcast the broadcast.

use domain::broadcast;
use domain::call::{CallFailure, Outcome, PlatformCall, Refusal};
use domain::claim::Claimed;
use domain::decide::Decision;
use domain::ids::{AssetId, BusinessId};
use domain::lead::Lead;
use domain::pace::{self, Asking, Pace, Turn};
use domain::work::{Action, Intent, Work};
use jiff::{SignedDuration, Timestamp};

use crate::broadcasts;
use crate::commit::{CommitError, Conflict};
use crate::world::{ATTEMPTS_MAX, Decidable, WorkError, World};

/// Meta asks to wait without saying for how long.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);

/// What a claim may do.
pub(crate) enum Paced {
    /// The call may be made. With a public reply, the record has the words that were chosen.
    Go(Option<Box<Lead>>),
    /// Its work waits.
    Later(Box<Decision>),
}

/// Asks for the call of a claim that is not committed yet.
pub(crate) async fn ask(
    world: &World,
    lead: &Lead,
    claimed: &Claimed,
    decidable: &Decidable,
) -> Result<Paced, WorkError> {
    let context = decidable.context(&world.pepper);
    let Some(work) = claims(claimed) else { return Ok(Paced::Go(None)) };
    if let Some(name) = broadcast::asks_again(work, context.now) {
        let slot = broadcasts::slot_again(world, &context.playbooks.current, name).await?;
        return Ok(match slot.filter(|slot| *slot > context.now) {
            Some(slot) => Paced::Later(Box::new(broadcast::wait(lead, work.id, slot, &context))),
            None => Paced::Go(None),
        });
    }
    let Some(asking) = Asking::of(work) else { return Ok(Paced::Go(None)) };
    for attempt in 0..ATTEMPTS_MAX {
        let mut pace = read(world, &lead.business, asking.asset()).await?;
        let (turn, pick) = asking.ask(&mut pace, &context);
        match world.store.put_pace(&pace).await {
            Ok(()) => {
                return Ok(match turn {
                    Turn::Now => {
                        Paced::Go(pick.map(|pick| Box::new(pace::with_pick(lead, asking.work(), pick))))
                    }
                    Turn::Later { until, turn } => {
                        let because = pace.because(context.now);
                        Paced::Later(Box::new(pace::wait(
                            lead,
                            asking.work(),
                            until,
                            turn,
                            because,
                            &context,
                        )))
                    }
                });
            }
            Err(CommitError::Conflict(_)) if attempt + 1 < ATTEMPTS_MAX => {}
            Err(CommitError::Conflict(_)) => break,
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(WorkError::Contended)
}

/// The work that is about to be called for.
fn claims(claimed: &Claimed) -> Option<&Work> {
    let lead = &claimed.decision.lead;
    let claim = lead.claim.as_ref().filter(|claim| claim.intent == Intent::Act)?;
    claimed.call.as_ref()?;
    lead.work(claim.work)
}

async fn read(world: &World, business: &BusinessId, asset: &AssetId) -> Result<Pace, WorkError> {
    let known = world.store.pace(business, asset).await?;
    Ok(known.unwrap_or_else(|| Pace::new(business.clone(), asset.clone())))
}

/// Takes up what an answer says of the whole connection. What cannot be recorded is found out by the next call.
pub(crate) async fn heard(world: &World, lead: &Lead, call: &PlatformCall, outcome: &Outcome) {
    let Some(asset) = lead.work(call.work).and_then(Asking::of).map(|asking| asking.asset().clone()) else {
        return;
    };
    let news = match outcome {
        // The others may go on.
        Outcome::Failed(failure) if failure.lacks_permission() && is_like(lead, call) => return,
        Outcome::Failed(CallFailure::TryAgain { wait, is_limit: true, .. }) => {
            News::Pause(wait.unwrap_or(PAUSE))
        }
        Outcome::Failed(CallFailure::Refused {
            why: Refusal::ConnectionBroken | Refusal::Account,
            reason,
            ..
        }) => News::Broken(reason),
        Outcome::Done(receipt) => match receipt.pause {
            Some(pause) => News::Pause(pause),
            None => News::Works,
        },
        _ => return,
    };
    if let Err(error) = take_up(world, &lead.business, &asset, &news).await {
        let business = &lead.business;
        tracing::warn!(%business, %asset, %error, "what was heard of a connection was not recorded");
    }
}

fn is_like(lead: &Lead, call: &PlatformCall) -> bool {
    lead.work(call.work).is_some_and(|work| matches!(work.action, Action::Like { .. }))
}

enum News<'a> {
    Pause(SignedDuration),
    Broken(&'a str),
    Works,
}

async fn take_up(
    world: &World,
    business: &BusinessId,
    asset: &AssetId,
    news: &News<'_>,
) -> Result<(), WorkError> {
    for _ in 0..ATTEMPTS_MAX {
        let mut pace = read(world, business, asset).await?;
        let now = world.clock.now();
        match news {
            News::Works if pace.broken.is_none() => return Ok(()),
            News::Works => pace.works(),
            News::Pause(pause) => pace.pause(now + *pause),
            News::Broken(reason) => {
                tracing::error!(%business, %asset, reason, "a connection does not work; its answers wait");
                pace.break_off(reason, now);
            }
        }
        pace.version += 1;
        match world.store.put_pace(&pace).await {
            Ok(()) => return Ok(()),
            Err(CommitError::Conflict(Conflict::Version)) => {}
            Err(CommitError::Conflict(_)) => return Ok(()),
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(WorkError::Contended)
}

/// The operator mended the connections of a business.
pub(crate) async fn mended(
    world: &World,
    business: &BusinessId,
    assets: &[AssetId],
) -> Result<(), WorkError> {
    for asset in assets {
        take_up(world, business, asset, &News::Works).await?;
    }
    Ok(())
}

/// How a connection stands, for the operator.
pub async fn connection(
    world: &World,
    business: &BusinessId,
    asset: &AssetId,
) -> Result<(Pace, Timestamp), WorkError> {
    Ok((read(world, business, asset).await?, world.clock.now()))
}
