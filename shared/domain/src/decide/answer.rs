//! Messages that answer an event at once.

use super::draft::{Draft, Plan};
use crate::channel::Channel;
use crate::event::Event;
use crate::ids::{MessageName, WorkId};
use crate::lead::Lead;
use crate::work::{Action, Class, Purpose};

/// Plans a message of the playbook as the answer to an event, on the channel that the event came by.
pub fn with_message(
    draft: &mut Draft<'_>,
    event: &Event,
    message: &MessageName,
    channel: Channel,
    purpose: Purpose,
) {
    let id = WorkId::for_event(draft.context.pepper, draft.lead.id, event.key.as_str(), message.as_str());
    draft.plan(Plan {
        id,
        class: Class::Conversation,
        action: Action::Send { message: message.clone(), channel, purpose },
        run: None,
        due_at: draft.now(),
        within: None,
    });
}

/// Why a message has no way to this lead.
pub fn unreachable(lead: &Lead) -> &'static str {
    match &lead.phone {
        Some(phone) if !phone.may_have_whatsapp() => "the phone number is no mobile number",
        Some(_) => "none of the message's channels reaches this lead",
        None => "no phone number that could be read, and no other channel",
    }
}
