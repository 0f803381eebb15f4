//! What people, platforms and the operator do, carried out in the world.

use std::sync::Arc;

use shared::application::broadcasts::{self, BroadcastError};
use shared::application::erase::erase_identity;
use shared::application::known::{self, KnownError};
use shared::application::moving::move_people;
use shared::application::ports::{InboxId, InboxRowId};
use shared::application::redrive::redrive;
use shared::application::release::release;
use shared::application::scheduled::{self, ScheduleError};
use shared::domain::broadcast;
use shared::domain::channel::Channel;
use shared::domain::event::Responder;
use shared::domain::event_key::{EventKey, Sameness};
use shared::domain::identity::Identity;
use shared::domain::ids::{BroadcastName, JourneyName};
use shared::domain::phone::PhoneNumber;
use shared::domain::scheduled::Schedule;

use super::{Arrival, Came, Happening, Job, RESTORED, Sending, Sim, pepper};
use crate::doors;
use crate::people::acts::{What, Who};
use crate::people::businesses::{
    self, EVERYBODY, NEWS, NEWS_PER_MINUTE, PUBLIC_URL, REMINDER, instagram, page, published, whatsapp,
};
use crate::people::plan::Person;
use crate::people::webhooks::{self, comment_id};
use crate::world::log::{Call, Entry, Turn, Wanted};
use crate::world::timers::{HOUR, MINUTE, Millis, SECOND, timestamp};
use crate::world::weather::Fault;

/// For how long the ticks after an act of the operator's look for what a broadcast has still to plan.
pub(super) const WALKS: Millis = 20 * MINUTE;

impl Sim {
    pub(super) fn act(&mut self, index: usize) {
        let now = self.now();
        let plan = Arc::clone(&self.plan);
        let what = plan.acts[index].what.clone();
        let link = match &what {
            What::Click { who, business } => self.link_of(*who, *business),
            What::Unsubscribe { who, business } => self.newest(*who, *business, |call| call.stops_at.clone()),
            _ => Some(String::new()),
        };
        // Nothing has been sent to them that could be followed.
        let Some(link) = link else { return };
        self.log.count(what.kind());
        self.events += 1;
        self.log.say(now, || what.to_string());
        let entry = {
            let mut history = self.log.lock();
            history.entries.push(Entry { at: now, what: what.clone(), acknowledged_at: None });
            history.entries.len() - 1
        };
        self.note_in_the_rulebook(&what);
        match &what {
            What::Form { doubled, .. } => {
                let request = doors::form(&plan, &what, entry);
                self.request(request.clone(), entry, 0);
                if *doubled {
                    let again = self.chance.between(50, 900);
                    self.request(request, entry, again);
                }
            }
            What::Call { .. } => self.request(doors::call(&plan, &what, now), entry, 0),
            What::Book { .. } => self.request(doors::booking(&plan, &what, now), entry, 0),
            What::Trip { .. } => self.request(doors::trip(&plan, &what, now), entry, 0),
            What::Click { .. } => self.request(doors::Request::Click { path: link }, entry, 0),
            What::Unsubscribe { .. } => {
                self.request(doors::Request::Unsubscribe { path: link }, entry, 0);
            }
            What::ToldReply { who, business } => self.tell_reply(*who, *business, entry),
            What::Schedule { who, business } => self.schedule(*who, *business),
            What::Broadcast { business, id } => self.broadcast(*business, *id),
            What::Publish { business, version, moves } => {
                let store = self.store.calm();
                self.publish(&store, *business, *version);
                if *moves {
                    self.move_people(*business, *version);
                }
            }
            What::Redrive { business } => self.redrive(*business),
            What::Erase { who, business } => self.erase(*who, *business),
            What::Poison { who, business, id } => self.poison(*who, *business, *id),
            _ => self.tell(&what, entry, now),
        }
    }

    /// The path of the link in the newest message that reached the person.
    fn link_of(&self, who: Who, business: usize) -> Option<String> {
        self.newest(who, business, |call| {
            let (_, link) = call.words.as_ref()?.split_once(PUBLIC_URL)?;
            Some(link.split_whitespace().next()?.to_owned())
        })
    }

    /// What the newest message says that reached the person and says it.
    fn newest(&self, who: Who, business: usize, says: fn(&Call) -> Option<String>) -> Option<String> {
        let history = self.log.lock();
        let mut got = history.calls.iter().rev().filter(|call| call.business == business);
        got.find_map(|call| {
            let Wanted::Send { to, .. } = &call.wanted else { return None };
            let is_theirs = call.accepted_at.is_some() && self.directory.whose(business, to) == Some(who);
            is_theirs.then(|| says(call))?
        })
    }

    fn tell(&mut self, what: &What, entry: usize, now: Millis) {
        let key = what.who().map(|who| (who, what.business()));
        if let (What::NewUserId { .. }, Some(key)) = (what, key) {
            *self.generations.entry(key).or_default() += 1;
        }
        let generation = key.and_then(|key| self.generations.get(&key).copied()).unwrap_or_default();
        let Some(told) = webhooks::told(&self.plan, what, now, generation) else { return };
        let mut at = now + self.chance.between(50, 2 * SECOND);
        if self.weather.strikes(Fault::WebhookLate, now) {
            at += self.chance.between(SECOND, 6 * HOUR);
        }
        self.at(at, Happening::Arrives(Arrival { told, entry: Some(entry), sign: None }));
    }

    fn request(&mut self, what: doors::Request, entry: usize, after: Millis) {
        let sending =
            Sending { what, entries: vec![entry], signs: Vec::new(), tries: 0, acknowledged: false };
        self.sendings.push(sending);
        let at = self.now() + after;
        self.at(at, Happening::Sent(self.sendings.len() - 1));
    }

    /// The platform knows of its own accord who wrote when, and which comments there are.
    fn note_in_the_rulebook(&mut self, what: &What) {
        let now = self.now();
        let business = what.business();
        let generation = |who| self.generations.get(&(who, business)).copied().unwrap_or_default();
        let mut book = self.meta.rulebook.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut wrote = |channel: Channel, who: Who| {
            let names = match channel {
                Channel::WhatsApp => {
                    let user = Person::user_id(who, business, generation(who));
                    vec![
                        (whatsapp(business), self.plan.people[who].digits().to_owned()),
                        (whatsapp(business), user),
                    ]
                }
                Channel::Messenger => vec![(page(business), Person::psid(who, business))],
                Channel::Instagram => vec![(instagram(business), Person::igsid(who, business))],
                // Nobody of the storm writes e-mails.
                Channel::Email => Vec::new(),
            };
            book.wrote_at.extend(names.into_iter().map(|name| (name, now)));
        };
        match what {
            What::Write { who, channel, .. } => wrote(*channel, *who),
            What::StoryMention { who, .. } => wrote(Channel::Instagram, *who),
            What::Comment { id, is_live, .. } => {
                let comment = book.comments.entry(comment_id(business, *id)).or_default();
                comment.made_at = now;
                comment.is_live = *is_live;
            }
            What::CommentRemoved { id, .. } => {
                book.comments.entry(comment_id(business, *id)).or_default().gone = true;
            }
            What::MarketingSwitch { who, stop, .. } => {
                let key = (whatsapp(business), self.plan.people[*who].digits().to_owned());
                if *stop {
                    book.stopped.insert(key)
                } else {
                    book.stopped.remove(&key)
                };
            }
            _ => {}
        }
    }

    fn poison(&mut self, who: Who, business: usize, id: u64) {
        let Some(memory) = &self.memory else { return };
        let Ok(phone) = PhoneNumber::parse(&self.plan.people[who].phone) else { return };
        let business = businesses::id(business);
        let identity = Identity::Phone(phone).key(&pepper(), &business);
        let name = id.to_string();
        let sameness = Sameness::Message { id: &name, verb: "poison" };
        let key = EventKey::of(&pepper(), &business, Responder::Message, sameness);
        let row =
            InboxRowId { at: InboxId { business, identity }, sort: format!("{:013}#{key}", self.now()) };
        memory.put_unreadable(row.clone(), "it is of a newer format");
        self.store.index().row(&row, Some(0), self.now());
        self.weather.count(Fault::PoisonRow);
    }

    pub(super) fn redrive(&mut self, business: usize) {
        let world = Arc::clone(&self.hosts[0].world);
        self.log.turn(self.now(), Turn::Redriven(business));
        let business = businesses::id(business);
        self.spawn(
            Job::Operator,
            Box::pin(async move {
                for _ in 0..20 {
                    if redrive(&world, &business).await.is_ok() {
                        break;
                    }
                }
                Came::Nothing
            }),
        );
    }

    /// The operator moves people to the version that was just published, and tries again what fails.
    fn move_people(&mut self, business: usize, version: usize) {
        let world = Arc::clone(&self.hosts[0].world);
        let playbook = Arc::clone(&published(business, version).1);
        self.spawn(
            Job::Operator,
            Box::pin(async move {
                for _ in 0..20 {
                    if move_people(&world, &playbook, &JourneyName::new("new-lead"), false).await.is_ok() {
                        break;
                    }
                }
                Came::Nothing
            }),
        );
    }

    /// The operator wants a message to go in two hours, to whoever is known by the number by now.
    fn schedule(&mut self, who: Who, business: usize) {
        let world = Arc::clone(&self.hosts[0].world);
        let (business, to) = (businesses::id(business), self.plan.people[who].phone.clone());
        let at = timestamp(self.now() + 2 * HOUR);
        self.spawn(
            Job::Operator,
            Box::pin(async move {
                let wanted = Schedule { message: REMINDER.into(), at, note: None };
                for _ in 0..20 {
                    match scheduled::schedule(&world, &business, &to, &wanted).await {
                        Err(ScheduleError::Work(_)) => {}
                        Ok(_) | Err(_) => break,
                    }
                }
                Came::Nothing
            }),
        );
    }

    /// Somebody of the business says so of whoever is known by the number, and again until it is taken.
    fn tell_reply(&mut self, who: Who, business: usize, entry: usize) {
        let world = Arc::clone(&self.hosts[0].world);
        let (business, phone) = (businesses::id(business), self.plan.people[who].phone.clone());
        let (log, timers) = (Arc::clone(&self.log), Arc::clone(&self.timers));
        self.spawn(
            Job::Operator,
            Box::pin(async move {
                for _ in 0..20 {
                    match known::answered(&world, &business, &phone, false).await {
                        Err(KnownError::Work(_)) => {}
                        Ok(_) => {
                            let now = timers.millis();
                            log.lock().entries[entry].acknowledged_at = Some(now);
                            break;
                        }
                        Err(_) => break,
                    }
                }
                Came::Nothing
            }),
        );
    }

    /// The operator writes to everybody, and asks again until it is begun or refused.
    fn broadcast(&mut self, business: usize, id: u64) {
        let world = Arc::clone(&self.hosts[0].world);
        let business = businesses::id(business);
        self.walks_until = self.now() + WALKS;
        self.spawn(
            Job::Operator,
            Box::pin(async move {
                let wanted = broadcast::Wanted {
                    name: BroadcastName::new(format!("b{id}")),
                    message: NEWS.into(),
                    segment: EVERYBODY.to_owned(),
                    starts_at: None,
                    per_minute: NEWS_PER_MINUTE,
                    limit: None,
                };
                for _ in 0..20 {
                    match broadcasts::start(&world, &business, &wanted).await {
                        Err(BroadcastError::Work(_)) => {}
                        Ok(_) | Err(_) => break,
                    }
                }
                Came::Nothing
            }),
        );
    }

    /// The operator erases whoever is known by the person's number, and asks again until it is done.
    fn erase(&mut self, who: Who, business: usize) {
        let world = Arc::clone(&self.hosts[0].world);
        let business = businesses::id(business);
        let Ok(phone) = PhoneNumber::parse(&self.plan.people[who].phone) else { return };
        self.spawn(
            Job::Operator,
            Box::pin(async move {
                for _ in 0..20 {
                    if erase_identity(&world, &business, &Identity::Phone(phone.clone())).await.is_ok() {
                        break;
                    }
                }
                Came::Nothing
            }),
        );
    }

    /// The operator looks whether something is held, and lets it go.
    pub(super) fn release(&mut self) {
        let now = self.now();
        let store = self.store.calm();
        let table = self.hosts[0].world.table.clone();
        let held = self.store.wait(async {
            let released = store.released_table().await?;
            let held = store.heartbeat().await?.is_some_and(|heartbeat| heartbeat.held_since.is_some());
            Ok::<_, shared::application::ports::StoreError>(held || released.as_deref() != Some(&table))
        });
        if held.unwrap_or(true) {
            self.log.turn(now, Turn::Released);
            self.log.count("released");
            let world = Arc::clone(&self.hosts[0].world);
            self.spawn(
                Job::Operator,
                Box::pin(async move {
                    // The operator presses again until it is done.
                    for _ in 0..20 {
                        if release(&world).await.is_ok() {
                            break;
                        }
                    }
                    Came::Nothing
                }),
            );
        }
    }

    /// The machine is gone, and the table is what it was some time ago, under another name.
    pub(super) fn restore(&mut self) {
        let now = self.now();
        let Some((backup, index)) = self.backup.take() else { return };
        let Some((_, to, _)) = self.plan.restore else { return };
        self.weather.count(Fault::Restore);
        self.log.turn(now, Turn::RestoredTo(to));
        for (task, job) in self.executor.kill_all() {
            self.log.died(now, task);
            if let Job::Sending(number) = job {
                self.answered(number, 0);
            }
        }
        self.queue.clear();
        self.store.restore(Arc::clone(&backup) as _, index);
        self.memory = Some(backup);
        self.hosts = (0..2).map(|host| self.host(host + 10, RESTORED)).collect();
    }

    /// The table's backup is of this moment.
    pub(super) fn back_up(&mut self) {
        if let (Some(memory), Some((_, to, _)), None) = (&self.memory, self.plan.restore, &self.backup)
            && self.now() >= to
        {
            self.backup = Some((Arc::new(memory.copy()), self.store.index().clone()));
        }
    }
}
