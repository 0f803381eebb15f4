//! What answers a comment: campaigns, each with its posts, its time and its rules.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Playbook, TaskStep, Wait};
use crate::channel::Network;
use crate::event::Comment;
use crate::ids::{CampaignName, MessageName, PostId, RuleName};
use crate::said::{Phrase, Said, Script};

/// Which comments it takes, and by which rule each is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    pub name: CampaignName,
    pub networks: Vec<Network>,
    pub posts: Posts,
    /// From this moment on, by when the comment was written.
    pub starts_at: Option<Timestamp>,
    /// From this moment on no more.
    pub ends_at: Option<Timestamp>,
    pub once: Once,
    /// Whether comments on comments are answered, too.
    pub answers_replies: bool,
    /// The first that fits answers.
    pub rules: Vec<Rule>,
    /// What whoever comes after the end gets.
    pub afterwards: Option<Rule>,
}

/// The comments of which posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posts {
    /// By their ids, or by what stands behind the Page's in them.
    These(BTreeSet<PostId>),
    Live,
    Ads,
    All,
}

/// How often one person is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Once {
    /// Each comment.
    Comment,
    Post,
    Rule,
    Campaign,
}

impl Once {
    pub const ALL: [Self; 4] = [Self::Comment, Self::Post, Self::Rule, Self::Campaign];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Post => "post",
            Self::Rule => "rule",
            Self::Campaign => "campaign",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub name: RuleName,
    /// All of it has to hold.
    pub when: Signs,
    /// And nothing of this may.
    pub unless: Signs,
    pub answer: Answer,
    /// What the person is given, which the answer can tell of.
    pub gift: Option<Gift>,
}

/// Something that each person gets once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gift {
    /// The next number of the campaign's raffle.
    pub raffle_number: bool,
    pub coupon: Option<Coupon>,
    /// Only for so many.
    pub first: Option<u32>,
    /// What whoever comes too late is told.
    pub otherwise: Option<Answer>,
    /// What whoever has it is written before the campaign ends.
    pub remind: Option<Reminder>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    pub message: MessageName,
    /// So long before the end.
    pub before: Wait,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coupon {
    /// The same for all.
    Fixed(String),
    /// One for each, from the codes that were loaded.
    FromPool,
}

impl Gift {
    /// Whether the campaign has to say who gets which.
    pub fn needs_numbering(&self) -> bool {
        self.raffle_number || self.first.is_some() || self.coupon == Some(Coupon::FromPool)
    }
}

/// What can be said of a comment. Of words and languages one is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    pub words: Vec<Phrase>,
    pub languages: Vec<Script>,
    pub emoji: bool,
    pub question: bool,
    pub friend: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Public replies to draw from, for each network. Empty: none is given.
    pub replies: BTreeMap<Network, Vec<String>>,
    pub likes: Vec<Network>,
    pub private_reply: Option<MessageName>,
    /// The private reply asks for a phone number.
    pub asks_phone: Option<PhoneQuestion>,
    /// How many of a post's last replies are not said again.
    pub no_repeat: u32,
    pub hide: bool,
    /// Something for a person of the business to do.
    pub task: Option<TaskStep>,
}

/// What follows when the private reply has asked for a phone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneQuestion {
    /// Says in the same conversation that the number was understood.
    pub thanks: Option<MessageName>,
    /// Asks again for what could not be read.
    pub unclear: Option<MessageName>,
}

impl Answer {
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    pub fn replies(&self, network: Network) -> &[String] {
        self.replies.get(&network).map_or(&[], Vec::as_slice)
    }
}

impl Campaign {
    pub fn all_rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().chain(&self.afterwards)
    }

    pub fn rule(&self, name: &RuleName) -> Option<&Rule> {
        self.all_rules().find(|rule| rule.name == *name)
    }

    /// The answer whose replies a public reply is drawn from: see [`Rule::pool`].
    pub fn answer_of(&self, pool: &RuleName) -> Option<&Answer> {
        let late = |rule: &Rule| pool.as_str() == rule.pool(false).as_str();
        match self.rule(pool) {
            Some(rule) => Some(&rule.answer),
            None => self.all_rules().find(|rule| late(rule))?.gift.as_ref()?.otherwise.as_ref(),
        }
    }

    /// Whether it is about the comment's place, whatever the comment says and whenever it was written.
    fn is_about(&self, comment: &Comment) -> bool {
        self.networks.contains(&comment.network)
            && (self.answers_replies || !comment.is_reply)
            && match &self.posts {
                Posts::All => true,
                Posts::Live => comment.is_live,
                Posts::Ads => comment.is_ad,
                Posts::These(posts) => {
                    comment.post.iter().chain(&comment.original_post).any(|post| is_one_of(post, posts))
                }
            }
    }

    /// The rule for a comment that was written at this moment.
    fn rule_for(&self, comment: &Comment, said: &Said<'_>, written_at: Timestamp) -> Option<&Rule> {
        if self.starts_at.is_some_and(|starts_at| written_at < starts_at) {
            return None;
        }
        if self.ends_at.is_some_and(|ends_at| written_at >= ends_at) {
            return self.afterwards.as_ref();
        }
        self.rules.iter().find(|rule| rule.fits(comment, said))
    }

    /// How close it is bound: a post's own campaign goes before one for all posts.
    fn breadth(&self) -> u8 {
        match self.posts {
            Posts::These(_) => 0,
            Posts::Live => 1,
            Posts::Ads => 2,
            Posts::All => 3,
        }
    }
}

/// Facebook's post ids have the Page's before them, and people may write either.
fn is_one_of(post: &PostId, posts: &BTreeSet<PostId>) -> bool {
    let behind_page = post.as_str().split_once('_').map(|(_, id)| PostId::new(id));
    posts.contains(post) || behind_page.is_some_and(|id| posts.contains(&id))
}

impl Rule {
    /// What the replies of a rule are called, and those for whoever comes too late.
    pub fn pool(&self, in_time: bool) -> RuleName {
        match in_time {
            true => self.name.clone(),
            false => RuleName::new(format!("{}/otherwise", self.name)),
        }
    }

    fn fits(&self, comment: &Comment, said: &Said<'_>) -> bool {
        self.when.all_hold(comment, said) && !self.unless.any_holds(comment, said)
    }
}

impl Signs {
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Each sign that is asked for, and whether it is there.
    fn seen(&self, comment: &Comment, said: &Said<'_>) -> impl Iterator<Item = bool> {
        let words = || self.words.iter().any(|phrase| said.has(phrase));
        let language = || said.script().is_some_and(|script| self.languages.contains(&script));
        let friend = || comment.friends.unwrap_or_default() > 0;
        [
            (!self.words.is_empty()).then(words),
            (!self.languages.is_empty()).then(language),
            self.emoji.then(|| said.has_emoji()),
            self.question.then(|| said.asks()),
            self.friend.then(friend),
        ]
        .into_iter()
        .flatten()
    }

    fn all_hold(&self, comment: &Comment, said: &Said<'_>) -> bool {
        self.seen(comment, said).all(|there| there)
    }

    fn any_holds(&self, comment: &Comment, said: &Said<'_>) -> bool {
        self.seen(comment, said).any(|there| there)
    }
}

impl Playbook {
    /// The campaigns that are about a comment's place, the closest bound first, then in the order of their names.
    fn campaigns_about(&self, comment: &Comment) -> Vec<&Campaign> {
        let mut about: Vec<&Campaign> =
            self.campaigns.values().filter(|campaign| campaign.is_about(comment)).collect();
        about.sort_by_key(|campaign| campaign.breadth());
        about
    }

    /// What answers a comment that was written at this moment: the first campaign that has a rule for it.
    pub fn answer_to(&self, comment: &Comment, written_at: Timestamp) -> Option<(&Campaign, &Rule)> {
        let said = Said::new(&comment.text);
        let about = self.campaigns_about(comment);
        about
            .into_iter()
            .find_map(|campaign| Some((campaign, campaign.rule_for(comment, &said, written_at)?)))
    }

    /// Whether the platform has to be asked about a comment before it is known what answers it. Instagram tells no
    /// time, some apps are told no post, and Facebook's text does not show who is tagged in it.
    pub fn must_ask_about(
        &self,
        comment: &Comment,
        heard_at: Timestamp,
        late_at_most: jiff::SignedDuration,
    ) -> bool {
        let of_network = |campaign: &&Campaign| campaign.networks.contains(&comment.network);
        let by_post = |campaign: &Campaign| match campaign.posts {
            Posts::These(_) | Posts::Ads => true,
            Posts::Live | Posts::All => false,
        };
        let no_post = comment.post.is_none() && !comment.is_live;
        if no_post && self.campaigns.values().filter(of_network).any(by_post) {
            return true;
        }
        let about = self.campaigns_about(comment);
        let recently =
            |moment: &Timestamp| *moment <= heard_at && heard_at.duration_since(*moment) < late_at_most;
        let in_doubt = |campaign: &&Campaign| {
            comment.written_at.is_none() && campaign.starts_at.iter().chain(&campaign.ends_at).any(recently)
        };
        let by_friend = |campaign: &&Campaign| {
            comment.friends.is_none()
                && campaign.all_rules().any(|rule| rule.when.friend || rule.unless.friend)
        };
        about.iter().any(|campaign| in_doubt(campaign) || by_friend(campaign))
    }
}
