//! What a piece of open work does.

use domain::ids::{AssetId, BroadcastName, CampaignName, CommentId, LeadAdId, MessageName, PostId, RuleName};
use domain::playbook::{Occasion, Trigger};
use domain::work::{Action, CommentAt, Purpose};
use serde::{Deserialize, Serialize};

use super::format::Damaged;
use super::moment::Moment;
use super::said::{CommentItem, MentionItem};
use super::words::{channel, channel_letter, is_default, network, network_letter};

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionItem {
    Send {
        m: String,
        c: char,
        /// The purpose, where it is not as the playbook says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        p: Option<PurposeItem>,
    },
    PrivateReply {
        #[serde(flatten)]
        to: CommentAtItem,
        m: String,
        c: String,
    },
    PublicReply {
        #[serde(flatten)]
        to: CommentAtItem,
        c: String,
        r: String,
        /// Which reply of the rule's pool.
        k: u32,
    },
    Like {
        #[serde(flatten)]
        to: CommentAtItem,
    },
    Hide {
        #[serde(flatten)]
        to: CommentAtItem,
    },
    LookUpComment(Box<CommentItem>),
    LookUpMention(MentionItem),
    LookUpFollow {},
    AnswerMention {
        n: char,
        a: String,
        p: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        i: Option<String>,
        c: String,
        k: u32,
    },
    LookUpLeadAd {
        i: String,
        a: String,
    },
    Announce {
        /// The trigger's word, and when it was pulled.
        w: String,
        t: Moment,
    },
    Alert {
        a: String,
        /// Triggers' words, each with what it was of.
        w: Vec<(String, Option<String>)>,
    },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PurposeItem {
    OptOutConfirmation,
    /// What was written with it.
    Scheduled(Option<String>),
    Broadcast(String),
}

/// Network, asset, comment, post; whether it is live.
#[derive(Debug, Serialize, Deserialize)]
pub struct CommentAtItem {
    n: char,
    a: String,
    i: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    l: bool,
}

impl From<&CommentAt> for CommentAtItem {
    fn from(at: &CommentAt) -> Self {
        Self {
            n: network_letter(at.network),
            a: at.asset.to_string(),
            i: at.comment.to_string(),
            p: at.post.as_ref().map(PostId::to_string),
            l: at.is_live,
        }
    }
}

impl CommentAtItem {
    pub fn read(self) -> Result<CommentAt, Damaged> {
        Ok(CommentAt {
            network: network(self.n)?,
            asset: AssetId::new(self.a),
            comment: CommentId::new(self.i),
            post: self.p.map(PostId::new),
            is_live: self.l,
        })
    }
}

impl From<&Action> for ActionItem {
    fn from(action: &Action) -> Self {
        match action {
            Action::Send { message, channel, purpose } => {
                let p = match purpose {
                    Purpose::Playbook => None,
                    Purpose::OptOutConfirmation => Some(PurposeItem::OptOutConfirmation),
                    Purpose::Scheduled { note } => Some(PurposeItem::Scheduled(note.clone())),
                    Purpose::Broadcast { name } => Some(PurposeItem::Broadcast(name.to_string())),
                };
                Self::Send { m: message.to_string(), c: channel_letter(*channel), p }
            }
            Action::PrivateReply { to, message, campaign } => {
                Self::PrivateReply { to: to.into(), m: message.to_string(), c: campaign.to_string() }
            }
            Action::PublicReply { to, campaign, rule, pick } => {
                Self::PublicReply { to: to.into(), c: campaign.to_string(), r: rule.to_string(), k: *pick }
            }
            Action::Like { to } => Self::Like { to: to.into() },
            Action::Hide { to } => Self::Hide { to: to.into() },
            Action::LookUpFollow => Self::LookUpFollow {},
            Action::LookUpMention { mention } => Self::LookUpMention((&**mention).into()),
            Action::AnswerMention { network, asset, post, comment, campaign, pick } => Self::AnswerMention {
                n: network_letter(*network),
                a: asset.to_string(),
                p: post.to_string(),
                i: comment.as_ref().map(CommentId::to_string),
                c: campaign.to_string(),
                k: *pick,
            },
            Action::LookUpComment { comment } => Self::LookUpComment(Box::new((&**comment).into())),
            Action::LookUpLeadAd { id, page } => {
                Self::LookUpLeadAd { i: id.to_string(), a: page.to_string() }
            }
            Action::Announce { what, happened_at } => {
                Self::Announce { w: what.as_str().to_owned(), t: (*happened_at).into() }
            }
            Action::Alert { to, about } => {
                let news = about.iter().map(|news| (news.trigger.as_str().to_owned(), news.of.clone()));
                Self::Alert { a: to.clone(), w: news.collect() }
            }
        }
    }
}

impl ActionItem {
    pub fn read(self) -> Result<Action, Damaged> {
        Ok(match self {
            Self::Send { m, c, p } => {
                let purpose = match p {
                    None => Purpose::Playbook,
                    Some(PurposeItem::OptOutConfirmation) => Purpose::OptOutConfirmation,
                    Some(PurposeItem::Scheduled(note)) => Purpose::Scheduled { note },
                    Some(PurposeItem::Broadcast(name)) => {
                        Purpose::Broadcast { name: BroadcastName::new(name) }
                    }
                };
                Action::Send { message: MessageName::new(m), channel: channel(c)?, purpose }
            }
            Self::PrivateReply { to, m, c } => Action::PrivateReply {
                to: to.read()?,
                message: MessageName::new(m),
                campaign: CampaignName::new(c),
            },
            Self::PublicReply { to, c, r, k } => Action::PublicReply {
                to: to.read()?,
                campaign: CampaignName::new(c),
                rule: RuleName::new(r),
                pick: k,
            },
            Self::Like { to } => Action::Like { to: to.read()? },
            Self::Hide { to } => Action::Hide { to: to.read()? },
            Self::LookUpFollow {} => Action::LookUpFollow,
            Self::LookUpMention(mention) => Action::LookUpMention { mention: Box::new(mention.read()?) },
            Self::AnswerMention { n, a, p, i, c, k } => Action::AnswerMention {
                network: network(n)?,
                asset: AssetId::new(a),
                post: PostId::new(p),
                comment: i.map(CommentId::new),
                campaign: CampaignName::new(c),
                pick: k,
            },
            Self::LookUpComment(comment) => Action::LookUpComment { comment: Box::new(comment.read()?) },
            Self::LookUpLeadAd { i, a } => {
                Action::LookUpLeadAd { id: LeadAdId::new(i), page: AssetId::new(a) }
            }
            Self::Announce { w, t } => {
                let what = Trigger::parse(&w).ok_or(Damaged::Field("trigger"))?;
                Action::Announce { what, happened_at: t.into() }
            }
            Self::Alert { a, w } => {
                let news = w.into_iter().map(|(word, of)| {
                    let trigger = Trigger::parse(&word).ok_or(Damaged::Field("trigger"))?;
                    Ok(Occasion { trigger, of })
                });
                Action::Alert { to: a, about: news.collect::<Result<_, Damaged>>()? }
            }
        })
    }
}
