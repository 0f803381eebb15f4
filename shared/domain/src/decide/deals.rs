//! Deals: what a business's own system says of them, and the journeys whose steps hang on their dates.

use super::capture;
use super::draft::Draft;
use super::journeys;
use super::steps;
use crate::deal::{BOOKING, DEALS_MAX, Deal, DealChange, Stage};
use crate::event::Event;
use crate::ids::{DealId, DealKind};
use crate::playbook::{Happened, Trigger};
use crate::redrive;
use crate::timeline::{Entry, Fact, What};

pub fn changed(draft: &mut Draft<'_>, event: &Event, change: &DealChange) {
    capture::learn(draft, &change.details);
    if let Some(old) = &change.replaces {
        rename(draft, old, &change.id);
    }
    let lacking = redrive::lacking(draft, &change.id);
    let known = draft.lead.deals.iter().position(|deal| deal.id == change.id);
    let before = known.map(|index| draft.lead.deals[index].stage);
    let index = match known {
        Some(index) => index,
        None => match make_room(draft) {
            true => {
                draft.lead.deals.push(Deal::new(change.id.clone(), change.kind.clone(), event.occurred_at));
                draft.lead.deals.len() - 1
            }
            false => {
                let entry = Entry::new(event.occurred_at, What::Skipped).with(Fact::Deal, &change.id);
                draft.note(entry.with(Fact::Reason, "this lead has too many deals that are not over"));
                return;
            }
        },
    };
    let deal = &mut draft.lead.deals[index];
    let dates_before = deal.dates.clone();
    if !deal.hear(change, event.occurred_at) && deal.changed_at > event.occurred_at {
        let entry = Entry::new(event.occurred_at, What::DealChanged).with(Fact::Deal, &change.id);
        draft.note(entry.with(Fact::Reason, "something newer was said of it already"));
        return;
    }
    let (stage, dates_moved) = (deal.stage, deal.dates != dates_before);
    let entry = Entry::new(event.occurred_at, What::DealChanged).with(Fact::Deal, &change.id);
    draft.note(entry.with(Fact::Status, stage.as_str()));
    if dates_moved && known.is_some() {
        steps::dates_moved(draft, &change.id);
    }
    redrive::go_on(draft, &lacking);
    match trigger(&change.kind, stage, before == Some(stage), dates_moved) {
        Some(trigger) => {
            let happened = Happened::new(trigger, event.key.as_str()).of(Some(change.kind.as_str()));
            journeys::happened(draft, Happened { deal: Some(&change.id), ..happened });
        }
        None => steps::advance(draft),
    }
}

fn trigger(kind: &DealKind, stage: Stage, same_stage: bool, dates_moved: bool) -> Option<Trigger> {
    let is_booking = kind.as_str() == BOOKING;
    match (stage, same_stage) {
        (Stage::Open, true) if is_booking && dates_moved => Some(Trigger::BookingMoved),
        (_, true) => None,
        (Stage::Open | Stage::Won, false) if is_booking => Some(Trigger::BookingMade),
        (Stage::Lost, false) if is_booking => Some(Trigger::BookingCancelled),
        (Stage::Open, false) => Some(Trigger::DealOpened),
        (Stage::Won, false) => Some(Trigger::DealWon),
        (Stage::Lost, false) => Some(Trigger::DealLost),
    }
}

/// A deal goes on under another id, and so do the journeys that hang on it.
fn rename(draft: &mut Draft<'_>, old: &DealId, new: &DealId) {
    let lead = &mut draft.lead;
    if lead.deals.iter().any(|deal| deal.id == *new) {
        return;
    }
    let Some(deal) = lead.deals.iter_mut().find(|deal| deal.id == *old) else { return };
    deal.id = new.clone();
    for run in lead.runs.iter_mut().filter(|run| run.deal.as_ref() == Some(old)) {
        run.deal = Some(new.clone());
    }
}

/// Whether one more finds room: of deals on which no journey hangs, the one that was spoken of longest ago goes.
fn make_room(draft: &mut Draft<'_>) -> bool {
    if draft.lead.deals.len() < DEALS_MAX {
        return true;
    }
    let lead = &draft.lead;
    let waits = |deal: &Deal| {
        let of_deal = |id| lead.runs.iter().any(|run| run.id == id && run.deal.as_ref() == Some(&deal.id));
        lead.runs.iter().any(|run| run.is_active() && run.deal.as_ref() == Some(&deal.id))
            || lead.work.iter().filter_map(|work| work.run).any(of_deal)
    };
    let idle = lead.deals.iter().enumerate().filter(|(_, deal)| !waits(deal));
    let oldest = idle.min_by_key(|(_, deal)| (deal.stage == Stage::Open, deal.changed_at));
    match oldest.map(|(index, _)| index) {
        Some(index) => {
            draft.lead.deals.remove(index);
            true
        }
        None => false,
    }
}
