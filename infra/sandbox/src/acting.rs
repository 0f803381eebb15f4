//! What an act changes in the world, and what the business hears of it. Pressing buttons is `pressing`.

use jiff::Timestamp;
use serde_json::json;

use crate::comments::{Author, Comments};
use crate::message::{Message, Side};
use crate::place::{self, Place};
use crate::world::{Draft, Lead, Mention, World};
use crate::{Act, ActError, Acted, Channel, Deed, limits, payloads};

/// Facebook's post and Instagram's media that an act means if it names none.
const POST: &str = "900900900900900";
const MEDIA: &str = "17900000000000009";
/// The lead-ad form that an act means if it names none.
const FORM: &str = "700700700700700";
/// The word by which people opt out where the platform has no switch for it.
const STOP_WORD: &str = "הסר";

/// Does `act`. A refused act leaves nothing behind but, perhaps, the person who tried.
pub(crate) fn perform(world: &mut World, now: Timestamp, act: &Act) -> Result<Acted, ActError> {
    let business = match &act.business {
        None if world.businesses.is_empty() => return Err(ActError::UnknownBusiness(String::new())),
        None => 0,
        Some(id) => {
            let found = world.businesses.iter().position(|business| &business.id == id);
            found.ok_or_else(|| ActError::UnknownBusiness(id.clone()))?
        }
    };
    check_lengths(act)?;
    if act.deed == Deed::Book {
        return Err(ActError::NotYet);
    }
    let businesses = world.businesses.clone();
    let person = world.people.find_or_add(&businesses, now, &act.person)?;
    let place = Place { person, business, channel: place::channel(world, person, business, act) };
    place::check_connected(world, place)?;
    let event = match act.deed {
        Deed::Lead => lead(world, now, place, act)?,
        Deed::Comment => comment(world, now, place, act)?,
        Deed::RemoveComment => remove_comment(world, now, place, act)?,
        Deed::Message => {
            let text =
                act.text.as_deref().filter(|text| !text.is_empty()).ok_or(ActError::Missing("text"))?;
            write(world, now, place, text)
        }
        Deed::Press => crate::pressing::press(world, now, place, act)?,
        Deed::Tag if place.channel == Channel::Facebook || act.on.is_some() => {
            mention(world, now, place, act)?
        }
        Deed::Tag => tag(world, now, place)?,
        Deed::OptOut if place.channel == Channel::Whatsapp => prefer(world, now, place, true),
        Deed::OptOut => write(world, now, place, STOP_WORD),
        Deed::OptIn if place.channel == Channel::Whatsapp => prefer(world, now, place, false),
        Deed::OptIn => return Err(ActError::NotThere(place.channel)),
        Deed::Block => {
            world.threads.get_mut(place.thread()).blocked = true;
            format!("block-{}", world.numbers.next())
        }
        Deed::Follow if place.channel == Channel::Instagram => {
            world.people.get_mut(person).scoped[business].follows = true;
            format!("follow-{}", world.numbers.next())
        }
        Deed::Follow => return Err(ActError::NotThere(place.channel)),
        Deed::Book => return Err(ActError::NotYet),
    };
    world.people.get_mut(person).active_at = now;
    Ok(Acted { event })
}

fn check_lengths(act: &Act) -> Result<(), ActError> {
    let parts = [
        ("on", &act.on, limits::NAME_CHARACTERS_MAX),
        ("text", &act.text, limits::TEXT_CHARACTERS_MAX),
        ("payload", &act.payload, 1000),
    ];
    for (name, value, characters_max) in parts {
        if value.as_ref().is_some_and(|value| value.chars().count() > characters_max) {
            return Err(ActError::TooLong(name));
        }
    }
    Ok(())
}

fn lead(world: &mut World, now: Timestamp, place: Place, act: &Act) -> Result<String, ActError> {
    // Lead ads on Instagram are the Page's forms, too.
    if place.channel == Channel::Whatsapp {
        return Err(ActError::NotThere(place.channel));
    }
    if world.leads.len() >= limits::LEADS_MAX {
        return Err(ActError::Full(limits::LEADS_MAX));
    }
    let id = format!("44{:013}", world.numbers.next());
    let form = act.on.clone().unwrap_or_else(|| FORM.to_owned());
    let payload = payloads::page::lead(&world.business(place.business), now, &id, &form);
    world.leads.insert(id.clone(), Lead { business: place.business, form, person: place.person, at: now });
    world.notify(now, &payload);
    Ok(id)
}

fn comment(world: &mut World, now: Timestamp, place: Place, act: &Act) -> Result<String, ActError> {
    if place.channel == Channel::Whatsapp {
        return Err(ActError::NotThere(place.channel));
    }
    if world.comments.len() >= limits::COMMENTS_MAX {
        return Err(ActError::Full(limits::COMMENTS_MAX));
    }
    let text = act.text.clone().filter(|text| !text.is_empty()).ok_or(ActError::Missing("text"))?;
    let above = act
        .on
        .as_deref()
        .and_then(|on| world.comments.get(on))
        .filter(|above| above.business == place.business);
    let (on, parent, live) = match (above, act.on.as_deref()) {
        (Some(above), _) => (above.on.clone(), Some(Comments::top_of(above)), above.live),
        (None, Some("live")) if place.channel == Channel::Instagram => (MEDIA.to_owned(), None, true),
        (None, Some(on)) => (post(world, place, on), None, false),
        (None, None) if place.channel == Channel::Instagram => (MEDIA.to_owned(), None, false),
        (None, None) => (post(world, place, POST), None, false),
    };
    let author = Author::Person(place.person);
    Ok(world.add_comment(Draft {
        business: place.business,
        channel: place.channel,
        author,
        text,
        on,
        parent,
        at: now,
        live,
    }))
}

/// Facebook's posts are named after their Page.
fn post(world: &World, place: Place, on: &str) -> String {
    if place.channel == Channel::Instagram || on.contains('_') {
        return on.to_owned();
    }
    format!("{}_{on}", world.businesses[place.business].page)
}

fn remove_comment(world: &mut World, now: Timestamp, place: Place, act: &Act) -> Result<String, ActError> {
    let id = act.on.clone().ok_or(ActError::Missing("on"))?;
    let comment = world.comments.get(&id).filter(|comment| comment.author == Author::Person(place.person));
    let comment = comment.cloned().ok_or_else(|| ActError::UnknownComment(id.clone()))?;
    // Instagram tells nobody when a comment is removed.
    if comment.channel == Channel::Facebook {
        let (from, name) = world.author(&comment);
        let payload =
            payloads::page::comment_removed(&world.business(comment.business), &comment, now, &from, &name);
        world.notify(now, &payload);
    }
    if let Some(comment) = world.comments.get_mut(&id) {
        comment.removed = true;
    }
    Ok(id)
}

/// The person writes `text` into the conversation.
fn write(world: &mut World, now: Timestamp, place: Place, text: &str) -> String {
    let id = world.message_id(place.channel);
    let business = world.business(place.business);
    let payload = match place.channel {
        Channel::Whatsapp => {
            let content = json!({ "type": "text", "text": { "body": text } });
            payloads::whatsapp::message(&business, world.people.get(place.person), now, &id, content)
        }
        channel => {
            let person = world.id_on(place.person, place.business, channel);
            payloads::messaging::message(&business, channel, &person, now, json!({ "mid": id, "text": text }))
        }
    };
    hear(world, now, place, &id, "text", text);
    world.notify(now, &payload);
    id
}

/// In the caption of a post of theirs, in a comment on one (`on`), or on Facebook in a post.
fn mention(world: &mut World, now: Timestamp, place: Place, act: &Act) -> Result<String, ActError> {
    if world.mentions.len() >= limits::COMMENTS_MAX {
        return Err(ActError::Full(limits::COMMENTS_MAX));
    }
    let number = world.numbers.next();
    let (post, comment) = match (place.channel, act.on.as_deref()) {
        (Channel::Instagram, Some("comment")) => {
            (format!("179{number:014}"), Some(format!("177{number:014}")))
        }
        (Channel::Instagram, Some("caption")) => (format!("179{number:014}"), None),
        (Channel::Facebook, _) => (format!("999{}_{number}", place.person), None),
        (channel, _) => return Err(ActError::NotThere(channel)),
    };
    let business = world.business(place.business);
    let payload = payloads::mention(&business, place.channel, &post, comment.as_deref(), now);
    let id = comment.clone().unwrap_or_else(|| post.clone());
    world.mentions.push(Mention {
        business: place.business,
        channel: place.channel,
        person: place.person,
        post,
        comment,
        text: act.text.clone().unwrap_or_default(),
        at: now,
    });
    world.notify(now, &payload);
    Ok(id)
}

fn tag(world: &mut World, now: Timestamp, place: Place) -> Result<String, ActError> {
    if place.channel != Channel::Instagram {
        return Err(ActError::NotThere(place.channel));
    }
    let id = world.message_id(place.channel);
    let person = world.id_on(place.person, place.business, place.channel);
    let mention = json!({
        "mid": id,
        "attachments": [{
            "type": "story_mention",
            "payload": { "url": format!("https://example.com/story/{id}") },
        }],
    });
    let payload =
        payloads::messaging::message(&world.business(place.business), place.channel, &person, now, mention);
    hear(world, now, place, &id, "story-mention", "");
    world.notify(now, &payload);
    Ok(id)
}

fn prefer(world: &mut World, now: Timestamp, place: Place, stopped: bool) -> String {
    world.threads.get_mut(place.thread()).marketing_stopped = stopped;
    let business = world.business(place.business);
    let value = if stopped { "stop" } else { "resume" };
    let payload = payloads::whatsapp::preference(&business, world.people.get(place.person), now, value);
    world.notify(now, &payload);
    format!("preference-{}", world.numbers.next())
}

/// Puts what the person said into the conversation; that opens the window. Writing again lifts a block.
pub(crate) fn hear(world: &mut World, now: Timestamp, place: Place, id: &str, kind: &str, body: &str) {
    let thread = world.threads.get_mut(place.thread());
    thread.blocked = false;
    thread.add(Message {
        id: id.to_owned(),
        at: now,
        from: Side::Person,
        kind: kind.to_owned(),
        body: body.to_owned(),
        buttons: Vec::new(),
        delivery: None,
    });
}

#[cfg(test)]
mod tests {
    use crate::stage::{ACCOUNT, PAGE, Stage};
    use crate::{ActError, Channel};
    use serde_json::json;

    #[test]
    fn opting_out_is_a_preference_on_whatsapp_and_a_word_elsewhere() {
        // PLATFORM.md §5: user_preferences; "also honour text".
        let stage = Stage::new();
        stage.act(json!({"person": "דנה", "do": "opt-out"}));
        stage.act(json!({"person": "דנה", "do": "opt-out", "channel": "instagram"}));
        let webhooks = stage.webhooks();
        assert_eq!(webhooks[0]["entry"][0]["changes"][0]["field"], "user_preferences");
        assert_eq!(webhooks[1]["entry"][0]["messaging"][0]["message"]["text"], "הסר");
    }

    #[test]
    fn a_tag_is_a_story_mention_and_opens_the_window() {
        // PLATFORM.md §1: attachments[].type = story_mention.
        let stage = Stage::new();
        stage.act(json!({"person": "דנה", "do": "tag"}));
        let webhook = stage.webhooks().remove(0);
        assert_eq!(webhook["entry"][0]["messaging"][0]["message"]["attachments"][0]["type"], "story_mention");
        let thanks = json!({"recipient": {"id": stage.igsid("דנה")}, "message": {"text": "תודה"}});
        assert_eq!(stage.post(&format!("{ACCOUNT}/messages"), thanks).status, 200);
    }

    #[test]
    fn a_comment_stands_on_a_post_of_the_page() {
        // PLATFORM.md §1: parent_id == post_id means top-level comment.
        let stage = Stage::new();
        let first = stage.act(json!({"person": "דנה", "do": "comment", "on": "777", "text": "מחיר?"}));
        stage.act(json!({"person": "נועה", "do": "comment", "on": first, "text": "גם אני"}));
        let values: Vec<_> = stage
            .webhooks()
            .iter()
            .map(|webhook| webhook["entry"][0]["changes"][0]["value"].clone())
            .collect();
        assert_eq!(values[0]["post_id"], json!(format!("{PAGE}_777")));
        assert_eq!(values[0]["parent_id"], values[0]["post_id"]);
        assert_eq!(values[1]["parent_id"], json!(first));
    }

    #[test]
    fn an_act_goes_to_the_business_it_names() {
        let stage = Stage::new();
        stage.act(json!({"person": "דנה", "do": "comment", "text": "היי", "business": "galil"}));
        assert_eq!(stage.webhooks()[0]["entry"][0]["id"], "202020202020202");
        let refused = stage.try_act(json!({"person": "דנה", "do": "tag", "business": "galil"}));
        assert!(matches!(refused, Err(ActError::NotConnected(Channel::Instagram))), "{refused:?}");
        let refused = stage.try_act(json!({"person": "דנה", "do": "tag", "business": "nobody"}));
        assert!(matches!(refused, Err(ActError::UnknownBusiness(_))), "{refused:?}");
    }

    #[test]
    fn booking_says_clearly_that_it_is_not_there_yet() {
        let stage = Stage::new();
        assert!(matches!(stage.try_act(json!({"person": "דנה", "do": "book"})), Err(ActError::NotYet)));
    }
}
