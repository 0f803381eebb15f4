//! An undecided event. Its business, key and inbox stand in the item's keys.

use domain::channel::Channel;
use domain::delivery::DeliveryStatus;
use domain::event::{EmailStop, Event, EventKind};
use domain::event_key::EventKey;
use domain::grant::{Given, Wanted};
use domain::ids::{AssetId, BusinessId, CampaignName, CommentId, PlatformMessageId, RuleName, WorkId};
use serde::{Deserialize, Serialize};

use super::action::CommentAtItem;
use super::campaign::GrantItem;
use super::capture::{CallItem, CaptureItem, LeadAdItem};
use super::deal::DealChangeItem;
use super::format::{Damaged, FORMAT};
use super::identity;
use super::merges::lead_id;
use super::moment::Moment;
use super::open_work::work_id;
use super::said::{CommentItem, MentionItem, MessageItem};
use super::source::SourceItem;
use super::words::{channel, channel_letter, is_default};

#[derive(Debug, Serialize, Deserialize)]
pub struct EventItem {
    f: u32,
    /// When it happened.
    t: Moment,
    /// The author, and their other names.
    a: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    o: Vec<String>,
    e: KindItem,
}

/// `c` is the channel, `n` the network, `i` an id of the platform's, `a` the asset.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum KindItem {
    Captured(CaptureItem),
    LeadAd(LeadAdItem),
    Called(CallItem),
    Deal(DealChangeItem),
    Commented(CommentItem),
    CommentEdited {
        i: String,
    },
    CommentRemoved {
        i: String,
    },
    CommentHidden {
        i: String,
    },
    Messaged(MessageItem),
    MessageEdited {
        c: char,
        i: String,
    },
    MessageUnsent {
        c: char,
        i: String,
    },
    Reacted {
        c: char,
        a: String,
    },
    Referred {
        c: char,
        a: String,
        s: SourceItem,
    },
    Echoed {
        c: char,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        i: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        x: Option<String>,
    },
    Standby {
        c: char,
    },
    Receipt {
        c: char,
        s: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        i: Vec<String>,
        /// Up to when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        u: Option<Moment>,
    },
    DeliveryFailed {
        i: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        w: Option<String>,
        /// The platform's code.
        e: i64,
    },
    MarketingStopped,
    MarketingResumed,
    LinkClicked {
        l: String,
    },
    EmailStopped {
        y: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        w: Option<String>,
    },
    ReplyTold {
        c: char,
        /// They want no more messages.
        #[serde(default, skip_serializing_if = "is_default")]
        r: bool,
    },
    IdentityChanged {
        to: String,
    },
    Claimed {
        by: String,
        /// The campaign that asked for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        c: Option<String>,
    },
    Mentioned(MentionItem),
    GrantWanted(WantedItem),
    Granted {
        /// The campaign.
        c: String,
        w: WantedItem,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        g: Option<GrantItem>,
    },
    Won {
        /// The campaign, and the number.
        c: String,
        n: u32,
    },
    TemplateApproved {
        /// Its name and language.
        i: String,
        l: String,
    },
}

/// Who wants it, by which rule, for which comment.
#[derive(Debug, Serialize, Deserialize)]
struct WantedItem {
    d: String,
    r: String,
    #[serde(flatten)]
    to: CommentAtItem,
    t: Moment,
}

impl From<&Wanted> for WantedItem {
    fn from(wanted: &Wanted) -> Self {
        Self {
            d: wanted.lead.to_string(),
            r: wanted.rule.to_string(),
            to: (&wanted.to).into(),
            t: wanted.written_at.into(),
        }
    }
}

impl WantedItem {
    fn read(self) -> Result<Wanted, Damaged> {
        Ok(Wanted {
            lead: lead_id(&self.d)?,
            rule: RuleName::new(self.r),
            to: self.to.read()?,
            written_at: self.t.into(),
        })
    }
}

impl From<&Event> for EventItem {
    fn from(event: &Event) -> Self {
        Self {
            f: FORMAT,
            t: event.occurred_at.into(),
            a: identity::to_text(&event.author),
            o: event.also.iter().map(identity::to_text).collect(),
            e: (&event.kind).into(),
        }
    }
}

impl EventItem {
    pub fn read(self, business: &BusinessId, key: EventKey) -> Result<Event, Damaged> {
        Ok(Event {
            business: business.clone(),
            key,
            occurred_at: self.t.into(),
            author: identity::from_text(&self.a)?,
            also: identity::all_from_text(&self.o)?,
            kind: self.e.read()?,
        })
    }
}

impl From<&EventKind> for KindItem {
    fn from(kind: &EventKind) -> Self {
        let on = |channel: &Channel| channel_letter(*channel);
        match kind {
            EventKind::Captured(capture) => Self::Captured(capture.into()),
            EventKind::LeadAd(ad) => Self::LeadAd(ad.into()),
            EventKind::Called(call) => Self::Called(call.into()),
            EventKind::Deal(change) => Self::Deal(change.into()),
            EventKind::Commented(comment) => Self::Commented(comment.into()),
            EventKind::CommentEdited { comment } => Self::CommentEdited { i: comment.to_string() },
            EventKind::CommentRemoved { comment } => Self::CommentRemoved { i: comment.to_string() },
            EventKind::CommentHidden { comment } => Self::CommentHidden { i: comment.to_string() },
            EventKind::Messaged(message) => Self::Messaged(message.into()),
            EventKind::MessageEdited { channel, id } => {
                Self::MessageEdited { c: on(channel), i: id.to_string() }
            }
            EventKind::MessageUnsent { channel, id } => {
                Self::MessageUnsent { c: on(channel), i: id.to_string() }
            }
            EventKind::Reacted { channel, asset } => Self::Reacted { c: on(channel), a: asset.to_string() },
            EventKind::Referred { channel, asset, source } => {
                Self::Referred { c: on(channel), a: asset.to_string(), s: source.into() }
            }
            EventKind::Echoed { channel, id, text } => {
                let i = id.as_ref().map(PlatformMessageId::to_string);
                Self::Echoed { c: on(channel), i, x: text.clone() }
            }
            EventKind::Standby { channel } => Self::Standby { c: on(channel) },
            EventKind::Receipt { channel, status, ids, up_to } => Self::Receipt {
                c: on(channel),
                s: status.as_str().to_owned(),
                i: ids.iter().map(PlatformMessageId::to_string).collect(),
                u: up_to.map(Moment),
            },
            EventKind::DeliveryFailed { id, work, code } => {
                Self::DeliveryFailed { i: id.to_string(), w: work.as_ref().map(WorkId::to_string), e: *code }
            }
            EventKind::MarketingStopped => Self::MarketingStopped,
            EventKind::MarketingResumed => Self::MarketingResumed,
            EventKind::LinkClicked { link } => Self::LinkClicked { l: link.clone() },
            EventKind::EmailStopped { why, work } => {
                Self::EmailStopped { y: why.as_str().to_owned(), w: work.as_ref().map(WorkId::to_string) }
            }
            EventKind::ReplyTold { channel, refuses } => Self::ReplyTold { c: on(channel), r: *refuses },
            EventKind::IdentityChanged { to } => Self::IdentityChanged { to: identity::to_text(to) },
            EventKind::Claimed { by, asked } => {
                Self::Claimed { by: by.to_string(), c: asked.as_ref().map(CampaignName::to_string) }
            }
            EventKind::Mentioned(mention) => Self::Mentioned(mention.into()),
            EventKind::GrantWanted(wanted) => Self::GrantWanted(wanted.into()),
            EventKind::Granted(given) => Self::Granted {
                c: given.campaign.to_string(),
                w: (&given.wanted).into(),
                g: given.grant.as_ref().map(Into::into),
            },
            EventKind::Won { campaign, number } => Self::Won { c: campaign.to_string(), n: *number },
            EventKind::TemplateApproved { name, language } => {
                Self::TemplateApproved { i: name.clone(), l: language.clone() }
            }
        }
    }
}

impl KindItem {
    fn read(self) -> Result<EventKind, Damaged> {
        let message = PlatformMessageId::new;
        Ok(match self {
            Self::Captured(item) => EventKind::Captured(item.read()?),
            Self::LeadAd(item) => EventKind::LeadAd(item.into()),
            Self::Called(item) => EventKind::Called(item.read()?),
            Self::Deal(item) => EventKind::Deal(item.read()?),
            Self::Commented(item) => EventKind::Commented(item.read()?),
            Self::CommentEdited { i } => EventKind::CommentEdited { comment: CommentId::new(i) },
            Self::CommentRemoved { i } => EventKind::CommentRemoved { comment: CommentId::new(i) },
            Self::CommentHidden { i } => EventKind::CommentHidden { comment: CommentId::new(i) },
            Self::Messaged(item) => EventKind::Messaged(item.read()?),
            Self::MessageEdited { c, i } => EventKind::MessageEdited { channel: channel(c)?, id: message(i) },
            Self::MessageUnsent { c, i } => EventKind::MessageUnsent { channel: channel(c)?, id: message(i) },
            Self::Reacted { c, a } => EventKind::Reacted { channel: channel(c)?, asset: AssetId::new(a) },
            Self::Referred { c, a, s } => {
                EventKind::Referred { channel: channel(c)?, asset: AssetId::new(a), source: s.into() }
            }
            Self::Echoed { c, i, x } => {
                EventKind::Echoed { channel: channel(c)?, id: i.map(message), text: x }
            }
            Self::Standby { c } => EventKind::Standby { channel: channel(c)? },
            Self::Receipt { c, s, i, u } => EventKind::Receipt {
                channel: channel(c)?,
                status: DeliveryStatus::parse(&s).ok_or(Damaged::Field("status"))?,
                ids: i.into_iter().map(message).collect(),
                up_to: u.map(Into::into),
            },
            Self::DeliveryFailed { i, w, e } => EventKind::DeliveryFailed {
                id: message(i),
                work: w.as_deref().map(work_id).transpose()?,
                code: e,
            },
            Self::MarketingStopped => EventKind::MarketingStopped,
            Self::MarketingResumed => EventKind::MarketingResumed,
            Self::LinkClicked { l } => EventKind::LinkClicked { link: l },
            Self::EmailStopped { y, w } => {
                let why = EmailStop::ALL.into_iter().find(|why| why.as_str() == y);
                let why = why.ok_or(Damaged::Field("why e-mails stop"))?;
                EventKind::EmailStopped { why, work: w.as_deref().map(work_id).transpose()? }
            }
            Self::ReplyTold { c, r } => EventKind::ReplyTold { channel: channel(c)?, refuses: r },
            Self::IdentityChanged { to } => EventKind::IdentityChanged { to: identity::from_text(&to)? },
            Self::Claimed { by, c } => {
                EventKind::Claimed { by: lead_id(&by)?, asked: c.map(CampaignName::new) }
            }
            Self::Mentioned(item) => EventKind::Mentioned(item.read()?),
            Self::GrantWanted(wanted) => EventKind::GrantWanted(wanted.read()?),
            Self::Granted { c, w, g } => EventKind::Granted(Given {
                campaign: CampaignName::new(c),
                wanted: w.read()?,
                grant: g.map(Into::into),
            }),
            Self::Won { c, n } => EventKind::Won { campaign: CampaignName::new(c), number: n },
            Self::TemplateApproved { i, l } => EventKind::TemplateApproved { name: i, language: l },
        })
    }
}
