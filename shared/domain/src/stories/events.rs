//! What happens in the stories.

use jiff::Timestamp;

use crate::call::LeadAdFields;
use crate::channel::{Channel, Network};
use crate::event::{Call, CallKind, Capture, Comment, Details, Event, EventKind, LeadAd, Message};
use crate::event_key::{EventKey, Sameness};
use crate::identity::Identity;
use crate::ids::Pepper;
use crate::name::PersonName;
use crate::source::{Source, SourceKind};
use crate::testing::mobile;

/// An event of the lead of the tests. `id` makes it another than the next of its kind.
pub fn event(author: Identity, id: &str, kind: EventKind) -> impl FnOnce(Timestamp) -> Event {
    let business = "neveh".into();
    let sameness = Sameness::Given { kind: kind.name(), id };
    let key = EventKey::of(&Pepper::new([5; 32]), &business, kind.responder(), sameness);
    move |occurred_at| Event { business, key, occurred_at, author, also: Vec::new(), kind }
}

pub fn phone() -> Identity {
    Identity::Phone(mobile())
}

pub fn details() -> Details {
    Details { name: PersonName::parse("דנה לוי"), phone: Some(mobile()), ..Details::default() }
}

pub fn lead_ad() -> impl FnOnce(Timestamp) -> Event {
    let lead_ad = LeadAd { id: "77".into(), page: "101".into(), form: Some("5".into()), ad: None };
    event(Identity::LeadAd("77".into()), "77", EventKind::LeadAd(lead_ad))
}

pub fn fields() -> LeadAdFields {
    LeadAdFields { details: details(), form: Some("5".into()), ad: None }
}

/// A form with consent.
pub fn form(id: &str) -> impl FnOnce(Timestamp) -> Event {
    let source = Source { kind: SourceKind::Form { form: "contact".into() }, campaign: Vec::new() };
    let capture = Capture { details: details(), source, consent: Some("אני מאשר".into()) };
    event(phone(), id, EventKind::Captured(capture))
}

pub fn missed_call(id: &str) -> impl FnOnce(Timestamp) -> Event {
    event(phone(), id, EventKind::Called(Call { kind: CallKind::Missed, phone: mobile(), agent: None }))
}

fn message(id: &str, text: Option<&str>, payload: Option<&str>) -> impl FnOnce(Timestamp) -> Event {
    let message = Message {
        channel: Channel::WhatsApp,
        asset: "106".into(),
        id: Some(id.into()),
        text: text.map(str::to_owned),
        payload: payload.map(str::to_owned),
        media: None,
        sender_name: None,
        referral: None,
    };
    event(phone(), id, EventKind::Messaged(message))
}

pub fn writes(id: &str, text: &str) -> impl FnOnce(Timestamp) -> Event {
    message(id, Some(text), None)
}

pub fn presses(id: &str, payload: &str) -> impl FnOnce(Timestamp) -> Event {
    message(id, None, Some(payload))
}

pub fn writes_on_instagram(id: &str, text: &str) -> impl FnOnce(Timestamp) -> Event {
    let message = Message {
        channel: Channel::Instagram,
        asset: "178".into(),
        id: Some(id.into()),
        text: Some(text.into()),
        payload: None,
        media: None,
        sender_name: None,
        referral: None,
    };
    event(Identity::Igsid("9".into()), id, EventKind::Messaged(message))
}

pub fn writes_on_messenger(id: &str, text: &str) -> impl FnOnce(Timestamp) -> Event {
    let message = Message {
        channel: Channel::Messenger,
        asset: "101".into(),
        id: Some(id.into()),
        text: Some(text.into()),
        payload: None,
        media: None,
        sender_name: None,
        referral: None,
    };
    event(Identity::Psid("9".into()), id, EventKind::Messaged(message))
}

pub fn comments(id: &str, change: impl FnOnce(&mut Comment)) -> impl FnOnce(Timestamp) -> Event {
    let mut comment = Comment {
        network: Network::Facebook,
        asset: "101".into(),
        id: id.into(),
        post: Some("post".into()),
        original_post: None,
        text: "כמה עולה?".into(),
        author_name: Some("דנה לוי".into()),
        is_reply: false,
        is_live: false,
        is_ad: false,
        written_at: None,
        friends: None,
    };
    change(&mut comment);
    event(Identity::Psid("9".into()), id, EventKind::Commented(comment))
}

pub fn removes_comment(id: &str) -> impl FnOnce(Timestamp) -> Event {
    event(Identity::Psid("9".into()), id, EventKind::CommentRemoved { comment: id.into() })
}

pub fn comment_is_hidden(id: &str) -> impl FnOnce(Timestamp) -> Event {
    event(Identity::Psid("9".into()), id, EventKind::CommentHidden { comment: id.into() })
}

pub fn echo(channel: Channel, id: &str) -> impl FnOnce(Timestamp) -> Event {
    event(phone(), id, EventKind::Echoed { channel, id: Some(id.into()), text: Some("אני מטפלת".into()) })
}
