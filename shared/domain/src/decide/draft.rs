//! A decision in the making: the record as it will be, and the entries so far.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use super::Decision;
use crate::channel::Channel;
use crate::context::Context;
use crate::event::Event;
use crate::identity::Identity;
use crate::ids::{LeadId, MessageName, RunId, WorkId};
use crate::lead::{ABSORBED_MAX, IDENTITIES_MAX, Lead, RECENT_SENDS_MAX, RecentSend};
use crate::link::LinkCode;
use crate::playbook::{Message, Playbook};
use crate::render::WHATSAPP_LINK;
use crate::schedule::later;
use crate::timeline::{Entry, Fact, What};
use crate::work::{Action, Class, Lane, OPEN_WORK_MAX, Work, WorkState};

pub struct Draft<'a> {
    pub lead: Lead,
    pub context: &'a Context<'a>,
    /// When what is decided on happened. It may have waited in an inbox since.
    pub occurred_at: Timestamp,
    /// From when an answer's time to go counts: from what it answers, but from the reading of a lead ad's fields,
    /// since its person waits however late they come.
    pub answers_from: Timestamp,
    entries: Vec<Entry>,
    once: Option<Identity>,
    told: Vec<Event>,
}

/// What to plan, before it has an id's row and a number.
pub struct Plan {
    pub id: WorkId,
    pub class: Class,
    pub action: Action,
    pub run: Option<RunId>,
    pub due_at: Timestamp,
    /// How late it may still go; without it as late as may be.
    pub within: Option<SignedDuration>,
}

impl<'a> Draft<'a> {
    pub fn new(lead: &Lead, context: &'a Context<'a>) -> Self {
        Self {
            lead: lead.clone(),
            context,
            occurred_at: context.now,
            answers_from: context.now,
            entries: Vec::new(),
            once: None,
            told: Vec::new(),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.context.now
    }

    pub fn playbook(&self) -> &'a Playbook {
        &self.context.playbooks.current
    }

    pub fn note(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    pub fn finish(self) -> Decision {
        Decision { lead: self.lead, timeline: self.entries, once: self.once, told: self.told }
    }

    /// This decision stands only if nobody knew this identity before.
    pub fn only_once(&mut self, identity: Identity) {
        self.once = Some(identity);
    }

    /// Others hear of this in the same commit.
    pub fn tell(&mut self, event: Event) {
        self.told.push(event);
    }

    /// The lead is known by this name, too.
    pub fn know(&mut self, identity: &Identity) {
        if matches!(identity, Identity::Lead(_) | Identity::Account(_) | Identity::Campaign(_))
            || self.lead.identities.contains(identity)
        {
            return;
        }
        if self.lead.identities.len() >= IDENTITIES_MAX {
            let entry = Entry::new(self.now(), What::Skipped).with(Fact::Identity, identity.kind());
            self.note(entry.with(Fact::Reason, "this lead is known by too many names already"));
            return;
        }
        self.lead.identities.insert(identity.clone());
        match identity {
            Identity::Phone(phone) if self.lead.phone.is_none() => {
                self.lead.phone = Some(phone.clone());
                if !phone.may_have_whatsapp() {
                    let entry = Entry::new(self.now(), What::NoWhatsApp);
                    self.note(entry.with(Fact::Reason, "this line has no WhatsApp").with(Fact::Rule, "R27"));
                }
            }
            Identity::Email(email) if self.lead.email.is_none() => self.lead.email = Some(email.clone()),
            _ => {}
        }
    }

    /// Another record of this person ended in this one.
    pub fn absorb(&mut self, other: LeadId) {
        if other != self.lead.id
            && !self.lead.absorbed.contains(&other)
            && self.lead.absorbed.len() < ABSORBED_MAX
        {
            self.lead.absorbed.push(other);
        }
    }

    /// A name took the place of another: what went to the old number goes to the new one.
    pub fn rename(&mut self, from: &Identity, to: &Identity) {
        if let (Identity::Phone(old), Identity::Phone(_)) = (from, to)
            && self.lead.phone.as_ref() == Some(old)
        {
            self.lead.phone = None;
            self.lead.identities.remove(to);
        }
        self.lead.outdated.insert(from.clone());
        self.know(to);
    }

    /// Plans work. Asked for twice, it stands once.
    pub fn plan(&mut self, plan: Plan) {
        if self.lead.work(plan.id).is_some() {
            return;
        }
        if self.lead.work.len() >= OPEN_WORK_MAX {
            let entry = Entry::new(self.now(), What::Skipped).with(Fact::Work, plan.id);
            self.note(entry.with(Fact::Reason, "this lead has too much open work already"));
            return;
        }
        if self.leads_to_whatsapp(&plan.action) {
            self.know(&Identity::Link(LinkCode::of(self.context.pepper, self.lead.id)));
        }
        // An answer is late from when it was asked for, not from when somebody got round to the question.
        let (planned_at, counts_from) = match plan.class {
            Class::Conversation => (plan.due_at.min(self.occurred_at), plan.due_at.min(self.answers_from)),
            Class::Bulk => (plan.due_at, plan.due_at),
        };
        let number = self.lead.work_next;
        self.lead.work_next += 1;
        self.lead.work.push(Work {
            id: plan.id,
            number,
            class: plan.class,
            action: plan.action,
            run: plan.run,
            due_at: plan.due_at,
            planned_at,
            expires_at: plan.within.map(|within| later(counts_from, within)),
            state: WorkState::Planned,
            tries: 0,
            called_off: false,
            turn: None,
        });
    }

    fn leads_to_whatsapp(&self, action: &Action) -> bool {
        let message = action.message().and_then(|name| self.message(name));
        message.is_some_and(|message| message.texts().any(|text| text.contains(WHATSAPP_LINK)))
    }

    /// Takes work out of the record, since it is over.
    pub fn remove_work(&mut self, id: WorkId) -> Option<Work> {
        let index = self.lead.work.iter().position(|work| work.id == id)?;
        Some(self.lead.work.remove(index))
    }

    pub fn change_work(&mut self, id: WorkId, change: impl FnOnce(&mut Work)) {
        if let Some(work) = self.lead.work.iter_mut().find(|work| work.id == id) {
            change(work);
        }
    }

    /// Ends work that did not leave, and says why.
    pub fn skip(&mut self, work: &Work, reason: &str, rule: Option<&str>) {
        self.remove_work(work.id);
        let entry = describe(Entry::new(self.now(), What::Skipped), work).with(Fact::Reason, reason);
        self.note(entry.with_some(Fact::Rule, rule));
    }

    /// Ends work that nobody wants any more. What may be on its way already is not called back, and not tried
    /// again.
    pub fn call_off(&mut self, work: &Work, reason: &str, rule: Option<&str>) {
        let claimed = self.lead.claim.as_ref().is_some_and(|claim| claim.work == work.id);
        if claimed || work.is_in_doubt() {
            self.change_work(work.id, |work| work.called_off = true);
        } else {
            self.skip(work, reason, rule);
        }
    }

    /// Ends work that was called off while a call for it was under way, and whose call failed.
    pub fn let_rest(&mut self, work: &Work, reason: &str) {
        self.skip(work, &format!("called off, and not tried again: {reason}"), None);
    }

    /// Keeps work that cannot go on by itself where the operator sees it.
    pub fn park(&mut self, id: WorkId, reason: &str) {
        let Some(work) = self.lead.work(id).cloned() else { return };
        if work.called_off {
            self.let_rest(&work, reason);
            return;
        }
        self.change_work(id, |work| work.state = WorkState::Parked { reason: reason.to_owned() });
        self.note(describe(Entry::new(self.now(), What::Parked), &work).with(Fact::Reason, reason));
    }

    /// Work that may not leave yet waits until `until`.
    pub fn move_to(&mut self, work: &Work, until: Timestamp, reason: &str, rule: &str) {
        self.change_work(work.id, |work| work.due_at = until);
        let entry = describe(Entry::new(self.now(), What::Moved), work).with(Fact::Until, until);
        self.note(entry.with(Fact::Reason, reason).with(Fact::Rule, rule));
    }

    pub fn remember_send(&mut self, send: RecentSend) {
        let sends = &mut self.lead.recent_sends;
        sends.push(send);
        while sends.len() > RECENT_SENDS_MAX {
            // What the caps count is kept longest.
            let week_ago = self.context.now - SignedDuration::from_hours(8 * 24);
            let old = sends.iter().position(|send| send.at < week_ago);
            let answer = || sends.iter().position(|send| send.class == Class::Conversation);
            let oldest = old.or_else(answer).unwrap_or(0);
            sends.remove(oldest);
        }
    }

    /// The first channel of the message's order on which this lead can be reached.
    pub fn channel_for(&self, message: &Message) -> Option<Channel> {
        message.channels.iter().copied().find(|channel| {
            self.lead.address(*channel).is_some() && self.playbook().channels.asset(*channel).is_some()
        })
    }

    /// The message of a piece of work, in the words for this lead on its channel.
    pub fn message_of(&self, work: &Work) -> Option<Cow<'a, Message>> {
        let message = self.message(work.action.message()?)?;
        Some(match work.lane() {
            Lane::Channel(channel) => message.worded(&self.lead, channel),
            Lane::LookUp | Lane::Bus | Lane::Alerts => Cow::Borrowed(message),
        })
    }

    pub fn message(&self, name: &MessageName) -> Option<&'a Message> {
        self.playbook().messages.get(name)
    }
}

/// The facts by which an entry names a piece of work.
pub fn describe(entry: Entry, work: &Work) -> Entry {
    let entry = entry.with(Fact::Work, work.id).with(Fact::Event, work.action.name());
    let entry = match work.lane() {
        Lane::Channel(channel) => entry.with(Fact::Channel, channel.as_str()),
        Lane::LookUp | Lane::Bus | Lane::Alerts => entry,
    };
    let told = match &work.action {
        Action::Announce { what, .. } => Some(what.as_str()),
        _ => None,
    };
    let agent = match &work.action {
        Action::Alert { to, .. } => Some(to),
        _ => None,
    };
    let entry = entry.with_some(Fact::Trigger, told).with_some(Fact::Agent, agent);
    entry.with_some(Fact::Message, work.action.message()).with_some(Fact::Comment, work.action.comment())
}
