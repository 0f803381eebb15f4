//! The Graph API: which call means what. Each rule of the platforms has its file; what a refusal looks like is `refusal`.

mod answer;
mod call;
mod comments;
mod likes;
mod listings;
mod mentions;
mod messaging;
mod messaging_content;
mod objects;
mod private_replies;
mod reads;
mod refusal;
mod template_submissions;
mod whatsapp;
mod whatsapp_content;
mod whatsapp_statuses;
mod whatsapp_templates;

use jiff::Timestamp;
use serde_json::Value;

pub use answer::GraphAnswer;
pub(crate) use call::Call;
pub use call::GraphRequest;
pub(crate) use likes::LikeMeter;
pub(crate) use refusal::Refusal;

use crate::Channel;
use crate::message::Button;
use crate::world::World;
use objects::Object;

/// Does `call`. A refused call changes nothing, but for the count of likes.
pub(crate) fn perform(world: &mut World, now: Timestamp, call: &Call) -> Result<Value, Refusal> {
    let segments: Vec<&str> = call.path.iter().map(String::as_str).collect();
    let Some((id, edge)) = segments.split_first() else { return Err(Refusal::unknown_path()) };
    let object = objects::find(world, call, id)?;
    match (call.method.as_str(), edge, object) {
        ("POST", ["messages"], Object::Number(business)) => whatsapp::send(world, now, business, call),
        ("POST", ["messages"], Object::Page(business)) => messaging::send(world, now, business, None, call),
        ("POST", ["messages"], Object::Instagram(business)) => {
            messaging::send(world, now, business, Some(Channel::Instagram), call)
        }
        ("POST", ["comments" | "replies"], Object::Comment(id)) => {
            comments::reply(world, now, &id, edge[0], call)
        }
        ("POST", ["likes"], Object::Comment(id)) => likes::like_on_facebook(world, now, &id),
        ("POST", ["likes"], Object::Instagram(business)) => {
            likes::like_on_instagram(world, now, business, call)
        }
        ("POST", ["mentions"], Object::Instagram(business)) => {
            mentions::answer_through_account(world, now, business, call)
        }
        ("POST", ["comments"], Object::Mention(number)) => mentions::answer(world, now, number, call),
        ("GET", [], Object::Mention(number)) => Ok(mentions::read(world, number, call)),
        ("POST", [], Object::Comment(id)) => comments::hide(world, &id, call),
        ("POST", ["subscribed_apps"], object) => reads::subscribe(world, id, &object, call),
        ("GET", ["subscribed_apps"], object) => reads::subscriptions(world, id, &object),
        ("GET", ["comments" | "replies"], Object::Comment(id)) => comments::list(world, &id, edge[0]),
        ("GET", ["conversations"], Object::Page(business) | Object::Instagram(business)) => {
            reads::conversations(world, business, call)
        }
        ("GET", ["message_templates"], Object::Account(business)) => {
            Ok(reads::templates(world, business, now))
        }
        ("POST", ["message_templates"], Object::Account(business)) => {
            template_submissions::submit(world, now, business, call)
        }
        ("GET", ["published_posts"], Object::Page(business)) => {
            Ok(listings::posts(world, business, Channel::Facebook, call))
        }
        ("GET", ["media"], Object::Instagram(business)) => {
            Ok(listings::posts(world, business, Channel::Instagram, call))
        }
        ("GET", ["comments"], Object::Post { business, channel }) => {
            Ok(listings::comments(world, business, channel, id, call))
        }
        ("GET", ["leadgen_forms"], Object::Page(business)) => Ok(listings::forms(world, business, call)),
        ("GET", ["leads"], Object::Form(business)) => listings::leads(world, business, id, call),
        ("GET", [], Object::Comment(id)) => comments::read(world, &id, call),
        ("GET", [], Object::Lead(id)) => reads::lead(world, &id, call),
        ("GET", [], Object::Person { person, business, channel }) => {
            reads::profile(world, person, business, channel, call)
        }
        ("GET", [], object) => {
            let business = if let Object::Instagram(business) = object { Some(business) } else { None };
            let mention =
                business.and_then(|business| mentions::read_through_account(world, business, id, call));
            mention.unwrap_or_else(|| Ok(reads::asset(world, id, &object, call)))
        }
        _ => Err(Refusal::unknown_path()),
    }
}

/// What a message says, once it is known to be within the limits.
struct Content {
    /// `text`, `template`, `interactive`, `image` …
    kind: String,
    body: String,
    buttons: Vec<Button>,
}
