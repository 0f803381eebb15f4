//! What a person writes, and what the platforms say about what was written to them.

use jiff::{SignedDuration, Timestamp};

use super::answer;
use super::capture::{came_from, give_consent};
use super::draft::Draft;
use super::journeys;
use super::phone;
use crate::call::DOUBT_LENGTH;
use crate::channel::{Channel, Window};
use crate::consent::{Consent, OptOut, is_refusal};
use crate::delivery::DeliveryStatus;
use crate::event::{EmailStop, Event, Message};
use crate::fallback::{self, GivenUp};
use crate::ids::{AssetId, PlatformMessageId, WorkId};
use crate::merge;
use crate::name::PersonName;
use crate::playbook::{Button, CONSENT_PAYLOAD, Happened, Kind, OPT_OUT_PAYLOAD, Trigger};
use crate::source::{Source, SourceKind};
use crate::timeline::{Entry, Fact, What};
use crate::work::{Class, Evidence, Purpose, WorkState};

/// How long a person who answers from the platform's own app has the thread to themselves (R22).
const PERSON_HOLDS: SignedDuration = SignedDuration::from_hours(12);
const TEXT_CHARS_MAX: usize = 4_096;

pub fn messaged(draft: &mut Draft<'_>, event: &Event, message: &Message) {
    open_window(draft, event, message.channel, &message.asset);
    match (&message.sender_name, message.channel) {
        (Some(name), Channel::WhatsApp | Channel::Messenger) if draft.lead.name.is_none() => {
            draft.lead.name = PersonName::parse(name);
        }
        (Some(name), Channel::Instagram) => draft.lead.username = Some(name.chars().take(100).collect()),
        _ => {}
    }
    let source = message.referral.clone();
    came_from(draft, &source.unwrap_or(Source { kind: SourceKind::Message, campaign: Vec::new() }));
    draft.note(
        Entry::new(event.occurred_at, What::Wrote)
            .with(Fact::Channel, message.channel.as_str())
            .with_some(Fact::Text, message.text.as_ref().map(|text| clip(text)))
            .with_some(Fact::Media, message.media.map(|media| media.as_str())),
    );
    let refuses = message.payload.as_deref() == Some(OPT_OUT_PAYLOAD)
        || (message.payload.is_none() && message.text.as_deref().is_some_and(is_refusal));
    if refuses {
        opt_out(draft, event, message.channel);
        return;
    }
    let consents = message.payload.as_deref() == Some(CONSENT_PAYLOAD) && consent_by_button(draft, event);
    phone::confirmed(draft, event, message);
    let replied = Happened::new(Trigger::LeadReplied, event.key.as_str());
    journeys::happened(draft, replied.of(message.payload.as_deref()));
    phone::answered(draft, event, message);
    if consents {
        // After the reply, which would stop what the consent begins.
        journeys::happened(draft, Happened::new(Trigger::ConsentGiven, event.key.as_str()));
    }
}

fn opt_out(draft: &mut Draft<'_>, event: &Event, channel: Channel) {
    let first = draft.lead.opt_out.is_none();
    if first {
        draft.lead.opt_out = Some(OptOut { at: event.occurred_at, by: channel.as_str().to_owned() });
        draft.lead.consents.clear();
        draft.note(Entry::new(event.occurred_at, What::OptedOut).with(Fact::Channel, channel.as_str()));
        journeys::tell_others(draft, &Happened::new(Trigger::LeadOptedOut, event.key.as_str()));
    } else if let Some(refusal) = &mut draft.lead.opt_out {
        // Said again, it holds against a press from between the two that is told late.
        refusal.at = refusal.at.max(event.occurred_at);
    }
    leave_in_peace(draft);
    if let (true, Some(confirmation)) = (first, draft.playbook().opt_out_confirmation.clone()) {
        answer::with_message(draft, event, &confirmation, channel, Purpose::OptOutConfirmation);
    }
}

/// Nothing more goes out to who has refused, except that this was understood.
pub fn leave_in_peace(draft: &mut Draft<'_>) {
    let runs: Vec<_> = draft.lead.runs.iter().filter(|run| run.is_active()).map(|run| run.id).collect();
    for run in runs {
        journeys::stop(draft, run, Trigger::LeadOptedOut.as_str());
    }
    let pending: Vec<_> = draft
        .lead
        .work
        .iter()
        .filter(|work| work.action.message().is_some() && !work.action.confirms_opt_out())
        .cloned()
        .collect();
    for work in pending {
        draft.call_off(&work, "the person has refused messages", Some("R3"));
    }
}

/// The press agrees to the text of the button's message: the newest that asks for consent. A press that is older
/// than a refusal, and only arrives later, agrees to nothing.
fn consent_by_button(draft: &mut Draft<'_>, event: &Event) -> bool {
    if draft.lead.opt_out.as_ref().is_some_and(|refusal| event.occurred_at < refusal.at) {
        return false;
    }
    let texts = draft.playbook().messages.values().flat_map(|message| &message.buttons);
    let mut asked = texts.filter_map(|button| match button {
        Button::Consent { text, .. } => Some(text.clone()),
        _ => None,
    });
    let Some(text) = asked.next_back() else { return false };
    give_consent(draft, Consent { text, given_at: event.occurred_at, source: "button".to_owned() });
    // Who opted out and now asks for messages has changed their mind.
    if draft.lead.opt_out.take().is_some() {
        let waits = |work: &&crate::work::Work| work.action.confirms_opt_out();
        let waiting: Vec<_> = draft.lead.work.iter().filter(waits).cloned().collect();
        for work in waiting {
            draft.call_off(&work, "the person has changed their mind", None);
        }
    }
    true
}

/// A reaction opens the window and counts as an answer, but starts nothing by what it says.
pub fn reacted(draft: &mut Draft<'_>, event: &Event, channel: Channel, asset: &AssetId) {
    open_window(draft, event, channel, asset);
    draft.note(Entry::new(event.occurred_at, What::Reacted).with(Fact::Channel, channel.as_str()));
    journeys::happened(draft, Happened::new(Trigger::LeadReplied, event.key.as_str()));
}

/// Nothing is known of what it says. Whoever says so has read it, and hears nothing of it.
pub fn reply_told(draft: &mut Draft<'_>, event: &Event, channel: Channel, refuses: bool) {
    draft.note(Entry::new(event.occurred_at, What::Wrote).with(Fact::Channel, channel.as_str()));
    if refuses {
        return opt_out(draft, event, channel);
    }
    let replied = Happened::new(Trigger::LeadReplied, event.key.as_str());
    journeys::happened(draft, Happened { is_told_by_us: true, ..replied });
}

pub fn referred(draft: &mut Draft<'_>, event: &Event, channel: Channel, asset: &AssetId, source: &Source) {
    open_window(draft, event, channel, asset);
    came_from(draft, source);
    let entry = Entry::new(event.occurred_at, What::Referred).with(Fact::Channel, channel.as_str());
    draft.note(entry.with_some(Fact::Source, source.campaign.first().map(|(_, value)| value)));
}

/// A message in our name. If a call of ours on that channel is under way or in doubt, it is most likely that
/// one coming back, and says nothing about a person; otherwise a person answered by hand.
pub fn echoed(
    draft: &mut Draft<'_>,
    event: &Event,
    channel: Channel,
    id: Option<&PlatformMessageId>,
    text: Option<&str>,
) {
    let known = id.is_some() && draft.lead.recent_sends.iter().any(|send| send.id.as_ref() == id);
    if known || calls_on(draft, channel) {
        return;
    }
    let until = hold(draft, event, channel);
    draft.note(
        Entry::new(event.occurred_at, What::PersonAnswered)
            .with(Fact::Channel, channel.as_str())
            .with(Fact::Until, until)
            .with_some(Fact::Text, text.map(clip)),
    );
}

/// An older word that arrives late does not give the thread back earlier.
fn hold(draft: &mut Draft<'_>, event: &Event, channel: Channel) -> Timestamp {
    let until = draft.lead.held.entry(channel).or_insert(Timestamp::MIN);
    *until = (*until).max(event.occurred_at + PERSON_HOLDS);
    *until
}

fn calls_on(draft: &Draft<'_>, channel: Channel) -> bool {
    let claimed = draft.lead.claim.as_ref().map(|claim| claim.work);
    let now = draft.now();
    draft.lead.work.iter().filter(|work| work.action.message().is_some()).any(|work| {
        // What is settled by repeating it waits for its next try as if it were planned.
        let repeats = work.tries > 0 && work.action.evidence() == Evidence::Repeat;
        let open = Some(work.id) == claimed || work.is_in_doubt() || repeats;
        open && work.lane() == crate::work::Lane::Channel(channel)
    }) || draft.lead.recent_sends.iter().any(|send| {
        // The platform may tell an echo a number other than the one it told the sender.
        send.channel == channel && send.id.is_none() && now.duration_since(send.at) < DOUBT_LENGTH
    })
}

pub fn standby(draft: &mut Draft<'_>, event: &Event, channel: Channel) {
    hold(draft, event, channel);
    let entry = Entry::new(event.occurred_at, What::Standby).with(Fact::Channel, channel.as_str());
    draft.note(entry.with(Fact::Rule, "R22"));
}

/// A receipt that carries nothing of ours: it is matched by the ids of what left last.
pub fn receipt(
    draft: &mut Draft<'_>,
    event: &Event,
    channel: Channel,
    status: DeliveryStatus,
    ids: &[PlatformMessageId],
    up_to: Option<Timestamp>,
) {
    let what = match status {
        DeliveryStatus::Delivered => What::Delivered,
        DeliveryStatus::Read => What::Read,
        DeliveryStatus::Sent | DeliveryStatus::Failed => return,
    };
    let reached: Vec<PlatformMessageId> = draft
        .lead
        .recent_sends
        .iter()
        .filter(|send| send.channel == channel)
        .filter(|send| {
            up_to.is_some_and(|up_to| send.at <= up_to) || send.id.as_ref().is_some_and(|id| ids.contains(id))
        })
        .filter_map(|send| send.id.clone())
        .collect();
    // A watermark covers everything before it: the last one says it all.
    if let Some(id) = reached.last() {
        draft.note(
            Entry::new(event.occurred_at, what)
                .with(Fact::Channel, channel.as_str())
                .with(Fact::PlatformId, id),
        );
    }
}

/// The platform accepted a message and later gave it up. Codes: PLATFORM.md §7.
pub fn delivery_failed(
    draft: &mut Draft<'_>,
    event: &Event,
    id: &PlatformMessageId,
    work: Option<WorkId>,
    code: i64,
) {
    let entry = Entry::new(event.occurred_at, What::Failed).with(Fact::PlatformId, id).with(Fact::Code, code);
    draft.note(entry.with_some(Fact::Work, work));
    if code == 131_050 {
        marketing_stopped(draft, event);
    }
    if let Some(work) = work {
        fallback::given_up(draft, event, work, GivenUp::by_whatsapp(code).as_ref());
    }
}

/// The person used the platform's own switch: marketing stops, until they switch it back (R14).
pub fn marketing_stopped(draft: &mut Draft<'_>, event: &Event) {
    let before = draft.lead.marketing_stopped_at;
    draft.lead.marketing_stopped_at = before.max(Some(event.occurred_at));
    if before.is_none() {
        draft.note(Entry::new(event.occurred_at, What::MarketingStopped).with(Fact::Rule, "R14"));
    }
    stop_marketing(draft);
}

/// Follow-ups that market are not sent any more.
pub fn stop_marketing(draft: &mut Draft<'_>) {
    let pending: Vec<_> = draft
        .lead
        .work
        .iter()
        .filter(|work| work.state == WorkState::Planned || work.is_waiting())
        .filter(|work| work.class == Class::Bulk)
        .filter(|work| {
            let message = work.action.message().and_then(|name| draft.message(name));
            message.is_some_and(|message| message.kind == Kind::Marketing)
        })
        .cloned()
        .collect();
    for work in pending {
        draft.skip(&work, "the person stopped marketing on the platform", Some("R14"));
    }
}

/// A resumption that is older than the stop, and only arrives later, resumes nothing.
pub fn marketing_resumed(draft: &mut Draft<'_>, event: &Event) {
    if draft.lead.marketing_stopped_at.is_none_or(|stopped_at| stopped_at <= event.occurred_at) {
        draft.lead.marketing_stopped_at = None;
        draft.note(Entry::new(event.occurred_at, What::MarketingResumed));
    }
}

/// No e-mail goes to them any more. What waits finds another channel, or is skipped, when it is its turn.
pub fn email_stopped(draft: &mut Draft<'_>, event: &Event, why: EmailStop, work: Option<WorkId>) {
    if draft.lead.email_stopped_at.is_none() {
        let entry = Entry::new(event.occurred_at, What::EmailStopped).with(Fact::Reason, why.as_str());
        draft.note(entry.with(Fact::Rule, "R28"));
    }
    draft.lead.email_stopped_at = draft.lead.email_stopped_at.max(Some(event.occurred_at));
    // One that was read and reported has arrived.
    if let (EmailStop::Bounced, Some(work)) = (why, work) {
        fallback::given_up(draft, event, work, Some(&GivenUp::bounced()));
    }
}

fn open_window(draft: &mut Draft<'_>, event: &Event, channel: Channel, asset: &AssetId) {
    let newer = draft.lead.windows.get(&channel).is_none_or(|window| window.opened_at < event.occurred_at);
    if newer {
        // A clock of theirs that runs ahead does not lengthen the window.
        let opened_at = event.occurred_at.min(draft.now());
        draft.lead.windows.insert(channel, Window { opened_at, asset: asset.clone() });
    }
    if channel == Channel::WhatsApp {
        merge::number_wrote(draft);
    }
}

fn clip(text: &str) -> String {
    text.chars().take(TEXT_CHARS_MAX).collect()
}
