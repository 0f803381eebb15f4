//! What a piece of open work does.

use domain::ids::{AssetId, CampaignName, CommentId, LeadAdId, MessageName};
use domain::playbook::Trigger;
use domain::work::{Action, Purpose};
use serde::{Deserialize, Serialize};

use super::format::Damaged;
use super::moment::Moment;
use super::words::{channel, channel_letter, network, network_letter};

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
        n: char,
        a: String,
        i: String,
        m: String,
    },
    PublicReply {
        n: char,
        a: String,
        i: String,
        c: String,
        /// Which reply of the campaign's pool.
        k: u32,
    },
    Like {
        n: char,
        a: String,
        i: String,
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
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PurposeItem {
    OptOutConfirmation,
}

impl From<&Action> for ActionItem {
    fn from(action: &Action) -> Self {
        match action {
            Action::Send { message, channel, purpose } => {
                let p = match purpose {
                    Purpose::Playbook => None,
                    Purpose::OptOutConfirmation => Some(PurposeItem::OptOutConfirmation),
                };
                Self::Send { m: message.to_string(), c: channel_letter(*channel), p }
            }
            Action::PrivateReply { network, asset, comment, message } => Self::PrivateReply {
                n: network_letter(*network),
                a: asset.to_string(),
                i: comment.to_string(),
                m: message.to_string(),
            },
            Action::PublicReply { network, asset, comment, campaign, pick } => Self::PublicReply {
                n: network_letter(*network),
                a: asset.to_string(),
                i: comment.to_string(),
                c: campaign.to_string(),
                k: *pick,
            },
            Action::Like { network, asset, comment } => {
                Self::Like { n: network_letter(*network), a: asset.to_string(), i: comment.to_string() }
            }
            Action::LookUpLeadAd { id, page } => {
                Self::LookUpLeadAd { i: id.to_string(), a: page.to_string() }
            }
            Action::Announce { what, happened_at } => {
                Self::Announce { w: what.as_str().to_owned(), t: (*happened_at).into() }
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
                };
                Action::Send { message: MessageName::new(m), channel: channel(c)?, purpose }
            }
            Self::PrivateReply { n, a, i, m } => Action::PrivateReply {
                network: network(n)?,
                asset: AssetId::new(a),
                comment: CommentId::new(i),
                message: MessageName::new(m),
            },
            Self::PublicReply { n, a, i, c, k } => Action::PublicReply {
                network: network(n)?,
                asset: AssetId::new(a),
                comment: CommentId::new(i),
                campaign: CampaignName::new(c),
                pick: k,
            },
            Self::Like { n, a, i } => {
                Action::Like { network: network(n)?, asset: AssetId::new(a), comment: CommentId::new(i) }
            }
            Self::LookUpLeadAd { i, a } => {
                Action::LookUpLeadAd { id: LeadAdId::new(i), page: AssetId::new(a) }
            }
            Self::Announce { w, t } => {
                let what = Trigger::parse(&w).ok_or(Damaged::Field("trigger"))?;
                Action::Announce { what, happened_at: t.into() }
            }
        })
    }
}
