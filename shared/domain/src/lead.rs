//! The lead: the unit of work, and the truth about one person.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::channel::{Channel, Window};
use crate::consent::{Consent, OptOut};
use crate::deal::Deal;
use crate::email::EmailAddress;
use crate::erasure::Erasing;
use crate::grant::Grant;
use crate::identity::Identity;
use crate::ids::{
    BroadcastName, BusinessId, CampaignName, CommentId, DealId, LeadId, PlatformMessageId, RuleName, WorkId,
};
use crate::name::PersonName;
use crate::phone::PhoneNumber;
use crate::run::Run;
use crate::source::Source;
use crate::task::Task;
use crate::work::{Action, Claim, Class, Work, WorkState};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    pub business: BusinessId,
    pub id: LeadId,
    /// Of the stored record; 0 until it is stored.
    pub version: u64,
    pub created_at: Timestamp,
    /// When they last did something that concerns the business (wrote, called, commented, filled in a form) since the record
    /// was made.
    pub active_at: Option<Timestamp>,
    pub name: Option<PersonName>,
    /// What Instagram shows instead of a name.
    pub username: Option<String>,
    pub phone: Option<PhoneNumber>,
    pub email: Option<EmailAddress>,
    /// Answers to forms, newest wins.
    pub fields: BTreeMap<String, String>,
    pub identities: BTreeSet<Identity>,
    /// Those of them that another one took the place of. Late events come under them; nobody is written to by them
    /// while there is a newer one.
    pub outdated: BTreeSet<Identity>,
    pub first_source: Option<Source>,
    pub last_source: Option<Source>,
    pub consents: Vec<Consent>,
    /// Refused on every channel (R3).
    pub opt_out: Option<OptOut>,
    /// Refused marketing with WhatsApp's own switch, which only the person can undo (R14).
    pub marketing_stopped_at: Option<Timestamp>,
    /// E-mails stopped: unsubscribed from, bounced, or complained of (R28).
    pub email_stopped_at: Option<Timestamp>,
    pub tags: BTreeSet<String>,
    pub deals: Vec<Deal>,
    pub windows: BTreeMap<Channel, Window>,
    /// Until when somebody else holds the thread (R22).
    pub held: BTreeMap<Channel, Timestamp>,
    pub runs: Vec<Run>,
    /// What people of the business have still to do.
    pub tasks: Vec<Task>,
    /// Open work only.
    pub work: Vec<Work>,
    /// The number for the next piece of work.
    pub work_next: u32,
    pub claim: Option<Claim>,
    /// The number of the last claim. Each claim has a higher one.
    pub claims: u64,
    /// The last messages that left, newest last: for caps, pace, and to know an echo as our own.
    pub recent_sends: Vec<RecentSend>,
    /// What the person has from campaigns.
    pub grants: BTreeMap<CampaignName, Grant>,
    /// Comments for which a campaign was asked to give something, and has not answered.
    pub wishes: BTreeMap<CommentId, Wish>,
    /// What campaigns that answer once have answered.
    pub answered: Vec<Answered>,
    /// The last campaign that asked in private for a phone number.
    pub phone_asked: Option<PhoneAsked>,
    /// The last broadcasts that they were of, oldest first: each reaches a person once.
    pub broadcasts: Vec<BroadcastName>,
    /// Messages that WhatsApp took, and that go on by another channel should it give them up after all: the last few.
    pub fallbacks: Vec<Fallback>,
    /// When people of the business were last told of this lead by e-mail.
    pub alerted_at: Option<Timestamp>,
    /// Set when this record only points to the lead that carries on.
    pub merged_into: Option<LeadId>,
    /// Other records that are, or may be, of the same person.
    pub merges: Vec<PendingMerge>,
    /// The records that were merged into this one. Their timelines and deliveries are read with its own.
    pub absorbed: Vec<LeadId>,
    /// Set when the person was erased: the rest of this record is empty.
    pub erasing: Option<Erasing>,
}

/// Another record that shares a name with this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingMerge {
    pub with: LeadId,
    pub proof: Proof,
    /// When the merge is to be carried out, or tried again. Of a claim: since when it stands.
    pub due_at: Timestamp,
}

/// How sure it is that two records are one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Somebody typed it. It is proven once this record's phone number has written to us.
    Claimed,
    /// Somebody gave it in a conversation of theirs, as anybody may. It is proven once this record's phone number, asked
    /// for it, has confirmed it.
    Asserted,
    /// A platform says so.
    Proven,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentSend {
    pub at: Timestamp,
    pub channel: Channel,
    pub class: Class,
    pub id: Option<PlatformMessageId>,
}

/// A message that left, and can go on by another channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback {
    pub work: WorkId,
    pub class: Class,
    pub action: Action,
}

/// How many of them are remembered; a platform gives a message up within minutes, mostly.
pub const FALLBACKS_MAX: usize = 4;

/// A comment that waits for a campaign's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// It was hidden since.
    pub is_hidden: bool,
}

/// What a person is not answered again: a post, a rule, or the campaign as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub campaign: CampaignName,
    pub what: String,
}

/// A campaign asked for a phone number, and where it is to be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneAsked {
    pub campaign: CampaignName,
    /// The pool of the answer that asked: see [`crate::playbook::Rule::pool`].
    pub rule: RuleName,
    pub channel: Channel,
    pub at: Timestamp,
    /// How often an answer could not be read.
    pub misread: u32,
    /// The number was given.
    pub is_answered: bool,
}

/// When somebody must look at this lead, and how urgent it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wake {
    pub class: Class,
    pub at: Timestamp,
}

/// By how many names one person may be known. With the other limits it keeps a record far below what a table
/// takes, whatever anybody sends.
pub const IDENTITIES_MAX: usize = 48;

pub const RECENT_SENDS_MAX: usize = 12;

/// How many answers of campaigns are remembered; the oldest go first.
pub const ANSWERED_MAX: usize = 40;

/// For how many comments of one person campaigns may be asked at a time.
pub const WISHES_MAX: usize = 20;

/// How many merges may wait on one record.
pub const MERGES_MAX: usize = 8;

/// How many records one person's may have taken in: each look for evidence reads all of them.
pub const ABSORBED_MAX: usize = 32;

impl Lead {
    pub fn new(business: BusinessId, id: LeadId, created_at: Timestamp) -> Self {
        Self {
            business,
            id,
            version: 0,
            created_at,
            active_at: None,
            name: None,
            username: None,
            phone: None,
            email: None,
            fields: BTreeMap::new(),
            identities: BTreeSet::new(),
            outdated: BTreeSet::new(),
            first_source: None,
            last_source: None,
            consents: Vec::new(),
            opt_out: None,
            marketing_stopped_at: None,
            email_stopped_at: None,
            tags: BTreeSet::new(),
            deals: Vec::new(),
            windows: BTreeMap::new(),
            held: BTreeMap::new(),
            runs: Vec::new(),
            tasks: Vec::new(),
            work: Vec::new(),
            work_next: 0,
            claim: None,
            claims: 0,
            recent_sends: Vec::new(),
            grants: BTreeMap::new(),
            wishes: BTreeMap::new(),
            answered: Vec::new(),
            phone_asked: None,
            broadcasts: Vec::new(),
            fallbacks: Vec::new(),
            alerted_at: None,
            merged_into: None,
            merges: Vec::new(),
            absorbed: Vec::new(),
            erasing: None,
        }
    }

    /// The one derived field that the wake index shows: the earliest moment at which anything can happen by
    /// itself. While a claim stands that is the claim's end, whatever else is due.
    pub fn wake(&self) -> Option<Wake> {
        if let Some(erasing) = &self.erasing {
            return Some(Wake { class: Class::Conversation, at: erasing.next_at });
        }
        if self.merged_into.is_some() {
            return None;
        }
        if let Some(claim) = &self.claim {
            let class = self.work(claim.work).map_or(Class::Conversation, |work| work.class);
            return Some(Wake { class, at: claim.until });
        }
        let work = self.work.iter().filter(|work| self.blocked_by(work).is_none()).filter_map(|work| {
            let at = match work.state {
                // Of work in doubt, the next look for evidence.
                WorkState::Planned | WorkState::Waiting { .. } | WorkState::InDoubt { .. } => work.due_at,
                WorkState::Parked { .. } => return None,
            };
            Some(Wake { class: work.class, at })
        });
        let runs = self.runs.iter().filter_map(|run| run.next_at).map(|at| Wake { class: Class::Bulk, at });
        // Two records of one person write to them twice for as long as they are two.
        let merges = self.proven_merges().map(|merge| Wake { class: Class::Conversation, at: merge.due_at });
        let tasks = self.tasks.iter().filter_map(|task| task.escalates.as_ref());
        let tasks = tasks.map(|(_, at)| Wake { class: Class::Bulk, at: *at });
        work.chain(runs).chain(merges).chain(tasks).min_by_key(|wake| (wake.at, wake.class))
    }

    /// The earlier work that has to be out of the way first: within a lane bulk keeps its order, and within a
    /// run of a journey so does everything. Conversation passes what waits.
    pub fn blocked_by(&self, work: &Work) -> Option<&Work> {
        self.work.iter().find(|other| {
            let earlier = other.number < work.number && !other.is_parked();
            let same_run = other.run.is_some() && other.run == work.run;
            let same_lane = other.lane() == work.lane();
            let both_bulk = other.class == Class::Bulk && work.class == Class::Bulk;
            earlier && (same_run || same_lane && both_bulk)
        })
    }

    pub fn proven_merges(&self) -> impl Iterator<Item = &PendingMerge> {
        self.merges.iter().filter(|merge| merge.proof == Proof::Proven)
    }

    /// The merge that is to be carried out now, if there is one.
    pub fn due_merge(&self, now: Timestamp) -> Option<&PendingMerge> {
        self.proven_merges()
            .filter(|merge| merge.due_at <= now)
            .min_by_key(|merge| (merge.due_at, merge.with))
    }

    pub fn work(&self, id: WorkId) -> Option<&Work> {
        self.work.iter().find(|work| work.id == id)
    }

    /// Why the operator has to look at this lead, if they have to: what is parked before what waits.
    pub fn attention(&self) -> Option<&str> {
        let parked = self.work.iter().find(|work| work.is_parked());
        match &parked.or_else(|| self.work.iter().find(|work| work.is_waiting()))?.state {
            WorkState::Parked { reason } | WorkState::Waiting { reason } => Some(reason),
            WorkState::Planned | WorkState::InDoubt { .. } => None,
        }
    }

    /// How the lead can be reached on a channel, if it can.
    pub fn address(&self, channel: Channel) -> Option<Identity> {
        let of = |wanted: fn(&Identity) -> bool| {
            let mut known = self.identities.iter().filter(|identity| wanted(identity));
            known
                .clone()
                .find(|identity| !self.outdated.contains(*identity))
                .or_else(|| known.next())
                .cloned()
        };
        match channel {
            Channel::WhatsApp => {
                let phone = self.phone.clone().filter(PhoneNumber::may_have_whatsapp).map(Identity::Phone);
                phone
                    .or_else(|| of(Identity::is_mobile))
                    .or_else(|| of(|identity| matches!(identity, Identity::WhatsAppUser(_))))
                    .or_else(|| of(|identity| matches!(identity, Identity::WhatsAppId(_))))
            }
            Channel::Messenger => of(|identity| matches!(identity, Identity::Psid(_))),
            Channel::Instagram => of(|identity| matches!(identity, Identity::Igsid(_))),
            Channel::Email => {
                let email = self.email.clone().map(Identity::Email);
                email.or_else(|| of(|identity| matches!(identity, Identity::Email(_))))
            }
        }
    }

    pub fn window_is_open(&self, channel: Channel, now: Timestamp) -> bool {
        self.windows.get(&channel).is_some_and(|window| window.is_open(now))
    }

    pub fn deal(&self, id: &DealId) -> Option<&Deal> {
        self.deals.iter().find(|deal| deal.id == *id)
    }

    pub fn has_consent(&self) -> bool {
        !self.consents.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::MessageName;
    use crate::work::{Action, Intent, Purpose};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn lead() -> Lead {
        Lead::new("neveh".into(), LeadId::new(1), at(0))
    }

    fn message(number: u32, class: Class, due: i64, run: Option<u128>) -> Work {
        Work {
            id: WorkId::new(u128::from(number)),
            number,
            class,
            action: Action::Send {
                message: MessageName::new("welcome"),
                channel: Channel::WhatsApp,
                purpose: Purpose::Playbook,
            },
            run: run.map(crate::ids::RunId::new),
            due_at: at(due),
            planned_at: at(due),
            expires_at: None,
            state: WorkState::Planned,
            tries: 0,
            called_off: false,
            turn: None,
        }
    }

    #[test]
    fn a_lead_without_open_work_sleeps_for_good() {
        assert_eq!(lead().wake(), None);
    }

    #[test]
    fn a_standing_claim_decides_when_to_look_whatever_else_is_due() {
        let mut lead = lead();
        lead.work = vec![message(0, Class::Conversation, 10, None), message(1, Class::Conversation, 5, None)];
        lead.claim = Some(Claim {
            work: WorkId::new(0),
            number: 1,
            started_at: at(10),
            until: at(40),
            intent: Intent::Act,
        });
        assert_eq!(lead.wake(), Some(Wake { class: Class::Conversation, at: at(40) }));
    }

    #[test]
    fn conversation_passes_what_waits_and_later_steps_of_a_run_do_not() {
        let mut lead = lead();
        lead.work = vec![
            message(0, Class::Bulk, 100, Some(1)),
            message(1, Class::Bulk, 10, Some(2)),
            message(2, Class::Conversation, 20, None),
            message(3, Class::Conversation, 5, Some(1)),
        ];
        let free: Vec<u32> =
            lead.work.iter().filter(|work| lead.blocked_by(work).is_none()).map(|work| work.number).collect();
        assert_eq!(free, [0, 2]);
        assert_eq!(lead.wake(), Some(Wake { class: Class::Conversation, at: at(20) }));
    }

    #[test]
    fn parked_work_wakes_nobody_and_holds_nobody_up() {
        let mut lead = lead();
        lead.work = vec![message(0, Class::Bulk, 1, None), message(1, Class::Bulk, 50, None)];
        lead.work[0].state = WorkState::Parked { reason: "the token is no longer valid".into() };
        assert_eq!(lead.wake(), Some(Wake { class: Class::Bulk, at: at(50) }));
        assert_eq!(lead.attention(), Some("the token is no longer valid"));
    }
}
