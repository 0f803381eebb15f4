//! What an id in a path names, and whether the token may touch it.

use super::{Call, Refusal};
use crate::Channel;
use crate::world::World;

/// Something with an id, of a business (by its place in the world).
pub(crate) enum Object {
    Page(usize),
    Instagram(usize),
    Number(usize),
    Account(usize),
    Comment(String),
    Lead(String),
    /// A post or media of its own. Known once somebody has commented on it.
    Post {
        business: usize,
        channel: Channel,
    },
    /// The form of lead ads. Known once somebody has filled it in.
    Form(usize),
    /// Somebody's post on Facebook that names the Page.
    Mention(usize),
    Person {
        person: usize,
        business: usize,
        channel: Channel,
    },
}

/// Finds the object, for a token that may touch it.
pub(super) fn find(world: &World, call: &Call, id: &str) -> Result<Object, Refusal> {
    let (object, owner) = known(world, id).ok_or_else(|| Refusal::unknown_object(id))?;
    let holder = world.businesses.iter().find(|business| business.id == call.business);
    let token = &holder.ok_or_else(Refusal::token)?.token;
    if &world.businesses[owner].token == token { Ok(object) } else { Err(Refusal::permission()) }
}

fn known(world: &World, id: &str) -> Option<(Object, usize)> {
    for (number, business) in world.businesses.iter().enumerate() {
        if business.page == id {
            return Some((Object::Page(number), number));
        }
        if business.instagram.as_deref() == Some(id) {
            return Some((Object::Instagram(number), number));
        }
        if business.whatsapp_number.as_deref() == Some(id) {
            return Some((Object::Number(number), number));
        }
        if business.whatsapp_account.as_deref() == Some(id) {
            return Some((Object::Account(number), number));
        }
    }
    if let Some(comment) = world.comments.get(id) {
        return Some((Object::Comment(id.to_owned()), comment.business));
    }
    if let Some(number) =
        world.mentions.iter().position(|mention| mention.channel == Channel::Facebook && mention.post == id)
    {
        return Some((Object::Mention(number), world.mentions[number].business));
    }
    if let Some(lead) = world.leads.get(id) {
        return Some((Object::Lead(id.to_owned()), lead.business));
    }
    if let Some(comment) = world.comments.all().find(|comment| comment.on == id) {
        let (business, channel) = (comment.business, comment.channel);
        return Some((Object::Post { business, channel }, business));
    }
    if let Some(lead) = world.leads.values().find(|lead| lead.form == id) {
        return Some((Object::Form(lead.business), lead.business));
    }
    let (person, business, channel) = world.people.with_scoped_id(id)?;
    Some((Object::Person { person, business, channel }, business))
}
