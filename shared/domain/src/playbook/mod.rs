//! What the marketer wrote, checked and ready to follow.

mod campaign;
mod condition;
mod journey;
mod journeys;
mod message;
mod quiet_hours;
mod sources;
mod tags;

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

pub use campaign::{Answer, Campaign, Coupon, Gift, Once, PhoneQuestion, Posts, Reminder, Rule, Signs};
pub use condition::{Circumstances, Condition, Known};
pub use journey::{
    DealDate, Delay, Happened, Journey, Occasion, Quiet, Step, StepAction, StepZone, TaskStep, Trigger, Unit,
    WITHIN_DEFAULT, Wait, Way, free_id, in_order,
};
pub use journeys::Journeys;
#[cfg(test)]
pub use journeys::LOOKED_AT;
pub use message::{
    Attached, Button, CONFIRM_PAYLOAD, CONSENT_PAYLOAD, EmailForm, Gender, Kind, Message, OPT_OUT_PAYLOAD,
    Variant, WhatsAppTemplate, Wording,
};
pub use quiet_hours::{Allowed, Pause, QuietHours, night_of};
pub use sources::{ConsentBasis, FieldPath, FieldPlace, FieldPlaces, Form, Sender, Sources};
pub use tags::{TagCampaign, TagPlace};

use crate::alert::Alerts;
use crate::channel::Channel;
use crate::deal::BOOKING;
use crate::email::EmailAddress;
use crate::ids::{AssetId, BusinessId, CampaignName, DealKind, MessageName, PlaybookVersion};
use crate::pace::Paces;
use crate::phone::PhoneNumber;
use crate::worklist::Worklist;

#[derive(Clone, Debug)]
pub struct Playbook {
    pub version: PlaybookVersion,
    pub business: Business,
    pub channels: Channels,
    pub sources: Sources,
    pub messages: BTreeMap<MessageName, Message>,
    pub journeys: Journeys,
    /// The people of the business, by name.
    pub agents: BTreeMap<String, Agent>,
    /// Those who share their tasks, each by the names of its agents.
    pub teams: BTreeMap<String, Vec<String>>,
    /// Kinds of people by name: what enters and leaves them can start and stop journeys.
    pub segments: BTreeMap<String, Condition>,
    pub campaigns: BTreeMap<CampaignName, Campaign>,
    /// What answers whoever names the business.
    pub tags: BTreeMap<CampaignName, TagCampaign>,
    /// Nights, days of rest and pauses, in which nothing goes out that nobody waits for.
    pub quiet_hours: QuietHours,
    /// How many messages that nobody waits for one person may get in a civil day.
    pub daily_cap: Option<u32>,
    /// The same for seven civil days.
    pub weekly_cap: Option<u32>,
    /// How fast comments are answered.
    pub paces: Paces,
    /// What its people do by hand, so that others come to know it.
    pub worklist: Worklist,
    /// The kinds of deal, each with its dates and facts.
    pub deals: BTreeMap<DealKind, DealNames>,
    /// What other systems are told of on the event bus.
    pub bus: Vec<Trigger>,
    /// Of what people of the business hear by e-mail.
    pub alerts: Option<Alerts>,
    /// The message that confirms an opt-out, once.
    pub opt_out_confirmation: Option<MessageName>,
}

#[derive(Clone, Debug)]
pub struct Business {
    pub id: BusinessId,
    pub name: String,
    pub zone: TimeZone,
    /// `he`, `en`: the language of messages and of what the business reads.
    pub language: String,
    /// Who signs the messages.
    pub agent: String,
    /// The business's links by name; `booking` is filled in for each lead.
    pub links: BTreeMap<String, String>,
    /// Those of them that tell when they are followed.
    pub tracked: BTreeSet<String>,
}

/// A person of the business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    pub name: String,
    pub email: Option<EmailAddress>,
}

impl Playbook {
    /// The kinds of deal that the business has beside its appointments.
    pub fn own_deals(&self) -> impl Iterator<Item = (&DealKind, &DealNames)> {
        self.deals.iter().filter(|(kind, _)| kind.as_str() != BOOKING)
    }
}

/// The assets through which the business speaks.
#[derive(Clone, Debug, Default)]
pub struct Channels {
    pub page: Option<AssetId>,
    pub instagram: Option<AssetId>,
    pub whatsapp_number: Option<AssetId>,
    pub whatsapp_account: Option<AssetId>,
    /// Its number as people dial it: for links that open a conversation.
    pub whatsapp_phone: Option<PhoneNumber>,
    pub mailbox: Option<Mailbox>,
    /// The name of the secret that holds the token for these assets.
    pub token: String,
}

/// Where the business's e-mails come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// The address, as the name of an account.
    pub asset: AssetId,
    pub from: EmailAddress,
    /// Where answers go, if not there.
    pub reply_to: Option<EmailAddress>,
}

impl Channels {
    pub fn asset(&self, channel: Channel) -> Option<&AssetId> {
        match channel {
            Channel::WhatsApp => self.whatsapp_number.as_ref(),
            Channel::Messenger => self.page.as_ref(),
            Channel::Instagram => self.instagram.as_ref(),
            Channel::Email => self.mailbox.as_ref().map(|mailbox| &mailbox.asset),
        }
    }

    pub fn all(&self) -> impl Iterator<Item = &AssetId> {
        [&self.page, &self.instagram, &self.whatsapp_number, &self.whatsapp_account].into_iter().flatten()
    }
}

/// What can be said of a kind of deal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DealNames {
    pub dates: Vec<String>,
    pub facts: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_channel_has_its_asset_and_all_of_them_are_the_business_s() {
        let channels = crate::testing::playbook().channels;
        let of = |channel| channels.asset(channel).map(AssetId::as_str);
        assert_eq!(Channel::ALL.map(of), [Some("106"), Some("101"), Some("178"), None]);
        let all: Vec<_> = channels.all().map(AssetId::as_str).collect();
        assert_eq!(all, ["101", "178", "106", "102"]);
        assert_eq!(Channels::default().all().count(), 0);
    }
}
