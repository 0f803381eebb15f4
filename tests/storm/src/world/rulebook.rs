//! What a platform keeps and refuses by its own rules, whatever the weather (PLATFORM.md §§2 to 5).

use std::collections::{BTreeMap, BTreeSet};

use shared::domain::call::Refusal;
use shared::domain::channel::Channel;

use super::timers::{DAY, HOUR, Millis};

/// What a comment has had so far.
#[derive(Clone, Debug, Default)]
pub struct Comment {
    pub made_at: Millis,
    pub is_live: bool,
    pub gone: bool,
    pub private_reply: bool,
    /// When we replied under it.
    pub replies: Vec<Millis>,
}

#[derive(Default)]
pub struct Rulebook {
    pub comments: BTreeMap<String, Comment>,
    /// When a person last wrote to an asset, by asset and person.
    pub wrote_at: BTreeMap<(String, String), Millis>,
    /// Who stopped marketing on WhatsApp.
    pub stopped: BTreeSet<(String, String)>,
    /// What left on Instagram: asset, person, text, moment.
    pub conversations: Vec<(String, String, String, Millis)>,
}

/// A broadcast is over for private replies after this.
const LIVE: Millis = HOUR;

impl Rulebook {
    pub fn window_is_open(&self, asset: &str, person: &str, now: Millis) -> bool {
        let key = (asset.to_owned(), person.to_owned());
        self.wrote_at.get(&key).is_some_and(|at| now - at < DAY)
    }

    /// A message to a person. `template` says that it is an approved template.
    pub fn message(
        &self,
        channel: Channel,
        from: &str,
        to: &str,
        template: bool,
        marketing: bool,
        now: Millis,
    ) -> Result<(), Refusal> {
        if !template && !self.window_is_open(from, to, now) {
            return Err(Refusal::Window);
        }
        let stopped = self.stopped.contains(&(from.to_owned(), to.to_owned()));
        if channel == Channel::WhatsApp && template && marketing && stopped {
            return Err(Refusal::OptedOut);
        }
        Ok(())
    }

    /// One private reply a comment, within seven days, and while it is live of a live one.
    pub fn private_reply(&self, comment: &str, now: Millis) -> Result<(), Refusal> {
        let known = self.comments.get(comment).ok_or(Refusal::AlreadyAnswered)?;
        let length = if known.is_live { LIVE } else { 7 * DAY };
        match known.gone || known.private_reply || now - known.made_at > length {
            true => Err(Refusal::AlreadyAnswered),
            false => Ok(()),
        }
    }

    pub fn public_reply(&self, comment: &str) -> Result<(), Refusal> {
        match self.comments.get(comment) {
            Some(known) if !known.gone => Ok(()),
            _ => Err(Refusal::Request),
        }
    }
}
