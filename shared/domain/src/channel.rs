//! Where a message can go, and the window in which a person may be answered freely.

use jiff::{SignedDuration, Timestamp};

use crate::ids::AssetId;

/// A way to reach a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    WhatsApp,
    Messenger,
    Instagram,
    Email,
}

impl Channel {
    pub const ALL: [Self; 4] = [Self::WhatsApp, Self::Messenger, Self::Instagram, Self::Email];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::WhatsApp => "whatsapp",
            Self::Messenger => "messenger",
            Self::Instagram => "instagram",
            Self::Email => "email",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == text)
    }
}

/// The network on which a comment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Network {
    Facebook,
    Instagram,
}

impl Network {
    pub const ALL: [Self; 2] = [Self::Facebook, Self::Instagram];

    /// Where a private reply to a comment lands.
    pub fn private_channel(self) -> Channel {
        match self {
            Self::Facebook => Channel::Messenger,
            Self::Instagram => Channel::Instagram,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Facebook => "facebook",
            Self::Instagram => "instagram",
        }
    }
}

/// How long after a person's last message anything may be written (Messenger and Instagram "standard
/// messaging", WhatsApp "customer service window").
pub const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// The last message of a person on a channel, and the asset it came to: the answer leaves from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    pub opened_at: Timestamp,
    pub asset: AssetId,
}

impl Window {
    pub fn is_open(&self, now: Timestamp) -> bool {
        now.duration_since(self.opened_at) < WINDOW
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_read_back_as_it_was_written() {
        for channel in Channel::ALL {
            assert_eq!(Channel::parse(channel.as_str()), Some(channel));
        }
        assert_eq!(Channel::parse("telegram"), None);
    }

    #[test]
    fn a_window_closes_after_a_day_to_the_second() {
        let opened_at = Timestamp::UNIX_EPOCH;
        let window = Window { opened_at, asset: "106".into() };
        let open_after = |seconds| window.is_open(opened_at + SignedDuration::from_secs(seconds));
        assert_eq!([open_after(0), open_after(86_399), open_after(86_400)], [true, true, false]);
    }
}
