//! Where an act happens: as said, or where such acts usually happen.

use crate::message::Side;
use crate::threads::ThreadKey;
use crate::world::World;
use crate::{Act, ActError, Channel, Deed};

/// Who acts, with which business, and where.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) person: usize,
    pub(crate) business: usize,
    pub(crate) channel: Channel,
}

impl Place {
    pub(crate) fn thread(self) -> ThreadKey {
        ThreadKey { person: self.person, business: self.business, channel: self.channel }
    }
}

/// Where the act happens: as said, or where such acts usually happen.
pub(crate) fn channel(world: &World, person: usize, business: usize, act: &Act) -> Channel {
    let said = act.channel.unwrap_or_else(|| match act.deed {
        Deed::Lead | Deed::Comment | Deed::RemoveComment => Channel::Facebook,
        Deed::Tag | Deed::Follow => Channel::Instagram,
        Deed::Press => latest_channel(world, person, business).unwrap_or(Channel::Whatsapp),
        Deed::Message | Deed::Book | Deed::OptOut | Deed::OptIn | Deed::Block => Channel::Whatsapp,
    });
    match (act.deed, said) {
        (Deed::Comment | Deed::RemoveComment | Deed::Lead, Channel::Messenger) => Channel::Facebook,
        (Deed::Comment | Deed::RemoveComment | Deed::Lead | Deed::Tag, channel) => channel,
        (_, Channel::Facebook) => Channel::Messenger,
        (_, channel) => channel,
    }
}

/// Where the business has written to the person last.
fn latest_channel(world: &World, person: usize, business: usize) -> Option<Channel> {
    let threads = world.threads.of_person(person).filter(|(key, _)| key.business == business);
    let latest = threads.filter_map(|(key, thread)| {
        let message = thread.messages.iter().rev().find(|message| message.from == Side::Business)?;
        Some((message.at, key.channel))
    });
    latest.max().map(|(_, channel)| channel)
}

pub(crate) fn check_connected(world: &World, place: Place) -> Result<(), ActError> {
    let business = &world.businesses[place.business];
    let connected = match place.channel {
        Channel::Facebook | Channel::Messenger => true,
        Channel::Instagram => business.instagram.is_some(),
        Channel::Whatsapp => business.whatsapp_number.is_some(),
        Channel::Email => false,
    };
    if connected { Ok(()) } else { Err(ActError::NotConnected(place.channel)) }
}
