//! A lead's due work leaves: claim, call, finish, until nothing more may go.

use domain::alert::{self, Line};
use domain::call::{CALL_TIMEOUT, CallFailure, LeadAdFields, Operation, Outcome, PlatformCall};
use domain::claim::{Claimed, claim};
use domain::doubt::Deliveries;
use domain::finish::finish;
use domain::identity::IdentityKey;
use domain::ids::{BusinessId, LeadId};
use domain::lead::{Lead, Proof};
use domain::lead_ad::hand_over;
use domain::work::Work;
use jiff::Timestamp;

use crate::commit::{Commit, CommitError, Conflict};
use crate::decide_event::new_identities;
use crate::erase::{erase, sweep_tombstone};
use crate::held::{Held, hint_at};
use crate::merge::merge_with;
use crate::pace::{self, Paced};
use crate::ports::{InboxRow, Platforms, StoreError, TimelineRow};
use crate::release::{MaySend, may_send};
use crate::timeline::whole_timeline;
use crate::world::{ATTEMPTS_MAX, Decidable, WorkError, World};

/// How many calls one worker makes for one lead before it lets others have their turn.
const CALLS_PER_DRAIN_MAX: usize = 16;
/// How often an answer is recorded before it is given up for the claim's end to settle.
const FINISH_TRIES_MAX: usize = 4;

/// How many records one worker joins at one look.
const MERGES_PER_DRAIN_MAX: usize = 16;

/// What a worker did, for logs and metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    pub calls: usize,
    /// Nothing was called because this installation's table is not the one that may send.
    pub held: bool,
}

/// Works a lead off. Nothing is called without a claim that was committed first (invariant 3); what happens
/// between the claim and its finish is found by the claim's end.
pub async fn deliver(
    world: &World,
    platforms: &dyn Platforms,
    business: &BusinessId,
    lead: LeadId,
) -> Result<Delivered, WorkError> {
    let mut delivered = Delivered::default();
    let record = world.store.lead(business, lead).await?;
    // Nothing is sent by this, so that no hold matters.
    if let Some(stone) = record.as_ref().filter(|record| record.erasing.is_some()) {
        sweep_tombstone(world, stone).await?;
        return Ok(delivered);
    }
    let release = match may_send(world).await? {
        MaySend::Yes(release) => release,
        MaySend::No => return Ok(Delivered { held: true, ..delivered }),
    };
    let living = match record.as_ref().and_then(|record| record.merged_into) {
        Some(winner) => world.living_lead(business, winner).await?,
        None => record,
    };
    let Some(mut lead) = living else { return Ok(delivered) };
    let mut merges = 0;
    let mut conflicts = 0;
    let mut nothing_may_leave = false;
    while delivered.calls < CALLS_PER_DRAIN_MAX {
        // First of all, so that nothing leaves for the one person twice. Who holds a claim waits for its end.
        if let Some(with) = due_merge(&lead, world.clock.now()).filter(|_| merges < MERGES_PER_DRAIN_MAX) {
            merges += 1;
            let Some(merged) = merge_with(world, lead, with).await? else { return Ok(delivered) };
            lead = merged;
            continue;
        }
        let decidable = world.decidable(&lead).await?;
        let deliveries = deliveries(world, &lead).await?;
        let context = decidable.context(&world.pepper);
        let Some(mut claimed) = claim(&lead, &deliveries, release, &context) else {
            nothing_may_leave = true;
            break;
        };
        match pace::ask(world, &lead, &claimed, &decidable).await? {
            Paced::Go(None) => {}
            // The same claim again, with the words that were chosen.
            Paced::Go(Some(chosen)) => {
                claimed = claim(&chosen, &deliveries, release, &context).unwrap_or(claimed);
            }
            Paced::Later(waits) => claimed = Claimed { decision: *waits, call: None },
        }
        let Claimed { decision, call } = claimed;
        let new = new_identities(world, &lead, &decision.lead);
        let mut commit = Commit::of(&lead, decision, new, decidable.now());
        if call.is_some() {
            commit.early_wake = lead.wake().filter(|wake| wake.at <= decidable.now());
        }
        match world.commit(&lead, &commit).await {
            Ok(()) => lead = commit.lead.unwrap_or(lead),
            Err(CommitError::Conflict(_)) => {
                conflicts += 1;
                if conflicts > ATTEMPTS_MAX {
                    return Err(WorkError::Contended);
                }
                let Some(fresh) = world.living_lead(business, lead.id).await? else { return Ok(delivered) };
                lead = fresh;
                continue;
            }
            // The claim may stand: nobody calls, and its end is looked at like any other.
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
        if let Some(mut call) = call {
            delivered.calls += 1;
            if let Operation::SendAlert(alert) = &mut call.operation {
                alert.talk = talk(world, &lead, &decidable).await?;
            }
            let outcome = match may_still_call(&lead, world.clock.now()) {
                true => platforms.call(&call).await,
                false => too_late_to_call(),
            };
            log(&call, &outcome);
            pace::heard(world, &lead, &call, &outcome).await;
            lead = finish_call(world, lead, &call, &outcome).await?;
        }
    }
    // What is due and still may not leave is held: a hint at it would come back at once, again and again.
    let held = nothing_may_leave && lead.wake().is_some_and(|wake| wake.at <= world.clock.now());
    if !held {
        world.hint(&lead).await;
    }
    Ok(delivered)
}

/// A call that begins late in its claim could still be under way when the claim is another's.
fn may_still_call(lead: &Lead, now: Timestamp) -> bool {
    lead.claim.as_ref().is_some_and(|claim| now + CALL_TIMEOUT <= claim.until)
}

fn too_late_to_call() -> Outcome {
    let reason = "the store was slow: the claim was nearly over before the call could begin".to_owned();
    Outcome::Failed(CallFailure::TryAgain { wait: None, is_limit: false, reason })
}

/// What an alert shows of the conversation.
async fn talk(world: &World, lead: &Lead, decidable: &Decidable) -> Result<Vec<Line>, WorkError> {
    let rows = whole_timeline(&*world.store, lead).await?;
    let entries = rows.iter().filter_map(|row| match row {
        TimelineRow::Entry(entry) => Some(entry),
        TimelineRow::Delivery { .. } => None,
    });
    Ok(alert::talk(lead, &decidable.context(&world.pepper).playbooks.current, entries))
}

fn due_merge(lead: &Lead, now: Timestamp) -> Option<LeadId> {
    let claimed = lead.claim.as_ref().is_some_and(|claim| now < claim.until);
    lead.due_merge(now).filter(|_| !claimed).map(|merge| merge.with)
}

/// Evidence is read only for what was called before and is still open.
async fn deliveries(world: &World, lead: &Lead) -> Result<Deliveries, WorkError> {
    let mut told = Deliveries::new();
    // A claim that ran out is doubt, too, from the next moment on.
    let claimed = lead.claim.as_ref().map(|claim| claim.work);
    // Evidence may also come after the silence, before the next try.
    let asked = |work: &&Work| work.is_in_doubt() || work.tries > 0 || Some(work.id) == claimed;
    for work in lead.work.iter().filter(asked) {
        let mut of_work = world.store.deliveries(&lead.business, lead.id, work.id).await?;
        // What was called for before a merge is told under the name that the record had then.
        for absorbed in &lead.absorbed {
            of_work.extend(world.store.deliveries(&lead.business, *absorbed, work.id).await?);
        }
        told.insert(work.id, of_work);
    }
    Ok(told)
}

/// Commits what the answer means, and again when the store fails: the answer is known here and nowhere else, and
/// without it the call is in doubt. The fence keeps what was written although its answer was lost from counting
/// twice.
async fn finish_call(
    world: &World,
    lead: Lead,
    call: &PlatformCall,
    outcome: &Outcome,
) -> Result<Lead, WorkError> {
    let mut lead = lead;
    let mut tries = 1;
    loop {
        match finish_on_fresh_record(world, lead.clone(), call, outcome).await {
            Err(WorkError::Store(StoreError::Unavailable(_))) if tries < FINISH_TRIES_MAX => tries += 1,
            ended => return ended,
        }
        if let Ok(Some(fresh)) = world.living_lead(&lead.business, lead.id).await {
            lead = fresh;
        }
    }
}

/// Commits what the answer means on the freshest record, and again on conflict: an answer is not thrown away
/// because the person wrote in between.
async fn finish_on_fresh_record(
    world: &World,
    lead: Lead,
    call: &PlatformCall,
    outcome: &Outcome,
) -> Result<Lead, WorkError> {
    let mut lead = lead;
    let mut held = Held::default();
    // What a platform answers is proof; what a lead ad holds was typed by somebody.
    let proof = if matches!(outcome, Outcome::LeadAdRead(_)) { Proof::Claimed } else { Proof::Proven };
    for _ in 0..ATTEMPTS_MAX {
        let decidable = world.decidable(&lead).await?;
        let context = decidable.context(&world.pepper);
        let Some(mut decision) = finish(&lead, call.work, call.number, outcome, &context) else {
            return Ok(lead);
        };
        let suppressed = held.suppress(&decision.lead, &context);
        decision.lead = suppressed.lead;
        decision.timeline.extend(suppressed.timeline);
        let told = held.leave_to_others(world, &mut decision, proof, decidable.now());
        let heard = world.rows_of(std::mem::take(&mut decision.told), decidable.now());
        let new = new_identities(world, &lead, &decision.lead);
        let mut commit = Commit::of(&lead, decision, new, decidable.now());
        commit.inbox_new = told;
        commit.inbox_new.extend(heard);
        held.repoint(&mut commit);
        match world.commit(&lead, &commit).await {
            Ok(()) => {
                hint_at(world, &commit.inbox_new).await;
                return Ok(commit.lead.unwrap_or(lead));
            }
            Err(CommitError::Conflict(Conflict::Identity(key))) => match outcome {
                Outcome::LeadAdRead(fields) => {
                    if let Some(lead) = hand_over_lead_ad(world, &lead, call, fields, &key).await? {
                        return Ok(lead);
                    }
                    held.learn(world, &lead, key.clone()).await?;
                    // Its person was erased after they had filled it in.
                    if held.is_erased(&[key], lead.created_at) {
                        erase(world, &lead.business, lead.id).await?;
                        let stone = world.store.lead(&lead.business, lead.id).await?;
                        return Ok(stone.unwrap_or(lead));
                    }
                }
                _ => held.learn(world, &lead, key).await?,
            },
            // The record may have been merged in between: the work goes on in the other.
            Err(CommitError::Conflict(_)) => {
                lead = world.living_lead(&lead.business, lead.id).await?.unwrap_or(lead);
            }
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(WorkError::Contended)
}

/// The person of a lead ad is a lead already: their record takes the details, by way of its inbox. `None` when
/// the conflict is about another identity than the one by which the person would be written to.
async fn hand_over_lead_ad(
    world: &World,
    lead: &Lead,
    call: &PlatformCall,
    fields: &LeadAdFields,
    key: &IdentityKey,
) -> Result<Option<Lead>, WorkError> {
    let decidable = world.decidable(lead).await?;
    let context = decidable.context(&world.pepper);
    let at = crate::ports::InboxId { business: lead.business.clone(), identity: key.clone() };
    let Some(winner) = world.store.inbox(&at, 0).await?.lead else { return Ok(None) };
    // A record that was taken in by this very one points here.
    if world.living_lead(&lead.business, winner).await?.is_some_and(|living| living.id == lead.id) {
        return Ok(None);
    }
    let Some((decision, event)) = hand_over(lead, call.work, call.number, fields, winner, &context) else {
        return Ok(None);
    };
    let row =
        InboxRow { at: world.inbox_of(&event.business, &event.author), event, received_at: decidable.now() };
    if row.at != at {
        return Ok(None);
    }
    let mut commit = Commit::of(lead, decision, Vec::new(), decidable.now());
    commit.inbox_new.push(row);
    match world.store.commit(&commit).await {
        Ok(()) => {
            let business = &lead.business;
            tracing::info!(%business, lead = %lead.id, into = %winner, "the person of a lead ad is a lead already");
            hint_at(world, &commit.inbox_new).await;
            Ok(commit.lead)
        }
        // Somebody changed the record: the caller starts again from the fresh one.
        Err(CommitError::Conflict(_)) => Ok(world.store.lead(&lead.business, lead.id).await?),
        Err(CommitError::Store(error)) => Err(error.into()),
    }
}

fn log(call: &PlatformCall, outcome: &Outcome) {
    use domain::call::CallFailure::{AnswerLost, Refused, TryAgain};
    let (business, lead, work, operation) = (&call.business, call.lead, call.work, call.operation.name());
    match outcome {
        Outcome::Done(_)
        | Outcome::LeadAdRead(_)
        | Outcome::CommentRead(_)
        | Outcome::FollowRead(_)
        | Outcome::Listed(_)
        | Outcome::Found(_)
        | Outcome::NotFound => {
            tracing::info!(%business, %lead, %work, operation, "{operation} answered");
        }
        Outcome::Failed(TryAgain { reason, .. }) => {
            tracing::info!(%business, %lead, %work, operation, reason, "{operation} is tried again later");
        }
        Outcome::Failed(AnswerLost { reason }) => {
            tracing::warn!(%business, %lead, %work, operation, reason, "{operation}: its answer was lost");
        }
        Outcome::Failed(Refused { reason, code, .. }) => {
            tracing::warn!(%business, %lead, %work, operation, code, reason, "{operation} was refused");
        }
    }
}
