//! The lead's record. Its business, id and version stand in the item's keys and attributes.

use std::collections::BTreeMap;

use domain::channel::Window;
use domain::ids::{AssetId, BroadcastName, BusinessId, CampaignName, CommentId, LeadId, RuleName};
use domain::lead::{Answered, Lead, PhoneAsked, Wish};
use serde::{Deserialize, Serialize};

use super::campaign::GrantItem;
use super::deal::DealItem;
use super::erasure::ErasingItem;
use super::format::{Damaged, FORMAT};
use super::identity;
use super::merges::{MergeItem, lead_id};
use super::moment::Moment;
use super::open_work::{ClaimItem, FallbackItem, SendItem, WorkItem};
use super::person::{ConsentItem, NameItem, OptOutItem};
use super::run::RunItem;
use super::source::SourceItem;
use super::task::TaskItem;
use super::words::{channel, channel_letter, is_default};

#[derive(Debug, Serialize, Deserialize)]
pub struct LeadItem {
    f: u32,
    /// When it was created.
    c: Moment,
    /// When the person last did something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ac: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    n: Option<NameItem>,
    /// The user name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    u: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    /// Answers to forms.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    q: BTreeMap<String, String>,
    /// Identities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    i: Vec<String>,
    /// Those that another one took the place of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    io: Vec<String>,
    /// The first and the last source, where they are the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    s: Option<SourceItem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    s1: Option<SourceItem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    s2: Option<SourceItem>,
    /// Consents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    k: Vec<ConsentItem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    o: Option<OptOutItem>,
    /// When marketing was stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    m: Option<Moment>,
    /// When e-mails stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    em: Option<Moment>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    g: Vec<String>,
    /// Deals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    d: Vec<DealItem>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    w: BTreeMap<char, WindowItem>,
    /// Until when others hold a thread.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    h: BTreeMap<char, Moment>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    r: Vec<RunItem>,
    /// Tasks of people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    t: Vec<TaskItem>,
    /// Open work (jobs).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    j: Vec<WorkItem>,
    /// The number for the next piece of work.
    #[serde(default, skip_serializing_if = "is_default")]
    jn: u32,
    /// The claim that stands, and the number of the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    l: Option<ClaimItem>,
    #[serde(default, skip_serializing_if = "is_default")]
    ln: u64,
    /// What left last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    z: Vec<SendItem>,
    /// Grants, by campaign.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    gr: BTreeMap<String, GrantItem>,
    /// Comments that wait for a campaign's word; those that were hidden since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    wi: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    wh: Vec<String>,
    /// What campaigns have answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    an: Vec<(String, String)>,
    /// The question for a phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pa: Option<PhoneAskedItem>,
    /// The last broadcasts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    bc: Vec<String>,
    /// What goes on by another channel should WhatsApp give it up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fb: Vec<FallbackItem>,
    /// When it was last told of by e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    al: Option<Moment>,
    /// The lead that carries on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// Merges that wait.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    y: Vec<MergeItem>,
    /// Records that were merged into this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    b: Vec<String>,
    /// It is being erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<ErasingItem>,
}

#[derive(Debug, Serialize, Deserialize)]
struct PhoneAskedItem {
    /// The campaign, its rule, and the channel.
    c: String,
    r: String,
    h: char,
    t: Moment,
    /// How often it was misread.
    #[serde(default, skip_serializing_if = "is_default")]
    n: u32,
    /// Whether it is answered.
    #[serde(default, skip_serializing_if = "is_default")]
    a: bool,
}

impl From<&PhoneAsked> for PhoneAskedItem {
    fn from(asked: &PhoneAsked) -> Self {
        Self {
            c: asked.campaign.to_string(),
            r: asked.rule.to_string(),
            h: channel_letter(asked.channel),
            t: asked.at.into(),
            n: asked.misread,
            a: asked.is_answered,
        }
    }
}

impl PhoneAskedItem {
    fn read(self) -> Result<PhoneAsked, Damaged> {
        Ok(PhoneAsked {
            campaign: CampaignName::new(self.c),
            rule: RuleName::new(self.r),
            channel: channel(self.h)?,
            at: self.t.into(),
            misread: self.n,
            is_answered: self.a,
        })
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct WindowItem {
    t: Moment,
    a: String,
}

impl From<&Lead> for LeadItem {
    fn from(lead: &Lead) -> Self {
        let same_source = lead.first_source == lead.last_source;
        let source =
            |of: &Option<domain::source::Source>, wanted| of.as_ref().filter(|_| wanted).map(Into::into);
        let wishes = |hidden: bool| {
            let wishes = lead.wishes.iter().filter(|(_, wish)| wish.is_hidden == hidden);
            wishes.map(|(comment, _)| comment.to_string()).collect()
        };
        let window = |window: &Window| WindowItem { t: window.opened_at.into(), a: window.asset.to_string() };
        Self {
            f: FORMAT,
            c: lead.created_at.into(),
            ac: lead.active_at.map(Moment),
            n: lead.name.as_ref().map(Into::into),
            u: lead.username.clone(),
            p: lead.phone.as_ref().map(|phone| phone.as_str().to_owned()),
            e: lead.email.as_ref().map(|email| email.as_str().to_owned()),
            q: lead.fields.clone(),
            i: lead.identities.iter().map(identity::to_text).collect(),
            io: lead.outdated.iter().map(identity::to_text).collect(),
            s: source(&lead.first_source, same_source),
            s1: source(&lead.first_source, !same_source),
            s2: source(&lead.last_source, !same_source),
            k: lead.consents.iter().map(Into::into).collect(),
            o: lead.opt_out.as_ref().map(Into::into),
            m: lead.marketing_stopped_at.map(Moment),
            em: lead.email_stopped_at.map(Moment),
            g: lead.tags.iter().cloned().collect(),
            d: lead.deals.iter().map(Into::into).collect(),
            w: lead.windows.iter().map(|(on, open)| (channel_letter(*on), window(open))).collect(),
            h: lead.held.iter().map(|(on, until)| (channel_letter(*on), (*until).into())).collect(),
            r: lead.runs.iter().map(Into::into).collect(),
            t: lead.tasks.iter().map(Into::into).collect(),
            j: lead.work.iter().map(Into::into).collect(),
            jn: lead.work_next,
            l: lead.claim.as_ref().map(Into::into),
            ln: lead.claims,
            z: lead.recent_sends.iter().map(Into::into).collect(),
            gr: lead.grants.iter().map(|(name, grant)| (name.to_string(), grant.into())).collect(),
            wi: wishes(false),
            wh: wishes(true),
            an: lead
                .answered
                .iter()
                .map(|answered| (answered.campaign.to_string(), answered.what.clone()))
                .collect(),
            pa: lead.phone_asked.as_ref().map(Into::into),
            bc: lead.broadcasts.iter().map(BroadcastName::to_string).collect(),
            fb: lead.fallbacks.iter().map(Into::into).collect(),
            al: lead.alerted_at.map(Moment),
            to: lead.merged_into.map(|winner| winner.to_string()),
            y: lead.merges.iter().map(Into::into).collect(),
            b: lead.absorbed.iter().map(LeadId::to_string).collect(),
            x: lead.erasing.as_ref().map(Into::into),
        }
    }
}

impl LeadItem {
    pub fn read(self, business: &BusinessId, id: LeadId, version: u64) -> Result<Lead, Damaged> {
        let (first, last) = match self.s {
            Some(both) => {
                let both: domain::source::Source = both.into();
                (Some(both.clone()), Some(both))
            }
            None => (self.s1.map(Into::into), self.s2.map(Into::into)),
        };
        let wishes = |comments: Vec<String>, is_hidden| {
            comments.into_iter().map(move |comment| (CommentId::new(comment), Wish { is_hidden }))
        };
        let window = |item: WindowItem| Window { opened_at: item.t.into(), asset: AssetId::new(item.a) };
        Ok(Lead {
            business: business.clone(),
            id,
            version,
            created_at: self.c.into(),
            active_at: self.ac.map(Into::into),
            name: self.n.as_ref().map(NameItem::read).transpose()?,
            username: self.u,
            phone: self.p.as_deref().map(identity::phone).transpose()?,
            email: self.e.as_deref().map(identity::email).transpose()?,
            fields: self.q,
            identities: identity::all_from_text(&self.i)?.into_iter().collect(),
            outdated: identity::all_from_text(&self.io)?.into_iter().collect(),
            first_source: first,
            last_source: last,
            consents: self.k.into_iter().map(Into::into).collect(),
            opt_out: self.o.map(Into::into),
            marketing_stopped_at: self.m.map(Into::into),
            email_stopped_at: self.em.map(Into::into),
            tags: self.g.into_iter().collect(),
            deals: self.d.into_iter().map(DealItem::read).collect::<Result<_, _>>()?,
            windows: self
                .w
                .into_iter()
                .map(|(on, open)| Ok((channel(on)?, window(open))))
                .collect::<Result<_, _>>()?,
            held: self
                .h
                .into_iter()
                .map(|(on, until)| Ok((channel(on)?, until.into())))
                .collect::<Result<_, _>>()?,
            runs: self.r.into_iter().map(RunItem::read).collect::<Result<_, _>>()?,
            tasks: self.t.into_iter().map(TaskItem::read).collect::<Result<_, _>>()?,
            work: self.j.into_iter().map(WorkItem::read).collect::<Result<_, _>>()?,
            work_next: self.jn,
            claim: self.l.map(ClaimItem::read).transpose()?,
            claims: self.ln,
            recent_sends: self.z.into_iter().map(SendItem::read).collect::<Result<_, _>>()?,
            grants: self
                .gr
                .into_iter()
                .map(|(name, grant)| (CampaignName::new(name), grant.into()))
                .collect(),
            wishes: wishes(self.wi, false).chain(wishes(self.wh, true)).collect(),
            answered: self
                .an
                .into_iter()
                .map(|(campaign, what)| Answered { campaign: CampaignName::new(campaign), what })
                .collect(),
            phone_asked: self.pa.map(PhoneAskedItem::read).transpose()?,
            broadcasts: self.bc.into_iter().map(BroadcastName::new).collect(),
            fallbacks: self.fb.into_iter().map(FallbackItem::read).collect::<Result<_, _>>()?,
            alerted_at: self.al.map(Into::into),
            merged_into: self.to.as_deref().map(lead_id).transpose()?,
            merges: self.y.into_iter().map(MergeItem::read).collect::<Result<_, _>>()?,
            absorbed: self.b.iter().map(|text| lead_id(text)).collect::<Result<_, _>>()?,
            erasing: self.x.map(ErasingItem::read).transpose()?,
        })
    }
}
