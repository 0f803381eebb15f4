//! A phone number that a campaign asks for in private: understood as people type it, kept as their word, and confirmed
//! from the number itself.

use jiff::SignedDuration;

use super::answer;
use super::draft::Draft;
use super::journeys;
use crate::channel::Channel;
use crate::event::{Event, Message};
use crate::identity::Identity;
use crate::ids::{CampaignName, RuleName};
use crate::lead::PhoneAsked;
use crate::merge;
use crate::phone::PhoneNumber;
use crate::playbook::{CONFIRM_PAYLOAD, Happened, PhoneQuestion, Trigger};
use crate::timeline::{Entry, Fact, What};
use crate::work::Purpose;

/// After this a number is no answer to the question any more.
const ANSWER_WITHIN: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How often the question is asked again.
const MISREAD_MAX: u32 = 2;
/// Fewer digits than these are no try at a number, but something else that a person should read.
const DIGITS_MIN: usize = 6;

pub fn asked(draft: &mut Draft<'_>, campaign: &CampaignName, rule: &RuleName, channel: Channel) {
    let (campaign, rule, at) = (campaign.clone(), rule.clone(), draft.now());
    draft.lead.phone_asked = Some(PhoneAsked { campaign, rule, channel, at, misread: 0, is_answered: false });
}

/// What the person wrote may be the number that they were asked for.
pub fn answered(draft: &mut Draft<'_>, event: &Event, message: &Message) {
    let now = draft.now();
    let waits = |asked: &&PhoneAsked| {
        let in_time = now.duration_since(asked.at) <= ANSWER_WITHIN;
        asked.channel == message.channel && !asked.is_answered && in_time
    };
    let Some(asked) = draft.lead.phone_asked.as_ref().filter(waits).cloned() else { return };
    let Some(text) = message.text.as_deref().filter(|_| message.payload.is_none()) else { return };
    let campaign = draft.playbook().campaigns.get(&asked.campaign);
    let question = campaign.and_then(|campaign| campaign.answer_of(&asked.rule)?.asks_phone.clone());
    let Some(question) = question else { return };
    match PhoneNumber::find(text) {
        // It is kept for a call, and asked for once more: a message does not reach it (R27).
        Some(phone) if !phone.may_have_whatsapp() => {
            draft.know(&Identity::Phone(phone));
            ask_again(draft, event, message.channel, asked, &question);
        }
        Some(phone) => {
            draft.know(&Identity::Phone(phone));
            if let Some(thanks) = &question.thanks {
                answer::with_message(draft, event, thanks, message.channel, Purpose::Playbook);
            }
            draft.lead.phone_asked = Some(PhoneAsked { is_answered: true, ..asked.clone() });
            given(draft, event, &asked.campaign);
        }
        None if text.chars().filter(|c| c.is_numeric()).count() >= DIGITS_MIN => {
            ask_again(draft, event, message.channel, asked, &question);
        }
        None => {}
    }
}

fn ask_again(
    draft: &mut Draft<'_>,
    event: &Event,
    channel: Channel,
    asked: PhoneAsked,
    question: &PhoneQuestion,
) {
    let misread = asked.misread + 1;
    draft.lead.phone_asked = Some(PhoneAsked { misread, ..asked });
    if let Some(unclear) = question.unclear.as_ref().filter(|_| misread <= MISREAD_MAX) {
        answer::with_message(draft, event, unclear, channel, Purpose::Playbook);
    }
}

/// Journeys hear of it: that of whoever gave the number, or of whoever is known by it already.
pub fn given(draft: &mut Draft<'_>, event: &Event, campaign: &CampaignName) {
    draft.note(Entry::new(event.occurred_at, What::PhoneGiven).with(Fact::Campaign, campaign));
    let given = Happened::new(Trigger::PhoneGiven, event.key.as_str());
    journeys::happened(draft, given.of(Some(campaign.as_str())));
}

/// A press on WhatsApp says that the number was given by its own person.
pub fn confirmed(draft: &mut Draft<'_>, event: &Event, message: &Message) {
    if message.channel == Channel::WhatsApp && message.payload.as_deref() == Some(CONFIRM_PAYLOAD) {
        draft.note(Entry::new(event.occurred_at, What::PhoneConfirmed));
        merge::confirmed(draft);
        journeys::happened(draft, Happened::new(Trigger::PhoneConfirmed, event.key.as_str()));
    }
}
