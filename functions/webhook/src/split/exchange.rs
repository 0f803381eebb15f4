//! One item of Messenger or Instagram Direct between us and a person, read as the event that it is.

use domain::channel::{Channel, Network};
use domain::delivery::DeliveryStatus;
use domain::event::{Event, EventKind, Media, Message};
use domain::event_key::Sameness;
use domain::identity::Identity;
use domain::ids::PlatformMessageId;
use domain::source::Source;
use jiff::Timestamp;
use serde_json::Value;

use super::lenient::{self, TEXT_CHARS_MAX};
use super::place::Place;
use super::{media, referral};

/// A button's payload has at most 1000 characters.
const PAYLOAD_CHARS_MAX: usize = 2_000;
/// A receipt names at most the messages since the one before.
const RECEIPT_IDS_MAX: usize = 300;

/// One item, and the person on the other side.
pub struct Exchange<'a> {
    pub place: &'a Place<'a>,
    pub network: Network,
    pub item: &'a Value,
    pub person: String,
}

impl<'a> Exchange<'a> {
    /// `None` if the item does not say who sent it.
    pub fn of(place: &'a Place<'a>, network: Network, item: &'a Value) -> Option<Self> {
        Some(Self { place, network, item, person: lenient::id(&item["sender"]["id"])? })
    }

    /// What the person did, or why it is left alone.
    pub fn event(&self) -> Result<Event, &'static str> {
        let has = |name: &str| self.item[name].is_object();
        if has("message") {
            return if lenient::is_true(&self.item["message"]["is_deleted"]) {
                self.unsent()
            } else {
                Ok(self.message())
            };
        }
        if has("message_edit") {
            return self.edited();
        }
        if has("postback") {
            return Ok(self.postback());
        }
        if has("reaction") {
            return self.reaction();
        }
        if has("delivery") {
            return Ok(self.receipt(DeliveryStatus::Delivered, &self.item["delivery"]));
        }
        if has("read") {
            return Ok(self.receipt(DeliveryStatus::Read, &self.item["read"]));
        }
        match referral::source(&self.item["referral"]) {
            Some(source) => Ok(self.referred(source)),
            None => Err("messaging-unknown"),
        }
    }

    fn message(&self) -> Event {
        let message = &self.item["message"];
        let id = lenient::id(&message["mid"]);
        let text = lenient::text(&message["text"], TEXT_CHARS_MAX).or_else(|| media::place_attached(message));
        let payload = lenient::text(&message["quick_reply"]["payload"], PAYLOAD_CHARS_MAX);
        let from = [&message["referral"], &self.item["referral"]].into_iter().find_map(referral::source);
        self.messaged(id, text, payload, media::attached(message), from)
    }

    /// A pressed button, a menu or an ice breaker: often without an id.
    fn postback(&self) -> Event {
        let postback = &self.item["postback"];
        let title = lenient::text(&postback["title"], TEXT_CHARS_MAX);
        let payload = lenient::text(&postback["payload"], PAYLOAD_CHARS_MAX);
        let from = [&postback["referral"], &self.item["referral"]].into_iter().find_map(referral::source);
        self.messaged(lenient::id(&postback["mid"]), title, payload, None, from)
    }

    fn messaged(
        &self,
        id: Option<String>,
        text: Option<String>,
        payload: Option<String>,
        media: Option<Media>,
        referral: Option<Source>,
    ) -> Event {
        let at = self.at();
        let without_id = payload.clone().or_else(|| text.clone()).unwrap_or_default();
        let same = match &id {
            Some(id) => Sameness::Message { id, verb: "" },
            None => Sameness::Postback { sender: &self.person, at: self.told(), payload: &without_id },
        };
        let message = Message {
            channel: self.channel(),
            asset: self.place.asset.clone(),
            id: id.as_deref().map(PlatformMessageId::from),
            text,
            payload,
            media,
            sender_name: None,
            referral,
        };
        self.by_person(at, EventKind::Messaged(message), same)
    }

    fn unsent(&self) -> Result<Event, &'static str> {
        let id = lenient::id(&self.item["message"]["mid"]).ok_or("message-without-id")?;
        let same = Sameness::Message { id: &id, verb: "unsent" };
        let kind =
            EventKind::MessageUnsent { channel: self.channel(), id: PlatformMessageId::from(id.as_str()) };
        Ok(self.by_person(self.at(), kind, same))
    }

    fn edited(&self) -> Result<Event, &'static str> {
        let edit = &self.item["message_edit"];
        let id = lenient::id(&edit["mid"]).ok_or("message-without-id")?;
        let number =
            lenient::id(&edit["num_edit"]).unwrap_or_else(|| self.told().as_millisecond().to_string());
        let verb = format!("edited {number}");
        let same = Sameness::Message { id: &id, verb: &verb };
        let kind =
            EventKind::MessageEdited { channel: self.channel(), id: PlatformMessageId::from(id.as_str()) };
        Ok(self.by_person(self.at(), kind, same))
    }

    fn reaction(&self) -> Result<Event, &'static str> {
        let reaction = &self.item["reaction"];
        if reaction["action"] == "unreact" {
            return Err("unreact");
        }
        let at = self.at();
        let what = format!("reaction {}", lenient::id(&reaction["mid"]).unwrap_or_default());
        let kind = EventKind::Reacted { channel: self.channel(), asset: self.place.asset.clone() };
        Ok(self.by_person(at, kind, Sameness::Change { person: &self.person, what: &what, at: self.told() }))
    }

    fn receipt(&self, status: DeliveryStatus, told: &Value) -> Event {
        // Instagram's read receipt names one message, Messenger's the moment up to which all are read.
        let one = lenient::id(&told["mid"]);
        let many = lenient::list(&told["mids"]).iter().filter_map(lenient::id);
        let ids: Vec<PlatformMessageId> =
            many.chain(one).take(RECEIPT_IDS_MAX).map(PlatformMessageId::new).collect();
        let up_to = self.place.moment(&told["watermark"]);
        let at = self.at();
        let first = ids.first().map(PlatformMessageId::as_str).unwrap_or_default();
        let what =
            format!("{} {first} {}", status.as_str(), lenient::id(&told["watermark"]).unwrap_or_default());
        let same = Sameness::Change { person: &self.person, what: &what, at: self.told() };
        self.by_person(at, EventKind::Receipt { channel: self.channel(), status, ids, up_to }, same)
    }

    fn referred(&self, source: Source) -> Event {
        let at = self.at();
        let payload = format!("referral {}", referral::name(&source));
        let same = Sameness::Postback { sender: &self.person, at: self.told(), payload: &payload };
        let kind = EventKind::Referred { channel: self.channel(), asset: self.place.asset.clone(), source };
        self.by_person(at, kind, same)
    }

    pub fn echoed(&self) -> Event {
        let message = &self.item["message"];
        let id = lenient::id(&message["mid"]);
        let kind = EventKind::Echoed {
            channel: self.channel(),
            id: id.clone().map(PlatformMessageId::new),
            text: lenient::text(&message["text"], TEXT_CHARS_MAX),
        };
        self.of_message(kind, id, "echo")
    }

    pub fn standby(&self) -> Event {
        let id =
            lenient::id(&self.item["message"]["mid"]).or_else(|| lenient::id(&self.item["postback"]["mid"]));
        self.of_message(EventKind::Standby { channel: self.channel() }, id, "standby")
    }

    fn of_message(&self, kind: EventKind, id: Option<String>, verb: &str) -> Event {
        let at = self.at();
        let same = match &id {
            Some(id) => Sameness::Message { id, verb },
            None => Sameness::Postback { sender: &self.person, at: self.told(), payload: verb },
        };
        self.by_person(at, kind, same)
    }

    fn channel(&self) -> Channel {
        self.network.private_channel()
    }

    fn at(&self) -> Timestamp {
        self.place.time(&self.item["timestamp"])
    }

    /// For keys.
    fn told(&self) -> Timestamp {
        self.place.told(&self.item["timestamp"])
    }

    fn by_person(&self, at: Timestamp, kind: EventKind, same: Sameness<'_>) -> Event {
        let author = match self.network {
            Network::Facebook => Identity::Psid(self.person.clone()),
            Network::Instagram => Identity::Igsid(self.person.clone()),
        };
        self.place.event(author, at, kind, same)
    }
}
