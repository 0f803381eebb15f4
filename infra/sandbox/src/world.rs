//! All that is true on the platforms at a moment, and the few changes that calls and acts have in common.
//! It reads no clock and writes no file.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::comments::{Author, Comment, Comments};
use crate::graph::LikeMeter;
use crate::mail::Mail;
use crate::numbers::Numbers;
use crate::outbox::Outbox;
use crate::payloads;
use crate::people::People;
use crate::threads::Threads;
use crate::{Business, Channel, Sent, Settings, Template, limits};

/// How the ids of all WhatsApp messages begin.
pub(crate) const WHATSAPP_ID: &str = "wamid.SANDBOX";

/// A lead ad's form as it was sent.
pub(crate) struct Lead {
    pub(crate) business: usize,
    pub(crate) form: String,
    pub(crate) person: usize,
    pub(crate) at: Timestamp,
}

/// A template that waits for approval until `approved_at`.
pub(crate) struct SubmittedTemplate {
    pub(crate) business: usize,
    pub(crate) template: Template,
    pub(crate) approved_at: Timestamp,
}

/// The state of the platforms.
pub(crate) struct World {
    pub(crate) businesses: Vec<Arc<Business>>,
    pub(crate) app_secret: String,
    pub(crate) numbers: Numbers,
    pub(crate) people: People,
    pub(crate) threads: Threads,
    pub(crate) comments: Comments,
    pub(crate) leads: BTreeMap<String, Lead>,
    pub(crate) likes: BTreeMap<usize, LikeMeter>,
    pub(crate) mentions: Vec<Mention>,
    /// Of the last hour, for each Page and each account (`true`).
    pub(crate) private_replies: BTreeMap<(usize, bool), VecDeque<Timestamp>>,
    /// Fields that an asset is subscribed to. Webhooks come in any case.
    pub(crate) subscriptions: BTreeMap<String, BTreeSet<String>>,
    /// Templates that were submitted here, beside those that Meta had approved before.
    pub(crate) submitted: Vec<SubmittedTemplate>,
    pub(crate) sent: VecDeque<Sent>,
    pub(crate) mails: VecDeque<Mail>,
    pub(crate) outbox: Outbox,
}

impl World {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            businesses: settings.businesses.into_iter().map(Arc::new).collect(),
            app_secret: settings.app_secret,
            numbers: Numbers::default(),
            people: People::default(),
            threads: Threads::default(),
            comments: Comments::default(),
            leads: BTreeMap::new(),
            likes: BTreeMap::new(),
            private_replies: BTreeMap::new(),
            mentions: Vec::new(),
            subscriptions: BTreeMap::new(),
            submitted: Vec::new(),
            sent: VecDeque::new(),
            mails: VecDeque::new(),
            outbox: Outbox::default(),
        }
    }

    pub(crate) fn business(&self, business: usize) -> Arc<Business> {
        Arc::clone(&self.businesses[business])
    }

    /// The templates of a business, each with whether it is approved.
    pub(crate) fn templates(
        &self,
        business: usize,
        now: Timestamp,
    ) -> impl Iterator<Item = (&Template, bool)> {
        let before = self.businesses[business].templates.iter().map(|template| (template, true));
        let submitted = self.submitted.iter().filter(move |submitted| submitted.business == business);
        before.chain(submitted.map(move |submitted| (&submitted.template, submitted.approved_at <= now)))
    }

    /// Queues a webhook, due at this moment.
    pub(crate) fn notify(&mut self, now: Timestamp, payload: &Value) {
        let number = self.numbers.next();
        self.outbox.add(number, now, payload);
    }

    pub(crate) fn note_sent(&mut self, sent: Sent) {
        self.sent.push_back(sent);
        if self.sent.len() > limits::SENT_MAX {
            self.sent.pop_front();
        }
    }

    pub(crate) fn note_mail(&mut self, mail: Mail) {
        self.mails.push_back(mail);
        if self.mails.len() > limits::MAILS_MAX {
            self.mails.pop_front();
        }
    }

    /// An id for a message that nothing else has.
    pub(crate) fn message_id(&mut self, channel: Channel) -> String {
        let number = self.numbers.next();
        match channel {
            Channel::Whatsapp => format!("{WHATSAPP_ID}{number:016}"),
            Channel::Instagram => format!("aWdfc2FuZGJveA{number:016}"),
            Channel::Facebook | Channel::Messenger | Channel::Email => format!("m_sandbox{number:016}"),
        }
    }

    /// A person's id on Messenger (and in comments), Instagram, or WhatsApp.
    pub(crate) fn id_on(&self, person: usize, business: usize, channel: Channel) -> String {
        let person = self.people.get(person);
        match channel {
            Channel::Facebook | Channel::Messenger => person.scoped[business].psid.clone(),
            Channel::Instagram => person.scoped[business].igsid.clone(),
            Channel::Whatsapp if person.phone_hidden => person.bsuid.clone(),
            Channel::Whatsapp | Channel::Email => person.phone.clone(),
        }
    }

    /// Adds a comment, and tells the business: also of its own.
    pub(crate) fn add_comment(&mut self, draft: Draft) -> String {
        let number = self.numbers.next();
        let id = match draft.channel {
            Channel::Instagram => format!("178{number:014}"),
            _ => format!("{}_{number}", draft.on.rsplit('_').next().unwrap_or(&draft.on)),
        };
        let comment = Comment {
            id: id.clone(),
            business: draft.business,
            channel: draft.channel,
            author: draft.author,
            text: draft.text,
            on: draft.on,
            parent: draft.parent,
            at: draft.at,
            live: draft.live,
            hidden: false,
            removed: false,
            liked: false,
            answered_privately: false,
            replies: Vec::new(),
        };
        let (from, name) = self.author(&comment);
        let business = self.business(draft.business);
        let payload = match draft.channel {
            Channel::Instagram => payloads::instagram::comment_added(&business, &comment, &from, &name),
            _ => payloads::page::comment_added(&business, &comment, &from, &name),
        };
        let at = comment.at;
        self.comments.add(comment);
        self.notify(at, &payload);
        id
    }

    /// Id and name (on Instagram: the username) of who wrote `comment`.
    pub(crate) fn author(&self, comment: &Comment) -> (String, String) {
        let business = &self.businesses[comment.business];
        match (comment.author, comment.channel) {
            (Author::Business, Channel::Instagram) => {
                (business.instagram_or_page().to_owned(), business.id.clone())
            }
            (Author::Business, _) => (business.page.clone(), business.name.clone()),
            (Author::Person(person), channel) => {
                let id = self.id_on(person, comment.business, channel);
                let person = self.people.get(person);
                let name = if channel == Channel::Instagram { &person.username } else { &person.name };
                (id, name.clone())
            }
        }
    }
}

/// Somebody named the business under a post that is not its own.
pub(crate) struct Mention {
    pub(crate) business: usize,
    pub(crate) channel: Channel,
    pub(crate) person: usize,
    pub(crate) post: String,
    pub(crate) comment: Option<String>,
    pub(crate) text: String,
    pub(crate) at: Timestamp,
}

/// A comment that is to be added.
pub(crate) struct Draft {
    pub(crate) business: usize,
    pub(crate) channel: Channel,
    pub(crate) author: Author,
    pub(crate) text: String,
    pub(crate) on: String,
    pub(crate) parent: Option<String>,
    pub(crate) at: Timestamp,
    pub(crate) live: bool,
}
