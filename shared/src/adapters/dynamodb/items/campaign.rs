//! A campaign as an actor, what it has given, and a connection's pace. Business, name and version stand in the item's
//! keys and attributes.

use std::collections::BTreeMap;

use domain::grant::{CampaignState, Grant};
use domain::ids::{AssetId, BusinessId, CampaignName, PostId, RuleName};
use domain::pace::{Broken, Pace, PaceLane, Paced, Queue, Said};
use domain::raffle::{Draw, hex};
use serde::{Deserialize, Serialize};

use super::catch_up::CatchUpItem;
use super::format::{Damaged, FORMAT};
use super::moment::Moment;
use super::words::is_default;

#[derive(Debug, Serialize, Deserialize)]
pub struct CampaignItem {
    f: u32,
    /// The last raffle number.
    #[serde(default, skip_serializing_if = "is_default")]
    n: u32,
    /// Places that are taken, by rule.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    p: BTreeMap<String, u32>,
    /// Codes that are given.
    #[serde(default, skip_serializing_if = "is_default")]
    k: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    d: Option<DrawItem>,
}

#[derive(Debug, Serialize, Deserialize)]
struct DrawItem {
    /// The seed.
    s: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    t: Option<Moment>,
    /// Entrants, the hash of their list, and the winners.
    #[serde(default, skip_serializing_if = "is_default")]
    e: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    l: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    w: Vec<u32>,
}

impl From<&CampaignState> for CampaignItem {
    fn from(state: &CampaignState) -> Self {
        Self {
            f: FORMAT,
            n: state.numbers,
            p: state.places.iter().map(|(rule, taken)| (rule.to_string(), *taken)).collect(),
            k: state.coupons,
            d: state.draw.as_ref().map(|draw| DrawItem {
                s: hex(&draw.seed),
                t: draw.drawn_at.map(Moment),
                e: draw.entrants,
                l: draw.list.clone(),
                w: draw.winners.clone(),
            }),
        }
    }
}

impl CampaignItem {
    pub fn read(
        self,
        business: &BusinessId,
        name: &CampaignName,
        version: u64,
    ) -> Result<CampaignState, Damaged> {
        let draw = |item: DrawItem| {
            Ok(Draw {
                seed: seed(&item.s).ok_or(Damaged::Field("seed"))?,
                drawn_at: item.t.map(Into::into),
                entrants: item.e,
                list: item.l,
                winners: item.w,
            })
        };
        Ok(CampaignState {
            version,
            numbers: self.n,
            places: self.p.into_iter().map(|(rule, taken)| (RuleName::new(rule), taken)).collect(),
            coupons: self.k,
            draw: self.d.map(draw).transpose()?,
            ..CampaignState::new(business.clone(), name.clone())
        })
    }
}

/// 32 bytes of hexadecimal digits.
fn seed(text: &str) -> Option<[u8; 32]> {
    let mut seed = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, at) in seed.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(seed)
}

/// What one person has: when, number, coupon.
#[derive(Debug, Serialize, Deserialize)]
pub struct GrantItem {
    t: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    n: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    k: Option<String>,
}

impl From<&Grant> for GrantItem {
    fn from(grant: &Grant) -> Self {
        Self { t: grant.given_at.into(), n: grant.number, k: grant.coupon.clone() }
    }
}

impl From<GrantItem> for Grant {
    fn from(item: GrantItem) -> Self {
        Self { given_at: item.t.into(), number: item.n, coupon: item.k }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub struct PaceItem {
    f: u32,
    /// Paused until.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    b: Option<BrokenItem>,
    /// By kind of call.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    l: BTreeMap<String, LaneItem>,
    /// What was said last, by post.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    s: BTreeMap<String, (Moment, Vec<(u32, u32)>)>,
    /// What it reads again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    c: Option<CatchUpItem>,
}

#[derive(Debug, Serialize, Deserialize)]
struct BrokenItem {
    t: Moment,
    r: String,
    n: Moment,
    #[serde(default, skip_serializing_if = "is_default")]
    c: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct LaneItem {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    u: Option<Moment>,
    #[serde(default, skip_serializing_if = "is_default")]
    v: u64,
    /// Served and last turn, by post.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    q: BTreeMap<String, (u64, u64)>,
}

impl From<&Pace> for PaceItem {
    fn from(pace: &Pace) -> Self {
        let lane = |lane: &PaceLane| LaneItem {
            u: lane.used_until.map(Moment),
            v: lane.served,
            q: lane
                .posts
                .iter()
                .map(|(post, queue)| (post.to_string(), (queue.served, queue.last)))
                .collect(),
        };
        Self {
            f: FORMAT,
            p: pace.paused_until.map(Moment),
            b: pace.broken.as_ref().map(|broken| BrokenItem {
                t: broken.since.into(),
                r: broken.reason.clone(),
                n: broken.next_try_at.into(),
                c: broken.tries,
            }),
            l: pace.lanes.iter().map(|(kind, of)| (kind.as_str().to_owned(), lane(of))).collect(),
            s: pace
                .said
                .iter()
                .map(|(post, said)| (post.to_string(), (said.at.into(), said.texts.clone())))
                .collect(),
            c: pace.catch_up.as_ref().map(Into::into),
        }
    }
}

impl PaceItem {
    pub fn read(self, business: &BusinessId, asset: &AssetId, version: u64) -> Pace {
        let lane = |item: LaneItem| PaceLane {
            used_until: item.u.map(Into::into),
            served: item.v,
            posts: item
                .q
                .into_iter()
                .map(|(post, (served, last))| (PostId::new(post), Queue { served, last }))
                .collect(),
        };
        // A kind that is not known any more has no calls either.
        let kind = |word: &str| Paced::ALL.into_iter().find(|kind| kind.as_str() == word);
        Pace {
            version,
            paused_until: self.p.map(Into::into),
            broken: self.b.map(|broken| Broken {
                since: broken.t.into(),
                reason: broken.r,
                next_try_at: broken.n.into(),
                tries: broken.c,
            }),
            lanes: self.l.into_iter().filter_map(|(word, item)| Some((kind(&word)?, lane(item)))).collect(),
            said: self
                .s
                .into_iter()
                .map(|(post, (at, texts))| (PostId::new(post), Said { at: at.into(), texts }))
                .collect(),
            catch_up: self.c.map(Into::into),
            ..Pace::new(business.clone(), asset.clone())
        }
    }
}
