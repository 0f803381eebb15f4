//! What the page shows: people, and the phone of one of them.

use jiff::Timestamp;
use serde::Serialize;

use crate::comments::Author;
use crate::threads::Thread;
use crate::world::World;
use crate::{Channel, Message, limits};

/// A business, for the page's choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BusinessView {
    pub id: String,
    pub name: String,
    pub page: String,
    pub instagram: Option<String>,
    pub whatsapp_number: Option<String>,
}

/// A person, with all ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PersonView {
    /// The sandbox's own id, for `Sandbox::phone`.
    pub id: String,
    pub name: String,
    /// In E.164 form.
    pub phone: String,
    pub email: String,
    pub wa_id: String,
    /// WhatsApp's business-scoped id.
    pub user_id: String,
    pub username: String,
    pub scoped: Vec<ScopedIds>,
    pub active_at: Timestamp,
}

/// A person's ids with one business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScopedIds {
    pub business: String,
    pub psid: String,
    pub igsid: String,
}

/// What is on a person's phone.
#[derive(Clone, Debug, Serialize)]
pub struct PhoneView {
    pub person: PersonView,
    pub conversations: Vec<ConversationView>,
    pub comments: Vec<CommentView>,
}

/// A conversation with a business on a channel.
#[derive(Clone, Debug, Serialize)]
pub struct ConversationView {
    pub business: String,
    pub channel: Channel,
    pub marketing_stopped: bool,
    pub blocked: bool,
    pub messages: Vec<Message>,
}

/// A comment, and what the business answered below it.
#[derive(Clone, Debug, Serialize)]
pub struct CommentView {
    pub id: String,
    pub business: String,
    pub channel: Channel,
    pub on: String,
    pub at: Timestamp,
    pub text: String,
    pub liked: bool,
    pub replies: Vec<ReplyView>,
}

/// An answer below a comment.
#[derive(Clone, Debug, Serialize)]
pub struct ReplyView {
    pub id: String,
    pub at: Timestamp,
    pub from_business: bool,
    pub name: String,
    pub text: String,
}

pub(crate) fn businesses(world: &World) -> Vec<BusinessView> {
    let view = |business: &std::sync::Arc<crate::Business>| BusinessView {
        id: business.id.clone(),
        name: business.name.clone(),
        page: business.page.clone(),
        instagram: business.instagram.clone(),
        whatsapp_number: business.whatsapp_number.clone(),
    };
    world.businesses.iter().map(view).collect()
}

pub(crate) fn people(world: &World) -> Vec<PersonView> {
    let mut people: Vec<_> = world.people.all().collect();
    people.sort_by_key(|(number, person)| std::cmp::Reverse((person.active_at, *number)));
    people.into_iter().map(|(number, _)| person(world, number)).collect()
}

pub(crate) fn phone(world: &World, id: &str) -> Option<PhoneView> {
    let number = id.parse().ok().filter(|number| *number < world.people.len())?;
    let threads = world.threads.of_person(number);
    let mut comments: Vec<_> =
        world.comments.of_person(number).filter(|comment| comment.parent.is_none()).collect();
    comments.drain(..comments.len().saturating_sub(limits::LISTED_MAX));
    Some(PhoneView {
        person: person(world, number),
        conversations: threads
            .map(|(key, thread)| conversation(world, key.business, key.channel, thread))
            .collect(),
        comments: comments.into_iter().map(|one| comment(world, one)).collect(),
    })
}

fn person(world: &World, number: usize) -> PersonView {
    let person = world.people.get(number);
    let scoped = world.businesses.iter().zip(&person.scoped).map(|(business, ids)| ScopedIds {
        business: business.id.clone(),
        psid: ids.psid.clone(),
        igsid: ids.igsid.clone(),
    });
    PersonView {
        id: number.to_string(),
        name: person.name.clone(),
        phone: person.phone.clone(),
        email: person.email.clone(),
        wa_id: person.wa_id().to_owned(),
        user_id: person.bsuid.clone(),
        username: person.username.clone(),
        scoped: scoped.collect(),
        active_at: person.active_at,
    }
}

fn conversation(world: &World, business: usize, channel: Channel, thread: &Thread) -> ConversationView {
    ConversationView {
        business: world.businesses[business].id.clone(),
        channel,
        marketing_stopped: thread.marketing_stopped,
        blocked: thread.blocked,
        messages: thread.messages.iter().cloned().collect(),
    }
}

fn comment(world: &World, comment: &crate::comments::Comment) -> CommentView {
    let replies = world.comments.replies(comment).map(|reply| ReplyView {
        id: reply.id.clone(),
        at: reply.at,
        from_business: reply.author == Author::Business,
        name: world.author(reply).1,
        text: reply.text.clone(),
    });
    CommentView {
        id: comment.id.clone(),
        business: world.businesses[comment.business].id.clone(),
        channel: comment.channel,
        on: comment.on.clone(),
        at: comment.at,
        text: comment.text.clone(),
        liked: comment.liked,
        replies: replies.collect(),
    }
}
