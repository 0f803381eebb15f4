//! The platforms: they take calls, or lose them, or refuse; they tell of what left, late, twice, or never.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use shared::application::ports::Platforms;
use shared::domain::call::{
    CallFailure, CommentFields, LeadAdFields, Listed, ListedComment, Operation, Outcome, PlatformCall,
    Receipt, Recipient, Refusal,
};
use shared::domain::catch_up::{Readable, Reading};
use shared::domain::channel::{Channel, Network};
use shared::domain::delivery::opaque;
use shared::domain::email::EmailAddress;
use shared::domain::event::{Comment, Details};
use shared::domain::identity::Identity;
use shared::domain::ids::{AssetId, CommentId, LeadId, PlatformMessageId, WorkId};
use shared::domain::name::PersonName;
use shared::domain::phone::PhoneNumber;

use super::calls::{name_of, of_a_mail, wanted, words};
use super::log::{Call, Log, Told, Wanted};
use super::rulebook::Rulebook;
use super::timers::{HOUR, MINUTE, Millis, SECOND, Timers};
use super::weather::{Fault, Weather};
use crate::doors::mail_event;
use crate::people::acts::{What, Who};
use crate::people::businesses::{NEWS, instagram, number_of, page};
use crate::people::plan::{Directory, Person, Plan};
use crate::people::webhooks::{self, comment_id, comment_of, lead_ad_id};

/// Something that the platform will tell us, and when.
#[derive(Clone, Debug)]
pub struct Report {
    pub at: Millis,
    pub told: Reported,
    /// What it is a sign of, if it carries our own data.
    pub sign: Option<(LeadId, WorkId)>,
}

#[derive(Clone, Debug)]
pub enum Reported {
    ByWebhook(webhooks::Told),
    /// By SES, and what it is for the person if it stops their mails.
    OfMail {
        body: String,
        stops: Option<What>,
    },
}

pub struct Meta {
    plan: Arc<Plan>,
    directory: Directory,
    timers: Arc<Timers>,
    weather: Arc<Weather>,
    log: Arc<Log>,
    current: Arc<AtomicU64>,
    pub rulebook: Mutex<Rulebook>,
    reports: Mutex<Vec<Report>>,
    numbers: AtomicU64,
}

/// How long a list may not show yet what was done.
const LIST_LAGS: Millis = 20 * SECOND;
/// After this the adapter takes an answer for lost.
const TIMEOUT: Millis = 10 * SECOND;

/// What a call that cannot be refused any more is answered.
enum Fate {
    Done,
    DoneAndLost,
    NeverArrived,
    Refused(CallFailure, Told),
}

impl Meta {
    pub fn new(
        plan: Arc<Plan>,
        timers: Arc<Timers>,
        weather: Arc<Weather>,
        log: Arc<Log>,
        current: Arc<AtomicU64>,
    ) -> Self {
        Self {
            directory: Directory::of(&plan),
            plan,
            timers,
            weather,
            log,
            current,
            rulebook: Mutex::default(),
            reports: Mutex::default(),
            numbers: AtomicU64::new(0),
        }
    }

    /// What the platforms will tell, since this was asked last.
    pub fn take_reports(&self) -> Vec<Report> {
        std::mem::take(&mut self.reports.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    fn book(&self) -> MutexGuard<'_, Rulebook> {
        self.rulebook.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn next_id(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn now(&self) -> Millis {
        self.timers.millis()
    }

    /// What the weather has for this call. What only reads or may be repeated is simply asked again.
    fn fate(&self, operation: &Operation) -> Fate {
        let now = self.now();
        let strikes = |fault| self.weather.strikes(fault, now);
        let refused = |why, code| {
            let failure = CallFailure::Refused { why, code: Some(code), reason: "refused".to_owned() };
            Fate::Refused(failure, Told::Refused(why))
        };
        let reads = matches!(
            operation,
            Operation::ReadLeadAd { .. }
                | Operation::ReadComment { .. }
                | Operation::ReadFollow { .. }
                | Operation::ReadMention { .. }
                | Operation::FindReply { .. }
                | Operation::FindMessage { .. }
        );
        if strikes(Fault::MetaRequestLost) {
            return Fate::NeverArrived;
        }
        if strikes(Fault::MetaUnclear) {
            return match self.weather.draw(|chance| chance.one_in(2)) {
                true => Fate::DoneAndLost,
                false => Fate::NeverArrived,
            };
        }
        if strikes(Fault::MetaAnswerLost) {
            return Fate::DoneAndLost;
        }
        if strikes(Fault::MetaWait) {
            let asked = self.weather.draw(|chance| match chance.below(3) {
                0 => None,
                1 => Some(chance.between(1, 120)),
                _ => Some(chance.between(60, 3_600)),
            });
            let wait = asked.map(jiff::SignedDuration::from_secs);
            let told = Told::Wait(asked.map(|seconds| seconds * SECOND));
            return Fate::Refused(
                CallFailure::TryAgain { wait, is_limit: true, reason: "wait".to_owned() },
                told,
            );
        }
        if strikes(Fault::MetaBroken) {
            return refused(Refusal::ConnectionBroken, 190);
        }
        if strikes(Fault::MetaAccount) {
            return refused(Refusal::Account, 368);
        }
        if reads {
            return Fate::Done;
        }
        if strikes(Fault::MetaRequest) {
            return refused(Refusal::Request, 100);
        }
        match operation {
            Operation::SendWhatsApp { .. } | Operation::SendMessage { to: Recipient::Person(_), .. } => {
                if strikes(Fault::MetaWindow) {
                    return refused(Refusal::Window, 131_047);
                }
                if strikes(Fault::MetaRecipient) {
                    return refused(Refusal::Recipient, 131_026);
                }
            }
            // SES says of itself what it says of nobody in particular.
            _ => {}
        }
        if matches!(operation, Operation::SendWhatsApp { .. }) {
            if strikes(Fault::MetaOptedOut) {
                return refused(Refusal::OptedOut, 131_050);
            }
            if strikes(Fault::MetaNotNow) {
                return refused(Refusal::NotNow, 131_049);
            }
        }
        Fate::Done
    }

    /// The platform does what it is asked for, or refuses by its own rules.
    fn take(&self, call: &PlatformCall, wanted: &Wanted) -> Result<Outcome, Refusal> {
        let now = self.now();
        let id = self.next_id();
        match (&call.operation, wanted) {
            (Operation::SendWhatsApp { .. }, Wanted::Send { from, to, message, template, .. }) => {
                let marketing = message.starts_with("follow") || message == "offer" || message == NEWS;
                self.book().message(Channel::WhatsApp, from, to, *template, marketing, now)?;
                self.tell_of_whatsapp(call, id);
                let who = self.directory.whose(number_of(&call.business), to);
                let identities = who.and_then(|who| self.number_of_person(who)).into_iter().collect();
                let id = Some(PlatformMessageId::new(format!("wamid.{id}")));
                Ok(Outcome::Done(Receipt { id, identities, pause: None }))
            }
            (Operation::SendMessage { channel, text, .. }, Wanted::Send { from, to, .. }) => {
                self.book().message(*channel, from, to, false, false, now)?;
                self.tell_of_echo(call, *channel, from, to, id);
                self.said(from, to, text, now);
                Ok(done(id, Some(scoped(*channel, to))))
            }
            (Operation::SendMessage { channel, from, text, .. }, Wanted::PrivateReply { comment, .. }) => {
                self.book().private_reply(comment, now)?;
                self.book().comments.entry(comment.clone()).or_default().private_reply = true;
                let author = self.author_of(comment, *channel);
                if let Some(author) = &author {
                    self.tell_of_echo(call, *channel, from.as_str(), author, id);
                    self.said(from.as_str(), author, text, now);
                }
                Ok(done(id, author.map(|author| scoped(*channel, &author))))
            }
            (Operation::ReplyToComment { .. }, Wanted::PublicReply { comment, .. }) => {
                let mut book = self.book();
                book.public_reply(comment)?;
                book.comments.entry(comment.clone()).or_default().replies.push(now);
                Ok(done(id, None))
            }
            (
                Operation::Like { .. }
                | Operation::Hide { .. }
                | Operation::AnswerMention { .. }
                | Operation::SendAlert(_)
                | Operation::Announce(_),
                _,
            ) => Ok(done(id, None)),
            (Operation::SendEmail(mail), _) => {
                self.tell_of_mail(call, mail.to.as_str(), id);
                Ok(done(id, None))
            }
            // No journey of the storm asks.
            (Operation::ReadFollow { .. }, _) => Ok(Outcome::FollowRead(None)),
            (Operation::ReadMention { post, .. }, _) => {
                let post = post.clone().or_else(|| Some("elsewhere".into()));
                Ok(Outcome::CommentRead(CommentFields { post, ..CommentFields::default() }))
            }
            (Operation::ReadComment { comment, network }, _) => Ok(self.comment(comment.as_str(), *network)),
            (Operation::ReadLeadAd { id }, _) => Ok(self.lead_ad(id.as_str())),
            (Operation::FindReply { comment, .. }, _) => {
                let book = self.book();
                let replies = book.comments.get(comment.as_str()).map(|known| known.replies.as_slice());
                let there = replies.unwrap_or_default().iter().any(|at| self.shows(*at, now));
                Ok(if there {
                    Outcome::Found(PlatformMessageId::new(format!("r{id}")))
                } else {
                    Outcome::NotFound
                })
            }
            (Operation::FindMessage { asset, person, text, since }, _) => {
                let since = since.as_second() * SECOND;
                let there = self.book().conversations.iter().any(|(from, to, said, at)| {
                    (from.as_str(), to, said) == (asset.as_str(), person, text)
                        && *at >= since
                        && self.shows(*at, now)
                });
                Ok(if there {
                    Outcome::Found(PlatformMessageId::new(format!("f{id}")))
                } else {
                    Outcome::NotFound
                })
            }
            (operation, wanted) => unreachable!("{operation:?} is {wanted:?}"),
        }
    }

    /// A list may be a little behind.
    fn shows(&self, at: Millis, now: Millis) -> bool {
        !self.weather.has(Fault::ReportLate) || now - at >= LIST_LAGS
    }

    fn said(&self, from: &str, to: &str, text: &str, now: Millis) {
        let said = (from.to_owned(), to.to_owned(), text.to_owned(), now);
        self.book().conversations.push(said);
    }

    fn number_of_person(&self, who: Who) -> Option<Identity> {
        PhoneNumber::from_whatsapp_id(self.plan.people[who].digits()).map(Identity::Phone)
    }

    /// Who wrote a comment, by the id that a private reply to it tells.
    fn author_of(&self, comment: &str, channel: Channel) -> Option<String> {
        let (business, number) = comment_of(comment)?;
        self.plan.acts.iter().find_map(|act| match &act.what {
            What::Comment { who, business: of, id, .. } if (*of, *id) == (business, number) => {
                Some(match channel {
                    Channel::Instagram => Person::igsid(*who, business),
                    Channel::Messenger | Channel::WhatsApp | Channel::Email => Person::psid(*who, business),
                })
            }
            _ => None,
        })
    }

    /// What is told of a comment when it is asked for.
    fn comment(&self, comment: &str, network: Network) -> Outcome {
        let known = self.book().comments.get(comment).cloned().filter(|known| !known.gone);
        let Some(known) = known else {
            let reason = "no such comment".to_owned();
            let why = Refusal::AlreadyAnswered;
            return Outcome::Failed(CallFailure::Refused { why, code: Some(100), reason });
        };
        let channel = network.private_channel();
        let author = self.author_of(comment, channel).map(|author| scoped(channel, &author));
        let written_at = jiff::Timestamp::from_millisecond(known.made_at).ok();
        Outcome::CommentRead(CommentFields {
            written_at,
            author,
            friends: Some(0),
            ..CommentFields::default()
        })
    }

    /// Whatever is there by now, also if its webhook is still on its way.
    async fn list(&self, business: usize, network: Network, reading: &Reading) -> Outcome {
        let lost = self.weather.strikes(Fault::MetaAnswerLost, self.now());
        self.timers.pause(300).await;
        if lost {
            let (wait, reason) = (None, "lost".to_owned());
            return Outcome::Failed(CallFailure::TryAgain { wait, is_limit: false, reason });
        }
        self.log.count("list");
        let mut listed = Listed::default();
        match &reading.what {
            Readable::Posts => listed.posts.push("55".into()),
            Readable::Forms => listed.forms.push("600".into()),
            Readable::Comments(post) => {
                let of_plan =
                    self.plan.acts.iter().filter_map(|act| self.listed(&act.what, business, network));
                listed.comments = of_plan
                    .map(|mut listed| {
                        listed.comment.post = Some(post.clone());
                        listed
                    })
                    .collect();
            }
            // When a form was filled in is known to whoever plays the acts.
            Readable::Leads(_) => {}
        }
        Outcome::Listed(listed)
    }

    /// Where its webhook names nobody, the list does not either.
    fn listed(&self, what: &What, business: usize, network: Network) -> Option<ListedComment> {
        let What::Comment { who, business: of, network: on, id, author_told, is_reply, is_live } = what
        else {
            return None;
        };
        if (*of, *on, *is_live) != (business, network, false) {
            return None;
        }
        let id = comment_id(business, *id);
        let known =
            self.book().comments.get(&id).cloned().filter(|known| known.made_at > 0 && !known.gone)?;
        let (asset, author, text) = match network {
            Network::Facebook => {
                let author = Identity::Psid(Person::psid(*who, business));
                (page(business), author, "כמה זה עולה?")
            }
            Network::Instagram => {
                (instagram(business), Identity::Igsid(Person::igsid(*who, business)), "מחיר?")
            }
        };
        let comment = Comment {
            network,
            asset: AssetId::new(asset),
            id: CommentId::new(id),
            post: None,
            original_post: None,
            text: text.to_owned(),
            author_name: None,
            is_reply: *is_reply,
            is_live: false,
            is_ad: false,
            written_at: jiff::Timestamp::from_millisecond(known.made_at).ok(),
            friends: Some(0),
        };
        Some(ListedComment { author: author_told.then_some(author), comment, is_hidden: false })
    }

    fn lead_ad(&self, id: &str) -> Outcome {
        let who = self.plan.acts.iter().find_map(|act| match &act.what {
            What::LeadAd { who, business, id: number } if lead_ad_id(*business, *number) == id => Some(*who),
            _ => None,
        });
        let Some(who) = who else {
            return Outcome::Failed(CallFailure::TryAgain {
                wait: None,
                is_limit: false,
                reason: "no such lead yet".to_owned(),
            });
        };
        let person = &self.plan.people[who];
        let details = Details {
            name: PersonName::parse(&person.first_name),
            phone: PhoneNumber::parse(&person.phone).ok(),
            email: EmailAddress::parse(&person.email).ok(),
            ..Details::default()
        };
        Outcome::LeadAdRead(LeadAdFields { details, form: None, ad: None })
    }

    fn tell_of_whatsapp(&self, call: &PlatformCall, id: u64) {
        let business = number_of(&call.business);
        let (wamid, data) = (format!("wamid.{id}"), opaque::write(call.lead, call.work));
        let now = self.now();
        let strikes = |fault| self.weather.strikes(fault, now);
        if strikes(Fault::ReportFailed) {
            self.log.lock().given_up.insert(call.work);
            let told = webhooks::status(business, &wamid, "failed", &data, now + SECOND, Some(131_026));
            self.report(now + 2 * SECOND, Reported::ByWebhook(told), None);
            return;
        }
        let mut after = SECOND;
        for status in ["sent", "delivered", "read"] {
            after += self.weather.draw(|chance| chance.between(200, 4 * SECOND));
            let happened = now + after;
            let told = webhooks::status(business, &wamid, status, &data, happened, None);
            self.report_soon(happened, Reported::ByWebhook(told), Some((call.lead, call.work)));
        }
    }

    fn tell_of_mail(&self, call: &PlatformCall, to: &str, id: u64) {
        let (business, now) = (number_of(&call.business), self.now());
        let told = |kind: &str, at, stops| Reported::OfMail {
            body: mail_event(business, call.lead, call.work, kind, id, at),
            stops,
        };
        let stops = |complained| {
            let who = self.directory.whose(business, to)?;
            Some(What::MailStopped { who, business, complained })
        };
        let after = self.weather.draw(|chance| chance.between(200, 20 * SECOND));
        let sign = Some((call.lead, call.work));
        self.report_soon(now + 200, told("Send", now + 200, None), sign);
        if self.weather.strikes(Fault::MailBounces, now) {
            self.log.lock().given_up.insert(call.work);
            self.report(now + after, told("Bounce", now + after, stops(false)), None);
            return;
        }
        self.report_soon(now + after, told("Delivery", now + after, None), sign);
        if self.weather.strikes(Fault::MailComplained, now) {
            let later = now + after + self.weather.draw(|chance| chance.between(MINUTE, 3 * HOUR));
            self.report(later, told("Complaint", later, stops(true)), None);
        }
    }

    fn tell_of_echo(&self, call: &PlatformCall, channel: Channel, from: &str, to: &str, id: u64) {
        let data = opaque::write(call.lead, call.work);
        // Instagram tells no metadata.
        let ours = channel == Channel::Messenger;
        let at = self.now() + self.weather.draw(|chance| chance.between(200, 3 * SECOND));
        let told = webhooks::echo(channel, from, to, &format!("mid.{id}"), ours.then_some(data.as_str()), at);
        self.report_soon(at, Reported::ByWebhook(told), ours.then_some((call.lead, call.work)));
    }

    fn report_soon(&self, happened: Millis, told: Reported, sign: Option<(LeadId, WorkId)>) {
        let now = self.now();
        if self.weather.strikes(Fault::ReportNever, now) {
            return;
        }
        let mut at = happened;
        if self.weather.strikes(Fault::ReportLate, now) {
            at += self.weather.draw(|chance| chance.between(SECOND, 2 * HOUR));
        }
        if self.weather.strikes(Fault::ReportOutOfOrder, now) {
            at += self.weather.draw(|chance| chance.between(SECOND, MINUTE));
        }
        if self.weather.strikes(Fault::ReportTwice, now) {
            let again = at + self.weather.draw(|chance| chance.between(0, 3 * HOUR));
            self.report(again, told.clone(), sign);
        }
        self.report(at, told, sign);
    }

    fn report(&self, at: Millis, told: Reported, sign: Option<(LeadId, WorkId)>) {
        let mut reports = self.reports.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        reports.push(Report { at, told, sign });
    }

    fn answered(&self, index: usize, told: Told) {
        let now = self.now();
        let mut history = self.log.lock();
        let call = &mut history.calls[index];
        call.ended_at = Some(now);
        call.told = Some(told);
        let line = (call.work, told);
        drop(history);
        self.log.say(now, || format!("   answer to {}: {:?}", short(line.0), line.1));
    }
}

#[async_trait]
impl Platforms for Meta {
    async fn call(&self, call: &PlatformCall) -> Outcome {
        if let Operation::List { network, reading, .. } = &call.operation {
            return self.list(number_of(&call.business), *network, reading).await;
        }
        let wanted = wanted(&call.operation);
        let now = self.now();
        let task = self.current.load(Ordering::Relaxed);
        self.log.count(name_of(&wanted));
        if matches!(call.operation, Operation::SendEmail(_)) {
            self.log.count(&format!("{} by e-mail", name_of(&wanted)));
        }
        self.log.say(now, || {
            format!("   call {} no. {} for {}: {wanted:?}", short(call.work), call.number, call.lead)
        });
        let (files, stops_at) = of_a_mail(&call.operation);
        let index = {
            let mut history = self.log.lock();
            history.calls.push(Call {
                business: number_of(&call.business),
                lead: call.lead,
                work: call.work,
                number: call.number,
                task,
                wanted: wanted.clone(),
                words: words(&call.operation),
                files,
                stops_at,
                begun_at: now,
                accepted_at: None,
                ended_at: None,
                told: None,
                recorded: false,
            });
            history.calls.len() - 1
        };
        let slow = self.weather.strikes(Fault::MetaSlow, now);
        let (there, back) = self.weather.draw(|chance| match slow {
            true => (chance.between(SECOND, 5 * SECOND), chance.between(SECOND, 4 * SECOND)),
            false => (chance.between(20, 200), chance.between(20, 300)),
        });
        let fate = self.fate(&call.operation);
        self.timers.pause(there).await;
        let (outcome, told) = match fate {
            Fate::Refused(failure, told) => (Outcome::Failed(failure), told),
            Fate::NeverArrived => (lost(&call.operation), Told::Lost),
            Fate::Done | Fate::DoneAndLost => match self.take(call, &wanted) {
                Ok(outcome) => {
                    self.log.lock().calls[index].accepted_at = Some(self.now());
                    match fate {
                        Fate::DoneAndLost => (lost(&call.operation), Told::Lost),
                        _ => (outcome, Told::Done),
                    }
                }
                Err(why) => {
                    let failure = CallFailure::Refused { why, code: None, reason: "by the rules".to_owned() };
                    (Outcome::Failed(failure), Told::Refused(why))
                }
            },
        };
        let back = if told == Told::Lost { TIMEOUT - there } else { back };
        self.timers.pause(back).await;
        self.answered(index, told);
        outcome
    }
}

/// As the adapter says it: what may be repeated without harm is simply tried again.
fn lost(operation: &Operation) -> Outcome {
    let reason = "lost".to_owned();
    Outcome::Failed(match operation {
        Operation::Like { .. }
        | Operation::Hide { .. }
        | Operation::ReadLeadAd { .. }
        | Operation::ReadComment { .. }
        | Operation::ReadFollow { .. }
        | Operation::ReadMention { .. }
        | Operation::FindReply { .. }
        | Operation::FindMessage { .. }
        | Operation::List { .. }
        | Operation::Announce(_) => CallFailure::TryAgain { wait: None, is_limit: false, reason },
        Operation::SendWhatsApp { .. }
        | Operation::SendMessage { .. }
        | Operation::AnswerMention { .. }
        | Operation::SendEmail(_)
        | Operation::SendAlert(_)
        | Operation::ReplyToComment { .. } => CallFailure::AnswerLost { reason },
    })
}

fn done(id: u64, identity: Option<Identity>) -> Outcome {
    let id = Some(PlatformMessageId::new(format!("mid.{id}")));
    Outcome::Done(Receipt { id, identities: identity.into_iter().collect(), pause: None })
}

fn scoped(channel: Channel, id: &str) -> Identity {
    match channel {
        Channel::Instagram => Identity::Igsid(id.to_owned()),
        Channel::Messenger | Channel::WhatsApp | Channel::Email => Identity::Psid(id.to_owned()),
    }
}

/// Enough of an id to follow it through a timeline.
pub fn short(work: WorkId) -> String {
    work.to_string().chars().take(6).collect()
}
