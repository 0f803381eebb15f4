//! What a person of the business does by hand in a day, so that others come to know it: accounts to look in on, with
//! links. The platforms forbid programs that like, follow or comment there, so Masa only says whose turn it is.

use jiff::civil::Date;

use crate::channel::Network;

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;
/// Facebook allows fifty, Instagram thirty.
const ACCOUNT_CHARS_MAX: usize = 50;

/// The public accounts that the business watches, and how much of a day it gives them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Worklist {
    pub watched: Vec<Watched>,
    pub budget: DailyBudget,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    network: Network,
    account: String,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an account is named as in its address, in Latin letters, digits, points and underscores")]
pub struct NotAnAccount;

/// How much is done on one day by all together: what somebody does who is there as a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DailyBudget {
    pub accounts: u32,
    pub likes: u32,
    pub comments: u32,
    pub follows: u32,
}

impl Default for DailyBudget {
    fn default() -> Self {
        Self { accounts: 5, likes: 10, comments: 3, follows: 5 }
    }
}

/// What is done at one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    pub watched: Watched,
    pub chores: Vec<Chore>,
}

/// One thing to do, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chore {
    pub what: ChoreKind,
    pub link: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChoreKind {
    WatchStories,
    /// So many of its newest posts.
    Like(u32),
    /// In words of one's own, under so many posts.
    Comment(u32),
    /// So many of those who follow it and would like to know the business.
    Follow(u32),
}

impl Worklist {
    /// Whose turn it is on a day. The accounts take turns, so that each comes up as often as the others, and a day is
    /// the same whenever it is asked for.
    pub fn on(&self, date: Date) -> Vec<Visit> {
        let all = self.watched.len();
        let count = all.min(self.budget.accounts as usize);
        if count == 0 {
            return Vec::new();
        }
        let days = date.duration_since(Date::ZERO).as_secs() / SECONDS_PER_DAY;
        let first = (days * count as i64).rem_euclid(all as i64) as usize;
        (0..count).map(|turn| self.visit(&self.watched[(first + turn) % all], turn, count)).collect()
    }

    fn visit(&self, watched: &Watched, turn: usize, count: usize) -> Visit {
        let share = |of: u32| of / count as u32 + u32::from((turn as u32) < of % count as u32);
        let DailyBudget { likes, comments, follows, .. } = self.budget;
        let (page, stories, followers) = watched.links();
        let chores = [
            stories.map(|link| Chore { what: ChoreKind::WatchStories, link }),
            some(share(likes)).map(|likes| Chore { what: ChoreKind::Like(likes), link: page.clone() }),
            some(share(comments)).map(|posts| Chore { what: ChoreKind::Comment(posts), link: page.clone() }),
            some(share(follows)).map(|people| Chore { what: ChoreKind::Follow(people), link: followers }),
        ];
        Visit { watched: watched.clone(), chores: chores.into_iter().flatten().collect() }
    }
}

fn some(count: u32) -> Option<u32> {
    (count > 0).then_some(count)
}

impl Watched {
    /// By the account's name, with or without an `@`, or by the address of its page.
    pub fn parse(network: Network, written: &str) -> Result<Self, NotAnAccount> {
        let page = format!("https://www.{}.com/", network.as_str());
        let account = written.trim().trim_start_matches(&page).trim_start_matches('@').trim_end_matches('/');
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
        match (1..=ACCOUNT_CHARS_MAX).contains(&account.len()) && account.chars().all(is_plain) {
            true => Ok(Self { network, account: account.to_owned() }),
            false => Err(NotAnAccount),
        }
    }

    pub fn network(&self) -> Network {
        self.network
    }

    /// As it stands in the address of its page.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Its page, its stories where the network has an address for them, and those who follow it.
    fn links(&self) -> (String, Option<String>, String) {
        let account = &self.account;
        match self.network {
            Network::Instagram => (
                format!("https://www.instagram.com/{account}/"),
                Some(format!("https://www.instagram.com/stories/{account}/")),
                format!("https://www.instagram.com/{account}/followers/"),
            ),
            Network::Facebook => (
                format!("https://www.facebook.com/{account}"),
                None,
                format!("https://www.facebook.com/{account}/followers"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::ToSpan;

    use super::*;

    fn worklist(accounts: usize, budget: DailyBudget) -> Worklist {
        let watched = (0..accounts).map(|number| instagram(&format!("account_{number}")).unwrap()).collect();
        Worklist { watched, budget }
    }

    fn instagram(written: &str) -> Result<Watched, NotAnAccount> {
        Watched::parse(Network::Instagram, written)
    }

    fn days() -> impl Iterator<Item = Date> {
        Date::constant(2026, 12, 28).series(1.day())
    }

    #[test]
    fn each_account_comes_up_as_often_as_the_others() {
        for accounts in 1..=12 {
            let worklist = worklist(accounts, DailyBudget::default());
            let mut turns: BTreeMap<String, usize> = BTreeMap::new();
            for date in days().take(accounts) {
                for visit in worklist.on(date) {
                    *turns.entry(visit.watched.account().to_owned()).or_default() += 1;
                }
            }
            assert!(turns.values().all(|count| *count == accounts.min(5)), "{accounts}: {turns:?}");
            assert_eq!(turns.len(), accounts);
        }
    }

    #[test]
    fn all_visits_of_a_day_keep_to_its_budget() {
        let budget = DailyBudget { accounts: 4, likes: 10, comments: 3, follows: 0 };
        for accounts in 1..=9 {
            let of_day: Vec<Chore> = worklist(accounts, budget)
                .on(days().next().unwrap())
                .into_iter()
                .flat_map(|visit| visit.chores)
                .collect();
            let sum = |of: fn(ChoreKind) -> Option<u32>| -> u32 {
                of_day.iter().filter_map(|chore| of(chore.what)).sum()
            };
            assert_eq!(sum(|what| if let ChoreKind::Like(count) = what { Some(count) } else { None }), 10);
            assert_eq!(sum(|what| if let ChoreKind::Comment(count) = what { Some(count) } else { None }), 3);
            assert!(!of_day.iter().any(|chore| matches!(chore.what, ChoreKind::Follow(_))));
        }
    }

    #[test]
    fn who_watches_nobody_has_nothing_to_do() {
        assert_eq!(Worklist::default().on(days().next().unwrap()), []);
        let none = DailyBudget { accounts: 0, ..DailyBudget::default() };
        assert_eq!(worklist(3, none).on(days().next().unwrap()), []);
    }

    #[test]
    fn an_account_is_known_by_its_name_or_its_address() {
        for written in ["visit.greece_1", " @visit.greece_1", "https://www.instagram.com/visit.greece_1/"] {
            assert_eq!(instagram(written).unwrap().account(), "visit.greece_1", "{written}");
        }
        for written in ["", "@", "visit greece", "יוון", "a/b", "a?b", "\"><script>", &"a".repeat(51)] {
            assert_eq!(instagram(written), Err(NotAnAccount), "{written}");
        }
    }

    #[test]
    fn what_is_done_is_done_where_its_link_leads() {
        let budget = DailyBudget { accounts: 2, likes: 2, comments: 1, follows: 2 };
        let watched = Network::ALL.map(|network| Watched::parse(network, "visitgreece").unwrap());
        let visits = Worklist { watched: watched.to_vec(), budget }.on(Date::constant(2026, 12, 28));
        let chores = visits.iter().map(|visit| visit.chores.iter().map(|chore| (chore.what, &*chore.link)));
        let chores: Vec<Vec<_>> = chores.map(Iterator::collect).collect();
        let of_instagram = [
            (ChoreKind::WatchStories, "https://www.instagram.com/stories/visitgreece/"),
            (ChoreKind::Like(1), "https://www.instagram.com/visitgreece/"),
            (ChoreKind::Follow(1), "https://www.instagram.com/visitgreece/followers/"),
        ];
        let of_facebook = [
            (ChoreKind::Like(1), "https://www.facebook.com/visitgreece"),
            (ChoreKind::Comment(1), "https://www.facebook.com/visitgreece"),
            (ChoreKind::Follow(1), "https://www.facebook.com/visitgreece/followers"),
        ];
        assert_eq!(chores, [of_facebook.to_vec(), of_instagram.to_vec()]);
    }
}
