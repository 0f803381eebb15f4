//! A broadcast: what it says to whom, and how far it has come.

use std::collections::BTreeMap;

use domain::broadcast::{Broadcast, State, Tally};
use domain::ids::{BroadcastName, BusinessId, MessageName};
use serde::{Deserialize, Serialize};

use super::format::{Damaged, FORMAT};
use super::merges::lead_id;
use super::moment::Moment;
use super::words::is_default;

#[derive(Debug, Serialize, Deserialize)]
pub struct BroadcastItem {
    f: u32,
    /// Message, segment, messages a minute, and people at most.
    m: String,
    g: String,
    p: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    l: Option<u32>,
    /// When it was asked for; where it stands; when the next message leaves.
    c: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    a: Option<String>,
    n: Moment,
    /// Seen, planned, left out.
    #[serde(default, skip_serializing_if = "is_default")]
    v: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    k: u32,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    o: BTreeMap<String, u32>,
    /// Stopped, and why; ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    s: Option<(Moment, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    e: Option<Moment>,
}

impl From<&Broadcast> for BroadcastItem {
    fn from(broadcast: &Broadcast) -> Self {
        let (s, e) = match &broadcast.state {
            State::Going => (None, None),
            State::Stopped { at, reason } => (Some(((*at).into(), reason.clone())), None),
            State::Ended { at } => (None, Some((*at).into())),
        };
        Self {
            f: FORMAT,
            m: broadcast.message.to_string(),
            g: broadcast.segment.clone(),
            p: broadcast.per_minute,
            l: broadcast.limit,
            c: broadcast.created_at.into(),
            a: broadcast.after.map(|lead| lead.to_string()),
            n: broadcast.next_at.into(),
            v: broadcast.tally.seen,
            k: broadcast.tally.planned,
            o: broadcast.tally.left_out.clone(),
            s,
            e,
        }
    }
}

impl BroadcastItem {
    pub fn read(
        self,
        business: &BusinessId,
        name: BroadcastName,
        version: u64,
    ) -> Result<Broadcast, Damaged> {
        let state = match (self.e, self.s) {
            (Some(at), _) => State::Ended { at: at.into() },
            (None, Some((at, reason))) => State::Stopped { at: at.into(), reason },
            (None, None) => State::Going,
        };
        Ok(Broadcast {
            business: business.clone(),
            name,
            version,
            message: MessageName::new(self.m),
            segment: self.g,
            per_minute: self.p.max(1),
            limit: self.l,
            created_at: self.c.into(),
            after: self.a.as_deref().map(lead_id).transpose()?,
            next_at: self.n.into(),
            tally: Tally { seen: self.v, planned: self.k, left_out: self.o },
            state,
        })
    }
}
