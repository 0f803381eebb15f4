//! One letter for what each lead repeats many times, and a place for each word that only the table knows.

use domain::channel::{Channel, Network};
use domain::work::Class;

use super::format::Damaged;

pub fn channel_letter(channel: Channel) -> char {
    match channel {
        Channel::WhatsApp => 'w',
        Channel::Messenger => 'm',
        Channel::Instagram => 'i',
        Channel::Email => 'e',
    }
}

pub fn channel(letter: char) -> Result<Channel, Damaged> {
    let found = Channel::ALL.into_iter().find(|channel| channel_letter(*channel) == letter);
    found.ok_or(Damaged::Field("channel"))
}

pub fn network_letter(network: Network) -> char {
    match network {
        Network::Facebook => 'f',
        Network::Instagram => 'i',
    }
}

pub fn network(letter: char) -> Result<Network, Damaged> {
    match letter {
        'f' => Ok(Network::Facebook),
        'i' => Ok(Network::Instagram),
        _ => Err(Damaged::Field("network")),
    }
}

pub fn class_letter(class: Class) -> char {
    match class {
        Class::Conversation => 'c',
        Class::Bulk => 'b',
    }
}

pub fn class(letter: char) -> Result<Class, Damaged> {
    let found = Class::ALL.into_iter().find(|class| class_letter(*class) == letter);
    found.ok_or(Damaged::Field("class"))
}

/// For `skip_serializing_if`: what is usual is not written.
pub fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
